//! When a window opens next, against a clock that is walked minute by minute.

use std::collections::BTreeSet;

use beadle::school::{
    BankHolidays, Calendar, CalendarTable, Closure, Days, Hours, Window, is_open, next_opening,
};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// Zones of whole, half and quarter hours; of folds at midnight (Santiago, Beirut, Azores); of
/// a shift of thirty minutes (Lord Howe) and of two hours (Troll).
const ZONES: [Tz; 14] = [
    Tz::Europe__London,
    Tz::Asia__Kathmandu,
    Tz::Australia__Lord_Howe,
    Tz::America__St_Johns,
    Tz::Pacific__Chatham,
    Tz::Africa__Casablanca,
    Tz::Asia__Tehran,
    Tz::Pacific__Apia,
    Tz::America__Sao_Paulo,
    Tz::America__Santiago,
    Tz::Asia__Beirut,
    Tz::Atlantic__Azores,
    Tz::Antarctica__Troll,
    Tz::America__Havana,
];

/// SplitMix64: the same cases on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(u64::try_from(high - low + 1).unwrap())).unwrap()
    }
}

/// One case, in numbers that the oracle reads without our types.
struct Case {
    zone: Tz,
    /// Days counted from Monday, first and last minute of the day.
    stretches: Vec<(BTreeSet<u32>, u32, u32)>,
    closed: BTreeSet<NaiveDate>,
    bank_holidays: BankHolidays,
    at: DateTime<Utc>,
}

impl Case {
    fn hours(&self) -> Hours {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let stretch = |(days, from, to): &(BTreeSet<u32>, u32, u32)| {
            let days: Vec<&str> = days.iter().map(|day| names[*day as usize]).collect();
            format!("{} {:02}:{:02}-{:02}:{:02}", days.join(","), from / 60, from % 60, to / 60, to % 60)
        };
        self.stretches.iter().map(stretch).collect::<Vec<_>>().join(";").parse().unwrap()
    }

    fn calendar(&self) -> Calendar {
        let closures = self.closed.iter().map(|date| Closure::new("shut", *date, *date).unwrap()).collect();
        Calendar::new(CalendarTable { bank_holidays: self.bank_holidays, closures })
    }

    /// Whether the wall clock shows an open second. Every edge is a whole minute.
    fn oracle_is_open(&self, at: DateTime<Utc>) -> bool {
        let wall = at.with_timezone(&self.zone);
        let (minute, second) = (wall.hour() * 60 + wall.minute(), wall.second());
        let in_window = self.stretches.iter().any(|(days, from, to)| {
            let before_end = minute < *to || (minute == *to && second == 0);
            days.contains(&wall.weekday().num_days_from_monday()) && *from <= minute && before_end
        });
        in_window && !self.closed.contains(&wall.date_naive()) && !self.is_english_holiday(wall.date_naive())
    }

    fn is_english_holiday(&self, date: NaiveDate) -> bool {
        const HOLIDAYS: [(i32, u32, u32); 6] =
            [(2027, 5, 3), (2027, 5, 31), (2027, 8, 30), (2027, 12, 27), (2027, 12, 28), (2028, 1, 3)];
        self.bank_holidays == BankHolidays::EnglandAndWales
            && HOLIDAYS.contains(&(date.year(), date.month(), date.day()))
    }

    fn oracle_next_opening(&self) -> DateTime<Utc> {
        if self.oracle_is_open(self.at) {
            return self.at;
        }
        let whole = self.at.with_second(0).unwrap().with_nanosecond(0).unwrap();
        let mut minutes = (1..).map(|minute| whole + TimeDelta::minutes(minute));
        minutes.find(|it| self.oracle_is_open(*it)).unwrap()
    }

    fn agrees(&self) {
        let (hours, calendar) = (self.hours(), self.calendar());
        let shown =
            || format!("{} {hours} at {} ({})", self.zone, self.at, self.at.with_timezone(&self.zone));
        assert_eq!(
            is_open(&hours, &calendar, self.zone, self.at),
            self.oracle_is_open(self.at),
            "{}",
            shown()
        );
        let next = next_opening(&hours, &calendar, self.zone, self.at).unwrap();
        assert_eq!(next, self.oracle_next_opening(), "{}", shown());
    }
}

fn random_days(random: &mut Random) -> BTreeSet<u32> {
    let days: BTreeSet<u32> = (0..7).filter(|_| random.below(10) < 7).collect();
    if days.is_empty() { (0..5).collect() } else { days }
}

fn random_stretch(random: &mut Random) -> (BTreeSet<u32>, u32, u32) {
    let from = u32::try_from(random.below(24 * 60)).unwrap();
    let to = from + 1 + u32::try_from(random.below(u64::from(24 * 60 - from))).unwrap();
    (random_days(random), from, to)
}

