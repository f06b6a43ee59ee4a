//! The SMTP envelope: the paths of MAIL FROM and RCPT TO with their ESMTP arguments.

use super::Address;

/// One path of the envelope, exactly as the client gave it.
///
/// Paths are bytes because SMTPUTF8 (RFC 6531) and careless clients put more than ASCII into
/// them, and a kept message must go out with the very path it came with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// Without angle brackets; empty for the null path `<>`.
    pub address: Vec<u8>,
    /// ESMTP arguments as typed, for example `BODY=8BITMIME` or `NOTIFY=FAILURE`.
    pub arguments: Vec<Vec<u8>>,
}

impl Path {
    /// Reads a path as a milter or an SMTP command gives it, with or without angle brackets.
    pub fn new(text: &[u8]) -> Self {
        let text = text.trim_ascii();
        let text = text.strip_prefix(b"<").unwrap_or(text);
        let text = text.strip_suffix(b">").unwrap_or(text);
        Self { address: text.to_vec(), arguments: Vec::new() }
    }

    /// The address to compare and to show; `None` for the null path.
    pub fn parsed(&self) -> Option<Address> {
        Address::parse(&String::from_utf8_lossy(&self.address))
    }

    /// Tells whether this is the null path `<>` of bounces and notices (RFC 5321 section 4.5.5).
    pub fn is_null(&self) -> bool {
        self.address.is_empty()
    }

    /// The value of the argument `name`, compared without regard to case; empty for an argument
    /// without a value.
    pub fn argument(&self, name: &str) -> Option<&[u8]> {
        self.arguments.iter().find_map(|it| {
            let (key, value) = match it.iter().position(|byte| *byte == b'=') {
                Some(equals) => (&it[..equals], &it[equals + 1..]),
                None => (&it[..], &b""[..]),
            };
            key.eq_ignore_ascii_case(name.as_bytes()).then_some(value)
        })
    }
}

/// Who sends a message to whom, as SMTP is told (RFC 5321 section 2.3.1).
///
/// Bcc recipients stand here and nowhere else: Postfix has dropped the Bcc header by the time a
/// milter sees the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    pub sender: Path,
    pub recipients: Vec<Path>,
}
