//! Whether a message is signed or encrypted, and so whether it can be inspected at all.

use mail_parser::{MessagePart, PartKind};

use super::attachment::declared_type;
use super::part::TextPart;

/// How the content of a message is protected by its author.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protection {
    #[default]
    Plain,
    /// Readable, and not to be altered: S/MIME, PGP/MIME or inline PGP.
    Signed,
    /// Not inspected: encrypted, or wrapped so that only the recipient's client opens it
    /// (opaque S/MIME).
    Encrypted,
}

/// The strongest protection found in any part of the message or in its text.
pub(super) fn protection(message: Option<&mail_parser::Message<'_>>, texts: &[TextPart]) -> Protection {
    let parts = message.map_or(Protection::Plain, |it| of_part(it.root_part()));
    let words = texts.iter().map(|it| of_text(&it.text)).max().unwrap_or_default();
    parts.max(words)
}

// Recursion is bounded by mail-parser's depth limit of 64.
fn of_part(part: MessagePart<'_>) -> Protection {
    let kind = declared_type(part);
    let own = match kind.as_str() {
        "multipart/encrypted" | "application/pgp-encrypted" => Protection::Encrypted,
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
            let certificates = part
                .content_type()
                .and_then(|it| it.attribute("smime-type"))
                .is_some_and(|it| it.eq_ignore_ascii_case("certs-only"));
            if certificates { Protection::Plain } else { Protection::Encrypted }
        }
        "multipart/signed" => Protection::Signed,
        "application/octet-stream"
            if part.attachment_name().is_some_and(|it| it.eq_ignore_ascii_case("smime.p7m")) =>
        {
            Protection::Encrypted
        }
        _ => Protection::Plain,
    };
    match part.kind() {
        PartKind::Multipart => part.children().map(of_part).fold(own, Protection::max),
        _ => own,
    }
}

/// Looks for PGP's armour at the start of a line, where a quotation has its marks.
fn of_text(text: &str) -> Protection {
    let starts = |wanted: &str| {
        memchr::memmem::find_iter(text.as_bytes(), wanted)
            .any(|at| at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'))
    };
    if starts("-----BEGIN PGP MESSAGE-----") {
        Protection::Encrypted
    } else if starts("-----BEGIN PGP SIGNED MESSAGE-----") {
        Protection::Signed
    } else {
        Protection::Plain
    }
}
