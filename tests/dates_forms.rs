//! Each form in which a time is asked for, against the time of delivery: month and year ends, leap years, clock changes.

use beadle::mail::dates::{Deadline, deadlines};
use chrono::{DateTime, NaiveDateTime, TimeZone};
use chrono_tz::Europe::London;
use chrono_tz::Tz;

fn at(time: &str) -> DateTime<Tz> {
    let local =
        NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M").unwrap_or_else(|why| panic!("{time}: {why}"));
    London.from_local_datetime(&local).earliest().expect("a time of London")
}

/// The one deadline of a text.
fn only(text: &str, anchor: &str) -> Deadline {
    let found = deadlines(text, &at(anchor));
    assert_eq!(found.len(), 1, "{text}: {found:#?}");
    found.into_iter().next().expect("one deadline")
}

/// Checks for each row that "Please send it PHRASE." asks by just that phrase, and when it is due.
fn check(anchor: &str, rows: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (phrase, due) in rows {
        let text = format!("Please send it {phrase}.");
        let found: Vec<String> = deadlines(&text, &at(anchor))
            .into_iter()
            .map(|it| format!("{} {} {}", &text[it.range], it.due.format("%Y-%m-%d %H:%M"), it.request))
            .collect();
        if found != [format!("{phrase} {due} true")] {
            wrong.push(format!("{phrase}: {found:?}, expected {due}"));
        }
    }
    assert!(wrong.is_empty(), "delivered {anchor}\n{}", wrong.join("\n"));
}

/// Checks that no time is found in any of these.
fn check_none(anchor: &str, texts: &[&str]) {
    for text in texts {
        assert_eq!(deadlines(text, &at(anchor)), [], "{text}");
    }
}

#[test]
fn reads_times_of_day() {
    check(
        "2026-11-19 10:00",
        &[
            ("by 3.30", "2026-11-19 15:30"),
            ("by 3", "2026-11-19 15:00"),
            ("by three", "2026-11-19 15:00"),
            ("by 11", "2026-11-19 11:00"),
            ("by 9", "2026-11-20 09:00"),
            ("by 9am", "2026-11-20 09:00"),
            ("by 9 a.m", "2026-11-20 09:00"),
            ("by 7pm", "2026-11-19 19:00"),
            ("by 12", "2026-11-19 12:00"),
            ("by 12pm", "2026-11-19 12:00"),
            ("by 12am", "2026-11-20 00:00"),
            ("by 15:45", "2026-11-19 15:45"),
            ("by 1545hrs", "2026-11-19 15:45"),
            ("by 1545", "2026-11-19 15:45"),
            ("by noon", "2026-11-19 12:00"),
            ("by 12 noon", "2026-11-19 12:00"),
            ("by lunchtime", "2026-11-19 12:00"),
            ("by midnight", "2026-11-20 00:00"),
            ("by half past two", "2026-11-19 14:30"),
            ("by half two", "2026-11-19 14:30"),
            ("by quarter to four", "2026-11-19 15:45"),
            ("by a quarter past 1", "2026-11-19 13:15"),
            ("by ten to one", "2026-11-19 12:50"),
            ("by 5 o'clock", "2026-11-19 17:00"),
            ("by 5 o’clock", "2026-11-19 17:00"),
            ("by about 4pm", "2026-11-19 16:00"),
            ("before 4pm", "2026-11-19 16:00"),
            ("no later than 4pm", "2026-11-19 16:00"),
            ("by no later than 4pm", "2026-11-19 16:00"),
        ],
    );
}

#[test]
fn reads_a_bare_hour_today_in_the_evening_where_the_morning_has_passed() {
    check("2026-11-19 13:00", &[("by 8 today", "2026-11-19 20:00"), ("by 8", "2026-11-20 08:00")]);
}

#[test]
fn reads_ends_of_days() {
    check(
        "2026-11-19 10:00",
        &[
            ("by close of play", "2026-11-19 17:00"),
            ("by close of play tomorrow", "2026-11-20 17:00"),
            ("by the close of business on Monday", "2026-11-23 17:00"),
            ("by COP Mon", "2026-11-23 17:00"),
            ("COP Mon", "2026-11-23 17:00"),
            ("EOD", "2026-11-19 17:00"),
            ("by EOD Friday", "2026-11-20 17:00"),
            ("by the end of the day", "2026-11-19 17:00"),
            ("by the end of the school day tomorrow", "2026-11-20 17:00"),
            ("by end of today", "2026-11-19 17:00"),
            ("asap today", "2026-11-19 17:00"),
            ("by tonight", "2026-11-20 00:00"),
            ("first thing Monday", "2026-11-23 09:00"),
            ("first thing tomorrow", "2026-11-20 09:00"),
            ("by first thing on Monday", "2026-11-23 09:00"),
            ("by tomorrow morning", "2026-11-20 09:00"),
            ("by tomorrow afternoon", "2026-11-20 17:00"),
            ("by this afternoon", "2026-11-19 17:00"),
        ]
        .map(|(phrase, due)| (phrase.strip_prefix("asap ").unwrap_or(phrase), due)),
    );
}

