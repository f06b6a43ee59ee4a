//! The people named in an address field: From, To, Cc and their kin.

use std::ops::Range;

use mail_parser::HeaderForm;

use super::{Address, Header};

/// How far after the last mailbox the next one is looked for, to point at it.
const REACH: usize = 4096;

/// A display name and an address, as one entry of an address field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Decoded, without quotes; empty if there is none.
    pub name: String,
    pub address: Address,
    /// Where the address stands in the decoded value of its field, in bytes; the whole value
    /// where comments or odd quoting hide it.
    pub span: Range<usize>,
}

/// The mailboxes of every field called `name`, in order, groups flattened.
///
/// A second To is against RFC 5322 section 3.6, and yet every client shows it or answers it.
pub(super) fn mailboxes(headers: &[Header], name: &str) -> Vec<Mailbox> {
    headers.iter().filter(|it| it.is(name)).flat_map(read).collect()
}

fn read(header: &Header) -> Vec<Mailbox> {
    let parsed = HeaderForm::Addresses.parse(&header.raw);
    let value = parsed.value();
    let Some(list) = value.as_address() else {
        return Vec::new();
    };
    let mut cursor = 0;
    let mut found = Vec::new();
    for mailbox in list.mailboxes() {
        let Some((before, address)) = mailbox.address().map(bare) else {
            continue;
        };
        let Some(address) = Address::parse(&address) else {
            continue;
        };
        let name = mailbox.name().unwrap_or(before).trim().to_owned();
        // The name comes first, because it may repeat the address.
        let after_name = find(&header.value, cursor, &name).map_or(cursor, |it| it.end);
        let span = find(&header.value, after_name, address.as_str())
            .or_else(|| find(&header.value, cursor, address.as_str()));
        if let Some(span) = &span {
            cursor = span.end;
        }
        found.push(Mailbox { name, address, span: span.unwrap_or(0..header.value.len()) });
    }
    found
}

/// An address as it is meant, and what was written before it without brackets.
///
/// Takes off `mailto:`, blanks around the at sign (RFC 5322 section 4.4), and a name that no
/// bracket sets apart ("Jo j@oakfield.example").
fn bare(address: &str) -> (&str, String) {
    let address = address.strip_prefix("mailto:").unwrap_or(address).trim();
    if address.starts_with('"') || !address.contains(char::is_whitespace) {
        return ("", address.to_owned());
    }
    match address.rsplit_once(char::is_whitespace) {
        Some((before, last)) if last.contains('@') && !last.starts_with('@') => (before, last.to_owned()),
        _ => ("", address.split_whitespace().collect()),
    }
}

fn find(text: &str, from: usize, wanted: &str) -> Option<Range<usize>> {
    let end = text.floor_char_boundary(from.saturating_add(REACH));
    let at = from + text.get(from..end)?.find(wanted)?;
    Some(at..at + wanted.len())
}
