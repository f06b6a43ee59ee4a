//! Reads the events of an iCalendar file (RFC 5545): what they are called, and their days.

use std::borrow::Cow;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use thiserror::Error;

/// More events than any school's calendar has.
const MOST_EVENTS: usize = 20_000;

/// Components lie within one another at most this deep; RFC 5545 knows three levels.
const DEEPEST: usize = 16;

/// A day that an event with times must cover from the first to the second counts as its own.
const CORE_HOURS: (u32, u32) = (10, 15);

/// One VEVENT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The line of its BEGIN, counted from 1.
    pub line: usize,
    /// SUMMARY without escapes, in one line; empty where there is none.
    pub summary: String,
    /// The first and the last day that it touches.
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The first and the last day that it fills, from 10:00 to 15:00 at least; `None` where it
    /// fills none.
    pub whole_days: Option<(NaiveDate, NaiveDate)>,
    pub cancelled: bool,
    /// It has an RRULE or RDATE, of which only the first occurrence is known here.
    pub repeats: bool,
}

/// What is wrong with an iCalendar file, and in which line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{line}: {what}")]
pub struct IcalError {
    pub line: usize,
    pub what: IcalFault,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IcalFault {
    #[error("this is no iCalendar file, must start with `BEGIN:VCALENDAR`")]
    NoCalendar,
    #[error("the file ends inside the {component} that begins here, must have `END:{component}`")]
    Unfinished { component: String },
    #[error("`END:{found}` ends what has not begun{}", .open.as_ref().map(|it| format!(", must be `END:{it}`")).unwrap_or_default())]
    Mismatch { found: String, open: Option<String> },
    #[error("components lie more than {DEEPEST} deep within one another")]
    TooDeep,
    #[error("there are more than {MOST_EVENTS} events")]
    TooMany,
    #[error("`{property}` is `{found}`, must be a date such as `20261026` or `20261026T090000Z`")]
    Date { property: &'static str, found: String },
    #[error("`DURATION` is `{found}`, must be like `P5D`, `P1W` or `PT6H`")]
    Duration { found: String },
    #[error("the event that begins here has no `DTSTART`")]
    NoStart,
    #[error("the event that begins here ends before it starts")]
    Backwards,
}

/// Reads all events of a file, in its order; times are taken to the clock of `zone`.
///
/// Byte order mark, CRLF and LF, folded lines and unknown properties are all borne; a file that
/// breaks off is refused, because the holidays at its end would be missing unseen.
///
/// # Errors
/// The first fault with its line.
pub fn events(bytes: &[u8], zone: Tz) -> Result<Vec<Event>, IcalError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut events = Vec::new();
    let mut open: Vec<(String, usize)> = Vec::new();
    let mut begun = false;
    let mut draft = Draft::default();
    for (line, text) in Unfolded::of(bytes) {
        let fault = |what| Err(IcalError { line, what });
        let text = String::from_utf8_lossy(&text);
        if text.trim().is_empty() {
            continue;
        }
        let property = Property::read(&text);
        let name = property.as_ref().map_or(String::new(), |it| it.name.to_ascii_uppercase());
        let value = property.as_ref().map_or("", |it| it.value);
        let component = || value.trim().to_ascii_uppercase();
        if !begun && (name != "BEGIN" || component() != "VCALENDAR") {
            return fault(IcalFault::NoCalendar);
        }
        let in_event = matches!(open.as_slice(), [.., (last, _)] if last == "VEVENT");
        match (name.as_str(), property) {
            ("BEGIN", _) => {
                begun = true;
                if open.len() == DEEPEST {
                    return fault(IcalFault::TooDeep);
                }
                if component() == "VEVENT" {
                    draft = Draft { line, ..Draft::default() };
                }
                open.push((component(), line));
            }
            ("END", _) => match open.pop() {
                Some((component, _)) if component == value.trim().to_ascii_uppercase() => {
                    if in_event {
                        if events.len() == MOST_EVENTS {
                            return fault(IcalFault::TooMany);
                        }
                        events.push(std::mem::take(&mut draft).finish()?);
                    }
                }
                other => {
                    let (found, open) = (brief(&component()), other.map(|(it, _)| brief(&it)));
                    return fault(IcalFault::Mismatch { found, open });
                }
            },
            (name, Some(property)) if in_event => draft.take(line, name, &property, zone)?,
            _ => {}
        }
    }
    match open.pop() {
        Some((component, line)) => {
            Err(IcalError { line, what: IcalFault::Unfinished { component: brief(&component) } })
        }
        None if begun => Ok(events),
        None => Err(IcalError { line: 1, what: IcalFault::NoCalendar }),
    }
}

/// A moment as it stands in the file: a day, or a time by the school's clock.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Day(NaiveDate),
    Time(NaiveDateTime),
}

