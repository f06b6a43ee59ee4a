//! The word rules against labelled texts: precision and recall on texts they were not tuned on.

use std::path::Path;

use beadle::lint::{Inspection, inspect};
use beadle::load::{Loaded, load};
use beadle::mail::{self, Envelope, Message, Submission};

/// One text of a corpus file.
struct Case {
    label: String,
    subject: String,
    text: String,
}

fn corpus(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/words_corpus").join(file);
    let all = std::fs::read_to_string(path).expect("a corpus file");
    let mut cases = Vec::new();
    for block in all.split("\n== ").skip(1) {
        let (label, text) = block.split_once('\n').expect("a label and a text");
        let (subject, text) = match text.strip_prefix("Subject: ").and_then(|it| it.split_once('\n')) {
            Some((subject, text)) => (subject, text),
            None => ("A message", text),
        };
        cases.push(Case { label: label.trim().into(), subject: subject.into(), text: text.trim().into() });
    }
    cases
}

fn school() -> Loaded {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules/rules.toml");
    load(Some(&path), None).unwrap_or_else(|error| panic!("{error}"))
}

/// A message of a teacher to `recipients`, as it would come from a mail client.
fn message(case: &Case, recipients: &[&str]) -> Submission {
    let raw = format!(
        "From: Gareth Hughes <g.hughes@oakmere.example>\nTo: {}\nSubject: {}\nDate: Tue, 24 Nov 2026 12:05:00 +0000\nMessage-ID: <corpus@oakmere.example>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{}\n",
        recipients.join(", "),
        case.subject,
        case.text,
    );
    let message = Message::parse(raw.into_bytes());
    let at = message.date().map(|it| it.to_utc());
    let path = |it: &str| mail::Path::new(it.as_bytes());
    let envelope = Envelope {
        sender: path("g.hughes@oakmere.example"),
        recipients: recipients.iter().map(|it| path(it)).collect(),
    };
    Submission::new(envelope, message, None, at)
}

const PARENT: [&str; 1] = ["k.roberts@freemail.example"];
const COLLEAGUES: [&str; 5] = [
    "j.okoro@oakmere.example",
    "p.nair@oakmere.example",
    "m.patel@oakmere.example",
    "s.pike@oakmere.example",
    "a.voss@oakmere.example",
];

fn found(inspection: &Inspection, rule: &str) -> bool {
    inspection.findings.iter().any(|it| it.rule == rule)
}

/// How a rule does on a corpus: what it was to find, and what it found.
#[derive(Default)]
struct Tally {
    right: usize,
    missed: Vec<String>,
    wrong: Vec<String>,
    silent: usize,
}

impl Tally {
    fn of(rule: &str, cases: &[Case], positive: &str, negatives: &[&str], recipients: &[&str]) -> Self {
        let loaded = school();
        let mut tally = Self::default();
        for case in cases {
            let inspection = inspect(&loaded.policy, &loaded.school, &message(case, recipients));
            let fired = found(&inspection, rule);
            if case.label == positive {
                if fired { tally.right += 1 } else { tally.missed.push(show(case, &inspection, rule)) }
            } else if negatives.contains(&case.label.as_str()) {
                if fired { tally.wrong.push(show(case, &inspection, rule)) } else { tally.silent += 1 }
            }
        }
        tally
    }

    fn precision(&self) -> f64 {
        self.right as f64 / (self.right + self.wrong.len()).max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.right as f64 / (self.right + self.missed.len()).max(1) as f64
    }

    fn report(&self, name: &str) -> String {
        format!(
            "{name}: precision {:.3}, recall {:.3} (right {}, missed {}, wrong {}, rightly silent {})",
            self.precision(),
            self.recall(),
            self.right,
            self.missed.len(),
            self.wrong.len(),
            self.silent,
        )
    }
}

fn show(case: &Case, inspection: &Inspection, rule: &str) -> String {
    let score = inspection.scores.iter().find(|(name, _)| *name == rule).map_or(0.0, |it| it.1);
    let spans = inspection.findings.iter().filter(|it| it.rule == rule).flat_map(|it| &it.spans);
    let spans: Vec<&str> = spans.map(|it| it.text.as_str()).collect();
    format!("{score:.2} {:?} {spans:?}", case.text)
}

fn tone(file: &str) -> Tally {
    Tally::of("external-tone", &corpus(file), "tone-bad", &["tone-ok"], &PARENT)
}

fn chain(file: &str) -> Tally {
    Tally::of("chain-mail", &corpus(file), "chain", &["ok", "tone-ok", "tone-bad"], &COLLEAGUES)
}

#[test]
fn held_out_texts_are_told_apart() {
    for (name, tally) in [("external-tone", tone("held_out.txt")), ("chain-mail", chain("held_out.txt"))] {
        let report = tally.report(name);
        println!("{report}");
        assert!(tally.precision() >= 0.95, "{report}");
        assert!(tally.recall() >= 0.8, "{report}");
    }
}

#[test]
fn tuning_texts_are_told_apart() {
    for (name, tally) in [("external-tone", tone("tuning.txt")), ("chain-mail", chain("tuning.txt"))] {
        let report = tally.report(name);
        println!("{report}\nmissed:\n{}\nwrong:\n{}", tally.missed.join("\n"), tally.wrong.join("\n"));
        assert!(tally.precision() >= 0.95, "{report}");
        assert!(tally.recall() >= 0.9, "{report}");
    }
}