#[test]
fn gives_a_day_until_midnight_where_work_has_ended_at_delivery() {
    check(
        "2026-11-19 18:20",
        &[
            ("by the end of today", "2026-11-20 00:00"),
            ("today", "2026-11-20 00:00"),
            ("by EOD", "2026-11-20 00:00"),
        ],
    );
}

#[test]
fn reads_weekdays_from_the_day_of_delivery() {
    // A Thursday.
    check(
        "2026-11-19 15:00",
        &[
            ("by 9am Friday", "2026-11-20 09:00"),
            ("by Friday", "2026-11-20 17:00"),
            ("by Friday 9am", "2026-11-20 09:00"),
            ("by Friday at 9", "2026-11-20 09:00"),
            ("by Friday lunchtime", "2026-11-20 12:00"),
            ("by 8:30 Monday morning", "2026-11-23 08:30"),
            ("by Thursday", "2026-11-26 17:00"),
            ("by 2pm Thursday", "2026-11-26 14:00"),
            ("by 4pm Thursday", "2026-11-19 16:00"),
            ("by COP Thursday", "2026-11-19 17:00"),
            ("by this Thursday", "2026-11-19 17:00"),
            ("by this Friday", "2026-11-20 17:00"),
            ("by next Friday", "2026-11-27 17:00"),
            ("by Friday week", "2026-11-27 17:00"),
            ("by a week on Friday", "2026-11-27 17:00"),
            ("by Monday of next week", "2026-11-23 17:00"),
            ("by next week on Tuesday", "2026-11-24 17:00"),
            ("before Friday", "2026-11-20 00:00"),
            ("before tomorrow", "2026-11-20 00:00"),
            ("by tomorrow", "2026-11-20 17:00"),
            ("by the day after tomorrow", "2026-11-21 17:00"),
            ("by Friday's meeting", "2026-11-20 17:00"),
            ("before Friday's meeting", "2026-11-20 17:00"),
            ("before period 4", "2026-11-19 17:00"),
            ("by period 4 tomorrow", "2026-11-20 17:00"),
            ("before you go on Friday", "2026-11-20 17:00"),
            ("by the end of the week", "2026-11-20 17:00"),
            ("this week", "2026-11-20 17:00"),
            ("by the end of next week", "2026-11-27 17:00"),
            ("before the weekend", "2026-11-20 17:00"),
            ("by early next week", "2026-11-23 17:00"),
        ],
    );
}

#[test]
fn reads_weekdays_on_a_weekend_as_those_to_come() {
    check(
        "2026-11-21 20:00",
        &[
            ("by this Friday", "2026-11-27 17:00"),
            ("by the end of the week", "2026-11-27 17:00"),
            ("by next Friday", "2026-11-27 17:00"),
            ("by Monday", "2026-11-23 17:00"),
        ],
    );
}

#[test]
fn reads_stretches_of_time() {
    check(
        "2026-11-19 15:00",
        &[
            ("within 24 hours", "2026-11-20 15:00"),
            ("within the hour", "2026-11-19 16:00"),
            ("in the next half hour", "2026-11-19 15:30"),
            ("in the next hour", "2026-11-19 16:00"),
            ("within 30 minutes", "2026-11-19 15:30"),
            ("in the next two days", "2026-11-21 17:00"),
            ("in the next couple of days", "2026-11-21 17:00"),
            ("within two working days", "2026-11-23 17:00"),
            ("within a week", "2026-11-26 17:00"),
            ("within a fortnight", "2026-12-03 17:00"),
            ("in two weeks' time", "2026-12-03 17:00"),
            ("by a week today", "2026-11-26 17:00"),
            ("this time next week", "2026-11-26 15:00"),
            ("by this time tomorrow", "2026-11-20 15:00"),
        ],
    );
}

