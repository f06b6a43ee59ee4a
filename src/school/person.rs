//! A person of the directory, and what people are to the school.

use std::fmt;

use chrono::NaiveDate;

use super::Hours;
use crate::mail::Address;

/// What a person is to the school.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PersonRole {
    Staff,
    Pupil,
    Parent,
    Governor,
    FormerPupil,
    Agency,
}

impl PersonRole {
    pub const ALL: [Self; 6] =
        [Self::Staff, Self::Pupil, Self::Parent, Self::Governor, Self::FormerPupil, Self::Agency];

    /// The word of people.csv.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Pupil => "pupil",
            Self::Parent => "parent",
            Self::Governor => "governor",
            Self::FormerPupil => "former-pupil",
            Self::Agency => "agency",
        }
    }

    /// Reads a word of people.csv, in any letter case, with spaces or dashes.
    pub fn parse(text: &str) -> Option<Self> {
        let word = normal_role(text);
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

impl fmt::Display for PersonRole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A row of people.csv. Private addresses are not here: they are kept as hashes only.
#[derive(Debug)]
pub struct Person {
    pub role: PersonRole,
    /// The full name, empty where the file gives none.
    pub name: Box<str>,
    /// School addresses; for a parent or an agency the addresses they use.
    pub addresses: Box<[Address]>,
    /// Functions such as `dsl`, in the form of [`normal_role`].
    pub tags: Box<[Box<str>]>,
    /// Form or year, for example `9H`; empty where the file gives none.
    pub form: Box<str>,
    pub manager: Option<Address>,
    /// The eighteenth birthday.
    pub adult_from: Option<NaiveDate>,
    /// The person's own send window, where it differs from the school's.
    pub hours: Option<Box<Hours>>,
    /// Where in the directory the pupils stand whose parent this person is.
    pub(super) children: Box<[u32]>,
}

impl Person {
    /// The address by which to write to the person; `None` where only private ones are known.
    pub fn address(&self) -> Option<&Address> {
        self.addresses.first()
    }

    pub fn has_tag(&self, tag: &str) -> bool {
        let tag = normal_role(tag);
        self.tags.iter().any(|it| **it == *tag)
    }

    /// Whether the person is eighteen on `date`; `None` where `adult-from` is not known.
    pub fn is_adult(&self, date: NaiveDate) -> Option<bool> {
        self.adult_from.map(|from| from <= date)
    }
}

/// The one form of the name of a role or tag: lower case, words joined by dashes, and one word
/// for what schools write in several ways.
pub fn normal_role(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let words: Vec<&str> =
        lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let joined = words.join("-");
    match joined.as_str() {
        "head" | "head-teacher" | "headmaster" | "headmistress" | "principal" => "headteacher".to_owned(),
        "designated-safeguarding-lead" | "safeguarding-lead" => "dsl".to_owned(),
        "ddsl" | "deputy-designated-safeguarding-lead" | "deputy-safeguarding-lead" => {
            "deputy-dsl".to_owned()
        }
        "it-manager" | "ict-manager" | "network-administrator" => "network-manager".to_owned(),
        _ => joined,
    }
}
