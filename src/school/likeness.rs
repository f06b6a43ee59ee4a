//! Guesses: an address on no list that looks like a pupil's name.
//!
//! An address spells a name in one of a few shapes (`first.last`, `flast`, `firstl`). Everyone
//! who may have written it that way lays claim to it: pupils, the grown-ups of the directory,
//! and the strangers and unlisted relatives who must be reckoned with. How strong a claim is
//! follows from how usual the shape is, how many strangers have that name (counted among the
//! directory's own grown-ups, so that Julie is no pupil's name and Jayden is), what the figures
//! say of an age, and what the display name says. The score is the pupils' share of all claims.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::birth_year::{self, Born};
use super::freemail::{is_freemail, unquoted, without_tag};
use super::name_index::NameIndex;
use super::names::Names;
use super::reading::{Reading, Shape, readings};
use super::spelling::{Display, Spelling};
use super::tables::ascii_domain;
use super::{Person, PersonRole, School};
use crate::mail::Address;

/// The score from which a likeness is reported.
const BAR: f64 = 0.90;

/// How much less the pupils' claims weigh at a domain that gives no mailboxes away.
const ORGANISATION: f64 = 0.05;

/// How many persons may share a way to write their name for it to be anybody's.
const CROWD: usize = 500;

/// How likely the first name alone is to be shown; no display name without the first name is
/// as likely.
const NAMED: f64 = 0.15;

/// A pupil whom an address may belong to.
#[derive(Clone, Copy, Debug)]
pub struct Likeness<'a> {
    /// A pupil, or a former pupil under eighteen.
    pub pupil: &'a Person,
    /// How likely it is that the address is a pupil's: more than 0.9, at most 1.
    pub score: f64,
}

impl School {
    /// The pupil whose name an address on no list looks like on `date`; `None` where it is as
    /// likely to be somebody else's.
    ///
    /// Only at providers of free mail does a name alone make a likeness. At any other domain
    /// the whole name and the year of birth must stand in the address.
    pub fn likeness(&self, address: &Address, display_name: &str, date: NaiveDate) -> Option<Likeness<'_>> {
        let unknown = self.is_outside(address)
            && self.person(address).is_none()
            && self.group(address).is_none()
            && self.private_match(address).is_none();
        if !unknown {
            return None;
        }
        let index = &self.directory().names;
        let is_name = |word: &str| index.has_first(word) || index.has_last(word);
        let guess = Guess {
            persons: self.directory().persons(),
            index,
            display: Display::of(display_name, is_name),
            date,
            freemail: is_freemail(&ascii_domain(address.domain())),
        };
        guess.of(&Spelling::of_local_part(without_tag(&unquoted(address.local())), is_name)?)
    }
}

/// Everything that one guess weighs.
struct Guess<'a> {
    persons: &'a [Person],
    index: &'a NameIndex,
    display: Display,
    date: NaiveDate,
    freemail: bool,
}

/// The claims to one address.
#[derive(Default)]
struct Claims {
    /// The strongest claim of each person.
    persons: HashMap<u32, f64>,
    strangers: f64,
}

