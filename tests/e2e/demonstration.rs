//! `make demo` shows every action, and what it says is true.

use std::process::Command;

#[test]
fn the_demonstration_shows_every_action() {
    let output = Command::new(crate::site::source("demo/run.sh"))
        .env("BEADLE", env!("CARGO_BIN_EXE_beadle"))
        .env("NO_COLOR", "1")
        .env_remove("KEEP")
        .output()
        .expect("demo/run.sh");
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complaints}");
    // Each message with what must stand below its subject.
    for (subject, outcome) in [
        ("Jayden's coat has been found", "delivered\n"),
        ("Jayden today", "delivered, and the sender gets a notice"),
        ("Re: Head's bulletin, week 9", "delivered, and the sender gets a notice"),
        ("Fwd: Fwd: Fwd: do NOT break this chain", "held until a person decides"),
        ("Your coursework", "rejected, and the sender's mail program says why"),
        ("Your reference", "delivered and tagged, nobody is told"),
        ("Year 9 scheme of work", "deferred until Wednesday 3 March, 07:30"),
        ("[urgent] Room 12 is flooded", "delivered\n"),
        ("Ellie and the match", "deferred until Wednesday 3 March, 07:30"),
        ("Judith needs her mail to go tonight", "arrived at s.pike@oakfield.example"),
        ("Judith needs her mail to go tonight", "answered: \"Your message goes now\""),
        ("Wednesday 3 March, 07:30: what waited", "arrived at tom.marsh@freemail.example"),
    ] {
        let start = said.find(subject).unwrap_or_else(|| panic!("{subject}: {said}"));
        let told: String = said[start..].lines().take(4).map(|it| format!("{it}\n")).collect();
        assert!(told.contains(outcome), "{subject} is not told as `{outcome}`:\n{said}");
    }
    let notices = said.matches("The notice to ").count();
    assert_eq!(notices, 5, "two warnings, one hold, two deferrals:\n{said}");
    assert_eq!(complaints, "");
}
