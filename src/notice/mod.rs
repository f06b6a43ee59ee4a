//! beadle's letters to senders: what happened to a message, why, and what to do.
//!
//! A letter is computed here and sent through the outbox. It goes out with the null return path
//! (RFC 3834 section 3.3), which is the envelope's matter, to the person who signed in and to
//! nobody else. It names no recipients, but for those whom a mail server refused; it puts nothing
//! of the message into its subject line; it says every finding that counts, the strictest first.
//! Its words are those of `wording/`.

mod about_findings;
mod content;
mod giving_back;
mod html;
mod mime;
mod phrases;
mod points;
mod quote;
mod text;
mod texts;
mod when;
mod wording;

use chrono::{DateTime, Utc};

use self::content::Content;
use self::phrases::Phrases;
use self::wording::Wording;
use crate::lint::Inspection;
use crate::mail::{Address, Automatic, Submission};
use crate::policy::{Action, Finding, Policy};
use crate::school::School;

/// What a letter needs to know beside its occasion.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    pub school: &'a School,
    pub policy: &'a Policy,
    /// The message that the letter is about.
    pub mail: &'a Submission,
    /// The outbox ID of the message, where it is or was kept.
    pub entry_id: Option<&'a str>,
    /// Whom it goes to: [`recipient`].
    pub to: Address,
    /// The letter's own Message-ID, in angle brackets. One that no field can hold is left out,
    /// and Postfix adds its own.
    pub message_id: String,
    /// The time of writing, from which "tomorrow" counts.
    pub now: DateTime<Utc>,
}

/// How a letter looks, so that a routine one does not dull the eye for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Nothing to do.
    Routine,
    /// Something to read, and perhaps to do.
    NeedsALook,
    /// A message held for a safeguarding lead.
    Safeguarding,
}

/// A letter to a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub class: Class,
    /// Its one recipient; its return path is the null one.
    pub to: Address,
    /// The message, with CRLF line ends. Bytes above 127 stand only in an attached original; the
    /// envelope should then say `BODY=8BITMIME`.
    pub bytes: Vec<u8>,
}

/// Why a kept message goes back to its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return<'a> {
    /// Nobody decided in time.
    TimedOut,
    /// A person gave it back.
    Reviewed { reason: Option<&'a str> },
}

/// A recipient whom the mail server refused for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal<'a> {
    pub recipient: &'a Address,
    /// The server's reply, code and all.
    pub reply: &'a str,
}

/// Whom to write to about a message: the person who signed in, else the envelope's sender.
///
/// Never From, which may be a shared mailbox, and never the null path.
pub fn recipient(school: &School, mail: &Submission) -> Option<Address> {
    school.sender(mail)
}

/// The letter that an inspection calls for: the message was deferred, passed with a warning, or
/// held. `due` is when a kept message goes, or goes back if nobody decides.
///
/// `None` where nothing is to be told (allow, tag, reject, mere observation), and to automatic
/// mail and the null path (RFC 3834 section 2). An invitation is sent by a person, and gets its
/// letter.
pub fn notice(letter: &Letter<'_>, inspection: &Inspection, due: Option<DateTime<Utc>>) -> Option<Notice> {
    let automatic = letter.mail.message.automatic().filter(|it| *it != Automatic::Calendar);
    if automatic.is_some() || letter.mail.envelope.sender.is_null() {
        return None;
    }
    let phrases = &Phrases { wording: Wording::english(), letter };
    let findings: Vec<&Finding> = inspection.findings.iter().filter(|it| !it.observed).collect();
    let verdict = &inspection.verdict;
    let content = match verdict.action {
        Action::Warn => about_findings::warned(phrases, &findings),
        Action::Defer => about_findings::deferred(phrases, &findings, due.or(verdict.until)?),
        Action::Hold => about_findings::held(phrases, &findings, verdict.reviewer.as_deref(), due),
        Action::Allow | Action::Tag | Action::Reject => return None,
    };
    Some(written(phrases, &content, None))
}

/// The letter with which a kept message goes back unsent, the message attached.
pub fn returned(letter: &Letter<'_>, why: Return<'_>) -> Notice {
    let phrases = &Phrases { wording: Wording::english(), letter };
    written(phrases, &giving_back::returned(phrases, why), Some(letter.mail.message.raw()))
}

/// The letter about recipients whom the mail server refused for good when a kept message was
/// sent, the message attached.
pub fn undeliverable(letter: &Letter<'_>, refusals: &[Refusal<'_>]) -> Notice {
    let phrases = &Phrases { wording: Wording::english(), letter };
    written(phrases, &giving_back::undeliverable(phrases, refusals), Some(letter.mail.message.raw()))
}

fn written(phrases: &Phrases<'_>, content: &Content, original: Option<&[u8]>) -> Notice {
    Notice {
        class: content.class,
        to: phrases.letter.to.clone(),
        bytes: mime::message(phrases.letter, phrases.wording, content, original),
    }
}
