//! Reads ZIP directories and members: the archive itself, and what Office and Java make of it.
//!
//! An own reader, because a directory is read only as far as the budget goes, a file without a
//! directory is still read by its local headers, and no size in the file is believed.
//! Source: APPNOTE.TXT 6.3.10.

use std::borrow::Cow;

use memchr::memmem;

use super::bounds::{Budget, Unread};
use super::bytes::{stretch, u16_at, u32_at, u64_at};
use super::file::Encryption;
use super::inflate::{Wrapping, inflate};

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
/// The end record and the longest comment after it.
const END_REACH: usize = 22 + 0xffff;
/// Entries that are listed of one archive; Office files have many small parts.
const MAX_ENTRIES: usize = 10_000;
/// A longer name keeps its end, because there its extension is.
const MAX_NAME: usize = 1_024;

/// Bytes after the end of an archive that is appended to another file.
const MAX_TAIL: usize = 64;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// The real method is in the AES extra field.
const AES: u16 = 99;

/// One member as the directory describes it.
#[derive(Debug)]
pub(super) struct Entry {
    /// With `/` between folders; whatever it says, nothing is ever written to it.
    pub name: String,
    /// As declared.
    pub size: u64,
    pub encryption: Option<Encryption>,
    packed: u64,
    method: u16,
    /// Where the local header is.
    header: usize,
}

impl Entry {
    pub fn is_folder(&self) -> bool {
        self.name.ends_with('/') || self.name.ends_with('\\')
    }
}

/// The members of one archive.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pub entries: Vec<Entry>,
    /// Whether there are more than were listed.
    pub more: bool,
    /// Bytes before the archive, as a self-extracting program has them.
    pub prefix: usize,
}

impl Directory {
    /// Finds the directory at the end of the bytes, with any prefix before the archive.
    pub fn at_end(bytes: &[u8]) -> Option<Self> {
        let tail = bytes.len().saturating_sub(END_REACH);
        let mut reach = bytes.len();
        // A comment may contain the signature: the last record that leads somewhere counts.
        for _ in 0..8 {
            let end = tail + memmem::rfind(&bytes[tail..reach], END)?;
            if let Some(found) = Self::from_end_record(bytes, end) {
                return Some(found);
            }
            reach = end;
        }
        None
    }

    fn from_end_record(bytes: &[u8], end: usize) -> Option<Self> {
        let comment = usize::from(u16_at(bytes, end + 20)?);
        // A signature within some other data is not followed by just its comment.
        if end + 22 + comment > bytes.len() {
            return None;
        }
        let (mut size, mut offset) =
            (u64::from(u32_at(bytes, end + 12)?), u64::from(u32_at(bytes, end + 16)?));
        let mut directory_end = end;
        if offset == 0xffff_ffff || size == 0xffff_ffff {
            let record =
                memmem::rfind(&bytes[end.saturating_sub(0x1000)..end], END_64)? + end.saturating_sub(0x1000);
            size = u64_at(bytes, record + 40)?;
            offset = u64_at(bytes, record + 48)?;
            directory_end = record;
        }
        let start = directory_end.checked_sub(usize::try_from(size).ok()?)?;
        let prefix = start.saturating_sub(usize::try_from(offset).ok()?);
        let mut found = Self { prefix, ..Self::default() };
        found.list(bytes, start);
        // Other data may hold the like by chance, or a whole archive in its midst.
        let at_end = bytes.len() - (end + 22 + comment) <= MAX_TAIL || bytes.starts_with(LOCAL);
        let real = found.entries.first().is_some_and(|it| stretch(bytes, it.header, 4) == LOCAL);
        (at_end && real).then_some(found)
    }

    fn list(&mut self, bytes: &[u8], mut at: usize) {
        while stretch(bytes, at, 4) == CENTRAL {
            if self.entries.len() >= MAX_ENTRIES {
                self.more = true;
                return;
            }
            let Some((entry, next)) = central(bytes, at, self.prefix) else { return };
            self.entries.push(entry);
            at = next;
        }
    }

    /// Walks the local headers of an archive that has lost its directory.
    pub fn by_headers(bytes: &[u8]) -> Self {
        let mut found = Self::default();
        let mut at = 0;
        while stretch(bytes, at, 4) == LOCAL {
            if found.entries.len() >= MAX_ENTRIES {
                found.more = true;
                break;
            }
            let Some((entry, data)) = local(bytes, at) else { break };
            let end = data.saturating_add(usize::try_from(entry.packed).unwrap_or(usize::MAX));
            // The size may come after the data (flag 3), or lie: the next header tells.
            at = if entry.packed > 0 && stretch(bytes, end, 4) == LOCAL {
                end
            } else {
                memmem::find(stretch(bytes, data, usize::MAX), LOCAL).map_or(bytes.len(), |it| data + it)
            };
            found.entries.push(Entry { packed: at.saturating_sub(data) as u64, ..entry });
        }
        found
    }

    /// The first entry with this name; letter case matters as little as it does to Office.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|it| it.name.eq_ignore_ascii_case(name))
    }

    pub fn has(&self, found: impl Fn(&str) -> bool) -> bool {
        self.entries.iter().any(|it| found(&it.name))
    }
}

