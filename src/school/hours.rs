//! Windows of time in a week: days, times of day, and a person's own hours.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDateTime, Timelike, Weekday};
use serde::{Deserialize, Serialize};
use thiserror::Error;

const DAY: u32 = 24 * 60 * 60;
const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Why a window, a list of days or a person's hours cannot be meant as written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HoursError {
    #[error("`{text}` is not a window, must be two times of day such as `07:30-17:00`")]
    NotAWindow { text: String },
    #[error("`{text}` is not a time of day, must be between `00:00` and `24:00`")]
    NotATime { text: String },
    #[error("the window `{text}` is empty, must end after it starts")]
    Empty { text: String },
    #[error(
        "the window `{text}` ends before it starts, must lie within one day (write a night as two: \
         `{from}-24:00` and `00:00-{to}`)"
    )]
    Backwards { text: String, from: String, to: String },
    #[error("`{text}` is not a day, must be one of mon, tue, wed, thu, fri, sat, sun{}", or_likely(.likely))]
    NotADay { text: String, likely: Option<&'static str> },
    #[error("there are no days, must be at least one of mon, tue, wed, thu, fri, sat, sun")]
    NoDays,
    #[error("there are no hours, must be days and times such as `mon-wed 07:30-15:00; fri 08:00-12:00`")]
    NoHours,
}

fn or_likely(likely: &Option<&'static str>) -> String {
    likely.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default()
}

/// A stretch of one day, both ends inside to the second: `07:30-17:00` holds 17:00:00 and not
/// 17:00:01.
///
/// It lies within one day: it ends after it starts. `24:00` is the end of the day, so that
/// `00:00-24:00` leaves out nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Window {
    /// Seconds since midnight by the clock on the wall.
    from: u32,
    to: u32,
}

impl Window {
    /// The first second inside, counted from midnight.
    pub fn from_second(self) -> u32 {
        self.from
    }

    /// The last second inside, counted from midnight.
    pub fn to_second(self) -> u32 {
        self.to
    }
}

impl FromStr for Window {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let text = text.trim();
        let (start, end) = text
            .split_once(['-', '\u{2013}'])
            .ok_or_else(|| HoursError::NotAWindow { text: text.to_owned() })?;
        let (from, to) = (time_of_day(start)?, time_of_day(end)?);
        if from == to {
            return Err(HoursError::Empty { text: text.to_owned() });
        }
        if to < from {
            return Err(HoursError::Backwards { text: text.to_owned(), from: clock(from), to: clock(to) });
        }
        Ok(Self { from, to })
    }
}

impl TryFrom<String> for Window {
    type Error = HoursError;

    fn try_from(text: String) -> Result<Self, HoursError> {
        text.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.to_string()
    }
}

impl fmt::Display for Window {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", clock(self.from), clock(self.to))
    }
}

/// Reads `7:30`, `07:30` or `07:30:15` as seconds since midnight; `24:00` is the end of the day.
fn time_of_day(text: &str) -> Result<u32, HoursError> {
    let text = text.trim();
    let wrong = || HoursError::NotATime { text: text.to_owned() };
    let mut parts = text.split(':').map(|part| {
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { part.parse::<u32>().map_err(|_| wrong()) } else { Err(wrong()) }
    });
    let hour = parts.next().ok_or_else(wrong)??;
    let minute = parts.next().ok_or_else(wrong)??;
    let second = parts.next().transpose()?.unwrap_or(0);
    let total = hour * 3600 + minute * 60 + second;
    if parts.next().is_some() || minute > 59 || second > 59 || total > DAY {
        return Err(wrong());
    }
    Ok(total)
}

fn clock(second: u32) -> String {
    let (hour, minute, rest) = (second / 3600, second / 60 % 60, second % 60);
    if rest == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{rest:02}") }
}

/// Days of the week, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Days(u8);

impl Days {
    pub const MONDAY_TO_FRIDAY: Self = Self(0b001_1111);
    pub const EVERY_DAY: Self = Self(0b111_1111);

    pub fn contains(self, day: Weekday) -> bool {
        self.0 >> day.num_days_from_monday() & 1 == 1
    }

    /// The days in order, from Monday.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        WEEK.into_iter().filter(move |day| self.contains(*day))
    }
}

