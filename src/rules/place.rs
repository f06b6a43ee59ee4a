//! Where a finding points: stretches of headers, of the text, of the envelope.

use crate::mail::{Address, Submission};
use crate::policy::Span;

/// The longest stretch of a header that a finding shows; a list of recipients has no end.
const LONGEST: usize = 200;

/// The decoded value of the first header `name`, or its beginning, if the message has one.
pub(crate) fn header(mail: &Submission, name: &str) -> Option<Span> {
    let header = mail.message.header(name)?;
    let text: String = header.value.chars().take(LONGEST).collect();
    Some(Span { part: format!("header:{name}"), start: 0, end: text.chars().count(), text })
}

/// A recipient where a reader sees it: in To, Cc or Bcc, else in the envelope.
pub(crate) fn recipient(mail: &Submission, address: &Address) -> Span {
    let message = &mail.message;
    for (name, mailboxes) in [("To", message.to()), ("Cc", message.cc()), ("Bcc", message.bcc())] {
        let Some(header) = message.header(name) else { continue };
        let Some(mailbox) = mailboxes.iter().find(|it| it.address == *address) else { continue };
        if let Some(text) = header.value.get(mailbox.span.clone()) {
            let start = header.value[..mailbox.span.start].chars().count();
            let end = start + text.chars().count();
            return Span { part: format!("header:{name}"), start, end, text: text.to_owned() };
        }
    }
    let text = address.as_str().to_owned();
    Span { part: "envelope".into(), start: 0, end: text.chars().count(), text }
}
