//! Which events of a calendar say that the school is shut for its staff, and the table
//! `[calendar]` that they make.

use chrono::{Days, NaiveDate};

use super::Closure;
use super::ical::Event;

/// The longest holiday; what is longer is a term or a mistake.
const LONGEST: i64 = 65;

/// The longest half term.
const LONGEST_HALF_TERM: i64 = 16;

/// No closure is longer, whoever asks for it: mail would wait a year.
const LONGEST_OF_ALL: i64 = 366;

/// Names of a merged closure that are written out.
const NAMES: usize = 3;

/// Which events become closures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Those that say so.
    Closures,
    /// All that are not cancelled.
    All,
}

/// What a calendar says of the days on which the school is shut.
#[derive(Debug, Default)]
pub struct TermDates {
    /// In their order; none touches another.
    pub closures: Vec<Closure>,
    /// The events that are none, each with the reason.
    pub left_out: Vec<(Event, &'static str)>,
}

impl TermDates {
    /// Chooses among `events`. The words of the school's own name say nothing.
    ///
    /// An event is taken only where all its words are understood: a closure too many keeps mail
    /// back, one too few is seen in the list of what was left out.
    pub fn choose(events: Vec<Event>, choice: Choice, school: &str) -> Self {
        let school = words(school);
        let mut dates = Self::default();
        let mut taken: Vec<(String, NaiveDate, NaiveDate)> = Vec::new();
        for event in events {
            let days = match choice {
                Choice::All => all(&event),
                Choice::Closures => closure(&event, &school),
            };
            match days {
                Ok((from, to)) => {
                    let name = if event.summary.is_empty() { "Closed" } else { &event.summary };
                    taken.push((name.to_owned(), from, to));
                }
                Err(why) => dates.left_out.push((event, why)),
            }
        }
        taken.sort_by_key(|(_, from, to)| (*from, std::cmp::Reverse(*to)));
        let mut group: Vec<(String, NaiveDate, NaiveDate)> = Vec::new();
        let mut end = None;
        for (name, from, to) in taken {
            let touches = end
                .is_some_and(|end: NaiveDate| end.checked_add_days(Days::new(1)).is_none_or(|it| from <= it));
            if !touches {
                dates.closures.extend(merged(&group));
                group.clear();
                end = None;
            }
            end = end.max(Some(to));
            group.push((name, from, to));
        }
        dates.closures.extend(merged(&group));
        dates
    }

