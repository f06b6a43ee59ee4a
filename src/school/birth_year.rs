//! What the figures in an address say of its owner's age.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};

use super::Person;

/// When somebody was born, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Born {
    years: RangeInclusive<i32>,
    /// The birthday, where `adult-from` gives it.
    day: Option<NaiveDate>,
}

impl Born {
    /// A pupil's birth by `adult-from`, else by the year in the form, else by what pupils are:
    /// eleven to eighteen on `date`.
    pub(super) fn of(person: &Person, date: NaiveDate) -> Self {
        if let Some(day) = person.adult_from.and_then(|it| it.with_year(it.year() - 18).or(it.pred_opt())) {
            return Self { years: day.year()..=day.year(), day: Some(day) };
        }
        let school_year = if 9 <= date.month() { date.year() } else { date.year() - 1 };
        let years = match year_of_form(&person.form) {
            // Year 9 of 2026/27 was born from September 2012 to August 2013.
            Some(year) => school_year - year - 5..=school_year - year - 4,
            None => date.year() - 18..=date.year() - 11,
        };
        Self { years, day: None }
    }
}

/// The school year in a form's name: `9H`, `Y9`, `Year 10 B`, `Yr11`; none in `Reception`.
fn year_of_form(form: &str) -> Option<i32> {
    let figures = form.trim_start_matches(|it: char| !it.is_ascii_digit());
    let end = figures.find(|it: char| !it.is_ascii_digit()).unwrap_or(figures.len());
    figures[..end].parse().ok().filter(|year| (1..=14).contains(year))
}

/// How likely a pupil is to put these figures beside a name. The numbers are estimates; only
/// their proportion to [`by_adult`] counts.
pub(super) fn by_pupil(figures: &str, born: &Born, date: NaiveDate) -> f64 {
    let share = 1.0 / f64::from(born.years.end() - born.years.start() + 1);
    let each = |weight: f64, fits: &dyn Fn(i32) -> bool| {
        born.years.clone().filter(|year| fits(*year)).count() as f64 * weight * share
    };
    let number: i32 = figures.parse().unwrap_or(-1);
    match figures.len() {
        0 => 0.40,
        1 => 0.006,
        // The birth year; the year of leaving at sixteen or eighteen; any number.
        2 => {
            each(0.16, &|year| year % 100 == number)
                + each(0.004, &|year| (year + 16) % 100 == number || (year + 18) % 100 == number)
                + 0.001
        }
        3 => 0.000_06,
        4 => {
            let recent = (date.year() - 6..=date.year()).contains(&number);
            each(0.12, &|year| year == number)
                + each(0.008, &|year| [11, 16, 18].contains(&(number - year)))
                + if born.day.is_some_and(|day| day_and_month(figures, day)) { 0.03 } else { 0.0 }
                + if recent { 0.0015 } else { 0.000_004 }
        }
        6 | 8 => match born.day {
            Some(day) if day_and_month(&figures[..4], day) && ends_with_year(figures, day.year()) => 0.02,
            Some(_) => 0.000_000_02,
            None => each(0.000_05, &|year| ends_with_year(figures, year)) + 0.000_000_02,
        },
        _ => 0.000_000_1,
    }
}

/// How likely a grown-up of unknown age is to put these figures beside a name.
pub(super) fn by_adult(figures: &str, date: NaiveDate) -> f64 {
    let number: i32 = figures.parse().unwrap_or(-1);
    match figures.len() {
        0 => 0.52,
        1 => 0.007,
        2 if 50 <= number => 0.0036,
        2 if number <= 3 => 0.004,
        2 if number <= date.year() % 100 => 0.001_5,
        2 => 0.000_8,
        3 => 0.000_06,
        4 if (1945..=1999).contains(&number) => 0.002,
        4 if (2000..=2003).contains(&number) => 0.003,
        4 if (2004..=date.year()).contains(&number) => 0.001,
        4 => 0.000_006,
        6 | 8 => 0.000_000_02,
        _ => 0.000_000_1,
    }
}

/// Whether figures give the very year in which the pupil was born, by four figures or by a
/// whole birthday.
pub(super) fn names_year(figures: &str, born: &Born) -> bool {
    matches!(figures.len(), 4 | 8) && born.years.clone().any(|year| ends_with_year(figures, year))
}

fn day_and_month(figures: &str, day: NaiveDate) -> bool {
    figures == day.format("%d%m").to_string() || figures == day.format("%m%d").to_string()
}

/// Whether the last figures are a year, by four figures where there are four or eight.
fn ends_with_year(figures: &str, year: i32) -> bool {
    if figures.len() == 6 {
        figures.ends_with(&format!("{:02}", year % 100))
    } else {
        figures.ends_with(&year.to_string())
    }
}
