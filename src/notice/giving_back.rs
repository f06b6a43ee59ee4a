//! What the letters say that give a message back: returned, undeliverable.

use std::collections::HashSet;

use super::content::{Content, Section};
use super::phrases::Phrases;
use super::quote::one_line;
use super::texts;
use super::{Class, Refusal, Return};
use crate::mail::Address;

/// A reason or a server's reply is quoted up to here.
const QUOTE_LENGTH: usize = 400;

/// The letter with which a kept message goes back unsent.
pub(super) fn returned(phrases: &Phrases<'_>, why: Return<'_>) -> Content {
    let wording = phrases.wording;
    let message = phrases.message();
    let (lead, reason) = match why {
        Return::TimedOut => (&texts::RETURNED_LEAD_TIMED_OUT, None),
        Return::Reviewed { reason } => (&texts::RETURNED_LEAD_REVIEWED, reason),
    };
    let reason = reason.map(|it| one_line(it, QUOTE_LENGTH)).filter(|it| !it.is_empty());
    let reason = reason.map(|it| wording.say(&texts::RETURNED_REASON, [&it]));
    Content {
        class: Class::NeedsALook,
        label: phrases.label(Class::NeedsALook),
        subject: wording.say(&texts::RETURNED_SUBJECT, []),
        paragraphs: [Some(wording.say(lead, [&message])), reason].into_iter().flatten().collect(),
        sections: vec![Section {
            heading: wording.say(&texts::HEADING_STEPS, []),
            items: vec![vec![wording.say(&texts::RETURNED_ATTACHED, [])], vec![phrases.contest()]],
        }],
        footer: phrases.footer(),
    }
}

/// The letter about recipients whom the mail server refused for good.
pub(super) fn undeliverable(phrases: &Phrases<'_>, refusals: &[Refusal<'_>]) -> Content {
    let wording = phrases.wording;
    let refused: HashSet<&Address> = refusals.iter().map(|it| it.recipient).collect();
    let all = phrases.letter.mail.recipients().iter().all(|it| refused.contains(it));
    let (subject, lead) = if all {
        (&texts::UNDELIVERABLE_SUBJECT_ALL, &texts::UNDELIVERABLE_LEAD_ALL)
    } else {
        (&texts::UNDELIVERABLE_SUBJECT_SOME, &texts::UNDELIVERABLE_LEAD_SOME)
    };
    let replies = refusals.iter().map(|it| {
        let reply = one_line(it.reply, QUOTE_LENGTH);
        vec![one_line(it.recipient.as_str(), QUOTE_LENGTH), wording.say(&texts::UNDELIVERABLE_REPLY, [&reply])]
    });
    Content {
        class: Class::NeedsALook,
        label: phrases.label(Class::NeedsALook),
        subject: wording.say(subject, []),
        paragraphs: vec![wording.say(lead, [&phrases.message()])],
        sections: vec![
            Section { heading: wording.say(&texts::HEADING_REFUSED, []), items: replies.collect() },
            Section {
                heading: wording.say(&texts::HEADING_STEPS, []),
                items: vec![vec![wording.say(&texts::UNDELIVERABLE_ATTACHED, [])]],
            },
        ],
        footer: phrases.footer(),
    }
}