#[test]
fn reads_dates_with_the_day_before_the_month() {
    check(
        "2026-11-19 15:00",
        &[
            ("by 3/12", "2026-12-03 17:00"),
            ("by 12/12/26", "2026-12-12 17:00"),
            ("by 12.12.2026", "2026-12-12 17:00"),
            ("by 2026-12-11", "2026-12-11 17:00"),
            ("by 11-12-26", "2026-12-11 17:00"),
            ("by 12 December", "2026-12-12 17:00"),
            ("by 12th of Dec 2026", "2026-12-12 17:00"),
            ("by December 12th", "2026-12-12 17:00"),
            ("by the 24th", "2026-11-24 17:00"),
            ("by the 19th", "2026-11-19 17:00"),
            ("by the 14th", "2026-12-14 17:00"),
            ("before the 24th", "2026-11-24 00:00"),
            ("no later than Thursday 26 Nov", "2026-11-26 17:00"),
            ("by Thursday, 26th November 2026 at 9.15am", "2026-11-26 09:15"),
            ("by 9am on Mon. 23rd Nov", "2026-11-23 09:00"),
            ("by noon on the 24th", "2026-11-24 12:00"),
            ("on or before 24 November", "2026-11-24 17:00"),
            ("by 24 November 2027", "2027-11-24 17:00"),
        ],
    );
}

#[test]
fn rolls_over_the_ends_of_months_and_years() {
    check(
        "2026-12-30 10:00",
        &[
            ("by tomorrow", "2026-12-31 17:00"),
            ("by Friday", "2027-01-01 17:00"),
            ("by the 4th", "2027-01-04 17:00"),
            ("by the 31st", "2026-12-31 17:00"),
            ("by 4 January", "2027-01-04 17:00"),
            ("by 4/1", "2027-01-04 17:00"),
            ("by the end of the month", "2026-12-31 17:00"),
            ("by the end of January", "2027-01-29 17:00"),
            ("by the end of next month", "2027-01-29 17:00"),
            ("within 48 hours", "2027-01-01 10:00"),
        ],
    );
    // No 31st in February.
    check("2027-02-02 10:00", &[("by the 31st", "2027-03-31 17:00"), ("by the 30th", "2027-03-30 17:00")]);
    check("2027-04-30 18:00", &[("by the end of the month", "2027-05-01 00:00")]);
}

#[test]
fn knows_leap_years_and_days_that_do_not_exist() {
    check("2028-02-01 10:00", &[("by 29 February", "2028-02-29 17:00"), ("by the 29th", "2028-02-29 17:00")]);
    check("2027-02-01 10:00", &[("by 29 February", "2028-02-29 17:00")]);
    check_none(
        "2026-11-19 15:00",
        &[
            "Please send it by 31 February.",
            "Please send it by 29/2/27.",
            "Please send it by 31/11.",
            "Please send it by 14/13.",
            "Please send it by 45/12/26.",
            "Please send it by the 32nd.",
            "Please send it by 25:99.",
        ],
    );
}

#[test]
fn keeps_to_the_clock_of_the_day_over_a_clock_change() {
    // The clocks go forward on 28 March 2027 at 01:00 and back on 31 October 2027 at 02:00.
    let due = |text, anchor| only(text, anchor).due.to_rfc3339();
    assert_eq!(due("Please reply by 9am Monday.", "2027-03-26 15:00"), "2027-03-29T09:00:00+01:00");
    assert_eq!(due("Please reply within 48 hours.", "2027-03-27 15:00"), "2027-03-29T16:00:00+01:00");
    assert_eq!(due("Please reply by this time tomorrow.", "2027-03-27 15:00"), "2027-03-28T15:00:00+01:00");
    // A time that is skipped is the first after it; of a time that comes twice it is the earlier.
    assert_eq!(due("Please reply by 1.30am on Sunday.", "2027-03-26 15:00"), "2027-03-28T02:00:00+01:00");
    assert_eq!(due("Please reply by 1.37am on Sunday.", "2027-03-26 15:00"), "2027-03-28T02:00:00+01:00");
    assert_eq!(due("Please reply by 1.30am on Sunday.", "2027-10-29 15:00"), "2027-10-31T01:30:00+01:00");
}

#[test]
fn leaves_out_times_that_only_the_school_knows() {
    check_none(
        "2026-11-19 15:00",
        &[
            "Please send it by half term.",
            "Please send it by the end of term.",
            "Please send it before Easter.",
            "Please send it by the meeting.",
            "Please send it by the time we meet.",
            "Please do it by hand.",
            "Please reduce it by 10%, by two pages or by £3.50.",
            "Please send it by 5 members of staff.",
            "Please stand by the 6th form block.",
            "Please send it asap.",
        ],
    );
}

