//! `beadle calendar import`: calendars in the shapes of real exporters, and hostile ones.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use beadle::school::CalendarTable;
use beadle::school::ical::{self, Event};
use beadle::school::term_dates::{Choice, TermDates};
use chrono_tz::Tz::Europe__London;

fn import(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_beadle"))
        .args(["calendar", "import", "--policy", "../../rules/rules.toml"])
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/school/calendars"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("beadle runs");
    // A file that is refused early may leave its rest unread.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("an end")
}

fn printed(arguments: &[&str]) -> String {
    let output = import(arguments, b"");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What is said of a calendar that cannot be read.
fn refused(text: &str) -> String {
    let output = import(&["-"], text.as_bytes());
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).expect("UTF-8").trim_end().to_owned()
}

/// A calendar with these lines in its one event.
fn event(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n")
}

fn events(text: &str) -> Vec<Event> {
    ical::events(text.as_bytes(), Europe__London).expect("a calendar")
}

/// The closures of a file as rules.toml has them, read back.
fn closures(toml: &str) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Policy {
        calendar: CalendarTable,
    }
    let policy: Policy = toml::from_str(toml).expect("TOML");
    policy.calendar.closures.iter().map(|it| format!("{}: {} to {}", it.name(), it.from(), it.to())).collect()
}

/// Whether an event of two weeks' days with this name is a closure; else the reason.
fn judged(name: &str, days: &str) -> Result<(), &'static str> {
    let (from, to) = days.split_once(' ').expect("two days");
    let text = event(&format!("SUMMARY:{name}\nDTSTART;VALUE=DATE:{from}\nDTEND;VALUE=DATE:{to}"));
    let dates = TermDates::choose(events(&text), Choice::Closures, "Oakmere High School");
    dates.left_out.first().map_or(Ok(()), |(_, why)| Err(*why))
}

#[test]
fn a_google_calendar_becomes_a_table_for_the_policy() {
    assert_eq!(
        printed(&["google.ics"]),
        "# 4 of the 9 events of google.ics close the school.\n\
         [calendar]\n\
         closures = [\n    \
         { name = \"Autumn Half Term\", from = 2026-10-26, to = 2026-10-30 },\n    \
         { name = \"Christmas Holidays, New Year’s Day\", from = 2026-12-21, to = 2027-01-01 },\n\
         ]\n\
         \n\
         # Left out, with the line of the file and the reason:\n\
         # 8: 2026-09-01 to 2026-09-02 \"INSET days (school closed to pupils)\": INSET and training days are working days for staff\n\
         # 21: 2026-09-03 \"Autumn term begins\": it marks where a term or holiday begins or ends\n\
         # 53: 2026-12-10 \"Christmas concert\": it says more than that the school is shut\n\
         # 59: 2027-04-05 \"Easter Monday\": it is cancelled\n\
         # 65: 2027-05-03 \"May Day bank holiday\": it repeats; give each occurrence as an event of its own\n"
    );
}

#[test]
fn an_outlook_calendar_with_times_and_alarms_is_read_by_the_schools_clock() {
    let text = printed(&["outlook.ics"]);
    assert_eq!(
        closures(&text),
        [
            "Half-term holiday, all schools: 2026-10-26 to 2026-10-30",
            "Summer half term: 2027-05-31 to 2027-06-04",
            "Summer holidays: 2027-07-27 to 2027-08-31",
        ]
    );
    assert!(text.contains("2027-02-12 \"School closed\": it is only a part of a day"), "{text}");
}

#[test]
fn a_councils_calendar_with_its_own_ideas_of_the_format_is_read() {
    let text = printed(&["council.ics"]);
    assert_eq!(
        closures(&text),
        [
            "October half term: 2026-10-26 to 2026-10-30",
            "Easter holiday (all schools): 2027-03-26 to 2027-04-09",
            "Early May bank holiday: 2027-05-03 to 2027-05-03",
            "Gwyliau'r Pasg: 2028-04-10 to 2028-04-21",
        ]
    );
    assert!(text.contains("\"Term 1\": it is a term, not a holiday"), "{text}");
    assert!(text.contains("\"Half term 1\": it is longer than a half-term holiday"), "{text}");
    assert!(text.contains("\"Holiday club at the leisure centre\": it says more than"), "{text}");
}

#[test]
fn all_takes_every_event_but_cancelled_ones() {
    let text = printed(&["--all", "google.ics"]);
    assert_eq!(
        closures(&text)[0],
        "INSET days (school closed to pupils), Autumn term begins: 2026-09-01 to 2026-09-03"
    );
    assert!(text.starts_with("# 8 of the 9 events") && text.contains("it is cancelled"), "{text}");
}

