//! OpenDocument files: what they carry, whether they are encrypted, and their text.
//!
//! Source: OpenDocument 1.3, part 2 (packages) and part 3 (schema).

use super::bounds::{Budget, Unread};
use super::file::{Active, Encryption, TextKind};
use super::kind::Kind;
use super::office::Package;
use super::piece::Piece;
use super::xml::{Element, Node, walk, walk_while};

/// Cells that one element may stand for.
const MAX_REPEAT: usize = 64;

/// How the package is encrypted, if it is.
pub(super) fn encryption(package: Package<'_>, budget: &mut Budget) -> Option<Encryption> {
    // ODF 1.3 encrypts whole packages; before, each part by itself.
    if package.zip.find("encrypted-package").is_some() {
        return Some(Encryption::OpenDocument);
    }
    let (xml, _) = package.part("META-INF/manifest.xml", budget);
    let mut found = false;
    walk(&xml, budget, |node| {
        if let Node::Start(it) = node {
            found |= it.name() == "encryption-data";
        }
    });
    found.then_some(Encryption::OpenDocument)
}

/// What can act by itself.
pub(super) fn active(package: Package<'_>) -> Vec<Active> {
    let has = |found: &dyn Fn(&str) -> bool| package.zip.has(|it| found(&it.to_ascii_lowercase()));
    let mut active = Vec::new();
    let macros = |it: &str| {
        (it.starts_with("basic/") || it.starts_with("scripts/"))
            && !it.ends_with('/')
            && !it.ends_with("script-lc.xml")
            && !it.ends_with("script-lb.xml")
    };
    if has(&macros) {
        active.push(Active::Macros);
    }
    if has(&|it| it.starts_with("object ") || it.starts_with("objectreplacements/")) {
        active.push(Active::Embedded);
    }
    active
}

/// The text of a document.
pub(super) fn text(kind: Kind, package: Package<'_>, budget: &mut Budget) -> (Vec<Piece>, Option<Unread>) {
    let mut pieces = Vec::new();
    let (xml, mut unread) = package.part("content.xml", budget);
    if !read(&xml, "", kind == Kind::OpenSheet, &mut pieces, budget) {
        unread = unread.or(Some(budget.why_ended()));
    }
    if kind == Kind::OpenText {
        let (xml, why) = package.part("styles.xml", budget);
        unread = unread.or(why);
        read(&xml, "header and footer", false, &mut pieces, budget);
    }
    (pieces, unread)
}

/// A document while it is being read.
struct Document {
    prose: Piece,
    tables: Vec<Piece>,
    /// Whether tables are sheets.
    sheets: bool,
    cell: String,
    room: usize,
    repeat: usize,
    /// How many tables, and how many paragraphs, are open.
    depth: usize,
    paragraphs: usize,
}

fn read(xml: &[u8], part: &str, sheets: bool, pieces: &mut Vec<Piece>, budget: &mut Budget) -> bool {
    let room = budget.text_left();
    let mut document = Document {
        prose: Piece::new(part, TextKind::Prose, room),
        tables: Vec::new(),
        sheets,
        cell: String::new(),
        room,
        repeat: 1,
        depth: 0,
        paragraphs: 0,
    };
    let whole = walk_while(xml, budget, |node| {
        document.see(node);
        !document.prose.is_full()
    });
    document.prose.keep(pieces, budget);
    for table in document.tables {
        table.keep(pieces, budget);
    }
    whole
}

impl Document {
    fn see(&mut self, node: Node<'_>) {
        match node {
            Node::Start(element) => self.start(&element),
            Node::End(name) => self.end(name),
            Node::Text(text) if self.paragraphs > 0 => self.put(text),
            Node::Text(_) => {}
        }
    }

    fn start(&mut self, element: &Element<'_>) {
        match element.name() {
            "table" => {
                self.depth += 1;
                if self.depth == 1 {
                    let name = element.attribute("name").unwrap_or_default();
                    let part = if self.sheets { format!("sheet {name}") } else { name };
                    self.tables.push(Piece::new(part, TextKind::Table, self.room));
                }
            }
            "table-cell" | "covered-table-cell" if self.depth == 1 => {
                self.cell.clear();
                let repeat = element.attribute("number-columns-repeated");
                self.repeat = repeat.and_then(|it| it.parse().ok()).unwrap_or(1).clamp(1, MAX_REPEAT);
            }
            "p" | "h" => self.paragraphs += 1,
            "s" => {
                let count = element.attribute("c").and_then(|it| it.parse().ok()).unwrap_or(1);
                self.put(&" ".repeat(count.clamp(1, MAX_REPEAT)));
            }
            "tab" => self.put("\t"),
            "line-break" => self.put("\n"),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "table" => self.depth = self.depth.saturating_sub(1),
            "table-row" if self.depth == 1 => {
                if let Some(table) = self.tables.last_mut() {
                    table.end_row();
                }
            }
            "table-cell" | "covered-table-cell" if self.depth == 1 => {
                if let Some(table) = self.tables.last_mut() {
                    (0..self.repeat).for_each(|_| table.cell(&self.cell));
                }
            }
            "p" | "h" => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                if self.depth == 0 { self.prose.end_line() } else { self.cell.push(' ') }
            }
            "page" if self.depth == 0 => self.prose.end_line(),
            _ => {}
        }
    }

    fn put(&mut self, text: &str) {
        if self.depth == 0 {
            self.prose.push(text);
        } else if self.cell.len() + text.len() <= self.room {
            self.cell.push_str(text);
        }
    }
}
