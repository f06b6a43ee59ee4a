//! Reads what the mail server says: the commands of the milter protocol, borrowed from their frame.
//!
//! The parser is as tolerant as mail servers are various: lists may be empty or lack their last
//! NUL, paths may lack their angle brackets, end-of-body may carry body bytes. What it refuses is
//! what cannot be given a meaning at all.

use thiserror::Error;

use super::{Frame, Offer};

/// One command, named as in libmilter's mfdef.h without `SMFIC_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// `O`
    Negotiate(Offer),
    /// `D`: macros for the command `stage`; there may be none.
    Macros { stage: u8, pairs: Pairs<'a> },
    /// `C`
    Connect { host: &'a [u8], peer: Peer<'a> },
    /// `H`
    Helo(&'a [u8]),
    /// `M`: the address as typed, with or without brackets, empty or `<>` for the null path.
    Mail { address: &'a [u8], arguments: Strings<'a> },
    /// `R`
    Recipient { address: &'a [u8], arguments: Strings<'a> },
    /// `T`
    Data,
    /// `L`: the value as the agreed protocol shows it, its lines joined by LF.
    Header { name: &'a [u8], value: &'a [u8] },
    /// `N`
    EndOfHeaders,
    /// `B`
    Body(&'a [u8]),
    /// `E`: Sendmail and libmilter peers may put the last body bytes here.
    EndOfBody(&'a [u8]),
    /// `A`: sent after every transaction, also after a successful one.
    Abort,
    /// `Q`
    Quit,
    /// `K`: this SMTP session is over, another follows on the same connection.
    QuitNewConnection,
    /// `U`: an SMTP command that the server does not know.
    Unknown(&'a [u8]),
}

/// Where the SMTP client connects from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer<'a> {
    /// Family `4` or `6`; the address is text.
    Internet { address: &'a [u8], port: u16 },
    /// Family `L`; Postfix sends a meaningless port with it.
    Local { path: &'a [u8] },
    /// Family `U`, nothing follows; also a family nobody has heard of.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CommandError {
    #[error("unknown command {:?}", char::from(*.command))]
    Unknown { command: u8 },
    #[error("command {:?} has {length} bytes, must have at least {at_least}", char::from(*.command))]
    TooShort { command: u8, length: usize, at_least: usize },
}

impl<'a> Command<'a> {
    pub fn parse(frame: Frame<'a>) -> Result<Self, CommandError> {
        let Frame { command, payload } = frame;
        let too_short = |at_least| CommandError::TooShort { command, length: payload.len(), at_least };
        Ok(match command {
            b'O' => {
                let (version, rest) = take_u32(payload).ok_or(too_short(12))?;
                let (actions, rest) = take_u32(rest).ok_or(too_short(12))?;
                let (protocol, _) = take_u32(rest).ok_or(too_short(12))?;
                Self::Negotiate(Offer { version, actions, protocol })
            }
            b'D' => {
                let (stage, rest) = payload.split_first().ok_or(too_short(1))?;
                Self::Macros { stage: *stage, pairs: Pairs(Strings(rest)) }
            }
            b'C' => {
                let (host, rest) = take_string(payload);
                Self::Connect { host, peer: Peer::parse(rest) }
            }
            b'H' => Self::Helo(take_string(payload).0),
            b'M' => {
                let (address, rest) = take_string(payload);
                Self::Mail { address, arguments: Strings(rest) }
            }
            b'R' => {
                let (address, rest) = take_string(payload);
                Self::Recipient { address, arguments: Strings(rest) }
            }
            b'T' => Self::Data,
            b'L' => {
                let (name, rest) = take_string(payload);
                Self::Header { name, value: take_string(rest).0 }
            }
            b'N' => Self::EndOfHeaders,
            b'B' => Self::Body(payload),
            b'E' => Self::EndOfBody(payload),
            b'A' => Self::Abort,
            b'Q' => Self::Quit,
            b'K' => Self::QuitNewConnection,
            b'U' => Self::Unknown(take_string(payload).0),
            _ => return Err(CommandError::Unknown { command }),
        })
    }

    /// The byte that stands for the command on the wire.
    pub fn byte(&self) -> u8 {
        match self {
            Self::Negotiate(_) => b'O',
            Self::Macros { .. } => b'D',
            Self::Connect { .. } => b'C',
            Self::Helo(_) => b'H',
            Self::Mail { .. } => b'M',
            Self::Recipient { .. } => b'R',
            Self::Data => b'T',
            Self::Header { .. } => b'L',
            Self::EndOfHeaders => b'N',
            Self::Body(_) => b'B',
            Self::EndOfBody(_) => b'E',
            Self::Abort => b'A',
            Self::Quit => b'Q',
            Self::QuitNewConnection => b'K',
            Self::Unknown(_) => b'U',
        }
    }
}

impl<'a> Peer<'a> {
    fn parse(bytes: &'a [u8]) -> Self {
        let Some((family, rest)) = bytes.split_first() else {
            return Self::Unknown;
        };
        let Some((port, address)) = rest.split_first_chunk::<2>() else {
            return Self::Unknown;
        };
        let (address, _) = take_string(address);
        match family {
            b'4' | b'6' => Self::Internet { address, port: u16::from_be_bytes(*port) },
            b'L' => Self::Local { path: address },
            _ => Self::Unknown,
        }
    }
}

/// Strings that each end in NUL; the last one may lack it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strings<'a>(&'a [u8]);

impl<'a> Iterator for Strings<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let (string, rest) = take_string(self.0);
        self.0 = rest;
        Some(string)
    }
}

/// Macro names, as sent (`i`, `{auth_type}`), with their values; a missing last value is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pairs<'a>(Strings<'a>);

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.0.next()?;
        Some((name, self.0.next().unwrap_or_default()))
    }
}

/// The bytes up to the first NUL, and those after it.
fn take_string(bytes: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(0, bytes) {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}

fn take_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*number), rest))
}
