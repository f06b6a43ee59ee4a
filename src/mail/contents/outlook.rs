//! Messages that Outlook saved as `.msg`: their text and their attachments. Source: MS-OXMSG.

use encoding_rs::{UTF_16LE, WINDOWS_1252};

use super::bounds::Budget;
use super::ole::Compound;
use super::text::decode_any;
use super::tnef::{Body, rich_body};

/// Attachments of one message that are read.
const MAX_ATTACHMENTS: usize = 500;

/// What was read of a message.
pub(super) struct Saved {
    pub subject: String,
    pub body: Option<Body>,
    pub files: Vec<(String, Vec<u8>)>,
}

/// Reads a message; those within it are read through to their attachments.
pub(super) fn read(compound: &mut Compound, budget: &mut Budget) -> Saved {
    let html = compound.read_or_empty("/__substg1.0_10130102", budget);
    let html =
        if html.is_empty() { text(compound, "", "1013", budget) } else { decode_any(&html).into_owned() };
    let body = if html.trim().is_empty() {
        let rich = compound.read_or_empty("/__substg1.0_10090102", budget);
        let plain = text(compound, "", "1000", budget);
        rich_body(&rich).or_else(|| (!plain.trim().is_empty()).then_some(Body::Plain(plain)))
    } else {
        Some(Body::Html(html))
    };
    let subject = text(compound, "", "0037", budget);
    let mut files = Vec::new();
    for storage in compound.storages("__attach_version1.0_").into_iter().take(MAX_ATTACHMENTS) {
        let long = text(compound, &storage, "3707", budget);
        let name = if long.is_empty() { text(compound, &storage, "3704", budget) } else { long };
        let bytes = compound.read_or_empty(&format!("{storage}/__substg1.0_37010102"), budget);
        if !bytes.is_empty() {
            files.push((name, bytes));
        }
    }
    Saved { subject, body, files }
}

/// A property with text, in either of the forms in which it is stored.
fn text(compound: &mut Compound, storage: &str, id: &str, budget: &mut Budget) -> String {
    let wide = compound.read_or_empty(&format!("{storage}/__substg1.0_{id}001F"), budget);
    if !wide.is_empty() {
        return UTF_16LE.decode_without_bom_handling(&wide).0.into_owned();
    }
    let narrow = compound.read_or_empty(&format!("{storage}/__substg1.0_{id}001E"), budget);
    WINDOWS_1252.decode_without_bom_handling(&narrow).0.into_owned()
}
