//! The same message gives the same JSON from `beadle lint` and from the live milter.

use std::fs;

use serde_json::Value;

use crate::client::Mail;
use crate::dialogue::with_crlf;
use crate::site::{Site, policy, source};

/// A message of `testdata/e2e/messages`, its sender, its recipients and when it is sent.
const CASES: &[(&str, &str, &[&str], &str)] = &[
    ("plain.eml", "j.okoro", &["s.pike@oakfield.example"], "2027-03-02T10:00:10"),
    ("plain.eml", "j.okoro", &["s.pike@oakfield.example"], "2027-03-02T19:40:10"),
    ("urgent.eml", "j.okoro", &["s.pike@oakfield.example"], "2027-03-02T19:40:10"),
    ("to-parent.eml", "j.okoro", &["karen.roberts@freemail.example"], "2027-03-02T10:00:10"),
    ("informal-to-parent.eml", "j.okoro", &["karen.roberts@freemail.example"], "2027-03-02T10:00:10"),
    ("late-and-informal.eml", "j.okoro", &["karen.roberts@freemail.example"], "2027-03-05T19:40:10"),
    ("to-pupil-private.eml", "j.okoro", &["jroberts2011@freemail.example"], "2027-03-02T10:00:10"),
    (
        "thanks-to-all.eml",
        "s.pike",
        &["r.adeyemi@oakfield.example", "all-staff@oakfield.example"],
        "2027-03-02T10:00:10",
    ),
    (
        "chain-letter.eml",
        "s.pike",
        &["f.tolliver@oakfield.example", "j.okoro@oakfield.example", "office@oakfield.example"],
        "2027-03-02T10:00:10",
    ),
];

#[test]
fn lint_and_the_live_milter_say_the_same() {
    let site = Site::new(&policy("five-rules.toml"));
    for (file, sender, recipients, time) in CASES {
        let path = source("testdata/e2e/messages").join(file);
        let message = with_crlf(&fs::read(&path).expect("a message"));
        let sender = format!("{sender}@oakfield.example");
        site.clock.set(time);
        let before = inspections(&site).len();
        let paths: Vec<String> = recipients.iter().map(|it| format!("<{it}>")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        site.submit(&Mail::new(&format!("<{sender}>"), &paths, message));
        site.wait("the inspection in the log", || before < inspections(&site).len());
        let live = inspections(&site).remove(before);

        let envelope = site.path("envelope.toml");
        let text = format!(
            "sender = \"{sender}\"\nrecipients = {recipients:?}\nlogin = \"{sender}\"\nat = {time}Z\n"
        );
        fs::write(&envelope, text).expect("the envelope");
        let output = site.run(&[
            "lint",
            "--redact",
            "--format",
            "json",
            "--envelope",
            envelope.to_str().expect("a path"),
            path.to_str().expect("a path"),
        ]);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(said.as_array().map(Vec::len), Some(1), "{said:#}");
        assert_eq!(without_path(said[0].clone()), without_path(live), "{file} at {time}");
    }
}

/// What beadle's log says of every message so far.
fn inspections(site: &Site) -> Vec<Value> {
    site.beadle()
        .log()
        .lines()
        .filter_map(|it| serde_json::from_str::<Value>(it).ok())
        .filter_map(|it| it["inspection"].as_str().map(str::to_owned))
        .map(|it| serde_json::from_str(&it).expect("an inspection is JSON"))
        .collect()
}

/// The path is the one thing that differs: a file there, a queue ID here.
fn without_path(mut inspection: Value) -> Value {
    let object = inspection.as_object_mut().expect("an object");
    assert!(object.remove("path").is_some(), "{object:?}");
    inspection
}
