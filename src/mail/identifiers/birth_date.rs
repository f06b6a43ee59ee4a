//! Dates of birth: dates as people write them, where birth is spoken of.

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::{Captures, Regex};

use super::Kind;
use super::candidate::{Candidate, Needs};
use super::label::{Label, Topic};

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let month = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
    let form = format!(
        r"(?i)(?-u:\b)(?:(?<day>\d\d?) ?[/.-] ?(?<month>\d\d?) ?[/.-] ?(?<year>\d{{4}}|\d\d)|(?<iso_year>\d{{4}})[-/.](?<iso_month>\d\d?)[-/.](?<iso_day>\d\d?)|(?<blank_day>\d\d) (?<blank_month>\d\d) (?<blank_year>\d{{4}})|(?<word_day>\d\d?)(?:st|nd|rd|th)?(?: of)?[ -]?(?<word_month>{month})[.,]?[ -]?'?(?<word_year>\d{{4}}|\d\d)|(?<first_month>{month}) (?<second_day>\d\d?)(?:st|nd|rd|th)?,? (?<last_year>\d{{4}}))(?-u:\b|T)"
    );
    Regex::new(&form).expect("the form above compiles")
});

/// Every date of a text that speaks of birth, or has persons' numbers among `others`.
pub(super) fn candidates(text: &str, labels: &[Label], others: &[Candidate]) -> Vec<Candidate> {
    let of_birth = labels.iter().any(|it| it.topic == Topic::Names(Kind::BirthDate));
    if !of_birth && !others.iter().any(|it| it.valid && it.kind.is_of_a_person()) {
        return Vec::new();
    }
    DATE.captures_iter(text)
        .filter(|date| is_a_day(date))
        .filter_map(|date| {
            let whole = date.get(0)?;
            let bytes = text.as_bytes();
            let glued = |byte: Option<&u8>| byte.is_some_and(|it| matches!(it, b'/' | b'-'));
            let cut = whole.start().checked_sub(1).is_some_and(|it| glued(bytes.get(it)))
                || glued(bytes.get(whole.end()));
            let end = whole.end() - usize::from(whole.as_str().ends_with('T'));
            (!cut).then_some(Candidate {
                kind: Kind::BirthDate,
                range: whole.start()..end,
                valid: true,
                needs: Needs::OwnName,
            })
        })
        .collect()
}

/// Whether a date is in the calendar, in British order or the other, and in living memory.
fn is_a_day(date: &Captures<'_>) -> bool {
    let number = |names: &[&str]| {
        names.iter().find_map(|it| date.name(it)).and_then(|it| it.as_str().parse::<u32>().ok())
    };
    let day = number(&["day", "iso_day", "blank_day", "word_day", "second_day"]);
    // Every month has the days of some month: only figures need asking which.
    let month = number(&["month", "iso_month", "blank_month"]).unwrap_or(1);
    let year = number(&["year", "iso_year", "blank_year", "word_year", "last_year"]);
    let (Some(day), Some(year)) = (day, year) else { return false };
    let year = if year < 100 { 2000 } else { year };
    let exists = |day, month| NaiveDate::from_ymd_opt(year as i32, month, day).is_some();
    (1900..2100).contains(&year) && (exists(day, month) || exists(month, day))
}
