//! Unpacks DEFLATE within the budget.

use std::io::Read;

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::bounds::{Budget, Unread};

/// How many bytes are unpacked between two looks at the budget.
const CHUNK: usize = 64 * 1024;

/// How packed bytes are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrapping {
    /// RFC 1951, as ZIP holds it.
    Bare,
    /// RFC 1950, as PDF holds it.
    Zlib,
    /// RFC 1952.
    Gzip,
}

/// Unpacks as much as can be read and as the budget allows, and tells why it stopped early.
pub(super) fn inflate(packed: &[u8], wrapping: Wrapping, budget: &mut Budget) -> (Vec<u8>, Option<Unread>) {
    match wrapping {
        Wrapping::Bare => drain(DeflateDecoder::new(packed), |it| it.get_ref().len(), packed.len(), budget),
        Wrapping::Zlib => drain(ZlibDecoder::new(packed), |it| it.get_ref().len(), packed.len(), budget),
        Wrapping::Gzip => drain(GzDecoder::new(packed), |it| it.get_ref().len(), packed.len(), budget),
    }
}

/// `left` tells how many of the `size` packed bytes are not yet read.
fn drain<D: Read>(
    mut decoder: D,
    left: impl Fn(&D) -> usize,
    size: usize,
    budget: &mut Budget,
) -> (Vec<u8>, Option<Unread>) {
    let mut out = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        match decoder.read(&mut chunk) {
            Ok(0) => return (out, None),
            Ok(length) => {
                let spent = budget.expand(length);
                let read = size.saturating_sub(left(&decoder));
                if budget.is_bomb(out.len() + length, read) {
                    return (out, Some(Unread::Bomb));
                }
                if let Err(why) = spent {
                    return (out, Some(why));
                }
                out.extend_from_slice(&chunk[..length]);
            }
            Err(_) => return (out, Some(Unread::Damaged)),
        }
    }
}
