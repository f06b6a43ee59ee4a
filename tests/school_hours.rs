//! How windows, days and hours are read, and what is said of impossible ones.

use beadle::school::{Days, Hours, Window};
use chrono::{NaiveDate, NaiveDateTime};

/// A time in the week of Monday 1 March 2027.
fn at(day: u32, hour: u32, minute: u32, second: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2027, 3, day).unwrap().and_hms_opt(hour, minute, second).unwrap()
}

#[test]
fn both_ends_of_a_window_are_inside_to_the_second() {
    let hours = Hours::new(Days::MONDAY_TO_FRIDAY, "07:30-17:00".parse().unwrap());
    assert!(!hours.contains(at(1, 7, 29, 59)));
    assert!(hours.contains(at(1, 7, 30, 0)));
    assert!(hours.contains(at(1, 17, 0, 0)));
    assert!(!hours.contains(at(1, 17, 0, 1)));
    assert!(hours.contains(at(5, 12, 0, 0)));
    assert!(!hours.contains(at(6, 12, 0, 0)));
}

#[test]
fn a_window_to_midnight_leaves_out_no_second() {
    let hours = Hours::new(Days::EVERY_DAY, "00:00-24:00".parse().unwrap());
    assert!(hours.contains(at(1, 0, 0, 0)));
    assert!(hours.contains(at(1, 23, 59, 59)));
}

#[test]
fn a_persons_hours_may_have_several_stretches() {
    let hours: Hours = "mon-wed 07:30-15:00; fri 08:00-12:00; fri 13:00-14:00".parse().unwrap();
    assert!(hours.contains(at(3, 15, 0, 0)));
    assert!(!hours.contains(at(4, 10, 0, 0)));
    assert!(hours.contains(at(5, 11, 0, 0)));
    assert!(!hours.contains(at(5, 12, 30, 0)));
    assert!(hours.contains(at(5, 13, 30, 0)));
}

#[test]
fn hours_are_written_as_they_are_read() {
    for text in ["mon-wed 07:30-15:00; fri 08:00-12:00", "mon-tue,sat-sun 06:00-24:00", "wed 09:00-09:00:30"]
    {
        let hours: Hours = text.parse().unwrap();
        assert_eq!(hours.to_string().parse::<Hours>().unwrap(), hours, "{text}");
    }
    let hours: Hours = "Monday - Friday".parse::<Days>().map(week).unwrap();
    assert_eq!(hours.to_string(), "mon-fri 07:30-17:00");
    assert_eq!("07:30-17:00".parse::<Hours>().unwrap().to_string(), "mon-fri 07:30-17:00");
    assert_eq!("sat-mon".parse::<Days>().unwrap().to_string(), "mon,sat,sun");
    assert_eq!("mon, wed fri".parse::<Days>().unwrap().to_string(), "mon,wed,fri");
}

fn week(days: Days) -> Hours {
    Hours::new(days, "7:30\u{2013}17:00".parse().unwrap())
}

#[test]
fn an_impossible_window_is_refused_with_what_would_be_right() {
    let refused = |text: &str| text.parse::<Window>().unwrap_err().to_string();
    assert_eq!(refused("17:00-17:00"), "the window `17:00-17:00` is empty, must end after it starts");
    assert_eq!(
        refused("22:00-06:00"),
        "the window `22:00-06:00` ends before it starts, must lie within one day (write a night as two: \
         `22:00-24:00` and `00:00-06:00`)"
    );
    assert_eq!(refused("07:30-25:00"), "`25:00` is not a time of day, must be between `00:00` and `24:00`");
    assert_eq!(refused("07:60-17:00"), "`07:60` is not a time of day, must be between `00:00` and `24:00`");
    assert_eq!(refused("24:01-24:02"), "`24:01` is not a time of day, must be between `00:00` and `24:00`");
    assert_eq!(refused("7-17"), "`7` is not a time of day, must be between `00:00` and `24:00`");
    assert_eq!(
        refused("half past seven"),
        "`half past seven` is not a window, must be two times of day such as `07:30-17:00`"
    );
}

#[test]
fn impossible_days_and_hours_are_refused_with_what_would_be_right() {
    let days = |text: &str| text.parse::<Days>().unwrap_err().to_string();
    let hours = |text: &str| text.parse::<Hours>().unwrap_err().to_string();
    let every = "mon, tue, wed, thu, fri, sat, sun";
    assert_eq!(days(""), format!("there are no days, must be at least one of {every}"));
    assert_eq!(days("mon,tues"), format!("`tues` is not a day, must be one of {every}; did you mean `tue`?"));
    assert_eq!(days("weekdays"), format!("`weekdays` is not a day, must be one of {every}"));
    assert_eq!(
        hours(" ; "),
        "there are no hours, must be days and times such as `mon-wed 07:30-15:00; fri 08:00-12:00`"
    );
    assert_eq!(hours("mon-fri"), "`mon-fri` is not a window, must be two times of day such as `07:30-17:00`");
    assert_eq!(
        hours("mon 09:00-08:00"),
        "the window `09:00-08:00` ends before it starts, must lie within one day (write a night as two: `09:00-24:00` and `00:00-08:00`)"
    );
}

#[test]
fn windows_and_days_are_read_from_toml() {
    #[derive(serde::Deserialize, serde::Serialize)]
    struct Options {
        window: Window,
        days: Days,
    }
    let text = "window = \"07:30-17:00\"\ndays = [\"mon\", \"tue\", \"fri\"]\n";
    let options: Options = toml::from_str(text).unwrap();
    assert_eq!(
        (options.window.to_string(), options.days.to_string()),
        ("07:30-17:00".into(), "mon,tue,fri".into())
    );
    assert_eq!(
        serde_json::to_string(&options).unwrap(),
        r#"{"window":"07:30-17:00","days":["mon","tue","fri"]}"#
    );
    let refused = toml::from_str::<Options>("window = \"07:30-17:00\"\ndays = []").err().unwrap();
    assert!(refused.message().starts_with("there are no days"), "{refused}");
}

#[test]
fn any_text_is_read_or_refused_and_what_is_read_is_written_back() {
    use proptest::prelude::*;
    let pieces = prop::sample::select(vec![
        "mon", "fri", "sat", "sun", "-", ",", ";", " ", "07:30", "24:00", "00:00", "9", ":", "17:00:01",
        "\u{2013}", "é",
    ]);
    let text = prop::collection::vec(pieces, 0..14).prop_map(|it| it.concat());
    proptest!(ProptestConfig::with_cases(5_000), |(text in text)| {
        let _ = (text.parse::<Window>(), text.parse::<Days>());
        if let Ok(hours) = text.parse::<Hours>() {
            prop_assert_eq!(hours.to_string().parse::<Hours>(), Ok(hours));
        }
    });
}
