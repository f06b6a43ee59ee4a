//! The cells of an Excel workbook of 2007 and later, as they are shown.
//!
//! Source: ECMA-376 part 1, section 18.

use std::collections::HashMap;

use super::bounds::{Budget, Unread};
use super::cells::{Cells, SharedStrings};
use super::file::TextKind;
use super::number_format::NumberFormat;
use super::office::{Package, Reading};
use super::piece::Piece;
use super::xml::{Element, Node, walk, walk_while};

/// Sheets of one workbook that are read.
const MAX_SHEETS: usize = 200;
/// A cell holds no more than this (Excel's own limit is 32,767).
const MAX_CELL: usize = 64 * 1024;

/// The text of every sheet, its notes and its drawings.
pub(super) fn text(package: Package<'_>, budget: &mut Budget) -> (Vec<Piece>, Option<Unread>) {
    let mut workbook = Workbook::default();
    let mut reading = Reading::default();
    workbook.read(package, &mut reading.unread, budget);
    let sheets = std::mem::take(&mut workbook.sheets);
    for (name, part) in sheets {
        let (xml, unread) = package.part(&part, budget);
        reading.unread = reading.unread.or(unread);
        let mut sheet = Sheet::new(&workbook, name, budget.text_left());
        let whole = walk_while(&xml, budget, |node| {
            sheet.see(node);
            !sheet.cells.piece.is_full()
        });
        if !whole {
            reading.unread = reading.unread.or(Some(budget.why_ended()));
        }
        sheet.cells.piece.keep(&mut reading.pieces, budget);
        if matches!(reading.unread, Some(Unread::Bomb | Unread::TooLarge)) {
            return (reading.pieces, reading.unread);
        }
    }
    for (prefix, part) in
        [("xl/comments", "notes"), ("xl/threadedcomments/", "comments"), ("xl/drawings/drawing", "drawing")]
    {
        reading.read(package, prefix, part, budget);
    }
    (reading.pieces, reading.unread)
}

/// What holds for all sheets.
#[derive(Default)]
struct Workbook {
    /// What a person calls each sheet, and its part.
    sheets: Vec<(String, String)>,
    strings: SharedStrings,
    /// How each style shows numbers.
    formats: Vec<NumberFormat>,
    /// Whether days are counted from 1904.
    from_1904: bool,
}

impl Workbook {
    fn read(&mut self, package: Package<'_>, unread: &mut Option<Unread>, budget: &mut Budget) {
        let mut part = |name: &str, budget: &mut Budget| {
            let (xml, why) = package.part(name, budget);
            *unread = unread.or(why);
            xml
        };
        let mut targets: HashMap<String, String> = HashMap::new();
        let xml = part("xl/_rels/workbook.xml.rels", budget);
        walk(&xml, budget, |node| {
            if let Node::Start(it) = node
                && it.name() == "Relationship"
                && let (Some(id), Some(target)) = (it.attribute("Id"), it.attribute("Target"))
            {
                let target = match target.strip_prefix('/') {
                    Some(absolute) => absolute.to_owned(),
                    None => format!("xl/{target}"),
                };
                targets.insert(id, target);
            }
        });
        let xml = part("xl/workbook.xml", budget);
        walk(&xml, budget, |node| {
            let Node::Start(it) = node else { return };
            match it.name() {
                "sheet" if self.sheets.len() < MAX_SHEETS => self.list(&it, &targets),
                "workbookPr" => {
                    self.from_1904 = it.attribute("date1904").is_some_and(|it| it == "1" || it == "true");
                }
                _ => {}
            }
        });
        if self.sheets.is_empty() {
            // A workbook that does not name its sheets is read all the same.
            self.sheets = package
                .parts("xl/worksheets/", ".xml")
                .iter()
                .take(MAX_SHEETS)
                .map(|it| (String::from("sheet"), it.name.clone()))
                .collect();
        }
        let xml = part("xl/styles.xml", budget);
        self.read_formats(&xml, budget);
        let xml = part("xl/sharedStrings.xml", budget);
        self.read_strings(&xml, budget);
    }

    fn list(&mut self, element: &Element<'_>, targets: &HashMap<String, String>) {
        let name = element.attribute("name").unwrap_or_default();
        let target = element.attribute("id").and_then(|it| targets.get(&it));
        let hidden = element.attribute("state").is_some_and(|it| it != "visible");
        if let Some(target) = target {
            let part = if hidden { format!("hidden sheet {name}") } else { format!("sheet {name}") };
            self.sheets.push((part, target.clone()));
        }
    }

