//! The bank holidays of the three divisions of the United Kingdom, computed without a network.
//!
//! Source: Banking and Financial Dealings Act 1971, schedule 1, and the yearly proclamations as
//! gov.uk/bank-holidays lists them. A day proclaimed after this release is not known here; a
//! school adds it as a closure.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// Whose bank holidays the school keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BankHolidays {
    #[default]
    None,
    EnglandAndWales,
    Scotland,
    NorthernIreland,
}

use BankHolidays::{NorthernIreland, Scotland};

/// Days proclaimed once: year, month and day, what they are called, and where they are kept
/// where that is not everywhere.
const PROCLAIMED: [(i32, u32, u32, &str, Option<BankHolidays>); 5] = [
    (2012, 6, 5, "Queen's Diamond Jubilee", None),
    (2022, 6, 3, "Queen's Platinum Jubilee", None),
    (2022, 9, 19, "State Funeral of Queen Elizabeth II", None),
    (2023, 5, 8, "Coronation of King Charles III", None),
    (2026, 6, 15, "World Cup", Some(Scotland)),
];

impl BankHolidays {
    /// The bank holidays of one year, by date. They are right from 2012 on.
    pub fn of_year(self, year: i32) -> Vec<(NaiveDate, &'static str)> {
        let mut days = Vec::new();
        let mut add = |date: Option<NaiveDate>, name| days.extend(date.map(|date| (date, name)));
        if self == Self::None {
            return days;
        }
        let easter = easter_sunday(year);
        let (christmas, boxing) = pair(year, 12, 25);

        if self == Scotland {
            let (first, second) = pair(year, 1, 1);
            add(first, "New Year's Day");
            add(second, "2nd January");
            add(moved(year, 11, 30), "St Andrew's Day");
            add(nth_monday(year, 8, 1), "Summer bank holiday");
        } else {
            add(moved(year, 1, 1), "New Year's Day");
            add(easter.and_then(|it| it.checked_add_days(Days::new(1))), "Easter Monday");
            add(last_monday(year, 8), "Summer bank holiday");
        }
        if self == NorthernIreland {
            add(moved(year, 3, 17), "St Patrick's Day");
            add(moved(year, 7, 12), "Battle of the Boyne (Orangemen's Day)");
        }
        add(easter.and_then(|it| it.checked_sub_days(Days::new(2))), "Good Friday");
        add(early_may(year), "Early May bank holiday");
        add(spring(year), "Spring bank holiday");
        add(christmas, "Christmas Day");
        add(boxing, "Boxing Day");
        for (one_year, month, day, name, division) in PROCLAIMED {
            if one_year == year && division.is_none_or(|it| it == self) {
                add(NaiveDate::from_ymd_opt(year, month, day), name);
            }
        }
        days.sort();
        days
    }

    /// The name of the bank holiday on `date`, a substitute day included.
    pub fn on(self, date: NaiveDate) -> Option<&'static str> {
        // No bank holiday falls on a weekend: it is kept on a weekday in its place.
        if self == Self::None || matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
            return None;
        }
        self.of_year(date.year()).into_iter().find(|(day, _)| *day == date).map(|(_, name)| name)
    }
}

/// A holiday, or the Monday after it where it falls on a weekend.
fn moved(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    let later = match date.weekday() {
        Weekday::Sat => 2,
        Weekday::Sun => 1,
        _ => 0,
    };
    date.checked_add_days(Days::new(later))
}

/// Two holidays in a row, which never take one another's place: each that falls on a weekend
/// is kept on the next weekday that is free.
fn pair(year: i32, month: u32, day: u32) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let Some(first) = NaiveDate::from_ymd_opt(year, month, day) else { return (None, None) };
    let (first_later, second_later) = match first.weekday() {
        Weekday::Fri => (0, 3), // The second, a Saturday, on Monday.
        Weekday::Sat => (2, 3), // Monday and Tuesday.
        Weekday::Sun => (2, 1), // The second on its Monday, so the first on Tuesday.
        _ => (0, 1),
    };
    (first.checked_add_days(Days::new(first_later)), first.checked_add_days(Days::new(second_later)))
}

fn nth_monday(year: i32, month: u32, nth: u8) -> Option<NaiveDate> {
    NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, nth)
}

fn last_monday(year: i32, month: u32) -> Option<NaiveDate> {
    nth_monday(year, month, 5).or_else(|| nth_monday(year, month, 4))
}

/// The first Monday in May; in 2020 the Friday of VE Day's 75th anniversary.
fn early_may(year: i32) -> Option<NaiveDate> {
    if year == 2020 { NaiveDate::from_ymd_opt(2020, 5, 8) } else { nth_monday(year, 5, 1) }
}

/// The last Monday in May; in the two jubilee years a day in June beside the jubilee's own.
fn spring(year: i32) -> Option<NaiveDate> {
    match year {
        2012 => NaiveDate::from_ymd_opt(2012, 6, 4),
        2022 => NaiveDate::from_ymd_opt(2022, 6, 2),
        _ => last_monday(year, 5),
    }
}

/// Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Meeus, *Astronomical
/// Algorithms*, chapter 8).
fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let (leap_centuries, centuries_over) = (century / 4, century % 4);
    let lunar = (century + 8) / 25;
    let epact = (19 * golden + century - leap_centuries - (century - lunar + 1) / 3 + 15) % 30;
    let weekday = (32 + 2 * centuries_over + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let sum = epact + weekday - 7 * late + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(sum / 31).ok()?, u32::try_from(sum % 31 + 1).ok()?)
}
