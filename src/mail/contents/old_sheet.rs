//! The cells of an Excel 97 workbook, as they are shown. Source: MS-XLS.

use std::collections::HashMap;

use encoding_rs::{UTF_16LE, WINDOWS_1252};

use super::bounds::Budget;
use super::bytes::{stretch, u16_at, u32_at, u64_at};
use super::cells::{Cells, SharedStrings};
use super::file::TextKind;
use super::number_format::NumberFormat;
use super::ole::records;
use super::piece::Piece;

/// Sheets of one workbook that are read.
const MAX_SHEETS: usize = 200;

const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
const CONTINUE: u16 = 0x003c;
const DATE_MODE: u16 = 0x0022;
const SHEET: u16 = 0x0085;
const SHARED_STRINGS: u16 = 0x00fc;
const FORMAT: u16 = 0x041e;
const STYLE: u16 = 0x00e0;
const SHARED_STRING: u16 = 0x00fd;
const LABEL: u16 = 0x0204;
const NUMBER: u16 = 0x0203;
const SHORT_NUMBER: u16 = 0x027e;
const SHORT_NUMBERS: u16 = 0x00bd;
const FORMULA: u16 = 0x0006;
const FORMULA_STRING: u16 = 0x0207;

/// The text of every sheet; `None` for books older than Excel 97.
pub(super) fn text(book: &[u8], budget: &mut Budget) -> Option<Vec<Piece>> {
    let (_, begin) = records(book).next().filter(|(kind, _)| *kind == BEGIN)?;
    if u16_at(begin, 0)? != 0x0600 {
        return None;
    }
    let mut workbook = Workbook::default();
    workbook.read(book, budget);
    let mut pieces = Vec::new();
    for (name, start) in &workbook.sheets {
        let piece = Piece::new(name.clone(), TextKind::Table, budget.text_left());
        let mut sheet = Sheet { workbook: &workbook, cells: Cells::new(piece), row: 0, formula: None };
        for (kind, data) in records(stretch(book, *start, usize::MAX)) {
            if kind == END || sheet.cells.piece.is_full() || !budget.step() {
                break;
            }
            sheet.record(kind, data);
        }
        sheet.cells.end_row();
        sheet.cells.piece.keep(&mut pieces, budget);
    }
    Some(pieces)
}

/// What holds for all sheets.
#[derive(Default)]
struct Workbook {
    /// What a person calls each sheet, and where its records begin.
    sheets: Vec<(String, usize)>,
    strings: SharedStrings,
    formats: HashMap<u16, NumberFormat>,
    /// The format of each style.
    styles: Vec<u16>,
    from_1904: bool,
}

impl Workbook {
    fn read(&mut self, book: &[u8], budget: &mut Budget) {
        let mut shared: Vec<&[u8]> = Vec::new();
        let mut continued = false;
        for (kind, data) in records(book) {
            if kind == END || !budget.step() {
                break;
            }
            continued = kind == CONTINUE && continued || kind == SHARED_STRINGS;
            match kind {
                SHARED_STRINGS => shared = vec![data],
                CONTINUE if continued => shared.push(data),
                DATE_MODE => self.from_1904 = u16_at(data, 0) == Some(1),
                SHEET if self.sheets.len() < MAX_SHEETS => self.list(data),
                STYLE => self.styles.extend(u16_at(data, 2)),
                FORMAT => {
                    if let (Some(id), Some(code)) = (u16_at(data, 0), string(stretch(data, 2, usize::MAX))) {
                        self.formats.insert(id, NumberFormat::parse(&code));
                    }
                }
                _ => {}
            }
        }
        SharedReader { parts: shared, part: 0, at: 8 }.read(&mut self.strings, budget);
    }

    /// BoundSheet8: where it begins, whether it is hidden, what it is, its name.
    fn list(&mut self, data: &[u8]) {
        let (Some(start), Some([state, kind, length, wide])) = (u32_at(data, 0), data.get(4..8)) else {
            return;
        };
        if *kind != 0 {
            return;
        }
        let name = characters(stretch(data, 8, usize::MAX), usize::from(*length), wide & 1 != 0);
        let name = if state & 3 == 0 { format!("sheet {name}") } else { format!("hidden sheet {name}") };
        self.sheets.extend(usize::try_from(start).ok().map(|it| (name, it)));
    }

    fn show(&self, style: u16, number: f64) -> String {
        let id = self.styles.get(usize::from(style)).copied().unwrap_or(0);
        let built_in = NumberFormat::built_in(u32::from(id));
        self.formats.get(&id).unwrap_or(&built_in).show(&number.to_string(), self.from_1904)
    }
}

