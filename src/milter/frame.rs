//! Splits a stream of bytes into milter frames, and writes frames.

use thiserror::Error;

/// The longest frame that is read, in bytes, its command byte included.
///
/// Postfix's longest is a body chunk of 65,536 bytes; Sendmail can be built to send 1 MiB.
pub const MAX_FRAME: usize = 1 << 20;

/// How much is read from the peer at once, and how much an idle connection may keep.
const READ: usize = 16 << 10;

/// One packet: a command byte and what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    pub command: u8,
    pub payload: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FrameError {
    #[error("frame of length 0, must have a command byte")]
    Empty,
    #[error("frame of {length} bytes, at most {MAX_FRAME} are read")]
    TooLong { length: usize },
}

/// Turns bytes, split in any way, into frames.
#[derive(Debug, Default)]
pub struct Splitter {
    buffer: Vec<u8>,
    /// Where the first frame not yet handed out begins in `buffer`.
    start: usize,
}

impl Splitter {
    /// The buffer to which the next bytes from the peer are appended, with room for some.
    ///
    /// It grows with what has come in, not with what a length field announces.
    pub fn room(&mut self) -> &mut Vec<u8> {
        self.buffer.drain(..self.start);
        self.start = 0;
        if self.buffer.len() < READ {
            self.buffer.shrink_to(2 * READ);
        }
        self.buffer.reserve(READ);
        &mut self.buffer
    }

    /// Takes the next complete frame, `None` if more bytes are needed.
    ///
    /// After an error the stream cannot be understood any more and the connection must end.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        let Some((length, rest)) = self.buffer[self.start..].split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length == 0 {
            return Err(FrameError::Empty);
        }
        if length > MAX_FRAME {
            return Err(FrameError::TooLong { length });
        }
        let Some((command, payload)) = rest.get(..length).and_then(<[u8]>::split_first) else {
            return Ok(None);
        };
        self.start += 4 + length;
        Ok(Some(Frame { command: *command, payload }))
    }

    /// Tells whether bytes of an unfinished frame are waiting for their rest.
    pub fn is_within_frame(&self) -> bool {
        self.start < self.buffer.len()
    }
}

/// Appends a frame whose payload is the concatenation of `parts`.
///
/// The payload must be shorter than 4 GiB; ours are bounded far below by their makers.
pub fn write_frame(out: &mut Vec<u8>, command: u8, parts: &[&[u8]]) {
    let length = 1 + parts.iter().map(|it| it.len()).sum::<usize>();
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.push(command);
    for part in parts {
        out.extend_from_slice(part);
    }
}
