//! What 7z archives say of their members without being unpacked.
//!
//! Only the header is read, which is small and mostly packed by LZMA.
//! Source: `7zFormat.txt` of the LZMA SDK.

use std::io::Read;

use lzma_rust2::{Lzma2Reader, LzmaReader};
use memchr::memmem;

use super::bounds::Budget;
use super::bytes::{stretch, u32_at, u64_at};
use super::file::Encryption;
use super::listing::{Listed, Listing};

/// The number of the method that encrypts by AES-256.
const AES: &[u8] = b"\x06\xf1\x07\x01";
/// How a folder of one method begins: its flags, its number, the length of its properties.
const LZMA: &[u8] = b"\x23\x03\x01\x01\x05";
const LZMA_2: &[u8] = b"\x21\x21\x01";
const ENCODED_HEADER: u8 = 0x17;
const NAMES: u8 = 0x11;
/// A header of a thousand members takes some hundred kilobytes.
const MAX_HEADER: usize = 4 << 20;
/// Members of one archive that are listed.
const MAX_NAMES: usize = 5_000;

/// Lists an archive as far as its header can be read.
pub(super) fn list(bytes: &[u8], budget: &mut Budget) -> Listing {
    let Some(header) = header(bytes) else { return Listing::default() };
    let sealed = memmem::find(header, AES).is_some();
    if header.first() != Some(&ENCODED_HEADER) {
        return listing(header);
    }
    if sealed {
        return Listing { members: Vec::new(), encryption: Some(Encryption::SevenZipNames) };
    }
    let unpacked = Packed::read(header).and_then(|it| it.unpack(bytes, budget));
    unpacked.map(|it| listing(&it)).unwrap_or_default()
}

/// The start header tells where the header is.
fn header(bytes: &[u8]) -> Option<&[u8]> {
    let offset = usize::try_from(u64_at(bytes, 12)?).ok()?.checked_add(32)?;
    let size = usize::try_from(u64_at(bytes, 20)?).ok()?;
    let header = stretch(bytes, offset, size.min(MAX_HEADER));
    (!header.is_empty()).then_some(header)
}

fn listing(header: &[u8]) -> Listing {
    let encryption = memmem::find(header, AES).map(|_| Encryption::SevenZip);
    let members = names(header).into_iter().map(|name| Listed { name, size: 0, encryption }).collect();
    Listing { members, encryption }
}

/// Where the packed header is, and how it is packed.
struct Packed {
    offset: usize,
    size: usize,
    unpacked: usize,
    method: Method,
}

enum Method {
    Lzma { properties: u8, dictionary: u32 },
    Lzma2,
}

impl Packed {
    /// Reads the description of one stream that one method has packed.
    fn read(header: &[u8]) -> Option<Self> {
        let mut at = 1;
        let offset = tagged(header, &mut at, 0x06)?;
        if number(header, &mut at)? != 1 {
            return None;
        }
        let size = tagged(header, &mut at, 0x09)?;
        // A checksum may follow.
        let folder = at + memmem::find(stretch(header, at, 16), b"\x07\x0b\x01\0\x01")? + 5;
        let coder = header.get(folder..)?;
        let method = if coder.starts_with(LZMA) {
            at = folder + LZMA.len() + 5;
            Method::Lzma { properties: *coder.get(5)?, dictionary: u32_at(coder, 6)? }
        } else if coder.starts_with(LZMA_2) {
            at = folder + LZMA_2.len() + 1;
            Method::Lzma2
        } else {
            return None;
        };
        let unpacked = tagged(header, &mut at, 0x0c)?;
        Some(Self { offset: offset.checked_add(32)?, size, unpacked, method })
    }

    fn unpack(&self, bytes: &[u8], budget: &mut Budget) -> Option<Vec<u8>> {
        if self.unpacked > MAX_HEADER {
            return None;
        }
        budget.expand(self.unpacked).ok()?;
        let packed = stretch(bytes, self.offset, self.size);
        // No distance reaches back before the beginning: a larger dictionary is never used.
        let most = u32::try_from(self.unpacked).ok()?.max(4_096);
        let size = self.unpacked as u64;
        let mut header = Vec::new();
        let read = match self.method {
            Method::Lzma { properties, dictionary } => {
                LzmaReader::new_with_props(packed, size, properties, dictionary.min(most), None)
                    .ok()?
                    .take(size)
                    .read_to_end(&mut header)
            }
            Method::Lzma2 => Lzma2Reader::new(packed, most, None).take(size).read_to_end(&mut header),
        };
        read.ok()?;
        Some(header)
    }
}

/// The number after a property's own number.
fn tagged(header: &[u8], at: &mut usize, property: u8) -> Option<usize> {
    if *header.get(*at)? != property {
        return None;
    }
    *at += 1;
    number(header, at)
}

/// The first byte tells by its leading ones how many bytes follow, the lowest first.
fn number(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let first = *bytes.get(*at)?;
    *at += 1;
    let more = first.leading_ones();
    let mut value = 0_u64;
    for place in 0..more {
        value |= u64::from(*bytes.get(*at)?) << (8 * place);
        *at += 1;
    }
    // With seven leading ones or more, no bits are left in the first byte.
    let high = if more >= 7 { 0 } else { u64::from(first & (0xff >> (more + 1))) };
    usize::try_from(value | high.checked_shl(8 * more).unwrap_or(0)).ok()
}

/// The names of all members: the one property of the header that ends in as many zeros as fit.
fn names(header: &[u8]) -> Vec<String> {
    for start in memchr::memchr_iter(NAMES, header) {
        let mut at = start + 1;
        let Some(size) = number(header, &mut at) else { continue };
        let data = stretch(header, at, size);
        if size < 3 || data.len() < size || size % 2 == 0 || data[0] != 0 || !data.ends_with(&[0, 0]) {
            continue;
        }
        let units: Vec<u16> =
            data[1..].chunks_exact(2).map(|it| u16::from_le_bytes([it[0], it[1]])).collect();
        let names = units.split(|it| *it == 0).filter(|it| !it.is_empty()).take(MAX_NAMES);
        let names: Vec<String> = names.map(String::from_utf16_lossy).collect();
        if names.iter().all(|it| !it.contains('\u{fffd}')) && !names.is_empty() {
            return names;
        }
    }
    Vec::new()
}
