//! Archives of all kinds, and whatever else begins like a file.
#![no_main]

use beadle::mail::contents::{Bounds, examine_file};
use libfuzzer_sys::fuzz_target;

const BEGINNINGS: [&[u8]; 8] = [
    b"",
    b"PK\x03\x04",
    b"Rar!\x1a\x07\0",
    b"Rar!\x1a\x07\x01\0",
    b"7z\xbc\xaf\x27\x1c\0\x04",
    b"\x1f\x8b\x08",
    b"MZ",
    b"#!",
];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let bytes = [BEGINNINGS[usize::from(first % 8)], rest].concat();
    let bounds = Bounds { expanded: 4 << 20, ratio_from: 1 << 20, steps: 200_000, ..Bounds::default() };
    let contents = examine_file("photos.zip", &bytes, bounds.clone());
    assert!(contents.files.len() <= bounds.files);
    assert!(contents.files.iter().all(|it| it.depth() <= bounds.depth));
});
