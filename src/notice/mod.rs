//! Letters to senders.

use chrono::{DateTime, Utc};

use crate::lint::Inspection;
use crate::mail::{Address, Submission};
use crate::policy::{Action, Policy};
use crate::school::School;

pub struct Letter<'a> {
    pub school: &'a School,
    pub policy: &'a Policy,
    pub mail: &'a Submission,
    pub inspection: &'a Inspection,
    pub entry_id: Option<&'a str>,
    pub returns: DateTime<Utc>,
    pub accepted: DateTime<Utc>,
    pub notice_id: String,
}

pub struct Returned<'a> {
    pub school: &'a School,
    pub policy: &'a Policy,
    pub mail: &'a Submission,
    pub entry_id: String,
    pub reviewer: Option<&'a str>,
    pub timed_out: bool,
    pub reason: &'a str,
    pub now: DateTime<Utc>,
    pub notice_id: String,
}

pub struct Undeliverable<'a> {
    pub school: &'a School,
    pub policy: &'a Policy,
    pub mail: &'a Submission,
    pub entry_id: String,
    pub refused: &'a [(String, &'a str)],
    pub now: DateTime<Utc>,
    pub notice_id: String,
}

pub struct Notice {
    pub to: Address,
    pub bytes: Vec<u8>,
}

fn build(school: &School, mail: &Submission, now: DateTime<Utc>, id: &str, subject: &str, body: &str) -> Option<Notice> {
    let to = school.sender(mail)?;
    let bytes = format!(
        "From: beadle <noreply@{}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nDate: {}\r\nMessage-ID: <{id}@beadle.invalid>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n",
        to.domain(), now.to_rfc2822()
    );
    Some(Notice { to, bytes: bytes.into_bytes() })
}

pub fn notice(letter: &Letter<'_>) -> Option<Notice> {
    if letter.mail.message.automatic().is_some() || letter.inspection.verdict.action < Action::Warn {
        return None;
    }
    let until = letter.inspection.verdict.until.map(|it| it.to_rfc2822()).unwrap_or_default();
    let subject = format!("Your message: {} {until}", letter.inspection.verdict.action);
    let body: Vec<_> = letter.inspection.findings.iter().map(|it| format!("{}: {}", it.rule, it.message)).collect();
    build(letter.school, letter.mail, letter.accepted, &letter.notice_id, &subject, &body.join("\r\n"))
}

pub fn returned(letter: &Returned<'_>) -> Option<Notice> {
    build(letter.school, letter.mail, letter.now, &letter.notice_id, "Your message was returned", letter.reason)
}

pub fn undeliverable(letter: &Undeliverable<'_>) -> Option<Notice> {
    build(letter.school, letter.mail, letter.now, &letter.notice_id, "Your message was refused", "")
}