    /// The lines for rules.toml; what was left out stands below as comments.
    pub fn toml(&self) -> String {
        let mut out = String::from("[calendar]\n");
        if self.closures.is_empty() {
            out.push_str("closures = []\n");
        } else {
            out.push_str("closures = [\n");
            for closure in &self.closures {
                let name = toml::Value::String(closure.name().to_owned());
                out.push_str(&format!(
                    "    {{ name = {name}, from = {}, to = {} }},\n",
                    closure.from(),
                    closure.to()
                ));
            }
            out.push_str("]\n");
        }
        if !self.left_out.is_empty() {
            out.push_str("\n# Left out, with the line of the file and the reason:\n");
        }
        for (event, why) in &self.left_out {
            let days = match event.from == event.to {
                true => event.from.to_string(),
                false => format!("{} to {}", event.from, event.to),
            };
            out.push_str(&format!("# {}: {days} \"{}\": {why}\n", event.line, event.summary));
        }
        out
    }
}

/// One closure over events that touch one another, named after those that do not lie within
/// another one.
fn merged(group: &[(String, NaiveDate, NaiveDate)]) -> Option<Closure> {
    let from = group.iter().map(|(_, from, _)| *from).min()?;
    let to = group.iter().map(|(.., to)| *to).max()?;
    let mut names: Vec<&str> = Vec::new();
    let mut reached = None;
    for (name, _, to) in group {
        // They stand in the order of their first days, the longest first.
        if reached.is_some_and(|reached| to <= reached) {
            continue;
        }
        reached = Some(to);
        if !names.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    let more = if NAMES < names.len() { ", and more" } else { "" };
    names.truncate(NAMES);
    Closure::new(names.join(", ") + more, from, to).ok()
}

type Judged = Result<(NaiveDate, NaiveDate), &'static str>;

fn length(from: NaiveDate, to: NaiveDate) -> i64 {
    (to - from).num_days() + 1
}

fn all(event: &Event) -> Judged {
    match () {
        () if event.cancelled => Err("it is cancelled"),
        () if LONGEST_OF_ALL < length(event.from, event.to) => Err("it is longer than a year"),
        () => Ok((event.from, event.to)),
    }
}

fn closure(event: &Event, school: &[String]) -> Judged {
    if event.cancelled {
        return Err("it is cancelled");
    }
    let meaning = meaning(&words(&event.summary), school);
    let (from, to) = match (meaning, event.whole_days) {
        (Err(why), _) => return Err(why),
        (Ok(_), None) => return Err("it is only a part of a day"),
        (Ok(_), Some(days)) => days,
    };
    let days = length(from, to);
    match meaning {
        _ if event.repeats => Err("it repeats; give each occurrence as an event of its own"),
        Ok(Shut::HalfTerm) if LONGEST_HALF_TERM < days => Err("it is longer than a half-term holiday"),
        _ if LONGEST < days => Err("it is longer than any holiday"),
        _ => Ok((from, to)),
    }
}

/// What an event's name says of a school that is shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shut {
    HalfTerm,
    Other,
}

const WORKING: &str = "INSET and training days are working days for staff";
const PUPILS: &str = "it says that pupils are off, not staff";
const TERM: &str = "it is a term, not a holiday";
const BOUNDARY: &str = "it marks where a term or holiday begins or ends";
const NOT_SHUT: &str = "it does not say that the school is shut";
const MORE: &str = "it says more than that the school is shut";

/// Words, in lower case, of days on which staff are at work and pupils are not.
const TRAINING: &[&str] = &[
    "inset",
    "insett",
    "training",
    "cpd",
    "twilight",
    "development",
    "disaggregated",
    "baker",
    "hms",
    "hyfforddiant",
    "hyfforddi",
];

/// Words of a first or last day.
const BOUNDARIES: &[&str] = &[
    "begin",
    "begins",
    "start",
    "starts",
    "end",
    "ends",
    "finish",
    "finishes",
    "close",
    "closes",
    "closing",
    "open",
    "opens",
    "reopen",
    "reopens",
    "return",
    "returns",
    "resume",
    "resumes",
    "breaks",
    "back",
    "first",
    "last",
    "starting",
    "ending",
    "dechrau",
    "diwedd",
    "dychwelyd",
];

/// Words any of which says that the school is shut, where nothing else is said.
const SHUTTING: &[&str] = &[
    "holiday",
    "holidays",
    "hols",
    "vacation",
    "closed",
    "closure",
    "shut",
    "shutdown",
    "christmas",
    "xmas",
    "easter",
    "boxing",
    "occasional",
    "gwyliau",
    "gŵyl",
    "gwyl",
    "nadolig",
    "pasg",
    "gau",
];

/// Bank holidays whose name has no such word.
const BANK_HOLIDAYS: &[&str] = &[
    "good friday",
    "new year s day",
    "new years day",
    "2nd january",
    "2 january",
    "st andrew s day",
    "st patrick s day",
    "battle of the boyne",
    "battle of the boyne orangemen s day",
    "orangemen s day",
    "may day",
    "dydd calan",
];

/// Words that say when, where or for whom, and leave the meaning as it is.
const PLAIN: &[&str] = &[
    "school",
    "schools",
    "academy",
    "college",
    "trust",
    "staff",
    "all",
    "whole",
    "everyone",
    "for",
    "the",
    "of",
    "and",
    "to",
    "in",
    "at",
    "on",
    "from",
    "until",
    "a",
    "is",
    "s",
    "no",
    "due",
    "day",
    "days",
    "week",
    "weeks",
    "fortnight",
    "weekend",
    "two",
    "one",
    "three",
    "half",
    "mid",
    "term",
    "halfterm",
    "midterm",
    "break",
    "public",
    "bank",
    "national",
    "statutory",
    "autumn",
    "winter",
    "spring",
    "summer",
    "michaelmas",
    "trinity",
    "lent",
    "hilary",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "whit",
    "whitsun",
    "whitsuntide",
    "new",
    "year",
    "years",
    "eve",
    "good",
    "early",
    "late",
    "substitute",
    "observed",
    "inclusive",
    "lieu",
    "uk",
    "england",
    "wales",
    "scotland",
    "northern",
    "ireland",
    "st",
    "andrew",
    "patrick",
    "royal",
    "wedding",
    "jubilee",
    "platinum",
    "coronation",
    "king",
    "queen",
    "charles",
    "state",
    "funeral",
    "polling",
    "election",
    "snow",
    "weather",
    "severe",
    "extreme",
    "inclement",
    "eid",
    "al",
    "fitr",
    "adha",
    "ul",
    "diwali",
    "yom",
    "kippur",
    "rosh",
    "hashanah",
    "passover",
    "hanner",
    "tymor",
    "ar",
    "yr",
    "y",
    "ysgol",
    "r",
    "banc",
    "haf",
    "hydref",
    "gwanwyn",
    "gaeaf",
    "calan",
    "dydd",
    "sulgwyn",
    "llun",
    "gwener",
];

fn meaning(words: &[String], school: &[String]) -> Result<Shut, &'static str> {
    let has = |list: &[&str]| words.iter().any(|it| list.contains(&it.as_str()));
    let pair = |first: &[&str], second: &[&str]| {
        words.windows(2).any(|it| first.contains(&it[0].as_str()) && second.contains(&it[1].as_str()))
    };
    let pupils = &["pupil", "pupils", "student", "students", "children", "learners", "disgyblion"];
    if has(TRAINING)
        || pair(&["non"], pupils)
        || pair(&["staff"], &["only", "day", "days"])
        || pair(&["pd"], &["day", "days"])
    {
        return Err(WORKING);
    }
    let half_term = pair(&["half", "mid"], &["term", "terms"])
        || has(&["halfterm", "midterm"])
        || pair(&["hanner"], &["tymor"]);
    let season =
        has(&["summer", "winter", "spring", "autumn", "october", "february", "may", "haf"]) || half_term;
    let shut = half_term
        || has(SHUTTING)
        || BANK_HOLIDAYS.contains(&words.join(" ").as_str())
        || (season && has(&["break"]))
        || pair(&["no"], &["school"]);
    if has(BOUNDARIES) || pair(&["break"], &["up"]) {
        return Err(BOUNDARY);
    }
    if has(&["term", "terms", "tymor"])
        && !half_term
        && !has(&["holiday", "holidays", "hols", "break", "closed", "closure", "gwyliau"])
    {
        return Err(TERM);
    }
    if has(pupils) && !has(&["staff"]) {
        return Err(if shut { PUPILS } else { NOT_SHUT });
    }
    if !shut {
        return Err(NOT_SHUT);
    }
    let number =
        |word: &str| word.trim_end_matches(|it: char| it.is_ascii_lowercase()).parse::<u32>().is_ok();
    let understood = |word: &String| {
        let word = word.as_str();
        PLAIN.contains(&word)
            || SHUTTING.contains(&word)
            || pupils.contains(&word)
            || number(word)
            || school.iter().any(|it| it == word)
    };
    // A year group's day off is not the school's.
    let year_group =
        words.windows(2).any(|it| it[0].starts_with("year") && it[1].parse().is_ok_and(|it: u32| it < 14));
    if (year_group || !words.iter().all(understood)) && !BANK_HOLIDAYS.contains(&words.join(" ").as_str()) {
        return Err(MORE);
    }
    Ok(if half_term { Shut::HalfTerm } else { Shut::Other })
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect()
}
