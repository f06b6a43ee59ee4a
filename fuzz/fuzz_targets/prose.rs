//! Any text is searched for identifiers and for times: no panic, and every range lies on characters.
#![no_main]

use beadle::mail::dates::deadlines;
use beadle::mail::identifiers::{Shape, identifiers};
use chrono::TimeZone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for shape in [Shape::Prose, Shape::Table] {
        for found in identifiers(text, shape) {
            assert!(text.get(found.range.clone()).is_some_and(|it| !it.is_empty()));
        }
    }
    let anchor = chrono_tz::Europe::London.with_ymd_and_hms(2026, 10, 24, 15, 0, 0).unwrap();
    for deadline in deadlines(text, &anchor) {
        assert!(text.get(deadline.range).is_some_and(|it| !it.is_empty()));
    }
});
