//! What RAR archives say of their members without being unpacked.
//!
//! Source: the RAR 5.0 technical note, and unrar's `headers.hpp` for RAR 4.

use super::bytes::{stretch, u16_at, u32_at};
use super::file::Encryption;

/// Headers of one archive that are looked at.
const MAX_HEADERS: usize = 5_000;

/// A member of an archive that is not opened.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub name: String,
    /// As declared.
    pub size: u64,
    pub encryption: Option<Encryption>,
}

/// The members of an archive that is not opened.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    pub members: Vec<Listed>,
    pub encryption: Option<Encryption>,
}

impl Listing {
    fn add(&mut self, member: Listed) {
        self.encryption = self.encryption.or(member.encryption);
        self.members.push(member);
    }
}

/// Lists a RAR archive as far as its headers can be read.
pub(super) fn rar(bytes: &[u8]) -> Listing {
    let mut listing = Listing::default();
    if bytes.starts_with(b"Rar!\x1a\x07\x01\0") {
        rar_5(bytes, &mut listing);
    } else {
        rar_4(bytes, &mut listing);
    }
    listing
}

fn rar_4(bytes: &[u8], listing: &mut Listing) -> Option<()> {
    const MAIN: u8 = 0x73;
    const FILE: u8 = 0x74;
    let mut at = 7;
    for _ in 0..MAX_HEADERS {
        let kind = *bytes.get(at + 2)?;
        let flags = u16_at(bytes, at + 3)?;
        let size = usize::from(u16_at(bytes, at + 5)?);
        let mut data =
            if flags & 0x8000 != 0 || kind == FILE { u64::from(u32_at(bytes, at + 7)?) } else { 0 };
        if kind == MAIN && flags & 0x0080 != 0 {
            listing.encryption = Some(Encryption::RarNames);
            return None;
        }
        if kind == FILE {
            let mut unpacked = u64::from(u32_at(bytes, at + 11)?);
            let length = usize::from(u16_at(bytes, at + 26)?);
            let mut name = at + 32;
            if flags & 0x0100 != 0 {
                data |= u64::from(u32_at(bytes, at + 32)?) << 32;
                unpacked |= u64::from(u32_at(bytes, at + 36)?) << 32;
                name += 8;
            }
            // A packed Unicode form of the name may follow its first zero.
            let name = stretch(bytes, name, length).split(|it| *it == 0).next().unwrap_or_default();
            let folder = flags & 0x00e0 == 0x00e0;
            if !folder {
                listing.add(Listed {
                    name: String::from_utf8_lossy(name).replace('\\', "/"),
                    size: unpacked,
                    encryption: (flags & 0x0004 != 0).then_some(Encryption::Rar),
                });
            }
        }
        let step = u64::try_from(size.max(7)).ok()?.checked_add(data)?;
        at = at.checked_add(usize::try_from(step).ok()?)?;
    }
    Some(())
}

fn rar_5(bytes: &[u8], listing: &mut Listing) -> Option<()> {
    const FILE: u64 = 2;
    const ENCRYPTION: u64 = 4;
    let mut at = 8;
    for _ in 0..MAX_HEADERS {
        let mut place = at + 4;
        let size = usize::try_from(number(bytes, &mut place)?).ok()?;
        let end = place.checked_add(size)?;
        let header = bytes.get(..end.min(bytes.len()))?;
        let kind = number(header, &mut place)?;
        let flags = number(header, &mut place)?;
        let extra = if flags & 1 != 0 { usize::try_from(number(header, &mut place)?).ok()? } else { 0 };
        let data = if flags & 2 != 0 { usize::try_from(number(header, &mut place)?).ok()? } else { 0 };
        match kind {
            ENCRYPTION => {
                listing.encryption = Some(Encryption::RarNames);
                return None;
            }
            FILE => {
                let kinds = number(header, &mut place)?;
                let unpacked = number(header, &mut place)?;
                number(header, &mut place)?;
                place += if kinds & 2 != 0 { 4 } else { 0 };
                place += if kinds & 4 != 0 { 4 } else { 0 };
                number(header, &mut place)?;
                number(header, &mut place)?;
                let length = usize::try_from(number(header, &mut place)?).ok()?;
                let encrypted = is_encrypted(&header[end.saturating_sub(extra).min(header.len())..]);
                // Bit 0 marks a folder.
                if kinds & 1 == 0 {
                    listing.add(Listed {
                        name: String::from_utf8_lossy(stretch(header, place, length)).into_owned(),
                        size: unpacked,
                        encryption: encrypted.then_some(Encryption::Rar),
                    });
                }
            }
            _ => {}
        }
        at = end.checked_add(data)?;
    }
    Some(())
}

/// Looks for the encryption record in the extra area of a file header.
fn is_encrypted(extra: &[u8]) -> bool {
    let mut at = 0;
    while let Some(size) = number(extra, &mut at) {
        let next = at.saturating_add(usize::try_from(size).unwrap_or(usize::MAX));
        if number(extra, &mut at) == Some(1) {
            return true;
        }
        // A record of no size would be read for ever.
        if size == 0 {
            return false;
        }
        at = next;
    }
    false
}

/// Seven bits a byte, the lowest first.
fn number(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0_u64;
    for place in 0..10 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f).checked_shl(7 * place).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Encryption, Listed, rar};

    /// A RAR 5 header: its checksum is not looked at.
    fn header(body: &[u8]) -> Vec<u8> {
        [&[0; 4][..], &[u8::try_from(body.len()).expect("a short header")], body].concat()
    }

    #[test]
    fn lists_rar_5() {
        let mark = b"Rar!\x1a\x07\x01\0".to_vec();
        let main = header(&[1, 0, 0]);
        let file = header(&[2, 2, 3, 0, 9, 0, 0, 0, 5, b'a', b'.', b'e', b'x', b'e']);
        let secret = header(&[2, 3, 3, 0, 0, 9, 0, 0, 0, 1, b'b', 2, 1, 0]);
        let archive = [mark.clone(), main, file, b"xyz".to_vec(), secret].concat();
        let listing = rar(&archive);
        assert_eq!(listing.encryption, Some(Encryption::Rar));
        assert_eq!(
            listing.members,
            [
                Listed { name: "a.exe".into(), size: 9, encryption: None },
                Listed { name: "b".into(), size: 9, encryption: Some(Encryption::Rar) },
            ]
        );
        let sealed = [mark, header(&[4, 0, 0, 0])].concat();
        assert_eq!(rar(&sealed).encryption, Some(Encryption::RarNames));
    }

    #[test]
    fn lists_rar_4() {
        let mark = b"Rar!\x1a\x07\0".to_vec();
        let main = [0, 0, 0x73, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0];
        let mut file = vec![
            0, 0, 0x74, 0x04, 0x80, 37, 0, 3, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 29, 0x33, 5, 0,
            0, 0, 0, 0,
        ];
        file.extend(b"a.exe");
        let archive = [mark.clone(), main.to_vec(), file, b"xyz".to_vec()].concat();
        let listing = rar(&archive);
        assert_eq!(
            listing.members,
            [Listed { name: "a.exe".into(), size: 9, encryption: Some(Encryption::Rar) }]
        );
        let sealed = [mark, vec![0, 0, 0x73, 0x80, 0, 13, 0]].concat();
        assert_eq!(rar(&sealed).encryption, Some(Encryption::RarNames));
    }
}
