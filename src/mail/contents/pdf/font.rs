//! What the codes of a PDF font stand for, and how wide they are.
//!
//! Source: ISO 32000-1, 9.6 to 9.10.

use std::collections::HashMap;

use encoding_rs::{MACINTOSH, UTF_16BE, WINDOWS_1252};

use super::super::bounds::Budget;
use super::file::PdfFile;
use super::glyph::character;
use super::object::{Object, Reader};

/// Entries of one table of codes.
const MAX_ENTRIES: usize = 70_000;
/// Letters that one code stands for: a ligature, or a word of a picture font.
const MAX_LETTERS: usize = 32;

/// A font as far as text is concerned.
#[derive(Debug, Default)]
pub(super) struct Font {
    /// Whether codes are pairs of bytes.
    pub wide: bool,
    /// From the ToUnicode table, by first code: first code, last code, text of the first.
    table: Vec<(u32, u32, Box<str>)>,
    /// Of single bytes, where the table says nothing.
    simple: Vec<Option<char>>,
    /// In thousandths of the font's size.
    widths: HashMap<u32, f64>,
    default_width: f64,
    /// Of a font that every reader has, from the space on.
    standard: Option<&'static [u16; 95]>,
}

impl Font {
    /// Reads a font from its dictionary.
    pub fn read(file: &mut PdfFile<'_>, dictionary: &Object, budget: &mut Budget) -> Self {
        let wide = file.entry(dictionary, b"Subtype").name() == Some(b"Type0");
        let mut font = Self { wide, default_width: if wide { 1_000.0 } else { 500.0 }, ..Self::default() };
        if let Object::Reference(number) = dictionary.get(b"ToUnicode") {
            let stream = file.stream(*number, budget);
            font.read_table(&stream, budget);
        }
        if wide {
            let descendants = file.entry(dictionary, b"DescendantFonts");
            let descendant = descendants.array().first().map_or(Object::Null, |it| file.resolve(it));
            font.default_width = file.entry(&descendant, b"DW").number().unwrap_or(1_000.0);
            font.read_wide_widths(file, file.entry(&descendant, b"W").array());
        } else {
            font.simple = simple_encoding(file, &file.entry(dictionary, b"Encoding"));
            font.standard = standard_widths(file.entry(dictionary, b"BaseFont").name().unwrap_or_default());
            let first = file.entry(dictionary, b"FirstChar").count().unwrap_or(0);
            let widths = file.entry(dictionary, b"Widths");
            for (code, width) in (first..=255).zip(widths.array()) {
                if let Some(width) = file.resolve(width).number() {
                    font.widths.insert(code, width);
                }
            }
        }
        font
    }

    /// `c [w1 w2 ...]` or `first last w` (9.7.4.3).
    fn read_wide_widths(&mut self, file: &PdfFile<'_>, mut list: &[Object]) {
        while let [first, second, rest @ ..] = list {
            let Some(code) = first.count() else { return };
            list = rest;
            if let Object::Array(widths) = file.resolve(second) {
                for (code, width) in (code..).zip(&widths) {
                    self.widths.extend(width.number().map(|it| (code, it)));
                }
            } else {
                let [width, rest @ ..] = list else { return };
                list = rest;
                if let (Some(last), Some(width)) = (second.count(), width.number()) {
                    self.widths.extend((code..=last).take(256).map(|it| (it, width)));
                }
            }
            if self.widths.len() > MAX_ENTRIES {
                return;
            }
        }
    }

    /// Reads a ToUnicode table (9.10.3).
    fn read_table(&mut self, stream: &[u8], budget: &mut Budget) {
        let mut reader = Reader::new(stream, 0);
        let mut operands: Vec<Object> = Vec::new();
        while let Some(object) = reader.next() {
            if !budget.step() || self.table.len() > MAX_ENTRIES {
                break;
            }
            let Object::Word(word) = object else {
                if operands.len() < MAX_ENTRIES {
                    operands.push(object);
                }
                continue;
            };
            match word.as_slice() {
                b"endbfchar" => {
                    for pair in operands.chunks_exact(2) {
                        if let (Some(code), Object::String(text)) = (code(&pair[0]), &pair[1]) {
                            self.table.push((code, code, letters(text)));
                        }
                    }
                }
                b"endbfrange" => {
                    for triple in operands.chunks_exact(3) {
                        self.add_range(triple);
                    }
                }
                _ => {}
            }
            operands.clear();
        }
        self.table.sort_by_key(|it| it.0);
    }

