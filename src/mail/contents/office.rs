//! Word and PowerPoint files of 2007 and later: what they carry, and their text.
//!
//! Source: ECMA-376 part 1, sections 17 (Word), 19 and 21 (PowerPoint).

use super::bounds::{Budget, Unread};
use super::file::{Active, TextKind};
use super::kind::Kind;
use super::piece::Piece;
use super::xml::{Node, walk, walk_while};
use super::zip::{self, Directory, Entry};

/// Parts of one document that are read; a presentation has one a slide.
const MAX_PARTS: usize = 600;

/// A ZIP archive with the bytes it was read from.
#[derive(Clone, Copy)]
pub(super) struct Package<'z> {
    pub bytes: &'z [u8],
    pub zip: &'z Directory,
}

impl Package<'_> {
    /// The bytes of a part, and why they are not all; empty if there is no such part.
    pub fn part(&self, name: &str, budget: &mut Budget) -> (Vec<u8>, Option<Unread>) {
        self.zip.find(name).map_or((Vec::new(), None), |it| self.member(it, budget))
    }

    pub fn member(&self, entry: &Entry, budget: &mut Budget) -> (Vec<u8>, Option<Unread>) {
        let (bytes, unread) = zip::read(self.bytes, entry, budget);
        (bytes.into_owned(), unread)
    }

    /// The parts whose names begin and end so, by the number in their names.
    pub fn parts(&self, prefix: &str, suffix: &str) -> Vec<&Entry> {
        let matches = |it: &&Entry| {
            let name = it.name.to_ascii_lowercase();
            name.starts_with(prefix) && name.ends_with(suffix)
        };
        let mut parts: Vec<&Entry> = self.zip.entries.iter().filter(matches).take(MAX_PARTS).collect();
        parts.sort_by_key(|it| number(&it.name));
        parts
    }
}

/// The number at the end of a part's name, before its extension.
fn number(name: &str) -> u32 {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let digits = stem.len() - stem.bytes().rev().take_while(u8::is_ascii_digit).count();
    stem[digits..].parse().unwrap_or(0)
}

/// What can act by itself in an Office file.
pub(super) fn active(package: Package<'_>, budget: &mut Budget) -> Vec<Active> {
    let has = |found: &dyn Fn(&str) -> bool| package.zip.has(|it| found(&it.to_ascii_lowercase()));
    let mut active = Vec::new();
    if has(&|it| it.ends_with("vbaproject.bin") || it.starts_with("xl/dialogsheets/")) {
        active.push(Active::Macros);
    }
    if has(&|it| it.starts_with("xl/macrosheets/")) {
        active.push(Active::MacroSheets);
    }
    if has(&|it| it.contains("/embeddings/")) {
        active.push(Active::Embedded);
    }
    if has(&|it| it.contains("/activex/")) {
        active.push(Active::Control);
    }
    if fetches(package, budget) {
        active.push(Active::External);
    }
    active
}

/// Tells whether a relationship fetches a template, an object or a frame from elsewhere.
fn fetches(package: Package<'_>, budget: &mut Budget) -> bool {
    let names =
        ["word/_rels/settings.xml.rels", "word/_rels/document.xml.rels", "xl/_rels/workbook.xml.rels"];
    names.iter().any(|name| {
        let (xml, _) = package.part(name, budget);
        let mut found = false;
        walk(&xml, budget, |node| {
            if let Node::Start(element) = node
                && element.name() == "Relationship"
                && element.attribute("TargetMode").is_some_and(|it| it.eq_ignore_ascii_case("external"))
            {
                let kind = element.attribute("Type").unwrap_or_default();
                found |= ["/attachedTemplate", "/oleObject", "/frame", "/subDocument"]
                    .iter()
                    .any(|it| kind.ends_with(it));
            }
        });
        found
    })
}

/// Pictures and embedded files: the members of a document that are files of their own.
pub(super) fn carried(entry: &Entry) -> bool {
    let name = entry.name.to_ascii_lowercase();
    let folder = ["/media/", "/embeddings/", "pictures/", "/activex/"]
        .iter()
        .any(|it| name.contains(it) || name.starts_with(it));
    // OpenDocument keeps embedded OLE objects at its root.
    folder && !name.ends_with(".xml") && !name.ends_with(".rels")
        || name.starts_with("object ") && !name.contains('/')
}

