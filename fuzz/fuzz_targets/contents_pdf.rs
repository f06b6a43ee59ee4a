//! PDF documents, their objects, and the operators of their pages.
#![no_main]

use beadle::mail::contents::{Bounds, examine_file};
use libfuzzer_sys::fuzz_target;

/// A document whose page and font are the input.
const FRAME: &[u8] = b"%PDF-1.4\n1 0 obj<</Pages 2 0 R>>endobj 2 0 obj<</Kids[3 0 R]>>endobj 3 0 obj<</Type/Page\
/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 4 0 R>>>>>>endobj 5 0 obj<</Subtype/Type0/ToUnicode 6 0 R>>endobj\
 trailer<</Root 1 0 R>>\n";

fuzz_target!(|data: &[u8]| {
    let bytes = match data.split_first() {
        Some((0, rest)) => {
            let mut parts = rest.splitn(2, |it| *it == 0);
            let mut out = FRAME.to_vec();
            for number in [4, 6] {
                out.extend(format!("{number} 0 obj<</Subtype/Form>>stream\n").into_bytes());
                out.extend(parts.next().unwrap_or_default());
                out.extend(b"\nendstream endobj\n");
            }
            out
        }
        _ => [b"%PDF-", data].concat(),
    };
    let bounds =
        Bounds { expanded: 4 << 20, text: 64 << 10, texts: 128 << 10, steps: 200_000, ..Bounds::default() };
    let contents = examine_file("list.pdf", &bytes, bounds.clone());
    assert!(contents.texts.iter().map(|it| it.text.len()).sum::<usize>() <= bounds.texts);
});