    fn add_range(&mut self, triple: &[Object]) {
        let (Some(first), Some(last)) = (code(&triple[0]), code(&triple[1])) else { return };
        match &triple[2] {
            Object::String(text) => self.table.push((first, last, letters(text))),
            Object::Array(each) => {
                for (code, text) in (first..=last).zip(each) {
                    if let Object::String(text) = text {
                        self.table.push((code, code, letters(text)));
                    }
                }
            }
            _ => {}
        }
    }

    /// Appends what a code stands for; nothing if that is unknown.
    pub fn write(&self, code: u32, out: &mut String) {
        let after = self.table.partition_point(|it| it.0 <= code);
        if let Some((first, last, text)) = after.checked_sub(1).map(|it| &self.table[it])
            && code <= *last
        {
            // In a range, the last letter counts on.
            let mut letters = text.chars();
            let counted = letters.next_back().and_then(|it| char::from_u32(u32::from(it) + (code - first)));
            out.push_str(letters.as_str());
            out.extend(counted);
            return;
        }
        let byte = usize::try_from(code).ok().filter(|_| !self.wide);
        out.extend(byte.and_then(|it| self.simple.get(it).copied().flatten()));
    }

    /// In thousandths of the font's size.
    pub fn width(&self, code: u32) -> f64 {
        let standard = || {
            let place = usize::try_from(code).ok()?.checked_sub(32)?;
            self.standard?.get(place).copied().map(f64::from)
        };
        self.widths.get(&code).copied().or_else(standard).unwrap_or(self.default_width)
    }
}

fn code(object: &Object) -> Option<u32> {
    match object {
        Object::String(bytes) if bytes.len() <= 4 => {
            Some(bytes.iter().fold(0, |sum, it| sum << 8 | u32::from(*it)))
        }
        _ => None,
    }
}

fn letters(text: &[u8]) -> Box<str> {
    let text = UTF_16BE.decode_without_bom_handling(text).0;
    text.chars().take(MAX_LETTERS).collect::<String>().into_boxed_str()
}

/// What single bytes stand for (9.6.6).
fn simple_encoding(file: &PdfFile<'_>, encoding: &Object) -> Vec<Option<char>> {
    let base = encoding
        .name()
        .map(<[u8]>::to_vec)
        .or_else(|| file.entry(encoding, b"BaseEncoding").name().map(<[u8]>::to_vec));
    let set = if base.as_deref() == Some(b"MacRomanEncoding") { MACINTOSH } else { WINDOWS_1252 };
    let mut simple: Vec<Option<char>> = (0..=255_u8)
        .map(|it| set.decode_without_bom_handling(&[it]).0.chars().next())
        .map(|it| it.filter(|it| !it.is_control()))
        .collect();
    if base.is_none() {
        // Where the standard encoding differs in what text needs (annex D.2).
        for (code, character) in
            [(0x27, '’'), (0x60, '‘'), (0xaa, '“'), (0xba, '”'), (0xb1, '–'), (0xd0, '—'), (0xb7, '•')]
        {
            simple[code] = Some(character);
        }
        for (code, character) in [(0xae, 'ﬁ'), (0xaf, 'ﬂ')] {
            simple[code] = Some(character);
        }
    }
    let mut code = 0_usize;
    for object in file.entry(encoding, b"Differences").array() {
        match object {
            Object::Number(_) => code = object.count().map_or(256, |it| it as usize),
            Object::Name(name) => {
                if let Some(place) = simple.get_mut(code) {
                    *place = character(name);
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    simple
}

/// The widths of the fonts that need not say them (9.6.2.2); the bold ones are nearly as wide.
fn standard_widths(name: &[u8]) -> Option<&'static [u16; 95]> {
    let name = String::from_utf8_lossy(name);
    if name.contains("Helvetica") || name.contains("Arial") {
        Some(&HELVETICA)
    } else if name.contains("Times") {
        Some(&TIMES)
    } else if name.contains("Courier") {
        Some(&COURIER)
    } else {
        None
    }
}

const COURIER: [u16; 95] = [600; 95];
#[rustfmt::skip]
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 222, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 222, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];
#[rustfmt::skip]
const TIMES: [u16; 95] = [
    250, 333, 408, 500, 500, 833, 778, 333, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889,
    722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500,
    444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480,
    200, 480, 541,
];