#[test]
fn names_that_say_that_the_school_is_shut_are_taken() {
    for name in [
        "Half Term",
        "HALF-TERM",
        "Spring half term break",
        "Mid-term break",
        "Halfterm",
        "February Half Term (school closed)",
        "October half term holiday - two weeks",
        "Christmas",
        "Christmas break",
        "Xmas holidays 2026/27",
        "Easter Holidays",
        "Summer Holiday",
        "Summer break",
        "School closed",
        "Oakmere High School closed",
        "Bank Holiday",
        "Public holiday",
        "Christmas holidays: Oakmere",
        "Good Friday",
        "Easter Monday",
        "Boxing Day (substitute day)",
        "Occasional day",
        "Eid holiday",
        "No school",
        "School holidays",
        "Whitsun half term",
        "Hanner tymor",
        "Gwyliau'r Nadolig",
        "Ysgol ar gau",
        "Holiday for pupils and staff",
        "New Year's Day",
        "Half Term / Hanner Tymor",
        "Closed for Christmas",
    ] {
        assert_eq!(judged(name, "20261026 20261031"), Ok(()), "{name}");
    }
    assert_eq!(judged("Summer holidays", "20260722 20260902"), Ok(()));
}

#[test]
fn other_names_are_left_out_with_the_reason() {
    let (training, boundary) = (
        "INSET and training days are working days for staff",
        "it marks where a term or holiday begins or ends",
    );
    let (pupils, more) =
        ("it says that pupils are off, not staff", "it says more than that the school is shut");
    let (not_shut, term) = ("it does not say that the school is shut", "it is a term, not a holiday");
    for (name, why) in [
        ("INSET Day", training),
        ("School closed - INSET", training),
        ("Inset", training),
        ("Staff training day", training),
        ("Non-pupil day", training),
        ("CPD", training),
        ("Diwrnod HMS", training),
        ("Half term and INSET day", training),
        ("Holiday (twilight training in lieu)", training),
        ("Staff day - school closed", training),
        ("Term starts", boundary),
        ("Last day of term", boundary),
        ("School closes for Christmas", boundary),
        ("Break up for Easter", boundary),
        ("Back to school", boundary),
        ("Half term begins", boundary),
        ("School reopens after the summer holiday", boundary),
        ("School closed to pupils", pupils),
        ("Pupil holiday", pupils),
        ("Students' half term", pupils),
        ("Autumn term", term),
        ("Summer Term 2027", term),
        ("Term 3", term),
        ("Christmas term", term),
        ("Tymor yr haf", term),
        ("Christmas concert", more),
        ("Easter bonnet parade", more),
        ("Holiday club", more),
        ("Half term revision sessions", more),
        ("Swimming pool closed", more),
        ("Road closure on Mill Lane", more),
        ("Year 11 closed", more),
        ("Holiday homework due", more),
        ("Christmas dinner", more),
        ("Sixth form library shut", more),
        ("Parents' evening", not_shut),
        ("Sports day", not_shut),
        ("Summer fair", not_shut),
        ("Break duty", not_shut),
        ("", not_shut),
        ("Year 6 trip", not_shut),
        ("Open evening for new pupils", boundary),
        ("Spring", not_shut),
        ("Pupil progress day", not_shut),
    ] {
        assert_eq!(judged(name, "20261026 20261029"), Err(why), "{name}");
    }
}

