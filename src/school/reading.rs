//! The ways to read an address as a name that the directory knows.

use super::name_index::NameIndex;
use super::spelling::Spelling;

/// How an address spells a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    FirstLast,
    /// With something between that must be a middle name or its initial.
    FirstMiddleLast,
    InitialLast,
    InitialsLast,
    FirstInitial,
    First,
    /// Whose it is nobody can say, but hardly a pupil's: a household's, or a father's.
    Last,
    /// The display name alone spells the name; the address is anything.
    Displayed,
}

impl Shape {
    /// How usual the shape is.
    pub(super) fn weight(self) -> f64 {
        match self {
            Self::FirstLast => 0.50,
            Self::FirstMiddleLast => 0.06,
            Self::InitialLast => 0.14,
            Self::InitialsLast => 0.04,
            Self::FirstInitial => 0.10,
            Self::First => 0.06,
            Self::Last => 0.04,
            Self::Displayed => 0.08,
        }
    }
}

/// One way to read the letters: what in them is the first name or its initials, what the
/// surname or its initial, what stands between.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    pub(super) shape: Shape,
    pub(super) first: &'a str,
    pub(super) between: &'a str,
    pub(super) last: &'a str,
}

/// Every way to part the letters into names that the directory knows.
pub(super) fn readings<'s>(spelling: &'s Spelling, index: &NameIndex) -> Vec<Reading<'s>> {
    let letters = spelling.letters.as_str();
    let places: Vec<usize> = (1..letters.len()).filter(|place| spelling.parts_at(*place)).collect();
    let starts = |known: &dyn Fn(&str) -> bool| -> Vec<usize> {
        places.iter().copied().filter(|it| known(&letters[..*it])).collect()
    };
    let ends = |known: &dyn Fn(&str) -> bool| -> Vec<usize> {
        places.iter().copied().filter(|it| known(&letters[*it..])).collect()
    };
    let is_first = |name: &str| 1 < name.len() && index.has_first(name);
    let is_last = |name: &str| 1 < name.len() && index.has_last(name);
    let (first_starts, first_ends) = (starts(&is_first), ends(&is_first));
    let (last_starts, last_ends) = (starts(&is_last), ends(&is_last));
    let mut readings = Vec::new();
    let mut add = |shape, first, between, last| readings.push(Reading { shape, first, between, last });
    for first in &first_starts {
        for last in last_ends.iter().filter(|last| *first <= **last) {
            let shape = if first == last { Shape::FirstLast } else { Shape::FirstMiddleLast };
            add(shape, &letters[..*first], &letters[*first..*last], &letters[*last..]);
        }
        if letters.len() - first <= 2 {
            add(Shape::FirstInitial, &letters[..*first], "", &letters[*first..]);
        }
    }
    for cut in last_starts.iter().filter(|cut| first_ends.contains(cut)) {
        add(Shape::FirstLast, &letters[*cut..], "", &letters[..*cut]);
    }
    let initials = |length| if length == 1 { Shape::InitialLast } else { Shape::InitialsLast };
    for cut in last_ends.iter().filter(|cut| **cut <= 2) {
        add(initials(*cut), &letters[..*cut], "", &letters[*cut..]);
    }
    for cut in last_starts.iter().filter(|cut| letters.len() - **cut <= 2) {
        add(initials(letters.len() - cut), &letters[*cut..], "", &letters[..*cut]);
    }
    if is_first(letters) {
        add(Shape::First, letters, "", "");
    }
    if is_last(letters) {
        add(Shape::Last, "", "", letters);
    }
    readings
}
