//! Whether a 7z archive is encrypted. Source: `7zFormat.txt` of the LZMA SDK.

use memchr::memmem;

use super::bounds::Budget;
use super::bytes::{stretch, u64_at};
use super::file::Encryption;

/// The number of the method that encrypts by AES-256.
const AES: &[u8] = b"\x06\xf1\x07\x01";
const ENCODED_HEADER: u8 = 0x17;

/// How the archive is encrypted, if that can be seen.
pub(super) fn encryption(bytes: &[u8], _budget: &mut Budget) -> Option<Encryption> {
    let offset = usize::try_from(u64_at(bytes, 12)?).ok()?.checked_add(32)?;
    let size = usize::try_from(u64_at(bytes, 20)?).ok()?;
    let header = stretch(bytes, offset, size);
    let encrypted = memmem::find(header, AES).is_some();
    if !encrypted {
        return None;
    }
    Some(if header.first() == Some(&ENCODED_HEADER) { Encryption::SevenZipNames } else { Encryption::SevenZip })
}
