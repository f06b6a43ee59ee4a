//! National Insurance numbers and taxpayer references.

use super::Kind;
use super::candidate::{Candidate, Needs};
use super::check_digit;
use super::written::Written;

/// Prefixes that are never issued (HMRC, National Insurance Manual NIM39110).
const NEVER_ISSUED: [&[u8]; 7] = [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"];

/// Reads a National Insurance number: two letters, six figures, and a suffix A to D that people
/// leave out beside its name.
pub(super) fn read_national_insurance(written: &Written, text: &str) -> Option<Candidate> {
    let (length, characters) =
        [9, 8].into_iter().find_map(|length| Some((length, written.first(length)?)))?;
    let (prefix, rest) = characters.split_at(2);
    let (figures, suffix) = rest.split_at(6);
    let prefix_ok = prefix.iter().all(|it| it.is_ascii_uppercase() && !b"DFIQUV".contains(it))
        && prefix[1] != b'O'
        && !NEVER_ISSUED.contains(&prefix);
    let suffix_ok = suffix.iter().all(|it| (b'A'..=b'D').contains(it));
    if !prefix_ok || !suffix_ok || !figures.iter().all(u8::is_ascii_digit) || !written.stands_alone(length) {
        return None;
    }
    let range = written.start..written.end(length);
    let as_written = text[range.clone()].as_bytes();
    // "on 18.11.21" is a date.
    if as_written.contains(&b'.') {
        return None;
    }
    let capitals = !as_written.iter().any(u8::is_ascii_lowercase);
    // Pairs are how the card shows it, and hardly anything else is written so.
    let pairs = written.grouped(&[2, 2, 2, 2, 1]) || written.grouped(&[2, 6, 1]);
    let needs = match (length, capitals) {
        (9, true) if pairs => Needs::Nothing,
        (9, true) => Needs::Hint,
        _ => Needs::OwnName,
    };
    Some(Candidate { kind: Kind::NationalInsurance, range, valid: true, needs })
}

/// Reads a taxpayer reference: ten figures, and a K that some letters add.
pub(super) fn read_tax_reference(written: &Written) -> Option<Candidate> {
    let with_k = written.first(11).filter(|it| it[10] == b'K' && it[..10].iter().all(u8::is_ascii_digit));
    let (length, digits) = match with_k {
        Some(characters) => (11, &characters[..10]),
        None => (10, written.figures(10)?),
    };
    written.stands_alone(length).then(|| Candidate {
        kind: Kind::TaxReference,
        range: written.start..written.end(length),
        valid: check_digit::utr(digits),
        needs: Needs::OwnName,
    })
}
