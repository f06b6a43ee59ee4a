//! Mail that no person typed for its recipients, known by facts of the protocols alone.

use mail_parser::{MessagePart, PartKind};

use super::Header;
use super::attachment::declared_type;

/// Why a message counts as automatic (guard G6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Automatic {
    /// Auto-Submitted other than `no` (RFC 3834).
    AutoSubmitted,
    /// An answer of a mailbox whose owner is away.
    OutOfOffice,
    /// A bounce, a delay or a receipt (RFC 3464, RFC 8098).
    Report,
    /// An invitation, its answer or its withdrawal (RFC 6047).
    Calendar,
    /// A post that a mailing list passes on (RFC 2919, RFC 2369).
    List,
    /// Precedence `bulk`, `list` or `junk`.
    Bulk,
}

/// Tells why a message is automatic; `None` for mail of a person.
///
/// The words of a subject and a mere X-Mailer say nothing: people write "Automatic reply" too.
pub(super) fn automatic(headers: &[Header], message: Option<&mail_parser::Message<'_>>) -> Option<Automatic> {
    let value =
        |name: &str| headers.iter().find(|it| it.is(name)).map(|it| it.value.trim().to_ascii_lowercase());
    let has = |name: &str| headers.iter().any(|it| it.is(name));

    if message.is_some_and(|it| declared_type(it.root_part()) == "multipart/report") {
        return Some(Automatic::Report);
    }
    let class = value("Content-Class").unwrap_or_default();
    if class.contains("calendarmessage") || message.is_some_and(|it| has_calendar_method(it.root_part())) {
        return Some(Automatic::Calendar);
    }
    if has("X-Autoreply") || has("X-Autorespond") || has("X-Vacation") {
        return Some(Automatic::OutOfOffice);
    }
    if let Some(submitted) = value("Auto-Submitted") {
        let keyword = submitted.split([';', ' ', '(']).next().unwrap_or("");
        if keyword == "auto-replied" {
            return Some(Automatic::OutOfOffice);
        }
        if keyword != "no" {
            return Some(Automatic::AutoSubmitted);
        }
    }
    // Exchange sets this on what it answers by itself; a person's client may set single values,
    // but "All" together with "OOF" is only found on automatic mail.
    if let Some(suppress) = value("X-Auto-Response-Suppress")
        && suppress.split(',').any(|it| it.trim() == "all")
        && (has("X-MS-Exchange-Inbox-Rules-Loop") || has("X-MS-Exchange-Generated-Message-Source"))
    {
        return Some(Automatic::OutOfOffice);
    }
    if ["List-Id", "List-Unsubscribe", "List-Post", "List-Help", "List-Subscribe"].iter().any(|it| has(it)) {
        return Some(Automatic::List);
    }
    match value("Precedence").as_deref() {
        Some("list") => Some(Automatic::List),
        Some("bulk" | "junk") => Some(Automatic::Bulk),
        Some("auto_reply") => Some(Automatic::OutOfOffice),
        _ => None,
    }
}

/// Tells whether a part is `text/calendar` with a method, which clients act on.
///
/// Without a method it is a mere file of dates, and as an attachment one that a person passes on.
/// Recursion is bounded by mail-parser.
fn has_calendar_method(part: MessagePart<'_>) -> bool {
    if matches!(part.kind(), PartKind::Multipart) {
        return part.children().any(has_calendar_method);
    }
    let attached = part.content_disposition().is_some_and(|it| it.is_attachment());
    declared_type(part) == "text/calendar"
        && !attached
        && part.content_type().is_some_and(|it| it.has_attribute("method"))
}
