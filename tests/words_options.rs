//! The options of the word rules, each with a message on both sides of it.

use std::path::Path;

use beadle::lint::{Inspection, inspect};
use beadle::load::{LoadError, Loaded, load};
use beadle::mail::{self, Envelope, Message, Submission};
use beadle::policy::Action;

/// The school of the rules' cases with `table` as the table of a rule.
fn policy(table: &str) -> Result<Loaded, LoadError> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules");
    let text = std::fs::read_to_string(shared.join("rules.toml")).expect("the shared policy");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rules.toml");
    std::fs::write(&path, format!("{text}\n{table}\n")).expect("a writable folder");
    load(Some(&path), Some(&shared.join("directory")))
}

fn inspected(table: &str, to: &str, subject: &str, body: &str) -> Inspection {
    inspected_from("g.hughes@oakmere.example", table, to, subject, body)
}

fn inspected_from(sender: &str, table: &str, to: &str, subject: &str, body: &str) -> Inspection {
    let loaded = policy(table).unwrap_or_else(|error| panic!("{error}"));
    let raw = format!(
        "From: {sender}\nTo: {to}\nSubject: {subject}\nDate: Tue, 24 Nov 2026 12:05:00 +0000\nContent-Type: text/plain; charset=utf-8\n\n{body}\n",
    );
    let path = |it: &str| mail::Path::new(it.trim().as_bytes());
    let envelope = Envelope { sender: path(sender), recipients: to.split(',').map(path).collect() };
    let message = Message::parse(raw.into_bytes());
    let at = message.date().map(|it| it.to_utc());
    inspect(&loaded.policy, &loaded.school, &Submission::new(envelope, message, None, at))
}

fn asked(inspection: &Inspection, rule: &str) -> Option<Action> {
    inspection.findings.iter().find(|it| it.rule == rule).map(|it| it.action)
}

fn tone(table: &str, to: &str, body: &str) -> Option<Action> {
    asked(&inspected(&format!("[rules.external-tone]\n{table}"), to, "A message", body), "external-tone")
}

fn chain(table: &str, to: &str, subject: &str, body: &str) -> Option<Action> {
    asked(&inspected(&format!("[rules.chain-mail]\n{table}"), to, subject, body), "chain-mail")
}

const PARENT: &str = "k.roberts@freemail.example";
const COLLEAGUE: &str = "j.okoro@oakmere.example";
const THREE: &str = "j.okoro@oakmere.example, p.nair@oakmere.example, m.patel@oakmere.example";
const LETTER: &str = "Send this to ten people or bad luck will follow.";

#[test]
fn the_audience_is_outsiders_unless_it_is_anyone() {
    let body = "lol soz, gonna be late";
    assert_eq!(tone("", COLLEAGUE, body), None);
    assert_eq!(tone("", &format!("{COLLEAGUE}, {PARENT}"), body), Some(Action::Warn));
    assert_eq!(tone("audience = \"anyone\"", COLLEAGUE, body), Some(Action::Warn));
}

#[test]
fn markers_are_counted_up_to_the_bound() {
    let two = "It was fun lol. Soz to hear about the coat.";
    assert_eq!(tone("", PARENT, two), Some(Action::Warn));
    assert_eq!(tone("", PARENT, "It was fun lol. Sorry to hear about the coat."), None);
    assert_eq!(tone("min-markers = 3", PARENT, two), None);
    assert_eq!(tone("min-markers = 1", PARENT, "It was fun lol."), Some(Action::Warn));
}

#[test]
fn profanity_is_held_unless_that_is_switched_off() {
    let body = "What a load of sh*t.";
    assert_eq!(tone("", PARENT, body), Some(Action::Hold));
    assert_eq!(tone("hold-on = []", PARENT, body), Some(Action::Warn));
    assert_eq!(tone("action = \"tag\"\nhold-on = []", PARENT, body), Some(Action::Tag));
    assert_eq!(tone("", PARENT, "You are idiots."), Some(Action::Warn));
}