#[test]
fn an_event_fills_the_days_of_which_it_covers_ten_to_three() {
    let whole = |lines: &str| {
        let days = events(&event(lines))[0].whole_days;
        days.map(|(from, to)| format!("{}-{}", from.format("%m%d"), to.format("%m%d")))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(whole("DTSTART:20261026T100000\nDTEND:20261026T150000"), some("1026-1026"));
    assert_eq!(whole("DTSTART:20261026T100001\nDTEND:20261026T150000"), None);
    assert_eq!(whole("DTSTART:20261026T100000\nDTEND:20261026T145959"), None);
    assert_eq!(whole("DTSTART:20261023T153000\nDTEND:20261102T084500"), some("1024-1101"));
    assert_eq!(whole("DTSTART:20261026T000000\nDTEND:20261030T235900"), some("1026-1030"));
    assert_eq!(whole("DTSTART:20261026T000000\nDURATION:P1DT0H"), some("1026-1026"));
    assert_eq!(whole("DTSTART:20261026T090000"), None);
    assert_eq!(
        whole("DTSTART;TZID=Europe/Paris:20261026T000000\nDTEND;TZID=Europe/Paris:20261027T000000"),
        some("1026-1026")
    );
    assert_eq!(
        whole("DTSTART;TZID=/oakmere.example/Europe/Paris:20261026T110000\nDTEND:20261026T150000"),
        some("1026-1026")
    );
    assert_eq!(
        whole("DTSTART;TZID=Nowhere:20261026T090000\nDTEND;TZID=Nowhere:20261026T160000"),
        some("1026-1026")
    );
    assert_eq!(whole("DTSTART;VALUE=DATE:20261026\nDURATION:P2W"), some("1026-1108"));
}

#[test]
fn names_lose_their_escapes_folds_and_control_characters() {
    // The fold parts the two bytes of the é.
    let mut text = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261026\r\nSUMMARY:Caf\xc3\r\n \xa9\\, \\\\ \\; a\\nb\x07\\Nc \\\"".to_vec();
    text.extend_from_slice(b"\r\nEND:VEVENT\r\nEND:VCALENDAR");
    let events = ical::events(&text, Europe__London).expect("a calendar");
    assert_eq!(events[0].summary, "Café, \\ ; a b c \"");
    let long = event(&format!("DTSTART:20261026\nSUMMARY:{}", "x".repeat(5000)));
    assert_eq!(events_of_all(&long), [format!("{}…: 2026-10-26 to 2026-10-26", "x".repeat(100))]);
    let quoted = event("DTSTART:20261026\nSUMMARY:\"]}\n");
    assert_eq!(events_of_all(&quoted), ["\"]}: 2026-10-26 to 2026-10-26"]);
}

fn events_of_all(text: &str) -> Vec<String> {
    closures(&TermDates::choose(events(text), Choice::All, "").toml())
}

#[test]
fn a_fault_is_told_with_its_line() {
    assert_eq!(
        refused("<!DOCTYPE html>\n"),
        "-:1: this is no iCalendar file, must start with `BEGIN:VCALENDAR`"
    );
    assert_eq!(refused(""), "-:1: this is no iCalendar file, must start with `BEGIN:VCALENDAR`");
    assert_eq!(
        refused(&event("SUMMARY:x\nDTSTART:26/10/2026")),
        "-:4: `DTSTART` is `26/10/2026`, must be a date such as `20261026` or `20261026T090000Z`"
    );
    for bad in ["20260230", "20261026T25", "20261026T250000", "2026102", "+0261026", "20261026T09000é", ""] {
        assert!(
            refused(&event(&format!("DTSTART:{bad}")))
                .starts_with(&format!("-:3: `DTSTART` is `{bad}`, must be")),
            "{bad}"
        );
    }
    assert_eq!(
        refused(&event("DTSTART:20261026\nDURATION:-P1D")),
        "-:4: `DURATION` is `-P1D`, must be like `P5D`, `P1W` or `PT6H`"
    );
    assert_eq!(refused(&event("SUMMARY:x")), "-:2: the event that begins here has no `DTSTART`");
    assert_eq!(
        refused(&event("DTSTART:20261026\nDTEND:20261025")),
        "-:2: the event that begins here ends before it starts"
    );
    assert_eq!(
        refused("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261026\n"),
        "-:2: the file ends inside the VEVENT that begins here, must have `END:VEVENT`"
    );
    assert_eq!(
        refused("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n"),
        "-:3: `END:VCALENDAR` ends what has not begun, must be `END:VEVENT`"
    );
    let output = import(&["no-such.ics"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("no-such.ics: No such file"));
}

#[test]
fn hostile_files_are_bounded() {
    let started = Instant::now();
    assert_eq!(
        refused(&"BEGIN:VCALENDAR\n".repeat(100_000)),
        "-:17: components lie more than 16 deep within one another"
    );
    let one = "BEGIN:VEVENT\nDTSTART:20261026\nEND:VEVENT\n";
    assert!(refused(&format!("BEGIN:VCALENDAR\n{}", one.repeat(20_001))).contains("more than 20000 events"));
    assert_eq!(refused(&" ".repeat((16 << 20) + 1)), "-: is larger than 16 MB, must be a calendar");
    let folded = event(&format!("DTSTART:20261026\nSUMMARY:x{}", "\n y".repeat(1_000_000)));
    assert_eq!(events(&folded).len(), 1);
    assert_eq!(judged("School closed", "20260101 20301231"), Err("it is longer than any holiday"));
    let endless = event("DTSTART:20261026\nDTEND:99991231\nSUMMARY:School closed");
    assert!(events_of_all(&endless).is_empty(), "mail would wait for ever");
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn any_bytes_are_read_or_refused_and_what_is_printed_is_toml() {
    use proptest::prelude::*;
    let pieces = prop::sample::select(vec![
        "BEGIN:VCALENDAR\n",
        "END:VCALENDAR\n",
        "BEGIN:VEVENT\n",
        "END:VEVENT\n",
        "DTSTART:",
        "DTEND;VALUE=DATE:",
        "DURATION:",
        "P9999999W",
        "20261026",
        "99991231",
        "00000101",
        "T235960Z",
        "T000000",
        "\n",
        "\r\n ",
        "SUMMARY:",
        "half term",
        "\"",
        "'''",
        "\\",
        "\\n",
        "é",
        "\u{feff}",
        "\u{7f}",
        "\0",
        ";TZID=",
        "Europe/Paris",
        "RRULE:x\n",
        ":",
        "é\n",
    ]);
    let text = prop::collection::vec(pieces, 0..60).prop_map(|it| it.concat());
    proptest!(|(inside in text.clone(), raw in text)| {
        let _ = ical::events(raw.as_bytes(), Europe__London);
        if let Ok(events) = ical::events(event(&inside).as_bytes(), Europe__London) {
            for choice in [Choice::All, Choice::Closures] {
                closures(&TermDates::choose(events.clone(), choice, "").toml());
            }
        }
    });
}
