//! The members of a TAR archive. Source: POSIX.1-2017, pax; the GNU tar manual.

use super::bytes::stretch;

const BLOCK: usize = 512;
/// Headers of one archive that are looked at.
const MAX_HEADERS: usize = 10_000;
const MAX_NAME: usize = 1_024;

/// One file within an archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member<'t> {
    pub name: String,
    pub bytes: &'t [u8],
}

/// Lists the files of an archive as far as its headers can be read.
pub(super) fn members(bytes: &[u8]) -> Vec<Member<'_>> {
    let mut members = Vec::new();
    let mut long_name = None;
    let mut at = 0;
    for _ in 0..MAX_HEADERS {
        let header = stretch(bytes, at, BLOCK);
        if header.len() < BLOCK || header[0] == 0 {
            break;
        }
        let Some(size) = octal(&header[124..136]) else { break };
        let data = stretch(bytes, at + BLOCK, size);
        match header[156] {
            // GNU: the name of the member that follows; pax: a list of such properties.
            b'L' => long_name = Some(text(data)),
            b'x' => long_name = pax_path(data).or(long_name),
            b'0' | 0 | b'7' => {
                let name = long_name.take().unwrap_or_else(|| short_name(header));
                members.push(Member { name, bytes: data });
            }
            _ => {}
        }
        let Some(next) = size.checked_next_multiple_of(BLOCK).and_then(|it| at.checked_add(BLOCK + it))
        else {
            break;
        };
        at = next;
    }
    members
}

fn short_name(header: &[u8]) -> String {
    let name = text(&header[..100]);
    let prefix = if &header[257..262] == b"ustar" { text(&header[345..500]) } else { String::new() };
    if prefix.is_empty() { name } else { format!("{prefix}/{name}") }
}

fn text(bytes: &[u8]) -> String {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len()).min(MAX_NAME);
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// `12 path=a/b\n`: a length, a name, a value.
fn pax_path(data: &[u8]) -> Option<String> {
    let list = String::from_utf8_lossy(stretch(data, 0, 64 * 1024));
    let line = list.lines().find_map(|it| it.split_once(' ')?.1.strip_prefix("path=").map(str::to_owned))?;
    Some(line.chars().take(MAX_NAME).collect())
}

/// A number in octal digits, or in binary where its first bit is set (GNU).
fn octal(field: &[u8]) -> Option<usize> {
    if field[0] & 0x80 != 0 {
        let tail = field[4..]
            .iter()
            .try_fold(0_usize, |sum, it| sum.checked_mul(256)?.checked_add(usize::from(*it)));
        return tail;
    }
    let digits = String::from_utf8_lossy(field);
    let digits = digits.trim_matches(|it: char| it == '\0' || it == ' ');
    if digits.is_empty() { Some(0) } else { usize::from_str_radix(digits, 8).ok() }
}
