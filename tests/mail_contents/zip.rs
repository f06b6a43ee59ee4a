//! Writes ZIP archives for the tests, honest ones and others.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// One entry of a directory, and where its member is.
pub struct Entry {
    pub name: String,
    pub flags: u16,
    pub method: u16,
    pub packed: usize,
    pub size: usize,
    pub header: usize,
}

/// An archive of these members, packed.
pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut entries = Vec::new();
    for (name, bytes) in members {
        entries.push(add(&mut out, name, bytes));
    }
    finish(out, &entries)
}

/// Adds a packed member, and gives its directory entry.
pub fn add(out: &mut Vec<u8>, name: &str, bytes: &[u8]) -> Entry {
    let header = out.len();
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    let packed = encoder.finish().expect("memory");
    let entry = Entry {
        name: name.to_owned(),
        flags: 0x800,
        method: 8,
        packed: packed.len(),
        size: bytes.len(),
        header,
    };
    out.extend(b"PK\x03\x04\x14\0");
    out.extend(common(&entry));
    out.extend(name.as_bytes());
    out.extend(packed);
    entry
}

/// Flags, method, time, checksum, sizes and lengths, as both kinds of header have them.
fn common(entry: &Entry) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(entry.flags.to_le_bytes());
    out.extend(entry.method.to_le_bytes());
    out.extend([0; 8]);
    out.extend(four(entry.packed));
    out.extend(four(entry.size));
    out.extend(two(entry.name.len()));
    out.extend(two(0));
    out
}

/// Adds the directory.
pub fn finish(mut out: Vec<u8>, entries: &[Entry]) -> Vec<u8> {
    let start = out.len();
    for entry in entries {
        out.extend(b"PK\x01\x02\x14\0\x14\0");
        out.extend(common(entry));
        out.extend([0; 10]);
        out.extend(four(entry.header));
        out.extend(entry.name.as_bytes());
    }
    let size = out.len() - start;
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(two(entries.len() & 0xffff));
    out.extend(two(entries.len() & 0xffff));
    out.extend(four(size));
    out.extend(four(start));
    out.extend(two(0));
    out
}

fn two(number: usize) -> [u8; 2] {
    u16::try_from(number).expect("a small number").to_le_bytes()
}

fn four(number: usize) -> [u8; 4] {
    u32::try_from(number).expect("a small number").to_le_bytes()
}