impl<'a> Guess<'a> {
    fn of(&self, spelling: &Spelling) -> Option<Likeness<'a>> {
        if self.display.grown_up || spelling.is_a_familys(|it| self.index.has_last(it)) {
            return None;
        }
        let mut claims = self.claims(spelling);
        for plainer in spelling.plainer() {
            if !claims.persons.is_empty() {
                break;
            }
            claims = self.claims(&plainer);
        }
        if claims.persons.is_empty() && !spelling.has_a_grown_ups_word() {
            claims = self.displayed(spelling);
        }
        let is_young = |place: u32| self.is_young(&self.persons[place as usize]);
        let young = claims.persons.iter().filter(|(place, _)| is_young(**place));
        let pupils: f64 = young.clone().map(|(_, claim)| claim).sum();
        // The first of equals, so that one address always gives one answer.
        let (best, _) = young.max_by(|left, right| left.1.total_cmp(right.1).then(right.0.cmp(left.0)))?;
        let all: f64 = claims.persons.values().sum::<f64>() + claims.strangers;
        let score = pupils / all;
        (BAR < score).then(|| Likeness { pupil: &self.persons[*best as usize], score })
    }

    /// A pupil, or a former pupil who is known to be under eighteen.
    fn is_young(&self, person: &Person) -> bool {
        match person.role {
            PersonRole::Pupil => true,
            PersonRole::FormerPupil => person.is_adult(self.date) == Some(false),
            _ => false,
        }
    }

    /// The claims of all ways to read the letters.
    fn claims(&self, spelling: &Spelling) -> Claims {
        let mut claims = Claims::default();
        for reading in readings(spelling, self.index) {
            self.claim(&reading, &spelling.figures, &mut claims);
        }
        claims
    }

    /// The claims of a display name that spells a whole name, over an address that spells none.
    fn displayed(&self, spelling: &Spelling) -> Claims {
        let mut claims = Claims::default();
        if let [first, between @ .., last] = self.display.words.as_slice() {
            let between = between.concat();
            let reading = Reading { shape: Shape::Displayed, first, between: &between, last };
            self.claim(&reading, &spelling.figures, &mut claims);
            let joined = format!("{between}{last}");
            let reading = Reading { shape: Shape::Displayed, first, between: "", last: &joined };
            self.claim(&reading, &spelling.figures, &mut claims);
        }
        claims
    }

    /// Adds the claims to one reading, of persons and of strangers.
    fn claim(&self, reading: &Reading<'_>, figures: &str, claims: &mut Claims) {
        for (place, fit) in self.candidates(reading) {
            let person = &self.persons[place as usize];
            let claim = self.person_claim(person, reading, figures) * fit;
            let strongest = claims.persons.entry(place).or_insert(0.0);
            *strongest = strongest.max(claim);
        }
        let strangers = self.strangers(reading)
            * reading.shape.weight()
            * birth_year::by_adult(figures, self.date)
            * self.display_by_stranger(reading);
        claims.strangers = claims.strangers.max(strangers);
    }

    /// The persons whose name a reading may be, each with how well it fits.
    fn candidates(&self, reading: &Reading<'_>) -> Vec<(u32, f64)> {
        let initial = |text: &str| text.as_bytes().first().copied().unwrap_or(0);
        let mut candidates = Vec::new();
        match reading.shape {
            Shape::Last => {}
            Shape::InitialLast | Shape::InitialsLast => {
                let of_initial = |place: &&u32| self.index.initials(**place).0 == initial(reading.first);
                candidates.extend(
                    self.index.with_last(reading.last).iter().filter(of_initial).map(|it| (*it, 1.0)),
                );
            }
            Shape::FirstLast | Shape::FirstMiddleLast | Shape::Displayed => {
                let lasts = self.index.with_last(reading.last);
                for called in self.index.calls(reading.first) {
                    let fit = if called.own { 1.0 } else { 0.3 };
                    let (few, many) = if lasts.len() < called.places.len() {
                        (lasts, called.places)
                    } else {
                        (called.places, lasts)
                    };
                    candidates
                        .extend(few.iter().filter(|it| many.binary_search(it).is_ok()).map(|it| (*it, fit)));
                }
            }
            Shape::FirstInitial | Shape::First => {
                for called in self.index.calls(reading.first) {
                    let fit = if called.own { 1.0 } else { 0.3 };
                    let last = initial(reading.last);
                    let of_initial = |place: &&u32| {
                        last == 0 || reading.last.len() == 2 || self.index.initials(**place).1 == last
                    };
                    candidates.extend(called.places.iter().filter(of_initial).map(|it| (*it, fit)));
                }
            }
        }
        // In a crowd the name is nobody's, and to weigh them all would take long.
        if CROWD < candidates.len() {
            return Vec::new();
        }
        candidates.retain(|(place, _)| self.between_fits(reading, *place));
        candidates
    }

    /// Whether what is more than first name and surname is the person's too: a middle name, its
    /// initial, or the second initial of the surname.
    fn between_fits(&self, reading: &Reading<'_>, place: u32) -> bool {
        let names = || Names::of(&self.persons[place as usize].name);
        let second = match reading.shape {
            Shape::FirstMiddleLast | Shape::Displayed => reading.between,
            Shape::InitialsLast => &reading.first[1..],
            Shape::FirstInitial if reading.last.len() == 2 => {
                let names = names();
                let of_last = names.lasts.iter().skip(1).map(|it| &it[..1]).collect::<String>();
                let middle = names.middles.first().map_or("", |it| &it[..1]);
                let last = names.lasts.first().map_or("", |it| &it[..1]);
                return reading.last == of_last || reading.last == format!("{middle}{last}");
            }
            _ => return true,
        };
        second.is_empty() || {
            let middles = names().middles;
            let initials: String = middles.iter().map(|it| &it[..1]).collect();
            initials == second
                || middles.concat() == second
                || middles.iter().any(|it| it == second || it[..1] == *second)
        }
    }

    fn person_claim(&self, person: &Person, reading: &Reading<'_>, figures: &str) -> f64 {
        let born = || Born::of(person, self.date);
        let displayed = self.display_by(person);
        let claim = reading.shape.weight() * displayed;
        if self.is_young(person) {
            let by_pupil = birth_year::by_pupil(figures, &born(), self.date);
            // An initial and a surname is every parent's pattern: only an age or a name makes
            // it a pupil's.
            let initials = matches!(reading.shape, Shape::InitialLast | Shape::InitialsLast);
            let of_an_age = 3.0 * birth_year::by_adult(figures, self.date) < by_pupil;
            let is_named = !self.display.words.is_empty() && NAMED <= displayed;
            if initials && !of_an_age && !is_named {
                return 0.0;
            }
            let sure = reading.shape == Shape::FirstLast && birth_year::names_year(figures, &born());
            let domain = match (self.freemail, sure) {
                (true, _) => 1.0,
                (false, true) => ORGANISATION,
                (false, false) => 0.0,
            };
            return claim * by_pupil * domain;
        }
        let figures = match person.role {
            PersonRole::FormerPupil => birth_year::by_pupil(figures, &born(), self.date),
            _ => birth_year::by_adult(figures, self.date),
        };
        // A parent whose address is known has another one less often than a colleague.
        claim * figures * if person.role == PersonRole::Parent { 0.5 } else { 1.0 }
    }

    /// How many strangers and unlisted relatives there are whose name a reading may be.
    fn strangers(&self, reading: &Reading<'_>) -> f64 {
        let adults = f64::from(self.index.adults.max(300));
        let of_last = self.index.with_last(reading.last);
        let pupils = f64::from(self.index.pupils_with_last(reading.last));
        // Without one pupil: the one the address may belong to says nothing of strangers.
        let share_of_last = ((pupils - 1.0).max(0.0) + 0.3) / (f64::from(self.index.pupils) + 100.0);
        let same_last = adults * share_of_last + 0.6 * pupils;
        let initial = reading.first.chars().next().unwrap_or('x');
        match reading.shape {
            Shape::FirstLast | Shape::Displayed => same_last * self.share_of_first(reading.first),
            Shape::FirstMiddleLast => same_last * self.share_of_first(reading.first) / 15.0,
            Shape::InitialLast => same_last * self.index.adult_initial_share(initial),
            Shape::InitialsLast => same_last * self.index.adult_initial_share(initial) / 15.0,
            Shape::FirstInitial => 1.5 * adults * self.share_of_first(reading.first) / 15.0,
            Shape::First => 1.5 * adults * self.share_of_first(reading.first),
            Shape::Last => same_last + of_last.len() as f64,
        }
    }

    /// The share of strangers with a first name. Most are grown-ups, as in the directory; some
    /// are young, and named as pupils are.
    fn share_of_first(&self, first: &str) -> f64 {
        let (mut adults, mut pupils) = (0.3, 0.0);
        for called in self.index.calls(first) {
            let fit = if called.own { 1.0 } else { 0.3 };
            pupils += fit * f64::from(called.pupils);
            adults += fit * (called.places.len() as f64 - f64::from(called.pupils));
        }
        0.95 * adults / (f64::from(self.index.adults) + 100.0)
            + 0.05 * pupils / (f64::from(self.index.pupils) + 100.0)
    }

    /// How likely a person is to be shown under this display name.
    fn display_by(&self, person: &Person) -> f64 {
        let words = &self.display.words;
        let Some(written) = words.first() else { return 1.0 };
        let names = Names::of(&person.name);
        let is_first = |word: &String| {
            names.firsts.contains(word) || names.firsts.iter().any(|it| self.index.are_forms(it, word))
        };
        let joined = words.concat();
        let has_last = names.lasts.iter().any(|last| words.contains(last) || joined.ends_with(last.as_str()));
        let has_first =
            words.iter().any(is_first) || names.firsts.iter().any(|it| joined.starts_with(it.as_str()));
        let has_initial =
            written.len() <= 2 && names.firsts.first().is_some_and(|it| it[..1] == written[..1]);
        match (has_first, has_last) {
            (true, true) => 0.6,
            (true, false) if words.iter().skip(1).all(|it| it.len() == 1) => NAMED,
            (true, false) => 0.01,
            (false, true) if has_initial => 0.05,
            (false, true) if words.len() == 1 => 0.03,
            (false, _) if self.index.has_first(written) => 0.0005,
            _ => 0.02,
        }
    }

    /// How likely a stranger whose address reads so is to be shown under this display name.
    fn display_by_stranger(&self, reading: &Reading<'_>) -> f64 {
        let Some(written) = self.display.words.first() else { return 1.0 };
        let whole = if self.display.words.len() == 1 { 0.15 } else { 0.6 };
        match reading.shape {
            Shape::InitialLast | Shape::InitialsLast => {
                let initial = reading.first.chars().next().unwrap_or('x');
                if written.len() == 1 || !written.starts_with(initial) {
                    0.05
                } else {
                    let share = self.share_of_first(written) / self.index.adult_initial_share(initial);
                    whole * share.min(1.0)
                }
            }
            _ if *written == *reading.first => whole,
            _ => 0.02,
        }
    }
}
