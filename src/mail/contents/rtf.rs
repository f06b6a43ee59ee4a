//! Rich text: its words, and the HTML that Outlook wraps in it.
//!
//! Source: Rich Text Format 1.9.1; MS-OXRTFEX for HTML within RTF.

use encoding_rs::{Encoding, WINDOWS_1252};

use super::bytes::stretch;

/// Groups nested deeper than this are read like their parents.
const MAX_DEPTH: usize = 500;
/// A control word is no longer (the specification allows 32 letters).
const MAX_WORD: usize = 32;

/// What was read of a rich text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rtf {
    /// With LF line ends and tabs between cells; HTML source if `html`.
    pub text: String,
    /// Whether the RTF is a wrapping of HTML, which `text` then is.
    pub html: bool,
    /// Whether an OLE object is embedded.
    pub embedded: bool,
    pub cut: bool,
}

/// Destinations that hold no words of the document.
const UNSHOWN: &[&[u8]] = &[
    b"fonttbl",
    b"colortbl",
    b"stylesheet",
    b"info",
    b"pict",
    b"objdata",
    b"objclass",
    b"objname",
    b"themedata",
    b"colorschememapping",
    b"datastore",
    b"latentstyles",
    b"listtable",
    b"listoverridetable",
    b"rsidtbl",
    b"generator",
    b"xmlnstbl",
    b"mmathPr",
    b"filetbl",
    b"revtbl",
    b"fldinst",
    b"listtext",
    b"pntext",
    b"bkmkstart",
    b"bkmkend",
    b"sp",
    b"template",
    b"blipuid",
    b"nonshppict",
    b"panose",
    b"falt",
];
/// Destinations that old readers are to skip, and that hold words all the same.
const SHOWN: &[&[u8]] =
    &[b"shpinst", b"shptxt", b"annotation", b"footnote", b"nestrow", b"ud", b"upr", b"hyphen"];

/// Reads at most `room` bytes of text.
pub(super) fn rtf(bytes: &[u8], room: usize) -> Rtf {
    let mut reader = Reader {
        out: Rtf::default(),
        room,
        groups: vec![Group { unshown: false, unicode_skip: 1, tag: false, unwrapped: false }],
        overflow: 0,
        starred: false,
        encoding: WINDOWS_1252,
        pending: Vec::new(),
        surrogate: None,
        skip: 0,
    };
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' => reader.open(),
            b'}' => reader.close(),
            b'\\' => at = reader.control(bytes, at),
            b'\r' | b'\n' | b'\0' => {}
            byte => reader.byte(*byte),
        }
        if reader.out.cut {
            break;
        }
    }
    reader.flush();
    reader.out
}

#[derive(Clone, Copy)]
struct Group {
    unshown: bool,
    /// How many characters after `\u` stand for it to those that do not know it.
    unicode_skip: usize,
    /// Within `\htmltag`.
    tag: bool,
    /// Within `\htmlrtf`: what HTML does not show.
    unwrapped: bool,
}

struct Reader {
    out: Rtf,
    room: usize,
    groups: Vec<Group>,
    overflow: usize,
    /// `\*` was just read.
    starred: bool,
    encoding: &'static Encoding,
    /// Bytes of a character set that are still to be decoded.
    pending: Vec<u8>,
    surrogate: Option<u16>,
    /// Characters still to be skipped after `\u`.
    skip: usize,
}

