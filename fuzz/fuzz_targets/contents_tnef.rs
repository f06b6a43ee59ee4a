//! Mail that Outlook wraps: TNEF, and the compressed rich text within it.
#![no_main]

use beadle::mail::contents::{Bounds, examine_file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let bytes = match data.split_first() {
        // A message with one property, its compressed text.
        Some((0, rest)) => {
            let mut packed = vec![0; 4];
            packed.extend(100_000_u32.to_le_bytes());
            packed.extend(b"LZFu\0\0\0\0");
            packed.extend(rest);
            let length = (packed.len() as u32).to_le_bytes();
            let properties =
                [&[1, 0, 0, 0, 2, 1, 9, 0x10, 1, 0, 0, 0][..], &length, &packed, &[0; 4]].concat();
            let length = (properties.len() as u32).to_le_bytes();
            [&b"\x78\x9f\x3e\x22\x01\0\x01\x03\x90\x06\0"[..], &length, &properties, &[0; 2]].concat()
        }
        _ => [b"\x78\x9f\x3e\x22", data].concat(),
    };
    let bounds =
        Bounds { expanded: 4 << 20, text: 64 << 10, texts: 128 << 10, steps: 200_000, ..Bounds::default() };
    let contents = examine_file("notes.bin", &bytes, bounds.clone());
    assert!(contents.files.len() <= bounds.files);
});