/// An event while its properties are read.
#[derive(Default)]
struct Draft {
    line: usize,
    summary: String,
    start: Option<Moment>,
    end: Option<Moment>,
    duration: Option<TimeDelta>,
    cancelled: bool,
    repeats: bool,
}

impl Draft {
    fn take(&mut self, line: usize, name: &str, property: &Property<'_>, zone: Tz) -> Result<(), IcalError> {
        let date = |property: &Property<'_>, name| {
            property.moment(zone).ok_or_else(|| {
                let found = brief(property.value);
                IcalError { line, what: IcalFault::Date { property: name, found } }
            })
        };
        match name {
            "SUMMARY" => self.summary = unescaped(property.value),
            "DTSTART" => self.start = Some(date(property, "DTSTART")?),
            "DTEND" => self.end = Some(date(property, "DTEND")?),
            "DURATION" => {
                let found = || IcalFault::Duration { found: brief(property.value) };
                let duration = duration(property.value.trim());
                self.duration = Some(duration.ok_or_else(|| IcalError { line, what: found() })?);
            }
            "STATUS" => self.cancelled = property.value.trim().eq_ignore_ascii_case("CANCELLED"),
            "RRULE" | "RDATE" => self.repeats = true,
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<Event, IcalError> {
        let fault = |what| IcalError { line: self.line, what };
        let start = self.start.ok_or_else(|| fault(IcalFault::NoStart))?;
        let (from, to, whole_days) = match start {
            Moment::Day(from) => {
                let end = match (self.end, self.duration) {
                    (Some(Moment::Day(end)), _) => Some(end),
                    (Some(Moment::Time(end)), _) => Some(end.date()),
                    (None, Some(duration)) => from.checked_add_signed(duration),
                    (None, None) => None,
                };
                // Without an end it is one day (RFC 5545 section 3.6.1). The end is the day after
                // the last; exporters that do not know that write the first day again.
                let end = end.filter(|it| *it != from);
                let to = match end {
                    Some(end) => {
                        end.pred_opt().filter(|to| from <= *to).ok_or_else(|| fault(IcalFault::Backwards))?
                    }
                    None => from,
                };
                (from, to, Some((from, to)))
            }
            Moment::Time(start) => {
                let end = match (self.end, self.duration) {
                    (Some(Moment::Time(end)), _) => end,
                    (Some(Moment::Day(end)), _) => end.and_time(NaiveTime::MIN),
                    (None, Some(duration)) => start.checked_add_signed(duration).unwrap_or(start),
                    (None, None) => start,
                };
                if end < start {
                    return Err(fault(IcalFault::Backwards));
                }
                let last = if end == start { end } else { end - TimeDelta::nanoseconds(1) };
                (start.date(), last.date(), whole_days(start, end))
            }
        };
        let (summary, line) = (self.summary, self.line);
        Ok(Event { line, summary, from, to, whole_days, cancelled: self.cancelled, repeats: self.repeats })
    }
}

/// The days whose core hours lie between two times.
fn whole_days(start: NaiveDateTime, end: NaiveDateTime) -> Option<(NaiveDate, NaiveDate)> {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
    let after = |date: NaiveDate| date.checked_add_days(Days::new(1)).unwrap_or(date);
    let first = if start.time() <= hour(CORE_HOURS.0) { start.date() } else { after(start.date()) };
    let last = if hour(CORE_HOURS.1) <= end.time() { Some(end.date()) } else { end.date().pred_opt() };
    last.filter(|last| first <= *last).map(|last| (first, last))
}

/// A content line in its parts (RFC 5545 section 3.1).
struct Property<'a> {
    name: &'a str,
    parameters: &'a str,
    value: &'a str,
}

impl<'a> Property<'a> {
    /// Parts a line at the first colon outside quotes; `None` where it has none, as in a
    /// description whose line breaks were not escaped.
    fn read(line: &'a str) -> Option<Self> {
        let mut quoted = false;
        let colon = line.bytes().position(|byte| {
            quoted ^= byte == b'"';
            byte == b':' && !quoted
        })?;
        let (head, value) = (&line[..colon], &line[colon + 1..]);
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        Some(Self { name: name.trim(), parameters, value })
    }