    fn read_formats(&mut self, xml: &[u8], budget: &mut Budget) {
        let mut codes: HashMap<u32, NumberFormat> = HashMap::new();
        let mut used = false;
        walk(xml, budget, |node| match node {
            Node::Start(it) => match it.name() {
                "numFmt" => {
                    let id = it.attribute("numFmtId").and_then(|it| it.parse().ok());
                    if let (Some(id), Some(code)) = (id, it.attribute("formatCode")) {
                        codes.insert(id, NumberFormat::parse(&code));
                    }
                }
                "cellXfs" => used = true,
                "xf" if used => {
                    let id = it.attribute("numFmtId").and_then(|it| it.parse().ok()).unwrap_or(0);
                    let format = codes.get(&id).cloned();
                    self.formats.push(format.unwrap_or_else(|| NumberFormat::built_in(id)));
                }
                _ => {}
            },
            Node::End("cellXfs") => used = false,
            _ => {}
        });
    }

    fn read_strings(&mut self, xml: &[u8], budget: &mut Budget) {
        let (mut shown, mut phonetic) = (false, false);
        let strings = &mut self.strings;
        walk(xml, budget, |node| match node {
            Node::Start(it) => match it.name() {
                "t" => shown = true,
                "rPh" => phonetic = true,
                _ => {}
            },
            Node::End("t") => shown = false,
            Node::End("rPh") => phonetic = false,
            Node::End("si") => strings.end(),
            Node::Text(text) if shown && !phonetic => strings.text.push_str(text),
            _ => {}
        });
    }
}

/// A sheet while it is being read.
struct Sheet<'w> {
    workbook: &'w Workbook,
    cells: Cells,
    /// The column of the next cell, from 0.
    column: usize,
    kind: String,
    style: usize,
    value: String,
    reading: bool,
}

impl<'w> Sheet<'w> {
    fn new(workbook: &'w Workbook, name: String, room: usize) -> Self {
        Self {
            workbook,
            cells: Cells::new(Piece::new(name, TextKind::Table, room)),
            column: 0,
            kind: String::new(),
            style: 0,
            value: String::new(),
            reading: false,
        }
    }

    fn see(&mut self, node: Node<'_>) {
        match node {
            Node::Start(it) => match it.name() {
                "row" => self.column = 0,
                "c" => {
                    self.value.clear();
                    self.kind = it.attribute("t").unwrap_or_default();
                    self.style = it.attribute("s").and_then(|it| it.parse().ok()).unwrap_or(0);
                    self.column = it.attribute("r").and_then(|it| column(&it)).unwrap_or(self.column);
                }
                "v" | "t" => self.reading = true,
                _ => {}
            },
            Node::End("v" | "t") => self.reading = false,
            Node::End("c") => self.end_cell(),
            Node::End("row") => self.cells.end_row(),
            Node::Text(text) if self.reading && self.value.len() < MAX_CELL => self.value.push_str(text),
            _ => {}
        }
    }

    fn end_cell(&mut self) {
        if self.cells.piece.is_full() {
            return;
        }
        let workbook = self.workbook;
        let shown = match self.kind.as_str() {
            "s" => {
                let place = self.value.trim().parse().unwrap_or(usize::MAX);
                workbook.strings.get(place).to_owned()
            }
            "b" => String::from(if self.value == "1" { "TRUE" } else { "FALSE" }),
            "" | "n" => match workbook.formats.get(self.style) {
                Some(format) => format.show(&self.value, workbook.from_1904),
                None => NumberFormat::General.show(&self.value, workbook.from_1904),
            },
            _ => std::mem::take(&mut self.value),
        };
        self.cells.put(self.column, &shown);
        self.column += 1;
    }
}

/// The column of a reference such as `AB12`, from 0.
fn column(reference: &str) -> Option<usize> {
    let mut column = 0_usize;
    for letter in reference.bytes().take_while(u8::is_ascii_alphabetic).take(3) {
        column = column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1;
    }
    column.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::column;

    #[test]
    fn counts_columns() {
        assert_eq!(column("A1"), Some(0));
        assert_eq!(column("Z9"), Some(25));
        assert_eq!(column("AA1"), Some(26));
        assert_eq!(column("XFD1"), Some(16_383));
        assert_eq!(column("12"), None);
    }
}
