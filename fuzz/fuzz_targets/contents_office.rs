//! The parts of Office and OpenDocument files, OLE files, rich text and pictures.
#![no_main]

use beadle::mail::contents::{Bounds, examine_file};
use libfuzzer_sys::fuzz_target;

/// Members of which each takes its turn at being the input.
const PARTS: [&str; 10] = [
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/worksheets/sheet1.xml",
    "word/document.xml",
    "ppt/slides/slide1.xml",
    "content.xml",
    "META-INF/manifest.xml",
];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let bytes = match first % 8 {
        0 => [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", rest].concat(),
        1 => [b"{\\rtf1", rest].concat(),
        2 => rest.to_vec(),
        kind => package(rest, kind),
    };
    let bounds =
        Bounds { expanded: 4 << 20, text: 64 << 10, texts: 128 << 10, steps: 200_000, ..Bounds::default() };
    let contents = examine_file("list.xlsx", &bytes, bounds.clone());
    assert!(contents.texts.iter().map(|it| it.text.len()).sum::<usize>() <= bounds.texts);
});

/// An archive without a directory: local headers are read as well, and need no sizes.
fn package(data: &[u8], kind: u8) -> Vec<u8> {
    let pieces: Vec<&[u8]> = data.split(|it| *it == 0).collect();
    let wanted = |name: &str| match kind {
        3 | 4 => name.starts_with("xl/"),
        5 => name.starts_with("word/"),
        6 => name.starts_with("ppt/"),
        _ => !name.contains("l/"),
    };
    let mut out = Vec::new();
    let names = PARTS.iter().filter(|it| **it == PARTS[0] && kind != 7 || wanted(it));
    for (place, name) in names.enumerate() {
        out.extend(b"PK\x03\x04\x14\0\0\0\0\0");
        out.extend([0; 16]);
        out.extend((name.len() as u16).to_le_bytes());
        out.extend([0; 2]);
        out.extend(name.as_bytes());
        out.extend(*pieces.get(place).unwrap_or(&&data[..]));
    }
    out
}
