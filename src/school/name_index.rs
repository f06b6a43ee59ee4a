//! The names of the directory: who has a name, and how common it is among grown-ups.

use std::collections::HashMap;

use super::names::{Names, Nicknames};
use super::{Person, PersonRole};

/// Who has a first name or a surname, by every form of it.
#[derive(Default)]
pub(super) struct NameIndex {
    firsts: HashMap<Box<str>, Holders>,
    lasts: HashMap<Box<str>, Holders>,
    nicknames: Nicknames,
    /// The first letters of each person's first name and surname; zero where there is none.
    initials: Vec<(u8, u8)>,
    /// How many grown-ups have a first name that starts with each letter.
    adult_initials: [u32; 26],
    pub(super) adults: u32,
    pub(super) pupils: u32,
}

/// The persons who have a name, in the directory's order.
#[derive(Default)]
struct Holders {
    places: Vec<u32>,
    pupils: u32,
}

impl Holders {
    fn add(&mut self, place: u32, person: &Person) {
        self.places.push(place);
        self.pupils += u32::from(person.role == PersonRole::Pupil);
    }

    fn called(&self, own: bool) -> Called<'_> {
        Called { places: &self.places, pupils: self.pupils, own }
    }
}

impl NameIndex {
    pub(super) fn of(persons: &[Person]) -> Self {
        let mut index = Self { nicknames: Nicknames::read(), ..Self::default() };
        for (place, person) in (0..).zip(persons) {
            let names = Names::of(&person.name);
            let initial = |forms: &[String]| forms.first().map_or(0, |it| it.as_bytes()[0]);
            index.initials.push((initial(&names.firsts), initial(&names.lasts)));
            if names.lasts.is_empty() {
                continue;
            }
            if person.role == PersonRole::Pupil {
                index.pupils += 1;
            } else {
                index.adults += 1;
                if let Some(letter) = names.firsts.first().and_then(|it| letter_number(it)) {
                    index.adult_initials[letter] += 1;
                }
            }
            for first in names.firsts {
                index.firsts.entry(first.into()).or_default().add(place, person);
            }
            for last in names.lasts {
                index.lasts.entry(last.into()).or_default().add(place, person);
            }
        }
        for holders in index.firsts.values_mut().chain(index.lasts.values_mut()) {
            holders.places.shrink_to_fit();
        }
        index
    }

    pub(super) fn has_last(&self, name: &str) -> bool {
        self.lasts.contains_key(name)
    }

    /// Whether anyone is called so, or may be by a short form.
    pub(super) fn has_first(&self, name: &str) -> bool {
        self.calls(name).next().is_some()
    }

    /// The persons with a surname, in the directory's order.
    pub(super) fn with_last(&self, name: &str) -> &[u32] {
        self.lasts.get(name).map_or(&[], |it| it.places.as_slice())
    }

    /// How many pupils have a surname.
    pub(super) fn pupils_with_last(&self, name: &str) -> u32 {
        self.lasts.get(name).map_or(0, |it| it.pupils)
    }

    /// The persons whom `name` may call: those who have it, then those who have a name that it
    /// is another form of. Each list is in the directory's order.
    pub(super) fn calls(&self, name: &str) -> impl Iterator<Item = Called<'_>> {
        let own = self.firsts.get(name).map(|it| it.called(true));
        let others = self.nicknames.others(name).iter().filter_map(|other| self.firsts.get(*other));
        own.into_iter().chain(others.map(|it| it.called(false)))
    }

    /// Whether two names are forms of one.
    pub(super) fn are_forms(&self, one: &str, other: &str) -> bool {
        self.nicknames.others(one).contains(&other)
    }

    /// The first letters of a person's first name and surname.
    pub(super) fn initials(&self, place: u32) -> (u8, u8) {
        self.initials.get(place as usize).copied().unwrap_or_default()
    }

    /// The share of grown-ups whose first name starts with a letter.
    pub(super) fn adult_initial_share(&self, initial: char) -> f64 {
        let count = letter_number(initial.encode_utf8(&mut [0; 4])).map_or(0, |it| self.adult_initials[it]);
        (f64::from(count) + 2.0) / (f64::from(self.adults) + 52.0)
    }
}

/// Persons whom a name calls; `own` where it is their name as the directory has it.
#[derive(Clone, Copy)]
pub(super) struct Called<'a> {
    pub(super) places: &'a [u32],
    pub(super) pupils: u32,
    pub(super) own: bool,
}

fn letter_number(name: &str) -> Option<usize> {
    let letter = name.bytes().next().filter(u8::is_ascii_lowercase)?;
    Some(usize::from(letter - b'a'))
}
