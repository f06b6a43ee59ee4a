//! Text files: which characters they hold, and whether they are tables.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::file::TextKind;
use super::kind::Kind;
use super::piece::Piece;

/// Decodes what reads as text; `None` for what does not.
///
/// A byte order mark decides, then UTF-8, then UTF-16 by its zeros, then Windows-1252, in which
/// older programs on Windows still write CSV.
pub(super) fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = encoding.decode_without_bom_handling(&bytes[mark..]).0;
        return is_text(&text).then_some(text);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if is_text(text) => return Some(Cow::Borrowed(text)),
        // UTF-16 of plain letters is UTF-8 with zeros.
        Ok(_) => {}
        // A cut in the middle of a character is no reason to take a file for binary.
        Err(error) if error.error_len().is_none() => {
            let text = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            return is_text(&text).then_some(text);
        }
        Err(_) => {}
    }
    if let Some(encoding) = wide(bytes) {
        let text = encoding.decode_without_bom_handling(bytes).0;
        return is_text(&text).then_some(text);
    }
    let high = bytes.iter().filter(|it| **it >= 0x80).count();
    if high * 3 > bytes.len() {
        return None;
    }
    let text = WINDOWS_1252.decode_without_bom_handling(bytes).0;
    is_text(&text).then_some(text)
}

/// Decodes text that is known to be text, whatever is in it.
pub(super) fn decode_any(bytes: &[u8]) -> Cow<'_, str> {
    decode(bytes).unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(bytes).0)
}

/// UTF-16 of a Western language has a zero in nearly every second byte.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(512) & !1];
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|it| **it == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let most = sample.len() / 2 * 3 / 4;
    if sample.len() < 8 {
        None
    } else if odd >= most && even == 0 {
        Some(UTF_16LE)
    } else if even >= most && odd == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn is_text(text: &str) -> bool {
    // 1A ends a file of MS-DOS.
    let plain = |it: char| {
        !it.is_control() || matches!(it, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}' | '\u{1a}' | '\u{85}')
    };
    !text.is_empty() && text.chars().all(plain)
}

/// LF line ends, so that a file reads the same wherever it was written.
pub(super) fn line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The text of a CSV, TSV or other text file, tables with tabs between their cells.
pub(super) fn plain(kind: Kind, text: &str, room: usize) -> Piece {
    let prose = |text: &str| Piece::whole("", TextKind::Prose, text, room);
    match kind {
        Kind::Csv => table(text, delimiter(text).unwrap_or(b','), room),
        Kind::Tsv => table(text, b'\t', room),
        Kind::PlainText => match delimiter(text) {
            Some(delimiter) => table(text, delimiter, room),
            None => prose(&line_feeds(text)),
        },
        // Long lines are folded (RFC 5545 section 3.1, RFC 6350 section 3.2).
        Kind::Calendar | Kind::ContactCard => prose(&line_feeds(text).replace("\n ", "").replace("\n\t", "")),
        _ => prose(&line_feeds(text)),
    }
}

/// The character that stands between cells, if it stands equally often in most lines.
fn delimiter(text: &str) -> Option<u8> {
    let lines: Vec<&str> = text.lines().filter(|it| !it.trim().is_empty()).take(20).collect();
    if lines.len() < 2 {
        return None;
    }
    let mut best = None;
    for candidate in [b'\t', b';', b',', b'|'] {
        let counts: Vec<usize> = lines.iter().map(|it| outside_quotes(it, candidate)).collect();
        let first = counts[0];
        let alike = counts.iter().filter(|it| **it == first).count();
        // Prose has commas too, but not as many in each line.
        let enough = if candidate == b',' { 2 } else { 1 };
        if first >= enough && alike * 10 >= lines.len() * 8 && best.is_none_or(|(most, _)| first > most) {
            best = Some((first, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn outside_quotes(line: &str, wanted: u8) -> usize {
    let mut quoted = false;
    let mut count = 0;
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        count += usize::from(byte == wanted && !quoted);
    }
    count
}

fn table(text: &str, delimiter: u8, room: usize) -> Piece {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut table = Piece::new("", TextKind::Table, room);
    let mut record = csv::StringRecord::new();
    while !table.is_full() && matches!(reader.read_record(&mut record), Ok(true)) {
        record.iter().for_each(|it| table.cell(it));
        table.end_row();
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::file::TextKind;
    use super::super::kind::Kind;
    use super::{decode, plain};

    #[test]
    fn reads_tables_however_they_are_separated() {
        let rows = "Name\tForm\nO'Neill, Sam\t9H\nA. Jones\t9K\n";
        for text in [
            "Name,Form\r\n\"O'Neill, Sam\",9H\r\nA. Jones,9K\r\n",
            "Name;Form\n\"O'Neill, Sam\";9H\nA. Jones;9K\n",
            "Name\tForm\nO'Neill, Sam\t9H\nA. Jones\t9K\n",
        ] {
            let read = plain(Kind::Csv, text, 1_000);
            assert_eq!((read.form, read.text.as_str()), (TextKind::Table, rows), "{text}");
        }
    }

    #[test]
    fn knows_prose_from_a_table_without_a_name() {
        let prose = "Dear all, here, at last, it is.\nPlease read it.\nThanks, Sam\n";
        assert_eq!(plain(Kind::PlainText, prose, 1_000).form, TextKind::Prose);
        assert_eq!(plain(Kind::PlainText, "a;b;c\nd;e;f\n", 1_000).form, TextKind::Table);
    }

    #[test]
    fn keeps_a_cell_on_its_line() {
        assert_eq!(plain(Kind::Csv, "a,\"b\nc\",d\ne,f,g\n", 1_000).text, "a\tb c\td\ne\tf\tg\n");
    }

    #[test]
    fn decodes_what_windows_writes() {
        assert_eq!(decode(b"\xff\xfeh\0i\0").as_deref(), Some("hi"));
        assert_eq!(decode(b"h\0e\0l\0l\0o\0").as_deref(), Some("hello"));
        assert_eq!(decode(b"caf\xe9, 5 \x80").as_deref(), Some("café, 5 €"));
        assert_eq!(decode("cafe\u{301}".as_bytes()).as_deref(), Some("cafe\u{301}"));
        assert_eq!(decode(b"\0\x01\x02\x03\x04\x05\x06\x07"), None);
        assert_eq!(decode(&[0x80; 64]), None);
    }
}
