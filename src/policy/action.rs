//! What a finding asks for, from mildest to strictest, and what evidence may ask for it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What is done about a message. Later variants are stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Delivered untouched.
    Allow,
    /// Delivered with our headers; nobody is written to.
    Tag,
    /// Delivered, and the sender gets a notice.
    Warn,
    /// Accepted, kept, and sent at a stated time.
    Defer,
    /// Accepted, and kept until a person decides or the review times out.
    Hold,
    /// Refused at once with the reason.
    Reject,
}

impl Action {
    pub const ALL: [Self; 6] = [Self::Allow, Self::Tag, Self::Warn, Self::Defer, Self::Hold, Self::Reject];

    /// The word of the policy file and of the JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Tag => "tag",
            Self::Warn => "warn",
            Self::Defer => "defer",
            Self::Hold => "hold",
            Self::Reject => "reject",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Action {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no action; use allow, tag, warn, defer, hold or reject"))
    }
}

/// How firmly a rule can know what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// An address on a list, the clock, the identity of the session.
    Exact,
    /// Counts, headers, the shape of the message.
    Structural,
    /// Words in the sender's own text.
    Lexical,
    /// A likeness.
    Guess,
}

impl Evidence {
    /// The strictest action that this evidence may lead to: a guess never rejects, and words
    /// alone never reject (`docs/architecture.md`, promise 6).
    pub fn strictest(self) -> Action {
        match self {
            Self::Exact | Self::Structural => Action::Reject,
            Self::Lexical | Self::Guess => Action::Hold,
        }
    }

    /// The word of the JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Structural => "structural",
            Self::Lexical => "lexical",
            Self::Guess => "guess",
        }
    }
}