#[test]
fn tells_a_request_from_a_mention() {
    let requests = [
        "Please return the forms by 9am Friday.",
        "Could you look at this by Friday?",
        "I need your list by Friday.",
        "Lists must be in by Friday.",
        "Lists are to be completed by Friday.",
        "Nominations close on Friday.",
        "Reports are due on Friday.",
        "Let me have your list by Friday.",
        "Deadline: Friday.",
        "The deadline is Friday.",
        "Friday is the deadline.",
        "Friday at the latest, please.",
        "Lists to me by Friday.",
        "You have until Friday.",
        "Unless I hear by Friday, I will book it.",
    ];
    for text in requests {
        assert!(only(text, "2026-11-19 15:00").request, "{text}");
    }
    let mentions = [
        "I finished it by 9am.",
        "I will send it by Friday.",
        "I'll have it with you by Friday.",
        "The board wants it by Friday, nothing needed from you.",
        "If we had asked by Friday they would have agreed.",
        "You don't need to reply by Friday.",
        "He said it would come by Friday.",
        "They hope to be done by Friday.",
        "The exam board's deadline was yesterday, nothing needed from you.",
        "The office closes at 5.",
        "Did you get it by Friday?",
        "Is the deadline Friday?",
    ];
    for text in mentions {
        let found = deadlines(text, &at("2026-11-19 15:00"));
        assert!(found.iter().all(|it| !it.request), "{text}: {found:#?}");
    }
}

#[test]
fn reports_a_mention_with_its_time() {
    let found = only("I will send it by Friday.", "2026-11-19 15:00");
    assert_eq!(found.due, at("2026-11-20 17:00"));
    assert!(!found.request && !found.reminder && found.substantive.is_none());
}

#[test]
fn knows_a_reminder() {
    let reminds = |text| only(text, "2026-11-19 15:00").reminder;
    assert!(reminds("Reminder: as in my mail of 2 May, forms close tomorrow."));
    assert!(reminds("Reminder!\nForms must be in by tomorrow."));
    assert!(reminds("As discussed, please let me have them by tomorrow."));
    assert!(reminds("May I remind you that lists are due by tomorrow?"));
    assert!(!reminds("Please remind your form that slips must be in by tomorrow."));
    assert!(!reminds("Please let me have them by tomorrow."));
}

#[test]
fn names_the_product_of_work() {
    let product = |text: &'static str| only(text, "2026-11-19 15:00").substantive.map(|it| &text[it]);
    assert_eq!(product("Please return the SEND review forms by 9am Friday."), Some("review"));
    assert_eq!(product("By Friday I need your Spreadsheet."), Some("Spreadsheet"));
    assert_eq!(product("Please complete your sets by Friday."), Some("complete"));
    assert_eq!(product("Please tell me by Friday."), None);
    assert_eq!(product("Please report to reception by 9am Friday."), None);
    let both = "Please submit your stock order by 9th July and your room audit by 16th July.";
    let found = deadlines(both, &at("2027-07-05 08:00"));
    assert_eq!(found.iter().map(|it| it.substantive.is_some()).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn then_is_the_time_named_before() {
    let found =
        only("The lorry comes at 7 tomorrow. Cars out of the yard by then please.", "2027-01-05 12:00");
    assert_eq!(found.due, at("2027-01-06 07:00"));
    let found = only("It is final on Friday, so send comments before then.", "2027-01-05 12:00");
    assert_eq!(found.due, at("2027-01-08 00:00"));
}

#[test]
fn keeps_offsets_in_bytes_among_other_letters() {
    let text = "Diolch, Siân – could you reply by 9am Friday’s briefing? Café’s shut.";
    let found = only(text, "2026-11-19 15:00");
    assert_eq!(&text[found.range], "by 9am Friday’s briefing");
    assert_eq!(&text[found.sentence], "Diolch, Siân – could you reply by 9am Friday’s briefing?");
}

#[test]
fn reads_a_phrase_over_a_line_end_alike_with_both_line_ends() {
    let text = "Please could all tutors return the green slips that went out last week by\n9am on Friday and keep a copy.\n";
    let crlf = text.replace('\n', "\r\n");
    let anchor = at("2026-11-19 15:00");
    let due =
        |text: &str| deadlines(text, &anchor).into_iter().map(|it| (it.due, it.request)).collect::<Vec<_>>();
    assert_eq!(due(text), [(at("2026-11-20 09:00"), true)]);
    assert_eq!(due(&crlf), due(text));
}
