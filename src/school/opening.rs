//! When mail may go: whether a window is open at an instant, and when it opens next.
//!
//! One policy decides every change of the clocks: a window is open whenever the clock on the
//! school's wall shows a time inside it.
//! - A gap: a window whose start is skipped opens at the first instant after the gap; a window
//!   that is skipped whole does not open that day.
//! - A fold: an hour that passes twice is inside both times, and a time before the window is
//!   outside both times.

use chrono::{DateTime, Datelike, NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::{Calendar, Hours};

/// How far ahead an opening is looked for: a year and any run of closures at its end.
const SEARCH: TimeDelta = TimeDelta::days(400);

/// The step in which changes of the clocks are looked for. No zone changes its clocks there
/// and back within it.
const STEP: TimeDelta = TimeDelta::hours(6);

/// Tells whether mail may go at `at`: the school's clock shows a time inside `hours`, to the
/// second, on a day that is not closed.
pub fn is_open(hours: &Hours, calendar: &Calendar, zone: Tz, at: DateTime<Utc>) -> bool {
    let local = at.with_timezone(&zone).naive_local();
    hours.contains(local) && calendar.is_closed(local.date()).is_none()
}

/// The earliest instant at or after `at` at which mail may go.
///
/// `at` itself when it is open; otherwise a whole second. `None` when nothing opens within 400
/// days.
pub fn next_opening(
    hours: &Hours,
    calendar: &Calendar,
    zone: Tz,
    at: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    if is_open(hours, calendar, zone, at) {
        return Some(at);
    }
    let end = at.checked_add_signed(SEARCH)?;
    // The second of `at` is closed to its end, so the search starts with the next.
    let mut start = at.with_nanosecond(0)?.checked_add_signed(TimeDelta::seconds(1))?;
    while start < end {
        let stop = end_of_offset(zone, start, (start + STEP).min(end));
        let offset = offset_of(zone, start);
        let opening = first_open(hours, calendar, start.naive_utc() + offset, stop.naive_utc() + offset);
        if let Some(local) = opening {
            return Some((local - offset).and_utc());
        }
        start = stop;
    }
    None
}

/// The first open local time in `start..stop`, between which the clocks do not change.
fn first_open(
    hours: &Hours,
    calendar: &Calendar,
    start: NaiveDateTime,
    stop: NaiveDateTime,
) -> Option<NaiveDateTime> {
    let days = start.date().iter_days().take_while(|date| *date <= stop.date());
    days.filter(|date| calendar.is_closed(*date).is_none())
        .filter_map(|date| {
            let second =
                |second: u32| date.and_time(chrono::NaiveTime::MIN) + TimeDelta::seconds(second.into());
            hours
                .windows_on(date.weekday())
                // `24:00` ends a window, but the second it names belongs to the next day.
                .map(|it| (second(it.from_second()).max(start), second(it.to_second().min(86_399))))
                .filter(|(from, to)| from <= to && *from < stop)
                .map(|(from, _)| from)
                .min()
        })
        .next()
}

/// The end of the stretch that starts at `start` and has one offset, at most `limit`.
fn end_of_offset(zone: Tz, start: DateTime<Utc>, limit: DateTime<Utc>) -> DateTime<Utc> {
    let offset = offset_of(zone, start);
    if offset_of(zone, limit) == offset {
        return limit;
    }
    let (mut same, mut other) = (start, limit);
    while TimeDelta::seconds(1) < other - same {
        let middle = same + TimeDelta::seconds((other - same).num_seconds() / 2);
        if offset_of(zone, middle) == offset { same = middle } else { other = middle }
    }
    other
}

fn offset_of(zone: Tz, at: DateTime<Utc>) -> TimeDelta {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    TimeDelta::seconds(offset.local_minus_utc().into())
}
