//! Bank holidays of the three divisions, against the list of gov.uk for 2024 to 2028.

use beadle::school::BankHolidays::{self, EnglandAndWales, NorthernIreland, Scotland};
use chrono::{Datelike, NaiveDate};

/// Month and day of every bank holiday of a year.
type Year = (i32, &'static [(u32, u32)]);

const ENGLAND_AND_WALES: [Year; 5] = [
    (2024, &[(1, 1), (3, 29), (4, 1), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)]),
    (2025, &[(1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)]),
    (2026, &[(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]),
    (2027, &[(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)]),
    (2028, &[(1, 3), (4, 14), (4, 17), (5, 1), (5, 29), (8, 28), (12, 25), (12, 26)]),
];

const SCOTLAND: [Year; 5] = [
    (2024, &[(1, 1), (1, 2), (3, 29), (5, 6), (5, 27), (8, 5), (12, 2), (12, 25), (12, 26)]),
    (2025, &[(1, 1), (1, 2), (4, 18), (5, 5), (5, 26), (8, 4), (12, 1), (12, 25), (12, 26)]),
    (2026, &[(1, 1), (1, 2), (4, 3), (5, 4), (5, 25), (6, 15), (8, 3), (11, 30), (12, 25), (12, 28)]),
    (2027, &[(1, 1), (1, 4), (3, 26), (5, 3), (5, 31), (8, 2), (11, 30), (12, 27), (12, 28)]),
    (2028, &[(1, 3), (1, 4), (4, 14), (5, 1), (5, 29), (8, 7), (11, 30), (12, 25), (12, 26)]),
];

const NORTHERN_IRELAND: [Year; 5] = [
    (2024, &[(1, 1), (3, 18), (3, 29), (4, 1), (5, 6), (5, 27), (7, 12), (8, 26), (12, 25), (12, 26)]),
    (2025, &[(1, 1), (3, 17), (4, 18), (4, 21), (5, 5), (5, 26), (7, 14), (8, 25), (12, 25), (12, 26)]),
    (2026, &[(1, 1), (3, 17), (4, 3), (4, 6), (5, 4), (5, 25), (7, 13), (8, 31), (12, 25), (12, 28)]),
    (2027, &[(1, 1), (3, 17), (3, 26), (3, 29), (5, 3), (5, 31), (7, 12), (8, 30), (12, 27), (12, 28)]),
    (2028, &[(1, 3), (3, 17), (4, 14), (4, 17), (5, 1), (5, 29), (7, 12), (8, 28), (12, 25), (12, 26)]),
];

/// Every day of a year that is a bank holiday, asked day by day.
fn asked(division: BankHolidays, year: i32) -> Vec<(u32, u32)> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let days = first.iter_days().take_while(|date| date.year() == year);
    days.filter(|date| division.on(*date).is_some()).map(|date| (date.month(), date.day())).collect()
}

fn on(division: BankHolidays, year: i32, month: u32, day: u32) -> Option<&'static str> {
    division.on(NaiveDate::from_ymd_opt(year, month, day).unwrap())
}

#[test]
fn the_three_divisions_agree_with_the_published_list() {
    let divisions =
        [(EnglandAndWales, ENGLAND_AND_WALES), (Scotland, SCOTLAND), (NorthernIreland, NORTHERN_IRELAND)];
    for (division, years) in divisions {
        for (year, days) in years {
            assert_eq!(asked(division, year), days, "{division:?} {year}");
        }
    }
}

#[test]
fn the_days_proclaimed_once_are_known() {
    assert_eq!(on(EnglandAndWales, 2020, 5, 8), Some("Early May bank holiday"));
    assert_eq!(on(EnglandAndWales, 2020, 5, 4), None);
    for division in [EnglandAndWales, Scotland, NorthernIreland] {
        assert_eq!(on(division, 2022, 5, 30), None);
        assert_eq!(on(division, 2022, 6, 2), Some("Spring bank holiday"));
        assert_eq!(on(division, 2022, 6, 3), Some("Queen's Platinum Jubilee"));
        assert_eq!(on(division, 2022, 9, 19), Some("State Funeral of Queen Elizabeth II"));
        assert_eq!(on(division, 2023, 5, 8), Some("Coronation of King Charles III"));
        assert_eq!(on(division, 2023, 5, 1), Some("Early May bank holiday"));
    }
    assert_eq!(on(Scotland, 2026, 6, 15), Some("World Cup"));
    assert_eq!(on(EnglandAndWales, 2026, 6, 15), None);
}

#[test]
fn two_holidays_in_a_row_keep_apart_when_they_meet_a_weekend() {
    let of = |division: BankHolidays, year, month| -> Vec<_> {
        let days = division.of_year(year).into_iter();
        days.filter(|(date, _)| date.month() == month).map(|(date, name)| (date.day(), name)).collect()
    };
    // Sunday and Monday, Saturday and Sunday, Friday and Saturday.
    assert_eq!(of(EnglandAndWales, 2022, 12), [(26, "Boxing Day"), (27, "Christmas Day")]);
    assert_eq!(of(EnglandAndWales, 2021, 12), [(27, "Christmas Day"), (28, "Boxing Day")]);
    assert_eq!(of(EnglandAndWales, 2020, 12), [(25, "Christmas Day"), (28, "Boxing Day")]);
    assert_eq!(of(Scotland, 2022, 1), [(3, "New Year's Day"), (4, "2nd January")]);
    assert_eq!(of(Scotland, 2021, 1), [(1, "New Year's Day"), (4, "2nd January")]);
}

#[test]
fn a_school_without_a_division_has_no_bank_holidays() {
    assert!((2020..2031).all(|year| asked(BankHolidays::None, year).is_empty()));
}