/// The last instant before each change of a zone's clocks from 2024 to 2030, and the offsets
/// around it in minutes.
fn changes(zone: Tz) -> Vec<(DateTime<Utc>, i64, i64)> {
    use chrono::Offset;
    let offset = |at: DateTime<Utc>| {
        i64::from(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc() / 60)
    };
    let start = Utc.with_ymd_and_hms(2024, 1, 1, 0, 0, 0).unwrap();
    let quarters = (0..7 * 366 * 24 * 4).map(|quarter| start + TimeDelta::minutes(15 * quarter));
    let mut before = offset(start);
    let mut found = Vec::new();
    for at in quarters.take_while(|at| at.year() < 2031) {
        let after = offset(at);
        if after != before {
            found.push((at, before, after));
            before = after;
        }
    }
    found
}

#[test]
fn any_instant_and_window_agree_with_a_walked_clock() {
    let mut random = Random(1);
    let start = Utc.with_ymd_and_hms(2024, 1, 1, 0, 0, 0).unwrap();
    for number in 0..10_000 {
        let zone = ZONES[number % ZONES.len()];
        let at = start
            + TimeDelta::seconds(random.between(0, 7 * 365 * 86_400))
            + TimeDelta::milliseconds(random.between(0, 1));
        let stretches = (0..=random.below(3)).map(|_| random_stretch(&mut random)).collect();
        let day = at.with_timezone(&zone).date_naive();
        let closed = (0..random.below(4)).map(|_| day + TimeDelta::days(random.between(-1, 3))).collect();
        Case { zone, stretches, closed, bank_holidays: BankHolidays::None, at }.agrees();
    }
}

#[test]
fn every_change_of_the_clocks_agrees_with_a_walked_clock() {
    let mut random = Random(2);
    let mut cases = 0;
    for zone in ZONES {
        for (change, before, after) in changes(zone) {
            for _ in 0..40 {
                let at = change + TimeDelta::seconds(random.between(-30 * 3600, 6 * 3600));
                // Edges at the change, and within two hours and a half of it, by the wall before and after.
                let edge = |random: &mut Random| {
                    let offset = if random.below(2) == 0 { before } else { after };
                    let wall = change.naive_utc() + TimeDelta::minutes(offset);
                    let near = [0, 0, random.between(-150, 150)][usize::try_from(random.below(3)).unwrap()];
                    i64::from(wall.hour() * 60 + wall.minute()) + near
                };
                let (first, second) = (edge(&mut random), edge(&mut random) + random.between(1, 60));
                let from = u32::try_from(first.min(second).rem_euclid(1440)).unwrap();
                let to = u32::try_from(first.max(second).rem_euclid(1440)).unwrap();
                let to = if to <= from { 1440 } else { to };
                let stretches = vec![(random_days(&mut random), from, to)];
                Case { zone, stretches, closed: BTreeSet::new(), bank_holidays: BankHolidays::None, at }
                    .agrees();
                cases += 1;
            }
        }
    }
    assert!(4_000 < cases, "{cases} cases");
}

#[test]
fn bank_holidays_and_closures_agree_with_a_walked_clock() {
    let mut random = Random(3);
    let start = Utc.with_ymd_and_hms(2027, 4, 25, 0, 0, 0).unwrap();
    for number in 0..400 {
        let near = [(5, 3), (5, 31), (8, 30), (12, 27)][number % 4];
        let holiday = Utc.with_ymd_and_hms(2027, near.0, near.1, 0, 0, 0).unwrap();
        let at = (holiday + TimeDelta::seconds(random.between(-4 * 86_400, 2 * 86_400))).max(start);
        let (_, from, to) = random_stretch(&mut random);
        let closed = (0..5).map(|_| holiday.date_naive() + TimeDelta::days(random.between(-3, 4))).collect();
        Case {
            zone: Tz::Europe__London,
            stretches: vec![((0..5).collect(), from, to)],
            closed,
            bank_holidays: BankHolidays::EnglandAndWales,
            at,
        }
        .agrees();
    }
}

