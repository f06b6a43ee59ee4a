//! Any bytes at all give an answer within the bounds, and the same one each time.

use beadle::mail::contents::{Bounds, examine};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{fixture, message};

const FIXTURES: &[&str] = &[
    "assembly.pptx",
    "class-list-packed.pdf",
    "class-list.ods",
    "class-list.pdf",
    "class-list.xls",
    "class-list.xlsx",
    "crest.tiff",
    "crest.webp",
    "encrypted-aes.zip",
    "encrypted-names.7z",
    "encrypted.7z",
    "encrypted.xlsx",
    "letter.odt",
    "plain.7z",
    "trip.heic",
    "trip.jpg",
    "trip.tar.gz",
    "winmail.dat",
];

const BEGINNINGS: &[&[u8]] = &[
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"%PDF-1.4\n1 0 obj<</Root 1 0 R>>stream\n",
    b"{\\rtf1",
    b"\x78\x9f\x3e\x22",
    b"Rar!\x1a\x07\0",
    b"Rar!\x1a\x07\x01\0",
    b"7z\xbc\xaf\x27\x1c\0\x04",
    b"\x1f\x8b\x08",
    b"\xff\xd8\xff",
    b"MZ",
    b"<?xml",
    b"",
];

fn check(name: &str, bytes: &[u8]) {
    let bounds = Bounds {
        files: 60,
        expanded: 1 << 20,
        ratio_from: 256 << 10,
        text: 16 << 10,
        texts: 32 << 10,
        steps: 50_000,
        ..Bounds::default()
    };
    let mail = message(&[(name, "application/octet-stream", bytes)]);
    let contents = examine(&mail, bounds.clone());
    assert!(contents.files.len() <= bounds.files);
    assert!(contents.texts.iter().map(|it| it.text.len()).sum::<usize>() <= bounds.texts);
    assert!(contents.texts.iter().all(|it| it.file < contents.files.len()));
    assert!(contents.files.iter().all(|it| it.depth() <= bounds.depth));
    assert_eq!(contents.texts, examine(&mail, bounds).texts);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(beginning in 0..BEGINNINGS.len(), rest in vec(any::<u8>(), 0..2_000)) {
        check("file", &[BEGINNINGS[beginning], &rest].concat());
    }

    #[test]
    fn damaged_files(
        which in 0..FIXTURES.len(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        doubled in proptest::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>())),
    ) {
        let mut bytes = fixture(FIXTURES[which]);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some((from, to)) = doubled {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let piece = bytes[from.min(to)..from.max(to)].to_vec();
            bytes.splice(to..to, piece);
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        check(FIXTURES[which], &bytes);
    }
}
