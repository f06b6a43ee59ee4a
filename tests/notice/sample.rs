//! A school, a message and findings to write letters about.

use std::path::{Path, PathBuf};

use beadle::lint::Inspection;
use beadle::load::{Loaded, load};
use beadle::mail::{self, Address, Envelope, Message, Submission};
use beadle::notice::{Letter, Notice, Refusal, Return, notice, returned, undeliverable};
use beadle::policy::{Action, Evidence, Finding, Span, Verdict};
use chrono::{DateTime, Utc};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/notice")
}

pub fn school() -> Loaded {
    load(Some(&folder().join("rules.toml")), None).expect("the policy of the tests")
}

pub fn time(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

pub fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

pub const MESSAGE: &str = "From: J. Okoro <j.okoro@oakmere.example>\r\n\
    To: S. Pike <s.pike@oakmere.example>, parent@mail.example\r\n\
    Subject: Year 6 trip\r\n\
    Date: Mon, 23 Nov 2026 21:14:00 +0000\r\n\
    Message-ID: <trip.1@oakmere.example>\r\n\
    \r\n\
    Hiya, the coach is a total joke, sort it out!!!\r\n";

/// The message as it was accepted on Monday evening, its sender signed in.
pub fn submission(message: &[u8]) -> Submission {
    let path = |it: &str| mail::Path::new(it.as_bytes());
    let envelope = Envelope {
        sender: path("<j.okoro@oakmere.example>"),
        recipients: ["s.pike@oakmere.example", "parent@mail.example", "hidden@secret.example"].map(path).to_vec(),
    };
    let login = Some("j.okoro@oakmere.example".to_owned());
    Submission::new(envelope, Message::parse(message.to_vec()), login, Some(time("2026-11-23T21:14:00Z")))
}

pub fn letter<'a>(loaded: &'a Loaded, mail: &'a Submission) -> Letter<'a> {
    Letter {
        school: &loaded.school,
        policy: &loaded.policy,
        mail,
        entry_id: Some("8F2A-41QX"),
        to: address("j.okoro@oakmere.example"),
        message_id: "<notice.8F2A@oakmere.example>".into(),
        now: time("2026-11-23T21:14:02Z"),
    }
}

fn span(part: &str, text: &str) -> Span {
    Span { part: part.into(), start: 0, end: text.chars().count(), text: text.into() }
}

fn finding(rule: &'static str, action: Action, message: &str, help: &str, spans: Vec<Span>) -> Finding {
    Finding {
        rule,
        action,
        clause: "Digital Communications 3.2, To Staff".into(),
        evidence: Evidence::Structural,
        message: message.into(),
        help: help.into(),
        spans,
        observed: false,
        until: None,
        reviewer: None,
        recipient: None,
    }
}

pub fn late() -> Finding {
    let message = "sent on Monday at 21:14, outside 07:30-17:00 Monday to Friday";
    let spans = vec![span("header:Date", "Mon, 23 Nov 2026 21:14:00 +0000")];
    let help = "it goes on Tuesday at 07:30; mark it urgent if it cannot wait";
    Finding {
        until: Some(time("2026-11-24T07:30:00Z")),
        ..finding("send-hours", Action::Defer, message, help, spans)
    }
}

pub fn tone() -> Finding {
    let spans = vec![
        span("body", "total joke"),
        span("body", "total joke"),
        span("body:html", "sort it out!!!"),
        span("header:Subject", "trip"),
    ];
    finding("external-tone", Action::Warn, "2 informal or rude expressions, 1 is the most", "read it once more", spans)
}

/// Two of these read the same, and their spans are addresses.
pub fn guess(recipient: &str) -> Finding {
    let spans = vec![span("envelope", recipient), span("header:To", recipient)];
    let message = "a recipient's private address looks like a pupil's name";
    let finding = finding("pupil-personal-address", Action::Warn, message, "check whose address it is", spans);
    Finding { recipient: Some(address(recipient)), ..finding }
}

pub fn chain() -> Finding {
    let spans = vec![span("body", "pass it on to everyone you know")];
    let message = "urges its readers to send it on to many";
    Finding {
        reviewer: Some("network-manager".into()),
        ..finding("chain-mail", Action::Hold, message, "delete it, or ask the network manager whether it is real", spans)
    }
}

pub fn sign() -> Finding {
    let spans = vec![span("body", "our little secret")];
    let message = "2 signs of private contact with a pupil";
    Finding { reviewer: Some("dsl".into()), ..finding("pupil-conduct", Action::Hold, message, "", spans) }
}

pub fn observed() -> Finding {
    Finding { observed: true, ..finding("image-consent", Action::Hold, "an observed matter", "", Vec::new()) }
}

/// Findings as the engine gives them: strictest first, with the verdict over them.
pub fn inspection(mut findings: Vec<Finding>) -> Inspection {
    findings.sort_by_key(|it| std::cmp::Reverse(it.action));
    Inspection {
        message_id: None,
        verdict: Verdict::of(&findings),
        findings,
        scores: Vec::new(),
        guards: Vec::new(),
        not_checked: Vec::new(),
        steps: Vec::new(),
    }
}

/// Every kind of letter about `mail`, by name.
pub fn every_letter(loaded: &Loaded, mail: &Submission) -> Vec<(&'static str, Notice)> {
    let kept = letter(loaded, mail);
    let passed = Letter { entry_id: None, ..kept.clone() };
    let back = Letter { now: time("2026-11-24T21:15:00Z"), ..kept.clone() };
    let about = |letter: &Letter<'_>, findings: Vec<Finding>, due: Option<&str>| {
        notice(letter, &inspection(findings), due.map(time)).expect("a letter")
    };
    let review_ends = Some("2026-11-24T21:14:02Z");
    let recipients = [address("s.pike@oakmere.example"), address("parent@mail.example")];
    let replies = ["550 5.1.1 <s.pike@oakmere.example>: no such user", "552 5.2.2 mailbox full, and likely to stay so"];
    let refusals: Vec<Refusal<'_>> =
        recipients.iter().zip(replies).map(|(recipient, reply)| Refusal { recipient, reply }).collect();
    let guesses = || [guess("amy.lee.09@mail.example"), guess("hidden@secret.example")];
    vec![
        ("deferred", about(&kept, vec![late(), observed()], None)),
        ("deferred-with-points", about(&kept, [vec![late(), tone()], guesses().to_vec()].concat(), None)),
        ("warned", about(&passed, [vec![tone(), observed()], guesses().to_vec()].concat(), None)),
        ("held", about(&kept, vec![chain(), tone(), late()], review_ends)),
        ("held-for-safeguarding", about(&kept, vec![sign(), sign(), tone()], review_ends)),
        ("returned", returned(&back, Return::TimedOut)),
        ("returned-by-a-person", returned(&back, Return::Reviewed { reason: Some("It is a hoax; please delete it.") })),
        ("undeliverable", undeliverable(&back, &refusals)),
    ]
}
