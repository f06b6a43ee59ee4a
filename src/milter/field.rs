//! Header fields that we add or delete, in a form that cannot become another field.

use base64::{Engine, engine::general_purpose::STANDARD};
use thiserror::Error;

/// A value longer than this is cut. Mail servers truncate very long fields in their own ways.
const MAX_VALUE: usize = 8_000;
/// A longer name would leave no room on its line (RFC 5322 section 2.1.1).
const MAX_NAME: usize = 900;
/// Lines are folded at this length where there is a blank (RFC 5322 section 2.1.1).
const LINE: usize = 76;
/// A word longer than this is encoded, since only encoded words can be folded inside.
const MAX_WORD: usize = 400;
/// Bytes in one encoded word: `=?utf-8?B?` + 60 + `?=` stays below 75 (RFC 2047 section 2).
const ENCODED: usize = 45;

/// The name of a header field: printable ASCII without a colon (RFC 5322 section 2.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldName(String);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FieldError {
    #[error("header name `{name}` must be printable ASCII without blanks and colons")]
    Name { name: String },
}

impl FieldName {
    pub fn parse(name: &str) -> Result<Self, FieldError> {
        let valid = |byte: u8| byte.is_ascii_graphic() && byte != b':';
        if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(valid) {
            return Err(FieldError::Name { name: name.to_owned() });
        }
        Ok(Self(name.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One of our own header fields as it came in, which is forged or stale and must go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnHeader {
    pub name: FieldName,
    /// Counts from 1 among the fields of the same name, as `SMFIR_CHGHEADER` does.
    pub index: u32,
}

impl OwnHeader {
    /// Reads the name of a field of ours, `None` for anybody else's.
    pub(super) fn name(name: &[u8]) -> Option<FieldName> {
        const OURS: &[u8] = b"X-Beadle-";
        let ours = name.get(..OURS.len())?.eq_ignore_ascii_case(OURS);
        ours.then(|| FieldName::parse(std::str::from_utf8(name).ok()?).ok()).flatten()
    }
}

/// A field with its value ready for the wire: ASCII, folded by LF and a blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    name: FieldName,
    value: String,
}

impl Field {
    /// Makes a field of any text: line ends and control characters become blanks, words beyond
    /// ASCII are encoded (RFC 2047), because 8-bit headers make Postfix ask for SMTPUTF8.
    pub fn new(name: &str, text: &str) -> Result<Self, FieldError> {
        let name = FieldName::parse(name)?;
        let text = &text[..text.floor_char_boundary(MAX_VALUE)];
        let value = fold(name.as_str().len() + ": ".len(), &words(text));
        Ok(Self { name, value })
    }

    pub fn name(&self) -> &FieldName {
        &self.name
    }

    /// The folded value, without the blank after the colon.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Splits at blanks and encodes what is not plain. Neighbours that need encoding are encoded
/// with the blank between them, because readers drop blanks between encoded words.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut foreign = String::new();
    let separator = |character: char| character.is_whitespace() || character.is_control();
    for word in text.split(separator).filter(|it| !it.is_empty()) {
        if is_plain(word) {
            encode(&mut foreign, &mut words);
            words.push(word.to_owned());
        } else {
            if !foreign.is_empty() {
                foreign.push(' ');
            }
            foreign.push_str(word);
        }
    }
    encode(&mut foreign, &mut words);
    words
}

fn is_plain(word: &str) -> bool {
    word.is_ascii() && word.len() <= MAX_WORD && !word.starts_with("=?")
}

fn encode(foreign: &mut String, words: &mut Vec<String>) {
    let mut rest = foreign.as_str();
    while !rest.is_empty() {
        let (chunk, tail) = rest.split_at(rest.floor_char_boundary(ENCODED));
        words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(chunk)));
        rest = tail;
    }
    foreign.clear();
}

fn fold(mut column: usize, words: &[String]) -> String {
    let mut value = String::new();
    for word in words {
        if !value.is_empty() {
            if column + 1 + word.len() > LINE {
                value.push('\n');
                column = 0;
            }
            value.push(' ');
            column += 1;
        }
        value.push_str(word);
        column += word.len();
    }
    value
}
