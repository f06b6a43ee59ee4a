//! What a rule is: its page, its options, its check.

use super::options::Options;
use super::{Action, Evidence, Fault, Findings, Guard};
use crate::mail::Submission;
use crate::school::School;

/// A rule with its options as a policy sets them.
///
/// A check computes and cannot fail: it looks at the message and at who is who, and adds what it
/// observed to the findings.
pub trait Rule: Send + Sync {
    fn check(&self, mail: &Submission, school: &School, findings: &mut Findings);
}

/// What is known of a rule before any policy sets its options.
#[derive(Debug)]
pub struct RuleInfo {
    /// The rule's identity in the policy file, the notices and the logs; never reused.
    pub name: &'static str,
    /// The clauses it serves, as numbered in `docs/clauses.md`.
    pub clauses: &'static [&'static str],
    /// The clause that is told to people until a school names its own.
    pub clause: &'static str,
    /// What it asks for where a table names it without an action.
    pub action: Action,
    pub evidence: Evidence,
    /// The role that decides on a message held by this rule.
    pub reviewer: &'static str,
    /// The guards that soften it, beside those that soften every rule.
    pub guards: &'static [Guard],
    /// The version that brought it.
    pub since: &'static str,
    /// Its page in Markdown: the doc comment of the rule's file.
    pub page: &'static str,
    /// Makes the rule from its table.
    pub build: fn(Options<'_>) -> Result<Box<dyn Rule>, Fault>,
    /// Its options with their defaults, as TOML.
    pub defaults: fn() -> toml::Table,
}

impl RuleInfo {
    /// Tells whether the rule reads the words of messages, and may therefore only observe until
    /// staff have been told (duty P1).
    pub fn reads_words(&self) -> bool {
        self.evidence == Evidence::Lexical
    }
}

/// A type that is a rule; `rule!` implements it.
pub trait Described {
    const INFO: RuleInfo;
}

/// Declares a rule: its page as a doc comment, then its name, clauses, action, evidence and age.
macro_rules! rule {
    (
        $(#[doc = $page:literal])*
        $type:ident {
            name: $name:literal,
            clauses: $clauses:expr,
            clause: $clause:literal,
            action: $action:ident,
            evidence: $evidence:ident,
            reviewer: $reviewer:literal,
            guards: $guards:expr,
            since: $since:literal $(,)?
        }
    ) => {
        impl $crate::policy::Described for $type {
            const INFO: $crate::policy::RuleInfo = $crate::policy::RuleInfo {
                name: $name,
                clauses: &$clauses,
                clause: $clause,
                action: $crate::policy::Action::$action,
                evidence: $crate::policy::Evidence::$evidence,
                reviewer: $reviewer,
                guards: &$guards,
                since: $since,
                page: concat!($($page, "\n"),*),
                build: |options| {
                    Ok(Box::new(<$type as serde::Deserialize>::deserialize(options)?))
                },
                defaults: || {
                    toml::Table::try_from(<$type>::default()).expect("options are plain values")
                },
            };
        }
    };
}

pub(crate) use rule;
