//! Messages that Outlook wraps in `winmail.dat`: their texts and the files within them.
//!
//! Source: MS-OXTNEF; property numbers from MS-OXPROPS.

use encoding_rs::{Encoding, UTF_16LE, WINDOWS_1252};

use super::bytes::{stretch, u16_at, u32_at};
use super::lzfu;
use super::rtf::{charset, rtf};

const SIGNATURE: u32 = 0x223e_9f78;

const SUBJECT: u32 = 0x0001_8004;
const BODY: u32 = 0x0002_800c;
const MESSAGE_CLASS: u32 = 0x0007_8008;
const CODE_PAGE: u32 = 0x0006_9007;
const MESSAGE_PROPERTIES: u32 = 0x0006_9003;
/// Begins an attachment.
const ATTACHMENT: u32 = 0x0006_9002;
const ATTACHMENT_TITLE: u32 = 0x0001_8010;
const ATTACHMENT_DATA: u32 = 0x0006_800f;
const ATTACHMENT_PROPERTIES: u32 = 0x0006_9005;

/// Attachments of one message that are listed.
const MAX_FILES: usize = 1_000;
/// Properties of one object that are read.
const MAX_PROPERTIES: usize = 4_000;
/// Bytes of text of one body.
const MAX_BODY: usize = 4 << 20;

/// A message out of TNEF.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::mail) struct Tnef {
    /// Such as `IPM.Note` or `IPM.Schedule.Meeting.Request`.
    pub class: String,
    pub subject: String,
    /// The text as Outlook shows it: the first there is of HTML, rich text and plain text.
    pub body: Option<Body>,
    pub(super) files: Vec<Enclosed>,
}

/// The text of a message.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::mail) enum Body {
    Plain(String),
    /// HTML source.
    Html(String),
}

/// A file within a TNEF message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Enclosed {
    pub name: String,
    /// The declared media type; empty if there is none.
    pub declared: String,
    pub bytes: Vec<u8>,
}

/// The bodies as they are found, the best of which is kept.
#[derive(Default)]
struct Bodies {
    plain: String,
    rich: Vec<u8>,
    html: String,
}

/// Tells whether bytes begin as TNEF.
pub(in crate::mail) fn is_tnef(bytes: &[u8]) -> bool {
    u32_at(bytes, 0) == Some(SIGNATURE)
}

/// Reads a message as far as its bytes go.
pub(in crate::mail) fn read(bytes: &[u8]) -> Tnef {
    let mut tnef = Tnef::default();
    if !is_tnef(bytes) {
        return tnef;
    }
    let mut bodies = Bodies::default();
    let mut encoding = WINDOWS_1252;
    let mut at = 6;
    // An attribute: level, number, length, data, checksum.
    while let (Some(number), Some(length)) = (u32_at(bytes, at + 1), u32_at(bytes, at + 5)) {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let data = stretch(bytes, at + 9, length);
        at = at.saturating_add(9).saturating_add(length).saturating_add(2);
        match number {
            CODE_PAGE => encoding = u32_at(data, 0).map_or(encoding, charset),
            SUBJECT => tnef.subject = string(data, encoding),
            MESSAGE_CLASS => tnef.class = string(data, encoding),
            BODY => bodies.plain = string(data, encoding),
            MESSAGE_PROPERTIES => message_properties(data, encoding, &mut tnef, &mut bodies),
            ATTACHMENT if tnef.files.len() < MAX_FILES => tnef.files.push(Enclosed::default()),
            _ => {
                if let Some(file) = tnef.files.last_mut() {
                    attachment_attribute(number, data, encoding, file);
                }
            }
        }
    }
    tnef.body = bodies.best();
    tnef
}

fn attachment_attribute(number: u32, data: &[u8], encoding: &'static Encoding, file: &mut Enclosed) {
    match number {
        // The short name gives way to the long one, wherever that stands.
        ATTACHMENT_TITLE if file.name.is_empty() => file.name = string(data, encoding),
        ATTACHMENT_DATA => file.bytes = data.to_vec(),
        ATTACHMENT_PROPERTIES => {
            let mut shown = String::new();
            for property in properties(data) {
                match property.id {
                    0x3707 => file.name = property.text(encoding),
                    0x3001 => shown = property.text(encoding),
                    0x370e => file.declared = property.text(encoding).to_ascii_lowercase(),
                    0x3701 if file.bytes.is_empty() => file.bytes = property.object().to_vec(),
                    _ => {}
                }
            }
            if file.name.is_empty() {
                file.name = shown;
            }
        }
        _ => {}
    }
}

