//! Guesses: an address on no list that looks like a pupil's name.

use chrono::NaiveDate;

use super::freemail::{is_freemail, unquoted, without_tag};
use super::tables::ascii_domain;
use super::{Person, PersonRole, School};
use crate::mail::Address;

/// A pupil whom an address may belong to, and how strongly it looks so (0 to 1).
#[derive(Clone, Copy, Debug)]
pub struct Likeness<'a> {
    pub pupil: &'a Person,
    pub score: f64,
}

/// The names of the directory, by which guesses are made.
#[derive(Debug, Default)]
pub(super) struct NameIndex {
    /// The words of each person's name, in lower case.
    words: Vec<(Vec<String>, PersonRole)>,
}

impl NameIndex {
    pub(super) fn of(persons: &[Person]) -> Self {
        let words = |person: &Person| person.name.to_lowercase().split_whitespace().map(str::to_owned).collect();
        Self { words: persons.iter().map(|it| (words(it), it.role)).collect() }
    }
}

impl School {
    /// The pupil whose name an unlisted freemail address spells on `date`; `None` where it
    /// spells an adult's as well.
    pub fn likeness(&self, address: &Address, _display_name: &str, _date: NaiveDate) -> Option<Likeness<'_>> {
        let known = self.person(address).is_some() || self.private_match(address).is_some();
        if known || !is_freemail(&ascii_domain(address.domain())) {
            return None;
        }
        let local = unquoted(address.local());
        let spelt: Vec<&str> = without_tag(&local).split(|it: char| !it.is_alphabetic()).collect();
        let spells = |words: &[String]| 2 <= words.len() && words.iter().all(|word| spelt.contains(&word.as_str()));
        let index = self.directory().names.words.iter();
        let found: Vec<usize> = (0..).zip(index).filter(|(_, (words, _))| spells(words)).map(|(at, _)| at).collect();
        let pupil = found.iter().map(|at| &self.directory().persons()[*at]).find(|it| it.role == PersonRole::Pupil)?;
        (found.len() == 1).then_some(Likeness { pupil, score: 0.9 })
    }
}