/// Reads days and ranges of days, separated by commas or spaces: `mon-wed, fri`. A range may
/// pass the week's end: `sat-mon`.
impl FromStr for Days {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let mut days = 0;
        let text = text.replace(" -", "-").replace("- ", "-");
        for part in text.split([',', ' ', '\t']).filter(|part| !part.is_empty()) {
            let (first, last) = match part.split_once(['-', '\u{2013}']) {
                Some((first, last)) => (day(first)?, day(last)?),
                None => (day(part)?, day(part)?),
            };
            let length = (last + 7 - first) % 7;
            days |= (0..=length).map(|step| 1 << ((first + step) % 7)).sum::<u8>();
        }
        if days == 0 { Err(HoursError::NoDays) } else { Ok(Self(days)) }
    }
}

impl TryFrom<Vec<String>> for Days {
    type Error = HoursError;

    fn try_from(names: Vec<String>) -> Result<Self, HoursError> {
        names.join(",").parse()
    }
}

impl From<Days> for Vec<String> {
    fn from(days: Days) -> Self {
        days.iter().map(|day| name(day).to_owned()).collect()
    }
}

/// Writes runs of three days and more as a range: `mon-wed,fri`.
impl fmt::Display for Days {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        let mut day = 0;
        while day < 7 {
            let run = (day..7).take_while(|it| self.0 >> it & 1 == 1).count();
            match run {
                0 => {}
                1 | 2 => parts.extend(NAMES[day..day + run].iter().map(|it| (*it).to_owned())),
                _ => parts.push(format!("{}-{}", NAMES[day], NAMES[day + run - 1])),
            }
            day += run.max(1);
        }
        formatter.write_str(&parts.join(","))
    }
}

fn name(day: Weekday) -> &'static str {
    NAMES[day.num_days_from_monday() as usize]
}

/// The place of a day in the week, by its three letters or its full English name.
fn day(text: &str) -> Result<usize, HoursError> {
    const FULL: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let lower = text.trim().to_lowercase();
    let found = (0..7).find(|it| lower == NAMES[*it] || lower == FULL[*it]);
    found.ok_or_else(|| HoursError::NotADay {
        text: text.trim().to_owned(),
        likely: (0..7).find(|it| 2 <= lower.len() && FULL[*it].starts_with(&lower)).map(|it| NAMES[it]),
    })
}

/// When mail may go in a week: one or more windows, each on its days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hours {
    /// Never empty.
    stretches: Vec<(Days, Window)>,
}

impl Hours {
    pub fn new(days: Days, window: Window) -> Self {
        Self { stretches: vec![(days, window)] }
    }

    /// Tells whether the clock on the wall shows a time inside, to the second.
    pub fn contains(&self, local: NaiveDateTime) -> bool {
        let second = local.num_seconds_from_midnight();
        self.windows_on(local.weekday()).any(|it| (it.from..=it.to).contains(&second))
    }

    /// The windows of one day, in the order in which they were written.
    pub fn windows_on(&self, day: Weekday) -> impl Iterator<Item = Window> {
        self.stretches.iter().filter(move |(days, _)| days.contains(day)).map(|(_, window)| *window)
    }
}

/// Reads `mon-wed 07:30-15:00; fri 08:00-12:00`. A stretch without days is meant for Monday to
/// Friday.
impl FromStr for Hours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let stretches = text
            .split(';')
            .map(str::trim)
            .filter(|stretch| !stretch.is_empty())
            .map(|stretch| {
                let digit = stretch
                    .find(|letter: char| letter.is_ascii_digit())
                    .ok_or_else(|| HoursError::NotAWindow { text: stretch.to_owned() })?;
                let (days, window) = stretch.split_at(digit);
                let days = match days.trim() {
                    "" => Days::MONDAY_TO_FRIDAY,
                    days => days.parse()?,
                };
                Ok((days, window.parse()?))
            })
            .collect::<Result<Vec<_>, HoursError>>()?;
        if stretches.is_empty() { Err(HoursError::NoHours) } else { Ok(Self { stretches }) }
    }
}

impl TryFrom<String> for Hours {
    type Error = HoursError;

    fn try_from(text: String) -> Result<Self, HoursError> {
        text.parse()
    }
}

impl From<Hours> for String {
    fn from(hours: Hours) -> Self {
        hours.to_string()
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> =
            self.stretches.iter().map(|(days, window)| format!("{days} {window}")).collect();
        formatter.write_str(&parts.join("; "))
    }
}