fn central(bytes: &[u8], at: usize, prefix: usize) -> Option<(Entry, usize)> {
    let flags = u16_at(bytes, at + 8)?;
    let method = u16_at(bytes, at + 10)?;
    let mut packed = u64::from(u32_at(bytes, at + 20)?);
    let mut size = u64::from(u32_at(bytes, at + 24)?);
    let name_length = usize::from(u16_at(bytes, at + 28)?);
    let extra_length = usize::from(u16_at(bytes, at + 30)?);
    let comment_length = usize::from(u16_at(bytes, at + 32)?);
    let mut header = u64::from(u32_at(bytes, at + 42)?);
    let name = stretch(bytes, at + 46, name_length);
    let extra = stretch(bytes, at + 46 + name_length, extra_length);
    if let Some(wide) = extra_field(extra, 0x0001) {
        // ZIP64: only the values that did not fit are here, in this order.
        let mut place = 0;
        for value in [&mut size, &mut packed, &mut header] {
            if *value == 0xffff_ffff {
                *value = u64_at(wide, place).unwrap_or(*value);
                place += 8;
            }
        }
    }
    let entry = Entry {
        name: read_name(name, extra, flags),
        size,
        encryption: encryption(flags, method, extra),
        packed,
        method,
        header: usize::try_from(header).ok()?.saturating_add(prefix),
    };
    Some((entry, at + 46 + name_length + extra_length + comment_length))
}

fn local(bytes: &[u8], at: usize) -> Option<(Entry, usize)> {
    let flags = u16_at(bytes, at + 6)?;
    let method = u16_at(bytes, at + 8)?;
    let (name_length, extra_length) = local_lengths(bytes, at)?;
    let name = stretch(bytes, at + 30, name_length);
    let extra = stretch(bytes, at + 30 + name_length, extra_length);
    let entry = Entry {
        name: read_name(name, extra, flags),
        size: u64::from(u32_at(bytes, at + 22)?),
        encryption: encryption(flags, method, extra),
        packed: u64::from(u32_at(bytes, at + 18)?),
        method,
        header: at,
    };
    Some((entry, at + 30 + name_length + extra_length))
}

fn local_lengths(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    Some((usize::from(u16_at(bytes, at + 26)?), usize::from(u16_at(bytes, at + 28)?)))
}

/// The data of one extra field.
fn extra_field(mut extra: &[u8], wanted: u16) -> Option<&[u8]> {
    while let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let length = usize::from(length);
        if id == wanted {
            return Some(stretch(extra, 4, length));
        }
        extra = extra.get(4 + length..)?;
    }
    None
}

fn encryption(flags: u16, method: u16, extra: &[u8]) -> Option<Encryption> {
    if method == AES || extra_field(extra, 0x9901).is_some() {
        Some(Encryption::ZipAes)
    } else if flags & 0x40 != 0 || flags & 0x2000 != 0 {
        Some(Encryption::ZipStrong)
    } else if flags & 1 != 0 {
        Some(Encryption::ZipClassic)
    } else {
        None
    }
}

fn read_name(name: &[u8], extra: &[u8], flags: u16) -> String {
    // Info-ZIP's UTF-8 name: a version byte and a checksum stand before it.
    let name = match extra_field(extra, 0x7075) {
        Some(field) if field.len() > 5 => &field[5..],
        _ => name,
    };
    let name = &name[name.len().saturating_sub(MAX_NAME)..];
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) if flags & 0x800 != 0 => String::from_utf8_lossy(name).into_owned(),
        Err(_) => name.iter().map(|byte| code_page_437(*byte)).collect(),
    }
}

/// The character set of MS-DOS, which ZIP supposes where nothing else is said.
fn code_page_437(byte: u8) -> char {
    const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
                         └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    match byte.checked_sub(0x80) {
        None => char::from(byte),
        Some(place) => UPPER.chars().nth(usize::from(place)).unwrap_or('\u{fffd}'),
    }
}

/// Unpacks one member as far as it can be read, and tells why it stopped early.
///
/// Members that were stored as they are count as unpacked too: entries may overlap, and then
/// few bytes give many.
pub(super) fn read<'z>(
    bytes: &'z [u8],
    entry: &Entry,
    budget: &mut Budget,
) -> (Cow<'z, [u8]>, Option<Unread>) {
    let nothing = |why| (Cow::Borrowed(&[][..]), Some(why));
    if entry.encryption.is_some() {
        return nothing(Unread::Encrypted);
    }
    if stretch(bytes, entry.header, 4) != LOCAL {
        return nothing(Unread::Damaged);
    }
    let Some((name_length, extra_length)) = local_lengths(bytes, entry.header) else {
        return nothing(Unread::Damaged);
    };
    let data = entry.header + 30 + name_length + extra_length;
    let packed = stretch(bytes, data, usize::try_from(entry.packed).unwrap_or(usize::MAX));
    match entry.method {
        STORED => match budget.expand(packed.len()) {
            Ok(()) => (Cow::Borrowed(packed), None),
            Err(why) => nothing(why),
        },
        DEFLATED => {
            let (bytes, why) = inflate(packed, Wrapping::Bare, budget);
            (Cow::Owned(bytes), why)
        }
        _ => nothing(Unread::Unopened),
    }
}
