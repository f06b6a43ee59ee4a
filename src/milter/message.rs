//! One message as it comes in: its envelope, and its bytes as the mail server would deliver them.

use thiserror::Error;

use super::{Bounds, OwnHeader, Strings};
use crate::mail::{Envelope, Path};

/// Where the bytes of the message go as they come in.
pub trait Content {
    fn append(&mut self, bytes: &[u8]);
    /// Forgets everything: a message begins, or the one so far is given up.
    fn clear(&mut self);
}

impl Content for Vec<u8> {
    fn append(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn clear(&mut self) {
        self.clear();
    }
}

/// Which of its bounds a message exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Excess {
    #[error("message of more than {limit} bytes")]
    Message { limit: u64 },
    #[error("headers of more than {limit} bytes")]
    Headers { limit: u64 },
    #[error("envelope of more than {limit} bytes")]
    Envelope { limit: u64 },
    #[error("more than {limit} recipients")]
    Recipients { limit: usize },
    #[error("more than {limit} forged headers")]
    OwnHeaders { limit: usize },
}

/// Each deletion makes the mail server read the whole header block once more.
const MAX_OWN_HEADERS: usize = 1_000;

#[derive(Debug)]
pub(super) struct Message {
    bounds: Bounds,
    pub envelope: Envelope,
    pub own_headers: Vec<OwnHeader>,
    envelope_bytes: u64,
    pub size: u64,
    /// Content has begun: the mail server has the whole message and need not wait for its client.
    pub in_content: bool,
    pub in_body: bool,
    /// The first bound that was exceeded. From then on nothing is kept.
    pub excess: Option<Excess>,
}

impl Message {
    pub fn new(bounds: Bounds, sender: &[u8], arguments: Strings<'_>) -> Self {
        let mut message = Self {
            bounds,
            envelope: Envelope::default(),
            own_headers: Vec::new(),
            envelope_bytes: 0,
            size: 0,
            in_content: false,
            in_body: false,
            excess: None,
        };
        if let Some(path) = message.path(sender, arguments) {
            message.envelope.sender = path;
        }
        message
    }

    pub fn recipient(&mut self, address: &[u8], arguments: Strings<'_>) {
        let limit = self.bounds.recipients;
        if self.envelope.recipients.len() >= limit {
            self.exceed(Excess::Recipients { limit });
        }
        if let Some(path) = self.path(address, arguments) {
            self.envelope.recipients.push(path);
        }
    }

    /// Reads a path, `None` once the message exceeds a bound.
    fn path(&mut self, address: &[u8], arguments: Strings<'_>) -> Option<Path> {
        let size = address.len() + arguments.map(<[u8]>::len).sum::<usize>();
        self.envelope_bytes += size as u64;
        let limit = self.bounds.envelope_bytes;
        if self.envelope_bytes > limit {
            self.exceed(Excess::Envelope { limit });
        }
        if self.excess.is_some() {
            return None;
        }
        let arguments = arguments.filter(|it| !it.is_empty()).map(<[u8]>::to_vec).collect();
        Some(Path { arguments, ..Path::new(address) })
    }

    /// Takes a header field. `verbatim` says that the value is all that stood after the colon;
    /// otherwise the mail server has eaten one blank there (but not a tab).
    pub fn header(&mut self, name: &[u8], value: &[u8], verbatim: bool, content: &mut impl Content) {
        self.in_content = true;
        self.note_own_header(name);
        let blank: &[u8] = match value.first() {
            _ if verbatim => b"",
            // A tab, a fold or nothing at all: probably nothing was eaten.
            None | Some(b'\t' | b'\n' | b'\r') => b"",
            Some(_) => b" ",
        };
        let limit = self.bounds.header_bytes;
        if self.size + (name.len() + value.len()) as u64 > limit {
            self.exceed(Excess::Headers { limit });
        }
        self.keep(name, content);
        self.keep(b":", content);
        self.keep(blank, content);
        self.keep_lines(value, content);
        self.keep(b"\r\n", content);
    }

    pub fn end_of_headers(&mut self, content: &mut impl Content) {
        self.in_content = true;
        if !self.in_body {
            self.in_body = true;
            self.keep(b"\r\n", content);
        }
    }

    pub fn body(&mut self, bytes: &[u8], content: &mut impl Content) {
        if !bytes.is_empty() {
            // Nothing but N separates headers from a body; a peer that leaves it out means it.
            self.end_of_headers(content);
            self.keep(bytes, content);
        }
    }

    /// Folded lines come joined by a bare LF, and leave with CRLF.
    fn keep_lines(&mut self, value: &[u8], content: &mut impl Content) {
        let mut rest = value;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            self.keep(rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]), content);
            self.keep(b"\r\n", content);
            rest = &rest[end + 1..];
        }
        self.keep(rest, content);
    }

    fn keep(&mut self, bytes: &[u8], content: &mut impl Content) {
        self.size += bytes.len() as u64;
        let limit = self.bounds.message_bytes;
        if self.size > limit && self.excess.is_none() {
            self.exceed(Excess::Message { limit });
            content.clear();
        }
        if self.excess.is_none() {
            content.append(bytes);
        }
    }

    fn note_own_header(&mut self, name: &[u8]) {
        let Some(name) = OwnHeader::name(name) else { return };
        let limit = MAX_OWN_HEADERS;
        if self.own_headers.len() == limit {
            return self.exceed(Excess::OwnHeaders { limit });
        }
        let same = |it: &&OwnHeader| it.name.as_str().eq_ignore_ascii_case(name.as_str());
        let index = self.own_headers.iter().rfind(same).map_or(1, |it| it.index + 1);
        self.own_headers.push(OwnHeader { name, index });
    }

    fn exceed(&mut self, excess: Excess) {
        // Forged headers decide over the answer, whatever else the message exceeds.
        if self.excess.is_none() || matches!(excess, Excess::OwnHeaders { .. }) {
            self.excess = Some(excess);
        }
    }
}