impl Reader {
    fn group(&mut self) -> &mut Group {
        // The outermost group is never closed.
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    fn open(&mut self) {
        self.flush();
        self.starred = false;
        self.skip = 0;
        if self.groups.len() < MAX_DEPTH {
            let group = *self.group();
            self.groups.push(group);
        } else {
            self.overflow += 1;
        }
    }

    fn close(&mut self) {
        self.flush();
        self.starred = false;
        self.skip = 0;
        if self.overflow > 0 {
            self.overflow -= 1;
        } else if self.groups.len() > 1 {
            self.groups.pop();
        }
    }

    /// Reads the control after a backslash; gives where it ends.
    fn control(&mut self, bytes: &[u8], at: usize) -> usize {
        let Some(first) = bytes.get(at) else { return at };
        if !first.is_ascii_alphabetic() {
            return self.symbol(bytes, at);
        }
        let length = bytes[at..].iter().take(MAX_WORD).take_while(|it| it.is_ascii_alphabetic()).count();
        let word = &bytes[at..at + length];
        let mut end = at + length;
        let digits = stretch(bytes, end, 11).iter().enumerate();
        let count = digits.take_while(|(at, it)| it.is_ascii_digit() || *at == 0 && **it == b'-').count();
        let number = std::str::from_utf8(&bytes[end..end + count]).ok().and_then(|it| it.parse::<i64>().ok());
        end += count;
        if bytes.get(end) == Some(&b' ') {
            end += 1;
        }
        if word == b"bin" {
            return end.saturating_add(number.and_then(|it| usize::try_from(it).ok()).unwrap_or(0));
        }
        self.word(word, number);
        end
    }

    fn symbol(&mut self, bytes: &[u8], at: usize) -> usize {
        match bytes[at] {
            b'\'' => {
                let hex = std::str::from_utf8(stretch(bytes, at + 1, 2)).ok();
                if let Some(byte) = hex.and_then(|it| u8::from_str_radix(it, 16).ok()) {
                    self.byte(byte);
                }
                return at + 3;
            }
            b'*' => self.starred = true,
            b'~' => self.put("\u{a0}"),
            b'_' => self.put("-"),
            b'\r' | b'\n' => self.line(),
            b'-' | b':' | b'|' => {}
            other => self.byte(other),
        }
        at + 1
    }

    fn word(&mut self, word: &[u8], number: Option<i64>) {
        self.flush();
        let starred = std::mem::take(&mut self.starred);
        match word {
            b"par" | b"line" | b"sect" | b"page" => self.line(),
            b"row" | b"nestrow" => self.end_row(),
            b"tab" | b"cell" | b"nestcell" => self.put("\t"),
            b"emdash" => self.put("\u{2014}"),
            b"endash" => self.put("\u{2013}"),
            b"lquote" => self.put("\u{2018}"),
            b"rquote" => self.put("\u{2019}"),
            b"ldblquote" => self.put("\u{201c}"),
            b"rdblquote" => self.put("\u{201d}"),
            b"bullet" => self.put("\u{2022}"),
            b"uc" => {
                self.group().unicode_skip =
                    number.and_then(|it| usize::try_from(it).ok()).unwrap_or(1).min(16);
            }
            b"u" => self.unicode(number),
            b"ansicpg" => self.encoding = code_page(number),
            b"fromhtml" => self.out.html = true,
            b"htmlrtf" => self.group().unwrapped = number != Some(0),
            b"htmltag" if self.out.html => self.group().tag = true,
            b"object" => self.out.embedded = true,
            _ if UNSHOWN.contains(&word) => self.group().unshown = true,
            // `\*` before a destination asks those that do not know it to skip it.
            _ if starred && !SHOWN.contains(&word) => self.group().unshown = true,
            _ => {}
        }
    }

    fn unicode(&mut self, number: Option<i64>) {
        self.skip = 0;
        let skip = self.group().unicode_skip;
        // Written as a signed number of 16 bits; some write it unsigned.
        if let Some(unit) = number.and_then(|it| u16::try_from(it.rem_euclid(0x1_0000)).ok()) {
            match (self.surrogate.take(), unit) {
                (None, 0xd800..=0xdbff) => self.surrogate = Some(unit),
                (high, unit) => {
                    let units: Vec<u16> = high.into_iter().chain([unit]).collect();
                    self.put(&String::from_utf16_lossy(&units));
                }
            }
        }
        self.skip = skip;
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if byte < 0x80 && self.pending.is_empty() {
            self.put(char::from(byte).encode_utf8(&mut [0; 4]));
        } else {
            self.pending.push(byte);
            if self.pending.len() >= 1_024 {
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            let text = self.encoding.decode_without_bom_handling(&pending).0;
            self.put(&text);
        }
    }

    fn line(&mut self) {
        self.put("\n");
    }

    fn end_row(&mut self) {
        if self.out.text.ends_with('\t') {
            self.out.text.pop();
        }
        self.line();
    }

    fn put(&mut self, text: &str) {
        let html = self.out.html;
        let group = self.group();
        if group.unshown || html && group.unwrapped && !group.tag {
            return;
        }
        if self.out.text.len() + text.len() > self.room {
            self.out.cut = true;
        } else {
            self.out.text.push_str(text);
        }
    }
}

fn code_page(number: Option<i64>) -> &'static Encoding {
    let label = match number {
        Some(65_001) => "utf-8".to_owned(),
        Some(932) => "shift_jis".to_owned(),
        Some(936) => "gbk".to_owned(),
        Some(949) => "euc-kr".to_owned(),
        Some(950) => "big5".to_owned(),
        Some(10_000) => "macintosh".to_owned(),
        Some(number) => format!("windows-{number}"),
        None => return WINDOWS_1252,
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}

/// The character set of a Windows code page, as TNEF and Outlook name it.
pub(super) fn charset(number: u32) -> &'static Encoding {
    code_page(Some(i64::from(number)))
}

#[cfg(test)]
mod tests {
    use super::rtf;

    fn text(source: &str) -> String {
        rtf(source.as_bytes(), 10_000).text
    }

    #[test]
    fn reads_the_words_and_nothing_else() {
        let source = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\*\generator Word;}\pard Dear \b all\b0,\par caf\'e9 \u8211 ? \u-10179?\u-8704? end\par{\pict 0102ff}}";
        assert_eq!(text(source), "Dear all,\ncafé – 😀 end\n");
    }

    #[test]
    fn keeps_rows() {
        let source = r"{\rtf1\trowd\intbl Name\cell Form\cell\row\trowd Jo\cell 9H\cell\row}";
        assert_eq!(text(source), "Name\tForm\nJo\t9H\n");
    }

    #[test]
    fn unwraps_html() {
        let source = r"{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hello{\*\htmltag84 &nbsp;}\htmlrtf \u160?\htmlrtf0 {\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0}";
        let read = rtf(source.as_bytes(), 1_000);
        assert!(read.html);
        assert_eq!(read.text, "<p>Hello&nbsp;</p>");
    }

    #[test]
    fn stays_within_its_bound_however_deep() {
        let deep = format!("{{\\rtf1 {}x{}", "{".repeat(100_000), "}".repeat(100_000));
        assert_eq!(text(&deep), "x");
        assert!(rtf(b"{\\rtf1 abcdef", 3).cut);
        assert_eq!(text(r"{\rtf1 a\bin99999999999 bc"), "a");
        assert_eq!(text("}}}}\\"), "");
    }
}
