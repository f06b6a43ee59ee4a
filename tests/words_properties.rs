//! What holds for the word rules on any text at all: no panic, spans in range, LF as CRLF.

use std::path::Path;
use std::sync::LazyLock;

use beadle::lint::{Inspection, inspect};
use beadle::load::{Loaded, load};
use beadle::mail::{self, Envelope, Message, Submission};
use proptest::prelude::*;

static LOADED: LazyLock<Loaded> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules/rules.toml");
    load(Some(&path), None).unwrap_or_else(|error| panic!("{error}"))
});

fn submission(subject: &str, body: &str, line_end: &str) -> Submission {
    let raw = format!(
        "From: Gareth Hughes <g.hughes@oakmere.example>\nTo: k.roberts@freemail.example\nSubject: {subject}\nDate: Tue, 24 Nov 2026 12:05:00 +0000\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}\n",
    );
    let path = |it: &str| mail::Path::new(it.as_bytes());
    let envelope = Envelope {
        sender: path("g.hughes@oakmere.example"),
        recipients: vec![path("k.roberts@freemail.example")],
    };
    let message = Message::parse(raw.replace('\n', line_end).into_bytes());
    let at = message.date().map(|it| it.to_utc());
    Submission::new(envelope, message, None, at)
}

fn inspected(mail: &Submission) -> Inspection {
    inspect(&LOADED.policy, &LOADED.school, mail)
}

/// Pieces that the rules look at, so that random text is not random noise alone.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => proptest::sample::select(vec![
            "lol", "u", "sort it out", "total joke", "!!!", "?!", "f**k", "sh1t", "sooo", "NOW", "dont", "x",
            "\u{1f602}", ":)", "\"", "\u{201c}", "\u{201d}", "'", "he said", "Pupil A: ", ".", "\n", "\n\n",
            "send this to ten people", "bad luck will follow", "pass it on to everyone you know", "Mr", "\u{2019}",
            "https://www.gov.uk/x", "me@home.example", "\u{e9}t\u{e9}", "\u{130}", "\u{df}", "the", "GET YOUR VAN OUT",
            "---------- Forwarded message ---------", "> ", "Whatever.", "10", "\u{a3}5", "%", "&",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
        1 => "[a-zA-Z'!?*#@$0-9. ]{0,20}",
    ]
}

fn body() -> impl Strategy<Value = String> {
    proptest::collection::vec((piece(), proptest::sample::select(vec![" ", "", ", ", "\n"])), 0..40)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, gap)| piece + gap).collect())
}

fn characters(text: &str, start: usize, end: usize) -> String {
    text.chars().skip(start).take(end - start).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spans_point_at_their_words(body in body()) {
        let mail = submission("Fw: Fw: something hilarious", &body, "\n");
        let inspection = inspected(&mail);
        for span in inspection.findings.iter().flat_map(|it| &it.spans) {
            prop_assert!(span.start <= span.end);
            let found = match span.part.as_str() {
                "body" => mail.message.texts().iter().any(|it| characters(&it.text, span.start, span.end) == span.text),
                "header:Subject" => characters(mail.message.subject(), span.start, span.end) == span.text,
                _ => true,
            };
            prop_assert!(found, "{span:?}");
        }
        for (_, score) in &inspection.scores {
            prop_assert!((0.0..=1.0).contains(score));
        }
    }

    #[test]
    fn line_ends_make_no_difference(body in body()) {
        let [lf, crlf] = ["\n", "\r\n"].map(|it| inspected(&submission("A message", &body, it)));
        prop_assert_eq!(lf.findings, crlf.findings);
        prop_assert_eq!(lf.scores, crlf.scores);
    }

    #[test]
    fn one_more_marker_never_makes_a_message_better(body in "[a-z]{1,8}( [a-z]{1,8}){0,12}\\.") {
        let score = |text: &str| {
            let inspection = inspected(&submission("A message", text, "\n"));
            inspection.scores.iter().find(|(rule, _)| *rule == "external-tone").map_or(0.0, |it| it.1)
        };
        let (plain, worse) = (format!("The office is open. {body}"), format!("The office is open. {body} This is a total joke."));
        prop_assert!(score(&plain) < score(&worse), "{} {}", score(&plain), score(&worse));
    }
}

#[test]
fn a_large_message_is_read_once() {
    // What overlaps most: each word begins, continues and ends entries.
    for unit in [
        "u ",
        "send this to ten people ",
        "\"he said ",
        "!?",
        "F*",
        "sooooo",
        "NOW YOU ",
        "YOU ARE THE x ",
        "Pupil A: ",
        "'",
    ] {
        let mail = submission("A message", &unit.repeat(100_000 / unit.len()), "\n");
        inspected(&mail);
    }
}