fn school_week() -> Hours {
    Hours::new(Days::MONDAY_TO_FRIDAY, "07:30-17:00".parse().unwrap())
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// When the school's week opens next, in London.
fn opens(hours: &Hours, calendar: &Calendar, text: &str) -> String {
    let next = next_opening(hours, calendar, Tz::Europe__London, at(text)).unwrap();
    next.with_timezone(&Tz::Europe__London).to_rfc3339()
}

#[test]
fn five_oclock_exactly_is_open_and_a_second_later_waits_for_the_morning() {
    let calendar = Calendar::default();
    let open = |text| is_open(&school_week(), &calendar, Tz::Europe__London, at(text));
    assert!(open("2027-03-02T17:00:00Z"));
    assert!(open("2027-03-02T17:00:00.999Z"));
    assert!(!open("2027-03-02T17:00:01Z"));
    assert!(!open("2027-03-02T07:29:59.999Z"));
    assert!(open("2027-03-02T07:30:00Z"));
    assert_eq!(opens(&school_week(), &calendar, "2027-03-02T17:00:01Z"), "2027-03-03T07:30:00+00:00");
    assert_eq!(opens(&school_week(), &calendar, "2027-03-02T07:29:59.999Z"), "2027-03-02T07:30:00+00:00");
}

#[test]
fn a_late_friday_waits_for_monday_across_the_change_to_summer_time() {
    let calendar = Calendar::default();
    assert_eq!(opens(&school_week(), &calendar, "2027-03-26T17:00:01Z"), "2027-03-29T07:30:00+01:00");
    assert_eq!(opens(&school_week(), &calendar, "2026-10-23T20:00:00Z"), "2026-10-26T07:30:00+00:00");
}

#[test]
fn a_bank_holiday_and_a_closure_put_the_opening_off() {
    let date = |month, day| NaiveDate::from_ymd_opt(2027, month, day).unwrap();
    let closures = vec![Closure::new("INSET", date(3, 30), date(3, 31)).unwrap()];
    let calendar = Calendar::new(CalendarTable { bank_holidays: BankHolidays::EnglandAndWales, closures });
    assert_eq!(calendar.is_closed(date(3, 26)), Some("Good Friday"));
    assert_eq!(calendar.is_closed(date(3, 31)), Some("INSET"));
    assert_eq!(calendar.is_closed(date(4, 1)), None);
    assert_eq!(opens(&school_week(), &calendar, "2027-03-25T17:30:00Z"), "2027-04-01T07:30:00+01:00");
}

#[test]
fn a_start_in_the_gap_opens_at_the_first_instant_after_it() {
    let hours = Hours::new(Days::EVERY_DAY, "01:30-03:00".parse().unwrap());
    assert_eq!(opens(&hours, &Calendar::default(), "2027-03-28T00:10:00Z"), "2027-03-28T02:00:00+01:00");
}

#[test]
fn a_window_inside_the_gap_does_not_open_that_day() {
    let hours = Hours::new(Days::EVERY_DAY, "01:10-01:50".parse().unwrap());
    assert_eq!(opens(&hours, &Calendar::default(), "2027-03-28T00:10:00Z"), "2027-03-29T01:10:00+01:00");
}

#[test]
fn a_window_inside_the_fold_opens_twice() {
    let hours = Hours::new(Days::EVERY_DAY, "01:10-01:50".parse().unwrap());
    let calendar = Calendar::default();
    assert_eq!(opens(&hours, &calendar, "2026-10-25T00:00:00Z"), "2026-10-25T01:10:00+01:00");
    assert_eq!(opens(&hours, &calendar, "2026-10-25T00:55:00Z"), "2026-10-25T01:10:00+00:00");
    assert_eq!(opens(&hours, &calendar, "2026-10-25T01:50:01Z"), "2026-10-26T01:10:00+00:00");
}

#[test]
fn a_fold_that_goes_back_into_the_window_opens_it_again() {
    let hours = Hours::new(Days::EVERY_DAY, "00:30-01:15".parse().unwrap());
    assert_eq!(opens(&hours, &Calendar::default(), "2026-10-25T00:20:00Z"), "2026-10-25T01:00:00+00:00");
}

#[test]
fn a_window_that_never_opens_has_no_next_opening() {
    let date = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let closures = vec![Closure::new("shut for good", date(2027), date(2040)).unwrap()];
    let calendar = Calendar::new(CalendarTable { bank_holidays: BankHolidays::None, closures });
    let next = next_opening(&school_week(), &calendar, Tz::Europe__London, at("2027-03-02T19:00:00Z"));
    assert_eq!(next, None);
    let last =
        next_opening(&school_week(), &Calendar::default(), Tz::Europe__London, DateTime::<Utc>::MAX_UTC);
    assert_eq!(last, None);
}

#[test]
fn a_window_of_one_second_is_found() {
    let window: Window = "12:00:00-12:00:01".parse().unwrap();
    let hours = Hours::new("wed".parse().unwrap(), window);
    assert_eq!(
        opens(&hours, &Calendar::default(), "2027-03-03T12:00:01.5Z"),
        "2027-03-03T12:00:01.500+00:00"
    );
    assert_eq!(opens(&hours, &Calendar::default(), "2027-03-03T12:00:02Z"), "2027-03-10T12:00:00+00:00");
}