    /// The zone that TZID names, by its IANA name or by Windows' name for ours.
    fn zone(&self) -> Option<Tz> {
        let tzid = self.parameters.split(';').find_map(|it| {
            let (name, value) = it.split_once('=')?;
            name.trim().eq_ignore_ascii_case("TZID").then(|| value.trim().trim_matches('"'))
        })?;
        if tzid == "GMT Standard Time" {
            return Some(Tz::Europe__London);
        }
        // Some programs write a path of their own before the name.
        let name = tzid.rmatch_indices('/').nth(1).map_or(tzid, |(at, _)| &tzid[at + 1..]);
        tzid.parse().or_else(|_| name.parse()).ok()
    }

    /// A DATE or a DATE-TIME, by its shape: exporters forget VALUE=DATE. A time in a zone that is
    /// not known is read by the school's clock.
    fn moment(&self, zone: Tz) -> Option<Moment> {
        let value = self.value.trim();
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        let (date, time) = match value.split_once(['T', 't']) {
            Some((date, time)) => (date, Some(time)),
            None => (value, None),
        };
        if date.len() != 8 || !digits(date) {
            return None;
        }
        let date = NaiveDate::parse_from_str(date, "%Y%m%d").ok()?;
        let Some(time) = time else { return Some(Moment::Day(date)) };
        let utc = time.strip_suffix(['Z', 'z']);
        let plain = utc.unwrap_or(time);
        if plain.len() != 6 || !digits(plain) {
            return None;
        }
        // A leap second is the last second here.
        let second = plain[4..].parse().ok().map(|it: u32| it.min(59))?;
        let time = NaiveTime::from_hms_opt(plain[..2].parse().ok()?, plain[2..4].parse().ok()?, second)?;
        let written = date.and_time(time);
        let local = |instant: DateTime<Tz>| instant.with_timezone(&zone).naive_local();
        Some(Moment::Time(match (utc, self.zone()) {
            (Some(_), _) => zone.from_utc_datetime(&written).naive_local(),
            (None, Some(named)) if named != zone => {
                named.from_local_datetime(&written).earliest().map_or(written, local)
            }
            _ => written,
        }))
    }
}

/// A DURATION that runs forward (RFC 5545 section 3.3.6).
fn duration(text: &str) -> Option<TimeDelta> {
    let text = text.strip_prefix('+').unwrap_or(text).strip_prefix(['P', 'p'])?;
    let mut total = TimeDelta::zero();
    let mut number = String::new();
    let mut parts = 0;
    for letter in text.chars() {
        let count = || number.parse::<i32>().ok().map(i64::from);
        let part = match letter.to_ascii_uppercase() {
            '0'..='9' => {
                number.push(letter);
                continue;
            }
            'T' if number.is_empty() => continue,
            'W' => TimeDelta::try_weeks(count()?)?,
            'D' => TimeDelta::try_days(count()?)?,
            'H' => TimeDelta::try_hours(count()?)?,
            'M' => TimeDelta::try_minutes(count()?)?,
            'S' => TimeDelta::try_seconds(count()?)?,
            _ => return None,
        };
        total = total.checked_add(&part)?;
        parts += 1;
        number.clear();
    }
    (0 < parts && number.is_empty()).then_some(total)
}

/// A TEXT value without its escapes (RFC 5545 section 3.3.11), in one line.
fn unescaped(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') | None => plain.push(' '),
                Some(escaped) => plain.push(escaped),
            },
            control if control.is_control() => plain.push(' '),
            other => plain.push(other),
        }
    }
    brief(&plain.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A text of the file, short enough to be shown.
fn brief(text: &str) -> String {
    const MOST: usize = 100;
    let plain = text.chars().map(|it| if it.is_control() { ' ' } else { it });
    let mut shown: String = plain.take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

/// Content lines without their folds, each with the number of its first line.
struct Unfolded<'a> {
    rest: &'a [u8],
    line: usize,
}

impl<'a> Unfolded<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, line: 0 }
    }

    fn line(&mut self) -> &'a [u8] {
        let end = memchr::memchr(b'\n', self.rest);
        let line = &self.rest[..end.unwrap_or(self.rest.len())];
        self.rest = end.map_or(&[], |end| &self.rest[end + 1..]);
        self.line += 1;
        line.strip_suffix(b"\r").unwrap_or(line)
    }
}

impl<'a> Iterator for Unfolded<'a> {
    type Item = (usize, Cow<'a, [u8]>);

    /// Folds may part the bytes of one letter, so they are undone before any is read.
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let mut text = Cow::Borrowed(self.line());
        let first = self.line;
        while matches!(self.rest.first(), Some(b' ' | b'\t')) {
            let folded = self.line();
            text.to_mut().extend_from_slice(&folded[1..]);
        }
        Some((first, text))
    }
}