/// A string with its length before it.
fn string(data: &[u8]) -> Option<String> {
    let wide = data.get(2)? & 1 != 0;
    Some(characters(stretch(data, 3, usize::MAX), usize::from(u16_at(data, 0)?), wide))
}

fn characters(data: &[u8], count: usize, wide: bool) -> String {
    let bytes = stretch(data, 0, if wide { 2 * count } else { count });
    let encoding = if wide { UTF_16LE } else { WINDOWS_1252 };
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// The table of shared strings, which goes on in the records that follow (2.5.293).
struct SharedReader<'b> {
    parts: Vec<&'b [u8]>,
    part: usize,
    at: usize,
}

impl SharedReader<'_> {
    fn read(&mut self, strings: &mut SharedStrings, budget: &mut Budget) {
        while self.string(strings).is_some() && budget.step() {}
    }

    /// Reads one string; `None` at the end.
    fn string(&mut self, strings: &mut SharedStrings) -> Option<()> {
        self.turn()?;
        let part = self.parts[self.part];
        let mut left = usize::from(u16_at(part, self.at)?);
        let mut flags = *part.get(self.at + 2)?;
        self.at += 3;
        let mut after = 0;
        if flags & 8 != 0 {
            after += 4 * usize::from(u16_at(part, self.at)?);
            self.at += 2;
        }
        if flags & 4 != 0 {
            after += usize::try_from(u32_at(part, self.at)?).ok()?;
            self.at += 4;
        }
        while left > 0 {
            let wide = flags & 1 != 0;
            let part = self.parts[self.part];
            let width = if wide { 2 } else { 1 };
            let here = left.min(part.len().saturating_sub(self.at) / width);
            strings.text.push_str(&characters(stretch(part, self.at, usize::MAX), here, wide));
            self.at += here * width;
            left -= here;
            if left > 0 {
                // The rest begins the next record, with flags of its own.
                self.part += 1;
                flags = *self.parts.get(self.part)?.first()?;
                self.at = 1;
            }
        }
        strings.end();
        self.skip(after);
        Some(())
    }

    /// Goes to the next record at the end of one.
    fn turn(&mut self) -> Option<()> {
        while self.at >= self.parts.get(self.part)?.len() {
            self.at -= self.parts[self.part].len();
            self.part += 1;
        }
        Some(())
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }
}

/// A sheet while it is being read.
struct Sheet<'w> {
    workbook: &'w Workbook,
    cells: Cells,
    row: u16,
    /// The column of a formula whose text comes in a record of its own.
    formula: Option<usize>,
}

impl Sheet<'_> {
    /// Reads one record; one that is cut short is left out.
    fn record(&mut self, kind: u16, data: &[u8]) -> Option<()> {
        if kind == FORMULA_STRING {
            let column = self.formula.take()?;
            self.cells.put(column, &string(data)?);
            return Some(());
        }
        if !matches!(kind, SHARED_STRING | LABEL | NUMBER | SHORT_NUMBER | SHORT_NUMBERS | FORMULA) {
            return None;
        }
        let (row, column, style) = (u16_at(data, 0)?, usize::from(u16_at(data, 2)?), u16_at(data, 4)?);
        if row != self.row {
            self.cells.end_row();
            self.row = row;
        }
        match kind {
            SHARED_STRING => {
                let place = usize::try_from(u32_at(data, 6)?).ok()?;
                self.cells.put(column, self.workbook.strings.get(place));
            }
            LABEL => self.cells.put(column, &string(stretch(data, 6, usize::MAX))?),
            NUMBER => self.number(column, style, f64::from_bits(u64_at(data, 6)?)),
            SHORT_NUMBER => self.number(column, style, short_number(u32_at(data, 6)?)),
            SHORT_NUMBERS => {
                // Pairs of style and number, and the last column.
                for (place, pair) in data[4..].chunks_exact(6).enumerate() {
                    self.number(column + place, u16_at(pair, 0)?, short_number(u32_at(pair, 2)?));
                }
            }
            _ if u16_at(data, 12)? == 0xffff => self.formula = (data[6] == 0).then_some(column),
            _ => self.number(column, style, f64::from_bits(u64_at(data, 6)?)),
        }
        Some(())
    }

    fn number(&mut self, column: usize, style: u16, number: f64) {
        let shown = self.workbook.show(style, number);
        self.cells.put(column, &shown);
    }
}

/// A number in 30 bits, whole or the upper half of a fraction, perhaps a hundredfold (2.5.217).
fn short_number(bits: u32) -> f64 {
    let number = if bits & 2 != 0 {
        f64::from(bits.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(bits & !3) << 32)
    };
    if bits & 1 != 0 { number / 100.0 } else { number }
}