fn message_properties(data: &[u8], encoding: &'static Encoding, tnef: &mut Tnef, bodies: &mut Bodies) {
    let mut html_encoding = encoding;
    let mut html: &[u8] = &[];
    for property in properties(data) {
        match property.id {
            0x1000 => bodies.plain = property.text(encoding),
            0x1009 => bodies.rich = property.data.to_vec(),
            0x1013 if property.kind == STRING || property.kind == UNICODE => {
                bodies.html = property.text(encoding);
            }
            0x1013 => html = property.data,
            0x3fde => html_encoding = u32_at(property.data, 0).map_or(encoding, charset),
            0x0037 if tnef.subject.is_empty() => tnef.subject = property.text(encoding),
            _ => {}
        }
    }
    if !html.is_empty() {
        bodies.html = string(html, html_encoding);
    }
}

impl Bodies {
    fn best(mut self) -> Option<Body> {
        if !self.html.trim().is_empty() {
            return Some(Body::Html(bounded(self.html)));
        }
        let rich = rtf(&lzfu::unpack(&self.rich), MAX_BODY);
        if rich.html && !rich.text.trim().is_empty() {
            return Some(Body::Html(rich.text));
        }
        if !rich.text.trim().is_empty() {
            return Some(Body::Plain(rich.text));
        }
        self.plain = bounded(self.plain);
        (!self.plain.trim().is_empty()).then_some(Body::Plain(self.plain))
    }
}

/// The text of compressed rich text, as the bodies of Outlook's own files are.
pub(super) fn rich_body(packed: &[u8]) -> Option<Body> {
    Bodies { rich: packed.to_vec(), ..Bodies::default() }.best()
}

fn bounded(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_BODY));
    text
}

fn string(data: &[u8], encoding: &'static Encoding) -> String {
    let end = memchr::memchr(0, data).unwrap_or(data.len());
    encoding.decode_without_bom_handling(&data[..end]).0.into_owned()
}

const STRING: u16 = 0x001e;
const UNICODE: u16 = 0x001f;
const OBJECT: u16 = 0x000d;
const BINARY: u16 = 0x0102;
/// A property with several values.
const MULTIPLE: u16 = 0x1000;

/// One property, of several values the first.
struct Property<'t> {
    kind: u16,
    id: u16,
    data: &'t [u8],
}

impl Property<'_> {
    fn text(&self, encoding: &'static Encoding) -> String {
        if self.kind == UNICODE {
            let text = UTF_16LE.decode_without_bom_handling(self.data).0;
            text.trim_end_matches('\0').to_owned()
        } else {
            string(self.data, encoding)
        }
    }

    /// The bytes of an object, after the number of its interface.
    fn object(&self) -> &[u8] {
        if self.kind == OBJECT { stretch(self.data, 16, usize::MAX) } else { self.data }
    }
}

/// The properties of an object; the list ends where it cannot be read.
fn properties(data: &[u8]) -> impl Iterator<Item = Property<'_>> {
    let count = u32_at(data, 0).and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
    let mut at = 4;
    (0..count.min(MAX_PROPERTIES)).map_while(move |_| property(data, &mut at))
}

fn property<'t>(data: &'t [u8], at: &mut usize) -> Option<Property<'t>> {
    let (tag, id) = (u16_at(data, *at)?, u16_at(data, *at + 2)?);
    *at += 4;
    let kind = tag & !MULTIPLE;
    if id >= 0x8000 {
        // A named property: the set it belongs to, and a number or a name.
        let named = u32_at(data, *at + 16)?;
        let detail = u32_at(data, *at + 20)?;
        *at += 24;
        if named == 1 {
            *at = at.checked_add(padded(usize::try_from(detail).ok()?)?)?;
        }
    }
    let varies = matches!(kind, STRING | UNICODE | OBJECT | BINARY);
    let values = if varies || tag & MULTIPLE != 0 {
        let values = u32_at(data, *at)?;
        *at += 4;
        values
    } else {
        1
    };
    let mut first = None;
    for _ in 0..values {
        let length = if varies {
            let length = usize::try_from(u32_at(data, *at)?).ok()?;
            *at += 4;
            length
        } else {
            fixed_length(kind)?
        };
        let value = stretch(data, *at, length);
        if value.len() < length {
            // What is left of a cut value is the last there is.
            *at = data.len();
            return Some(Property { kind, id, data: first.unwrap_or(value) });
        }
        *at = at.checked_add(padded(length)?)?;
        first.get_or_insert(value);
    }
    Some(Property { kind, id, data: first.unwrap_or_default() })
}

/// Values are filled to a multiple of four.
fn padded(length: usize) -> Option<usize> {
    length.checked_next_multiple_of(4)
}

/// `None` too for kinds without a length, which could be repeated for ever.
fn fixed_length(kind: u16) -> Option<usize> {
    match kind {
        0x0002 | 0x000b => Some(2),
        0x0003 | 0x0004 | 0x000a => Some(4),
        0x0005..=0x0007 | 0x0014 | 0x0040 => Some(8),
        0x0048 => Some(16),
        _ => None,
    }
}