/// The text of a Word or PowerPoint file.
pub(super) fn text(kind: Kind, package: Package<'_>, budget: &mut Budget) -> (Vec<Piece>, Option<Unread>) {
    let mut reading = Reading::default();
    match kind {
        Kind::Word | Kind::WordMacros => {
            reading.read(package, "word/document", "", budget);
            for (prefix, part) in [
                ("word/header", "header"),
                ("word/footer", "footer"),
                ("word/footnotes", "footnotes"),
                ("word/endnotes", "endnotes"),
                ("word/comments", "comments"),
            ] {
                reading.read(package, prefix, part, budget);
            }
        }
        _ => {
            reading.read(package, "ppt/slides/slide", "slide", budget);
            reading.read(package, "ppt/notesslides/notesslide", "notes", budget);
            reading.read(package, "ppt/comments/", "comments", budget);
        }
    }
    (reading.pieces, reading.unread)
}

/// What was read of a document so far.
#[derive(Default)]
pub(super) struct Reading {
    pub pieces: Vec<Piece>,
    pub unread: Option<Unread>,
}

impl Reading {
    /// Reads the prose and the tables of every part whose name begins so.
    pub fn read(&mut self, package: Package<'_>, prefix: &str, part: &str, budget: &mut Budget) {
        for entry in package.parts(prefix, ".xml") {
            let (xml, unread) = package.member(entry, budget);
            self.unread = self.unread.or(unread);
            let part = match number(&entry.name) {
                0 => part.to_owned(),
                number => format!("{part} {number}"),
            };
            if !drawing(&xml, &part, &mut self.pieces, budget) {
                self.unread = self.unread.or(Some(budget.why_ended()));
            }
            if matches!(self.unread, Some(Unread::Bomb | Unread::TooLarge)) {
                return;
            }
        }
    }
}

/// The prose and the tables of one part; Word and drawings name their elements alike.
struct Drawing {
    part: String,
    prose: Piece,
    tables: Vec<Piece>,
    cell: String,
    room: usize,
    /// How many tables, runs, and repetitions for older programs are open.
    depth: usize,
    runs: usize,
    fallbacks: usize,
    /// Whether what follows is text that is shown.
    shown: bool,
}

impl Drawing {
    fn see(&mut self, node: Node<'_>) {
        match node {
            Node::Start(element) => self.start(element.name()),
            Node::End(name) => self.end(name),
            Node::Text(text) if self.shown && self.fallbacks == 0 => self.put(text),
            Node::Text(_) => {}
        }
    }

    fn start(&mut self, name: &str) {
        match name {
            "Fallback" => self.fallbacks += 1,
            "tbl" => {
                self.depth += 1;
                if self.depth == 1 {
                    let part = format!("{} table {}", self.part, self.tables.len() + 1);
                    self.tables.push(Piece::new(part.trim(), TextKind::Table, self.room));
                }
            }
            "tc" if self.depth == 1 => self.cell.clear(),
            "r" => self.runs += 1,
            "t" | "delText" | "text" => self.shown = true,
            // Outside of a run it defines a tab stop.
            "tab" if self.runs > 0 => self.put("\t"),
            "br" | "cr" => self.put("\n"),
            "noBreakHyphen" => self.put("-"),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "Fallback" => self.fallbacks = self.fallbacks.saturating_sub(1),
            "tbl" => self.depth = self.depth.saturating_sub(1),
            "tr" if self.depth == 1 => {
                if let Some(table) = self.tables.last_mut() {
                    table.end_row();
                }
            }
            "tc" if self.depth == 1 => {
                if let Some(table) = self.tables.last_mut() {
                    table.cell(&self.cell);
                }
            }
            "r" => self.runs = self.runs.saturating_sub(1),
            "t" | "delText" | "text" => self.shown = false,
            "p" if self.depth == 0 => self.prose.end_line(),
            "p" => self.cell.push(' '),
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

/// Reads one part; `false` if it was not read to its end.
fn drawing(xml: &[u8], part: &str, pieces: &mut Vec<Piece>, budget: &mut Budget) -> bool {
    let room = budget.text_left();
    let mut drawing = Drawing {
        part: part.to_owned(),
        prose: Piece::new(part, TextKind::Prose, room),
        tables: Vec::new(),
        cell: String::new(),
        room,
        depth: 0,
        runs: 0,
        fallbacks: 0,
        shown: false,
    };
    let whole = walk_while(xml, budget, |node| {
        drawing.see(node);
        !drawing.prose.is_full()
    });
    drawing.prose.keep(pieces, budget);
    for table in drawing.tables {
        table.keep(pieces, budget);
    }
    whole
}