#[test]
fn the_youngest_classes_may_smile() {
    let body = "Reception made a snowman :) :) :) and sang!!! What fun!!";
    assert_eq!(tone("", PARENT, body), None);
    assert_eq!(tone("early-years-leniency = false", PARENT, body), Some(Action::Warn));
    assert_eq!(tone("", PARENT, &body.replace("Reception", "Year 9")), Some(Action::Warn));
}

#[test]
fn letters_and_jokes_have_their_own_actions() {
    assert_eq!(chain("", PARENT, "Luck", LETTER), Some(Action::Hold));
    assert_eq!(chain("chain-letter = \"warn\"", PARENT, "Luck", LETTER), Some(Action::Warn));
    assert_eq!(chain("chain-letter = \"allow\"", PARENT, "Luck", LETTER), None);
    assert_eq!(chain("action = \"tag\"", PARENT, "Luck", LETTER), Some(Action::Tag));
    let joke = "Fw: Fw: hilarious cat";
    assert_eq!(chain("", THREE, joke, "Enjoy."), Some(Action::Warn));
    assert_eq!(chain("joke = \"tag\"", THREE, joke, "Enjoy."), Some(Action::Tag));
    assert_eq!(chain("joke = \"allow\"", THREE, joke, "Enjoy."), None);
}

#[test]
fn jokes_are_counted_by_depth_and_by_readers() {
    let joke = "Fw: Fw: hilarious cat";
    assert_eq!(chain("", COLLEAGUE, joke, "Enjoy."), None);
    assert_eq!(chain("min-recipients = 1", COLLEAGUE, joke, "Enjoy."), Some(Action::Warn));
    assert_eq!(chain("min-forward-depth = 3", THREE, joke, "Enjoy."), None);
    assert_eq!(chain("min-forward-depth = 1", THREE, "Fw: hilarious cat", "Enjoy."), Some(Action::Warn));
}

#[test]
fn exempt_roles_may_warn_everybody() {
    let alert = "Police warn of a gang who are following pupils. Pass it on to everyone you know.";
    let by = |sender: &str, table: &str| {
        asked(
            &inspected_from(sender, &format!("[rules.chain-mail]\n{table}"), PARENT, "Alert", alert),
            "chain-mail",
        )
    };
    assert_eq!(by("g.hughes@oakmere.example", ""), Some(Action::Hold));
    assert_eq!(by("cover@oakmere.example", ""), None);
    assert_eq!(by("cover@oakmere.example", "exempt-roles = [\"dsl\"]"), Some(Action::Hold));
}

#[test]
fn a_wrong_value_is_refused_with_its_place() {
    for (table, wrong) in [
        ("[rules.external-tone]\nmin-markers = 0", "min-markers"),
        ("[rules.external-tone]\naudience = \"everyone\"", "everyone"),
        ("[rules.external-tone]\nhold-on = [\"swearing\"]", "swearing"),
        ("[rules.external-tone]\naction = \"reject\"", "reject"),
        ("[rules.chain-mail]\njokes = \"warn\"", "jokes"),
    ] {
        let error = policy(table).expect_err(table).to_string();
        assert!(error.contains(wrong) && error.contains("rules.toml:"), "{error}");
    }
}

#[test]
fn without_a_known_school_other_domains_are_outside() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rules.toml");
    std::fs::write(&path, "version = 1\n[rules.external-tone]\n").expect("a writable folder");
    let loaded = load(Some(&path), None).unwrap_or_else(|error| panic!("{error}"));
    for (to, fires) in [("j.okoro@oakmere.example", false), (PARENT, true)] {
        let path = |it: &str| mail::Path::new(it.as_bytes());
        let envelope = Envelope { sender: path("g.hughes@oakmere.example"), recipients: vec![path(to)] };
        let raw =
            format!("From: g.hughes@oakmere.example\nTo: {to}\nSubject: Late\n\nlol soz, gonna be late\n");
        let mail = Submission::new(envelope, Message::parse(raw.into_bytes()), None, None);
        assert_eq!(
            asked(&inspect(&loaded.policy, &loaded.school, &mail), "external-tone").is_some(),
            fires,
            "{to}"
        );
    }
}
