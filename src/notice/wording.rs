//! The words of the letters, as a file of `wording/` gives them in one language.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use thiserror::Error;

use super::texts::{self, Text};

static ENGLISH: LazyLock<Wording> =
    LazyLock::new(|| Wording::read(include_str!("../../wording/en.toml")).expect("a test reads it"));

/// Why a wording file cannot be used.
#[derive(Debug, Error)]
pub(super) enum WordingError {
    #[error("the wording is not as it must be: {source}")]
    Unreadable { source: Box<toml::de::Error> },
    #[error("the text `{text}` is missing")]
    Missing { text: &'static str },
    #[error("there is no text `{text}`")]
    Unknown { text: String },
    #[error("`{text}` has a brace without its other half")]
    Brace { text: &'static str },
    #[error("`{text}` uses {{{placeholder}}}, which it cannot fill")]
    UnknownPlaceholder { text: &'static str, placeholder: String },
    #[error("`{text}` does not use {{{placeholder}}}")]
    UnusedPlaceholder { text: &'static str, placeholder: &'static str },
}

/// All words of one language.
#[derive(Debug)]
pub(super) struct Wording {
    /// The tag of the language (BCP 47).
    pub(super) language: String,
    /// From Monday.
    pub(super) weekdays: [String; 7],
    pub(super) months: [String; 12],
    /// What people call a role, by its name.
    pub(super) roles: BTreeMap<String, String>,
    /// What people call the time of a place, by the IANA name of the zone.
    pub(super) zones: BTreeMap<String, String>,
    texts: BTreeMap<&'static str, Vec<Piece>>,
}

#[derive(Debug)]
enum Piece {
    Words(String),
    /// The place of a value.
    Slot(usize),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    language: String,
    weekdays: [String; 7],
    months: [String; 12],
    roles: BTreeMap<String, String>,
    zones: BTreeMap<String, String>,
    text: BTreeMap<String, BTreeMap<String, String>>,
}

impl Wording {
    pub(super) fn english() -> &'static Self {
        &ENGLISH
    }

    /// Reads a wording file: every text of [`texts::ALL`] and no other, each with exactly its
    /// placeholders.
    ///
    /// # Errors
    /// The first fault found.
    pub(super) fn read(file: &str) -> Result<Self, WordingError> {
        let file: File =
            toml::from_str(file).map_err(|source| WordingError::Unreadable { source: Box::new(source) })?;
        let mut given: BTreeMap<String, String> = BTreeMap::new();
        for (group, members) in file.text {
            given.extend(members.into_iter().map(|(name, words)| (format!("{group}.{name}"), words)));
        }
        let mut read = BTreeMap::new();
        for (key, slots) in texts::ALL {
            let words = given.remove(*key).ok_or(WordingError::Missing { text: key })?;
            read.insert(*key, pieces(key, slots, &words)?);
        }
        match given.pop_first() {
            Some((text, _)) => Err(WordingError::Unknown { text }),
            None => Ok(Self {
                language: file.language,
                weekdays: file.weekdays,
                months: file.months,
                roles: file.roles,
                zones: file.zones,
                texts: read,
            }),
        }
    }

    /// The text with its values, given in the order of its placeholders.
    pub(super) fn say<const N: usize>(&self, text: &Text<N>, values: [&str; N]) -> String {
        let pieces = self.texts.get(text.key).into_iter().flatten();
        pieces.fold(String::new(), |said, it| match it {
            Piece::Words(words) => said + words,
            Piece::Slot(slot) => said + values[*slot],
        })
    }
}

/// Takes a text apart at its placeholders.
fn pieces(
    text: &'static str,
    slots: &'static [&'static str],
    words: &str,
) -> Result<Vec<Piece>, WordingError> {
    let mut pieces = Vec::new();
    let mut unused = slots.to_vec();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or(WordingError::Brace { text })?;
        let slot = slots.iter().position(|it| *it == name);
        let slot =
            slot.ok_or_else(|| WordingError::UnknownPlaceholder { text, placeholder: name.to_owned() })?;
        unused.retain(|it| *it != name);
        pieces.extend([Piece::Words(before.to_owned()), Piece::Slot(slot)]);
        rest = after;
    }
    if rest.contains('}') {
        return Err(WordingError::Brace { text });
    }
    pieces.push(Piece::Words(rest.to_owned()));
    match unused.first() {
        Some(placeholder) => Err(WordingError::UnusedPlaceholder { text, placeholder }),
        None => Ok(pieces),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH_FILE: &str = include_str!("../../wording/en.toml");

    fn fault(from: &str, to: &str) -> String {
        let changed = ENGLISH_FILE.replacen(from, to, 1);
        assert_ne!(changed, ENGLISH_FILE, "the English wording holds `{from}`");
        Wording::read(&changed).expect_err("a fault").to_string()
    }

    #[test]
    fn fills_placeholders_in_the_order_of_the_code_whatever_that_of_the_words() {
        let wording = Wording::read(ENGLISH_FILE).expect("the English wording");
        assert_eq!(wording.say(&texts::TIME_SHORT, ["Monday", "07:30"]), "Monday at 07:30");
        let swapped = ENGLISH_FILE.replace("{date} at {clock}\"", "{clock}, {date}, {clock}\"");
        let wording = Wording::read(&swapped).expect("another order");
        assert_eq!(wording.say(&texts::TIME_SHORT, ["Monday", "07:30"]), "07:30, Monday, 07:30");
    }

    #[test]
    fn a_value_with_braces_is_not_filled_in_again() {
        let said = Wording::english().say(&texts::TIME_SHORT, ["{clock}", "{date}"]);
        assert_eq!(said, "{clock} at {date}");
    }

    #[test]
    fn refuses_wording_that_lacks_a_text_or_misuses_a_placeholder() {
        assert_eq!(fault("{date} at {clock}\"", "{date}\""), "`time.short` does not use {clock}");
        assert_eq!(
            fault("{date} at {clock}\"", "{date} at {hour}\""),
            "`time.short` uses {hour}, which it cannot fill"
        );
        assert_eq!(
            fault("{date} at {clock}\"", "{date} at {clock\""),
            "`time.short` has a brace without its other half"
        );
        assert_eq!(
            fault("{date} at {clock}\"", "{date} at clock}\""),
            "`time.short` has a brace without its other half"
        );
        assert_eq!(fault("why = \"Why\"", ""), "the text `heading.why` is missing");
        assert_eq!(fault("why = \"Why\"", "why = \"Why\"\nhow = \"How\""), "there is no text `heading.how`");
        assert!(fault("months", "moons").contains("moons"));
    }
}
