//! Telephone numbers of the United Kingdom: Ofcom's numbering plan, and how people write it.

use super::Kind;
use super::candidate::{Candidate, Needs};

/// A number in one form, so that two ways of writing it compare equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Telephone {
    /// `+44` and nine or ten figures.
    pub number: String,
    pub line: Line,
}

/// What a number's range is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    /// 071 to 075, 077 to 079 and the Isle of Man's 07624.
    Mobile,
    /// 01 and 02: a place, and perhaps a home.
    Geographic,
    /// 03, 05, 08, 09, pagers and personal numbers: never somebody's home.
    Service,
}

impl Telephone {
    /// Reads a text that is one number, in any form people write; blanks around it do not count.
    pub fn read(text: &str) -> Option<Self> {
        let folded = super::Folded::new(text.trim());
        let (end, number) = first(&folded.text, 0)?;
        (end == folded.text.len()).then_some(number)
    }
}

/// The most bytes that one number takes: `+44 (0) 1632 - 960 100` with room.
const REACH: usize = 26;

/// Reads a number at `start`: a plus, an opening parenthesis or a figure.
pub(super) fn read(text: &str, start: usize) -> Option<Candidate> {
    let (end, _) = first(text, start)?;
    let written = &text[start..end];
    // Twelve figures without a plus, ten where a spreadsheet has eaten the nought, and ten in one
    // go are read only beside their name.
    let whole = written.len() == 10 && written.bytes().all(|it| it.is_ascii_digit());
    let needs = match written.as_bytes()[0] {
        b'4' | b'7' => Needs::OwnName,
        _ if whole => Needs::OwnName,
        _ => Needs::Nothing,
    };
    Some(Candidate { kind: Kind::Telephone, range: start..end, valid: true, needs })
}

/// The number that begins at `start`, and where it ends.
fn first(text: &str, start: usize) -> Option<(usize, Telephone)> {
    let bytes = &text.as_bytes()[start..text.len().min(start + REACH)];
    let mut digits = String::with_capacity(16);
    // How many figures have been read, and where, at each place where a number may end.
    let mut ends = Vec::new();
    let mut first_group = 0;
    let mut parenthesis = false;
    let mut at = 0;
    if bytes.first() == Some(&b'+') {
        at = 1;
        digits.push('+');
    }
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match byte {
            b'0'..=b'9' => {
                digits.push(char::from(*byte));
                if !next.is_some_and(u8::is_ascii_digit) {
                    first_group = if first_group == 0 { digits.len() } else { first_group };
                    ends.push((digits.len(), at + 1));
                }
            }
            b'(' if !parenthesis && next.is_some_and(|it| it.is_ascii_digit() || *it == b'+') => {
                parenthesis = true;
                if next == Some(&b'+') {
                    digits.push('+');
                    at += 1;
                }
            }
            b')' if parenthesis => {}
            b' ' | b'-' | b'.' | b'/' if at != 0 && !matches!(bytes[at - 1], b'-' | b'.' | b'/') => {}
            _ => break,
        }
        at += 1;
    }
    // A pair of figures first is how the French write theirs, and dates, and scores; seven
    // hundred and something without its nought is American.
    if first_group < 3 || first_group == 3 && digits.starts_with('7') {
        return None;
    }
    ends.into_iter().rev().find_map(|(count, end)| {
        let after = text.as_bytes().get(start + end).copied();
        let goes_on = after
            .is_some_and(|it| it.is_ascii_alphanumeric() || it == b'_' || it == b'@' || it >= 0x80)
            || matches!(after, Some(b'-' | b'.' | b'/' | b','))
                && text.as_bytes().get(start + end + 1).is_some_and(u8::is_ascii_digit)
                && count < 10;
        let telephone = in_plan(&digits[..count])?;
        (!goes_on).then_some((start + end, telephone))
    })
}

/// The number that these figures dial, if the plan has it.
fn in_plan(dialled: &str) -> Option<Telephone> {
    let national = if let Some(rest) = dialled.strip_prefix("+44").or(dialled.strip_prefix("0044")) {
        rest.strip_prefix('0').unwrap_or(rest)
    } else if let Some(rest) = dialled.strip_prefix("44").filter(|it| it.len() == 10 && it.starts_with('7')) {
        rest
    } else if dialled.len() == 10 && dialled.starts_with('7') {
        dialled
    } else {
        dialled.strip_prefix('0')?
    };
    line(national).map(|line| Telephone { number: format!("+44{national}"), line })
}

/// Area codes that still have numbers of nine figures (Ofcom, "Mixed areas").
const SHORT_AREAS: [&str; 44] = [
    "1204", "1208", "1254", "1276", "1297", "1298", "1363", "1364", "1384", "1386", "1404", "1420", "1460",
    "1461", "1480", "1488", "1524", "1527", "1562", "1566", "1606", "1629", "1635", "1647", "1659", "1695",
    "1697", "1726", "1744", "1750", "1768", "1827", "1837", "1884", "1900", "1905", "1935", "1946", "1949",
    "1963", "1995", "1539", "1287", "1833",
];

/// The line of a national number without its nought (Ofcom, "National Telephone Numbering Plan").
fn line(national: &str) -> Option<Line> {
    let digit = |at: usize| national.as_bytes().get(at).copied().unwrap_or_default();
    let ten = national.len() == 10;
    // Local numbers begin with 2 to 9.
    let local_from = |at: usize| (b'2'..=b'9').contains(&digit(at));
    match (digit(0), digit(1)) {
        (b'1', b'1') if ten && (b'3'..=b'8').contains(&digit(2)) && local_from(3) => Some(Line::Geographic),
        (b'1', b'2'..=b'6' | b'9') if ten && digit(2) == b'1' && local_from(3) => Some(Line::Geographic),
        (b'1', b'2'..=b'9')
            if digit(2) != b'1' && (ten || national.len() == 9 && SHORT_AREAS.contains(&&national[..4])) =>
        {
            local_from(4).then_some(Line::Geographic)
        }
        (b'2', b'0' | b'3' | b'4' | b'8' | b'9') if ten && local_from(2) => Some(Line::Geographic),
        (b'7', b'1'..=b'5' | b'7'..=b'9') if ten => Some(Line::Mobile),
        (b'7', b'6') if ten && national.starts_with("7624") => Some(Line::Mobile),
        (b'7', b'0' | b'6') if ten => Some(Line::Service),
        (b'3', b'0' | b'3' | b'4' | b'7') | (b'5', b'5' | b'6') if ten => Some(Line::Service),
        (b'8', b'0') if ten || national.len() == 9 => Some(Line::Service),
        (b'8', b'4' | b'7') | (b'9', b'0' | b'1' | b'8') if ten => Some(Line::Service),
        _ => None,
    }
}
