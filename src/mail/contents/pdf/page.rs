//! The text of PDF pages, in the order in which they show it, with rows kept as rows.
//!
//! Source: ISO 32000-1, 8.10, 9.2 to 9.4.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::bounds::{Budget, Unread};
use super::super::file::TextKind;
use super::super::piece::Piece;
use super::file::PdfFile;
use super::font::Font;
use super::object::{Object, Reader};
use super::state::{Matrix, State};

/// Pages of one file that are read.
const MAX_PAGES: usize = 2_000;
/// How deep the tree of pages, and forms within forms, are followed.
const MAX_DEPTH: usize = 12;
/// Fonts of one file that are read.
const MAX_FONTS: usize = 300;
/// Operands of one operator that are kept.
const MAX_OPERANDS: usize = 64;
/// Graphics states that are kept open.
const MAX_STATES: usize = 64;

/// In parts of the size of the letters: what is a blank, a new cell, a new line, a new paragraph.
const BLANK: f64 = 0.15;
const CELL: f64 = 0.9;
const LINE: f64 = 0.45;
const PARAGRAPH: f64 = 1.9;

/// The fonts and forms that a page or a form may name.
#[derive(Default)]
struct Scope {
    fonts: HashMap<Vec<u8>, Rc<Font>>,
    forms: HashMap<Vec<u8>, u32>,
}

/// A form that pages show.
struct Form {
    matrix: Matrix,
    scope: Option<Rc<Scope>>,
    content: Vec<u8>,
}

/// Reads pages of one file into one piece.
pub(super) struct Pages<'f, 'p> {
    file: &'f mut PdfFile<'p>,
    pub piece: Piece,
    pub count: usize,
    fonts: HashMap<u32, Rc<Font>>,
    scopes: HashMap<u32, Rc<Scope>>,
    forms: HashMap<u32, Rc<Form>>,
    /// Where the last letter ended, in which direction, and how large it was.
    last: Option<(Matrix, f64)>,
}

impl<'f, 'p> Pages<'f, 'p> {
    pub fn read(file: &'f mut PdfFile<'p>, budget: &mut Budget) -> Self {
        let mut pages = Self {
            file,
            piece: Piece::new("", TextKind::Prose, budget.text_left()),
            count: 0,
            fonts: HashMap::new(),
            scopes: HashMap::new(),
            forms: HashMap::new(),
            last: None,
        };
        let root = pages.file.root.clone().map_or(Object::Null, |it| pages.file.resolve(&it));
        let mut seen = Vec::new();
        pages.tree(root.get(b"Pages"), &Rc::default(), 0, &mut seen, budget);
        if pages.count == 0 {
            // The tree is lost: every page that there is, in the order of their numbers.
            for number in pages.file.numbers_with(b"/Page") {
                pages.tree(&Object::Reference(number), &Rc::default(), MAX_DEPTH - 1, &mut seen, budget);
            }
        }
        pages
    }

    fn tree(
        &mut self,
        node: &Object,
        inherited: &Rc<Scope>,
        depth: usize,
        seen: &mut Vec<u32>,
        budget: &mut Budget,
    ) {
        if let Object::Reference(number) = node {
            if seen.contains(number) {
                return;
            }
            seen.push(*number);
        }
        if depth >= MAX_DEPTH || seen.len() > 2 * MAX_PAGES || !budget.step() {
            return;
        }
        let node = self.file.resolve(node);
        let scope = match node.get(b"Resources") {
            Object::Null => Rc::clone(inherited),
            resources => self.scope(resources, budget),
        };
        if node.get(b"Kids") != &Object::Null {
            let kids = self.file.entry(&node, b"Kids");
            for kid in kids.array().iter().take(MAX_PAGES) {
                self.tree(kid, &scope, depth + 1, seen, budget);
            }
        } else if self.file.entry(&node, b"Type").name() == Some(b"Page") && self.count < MAX_PAGES {
            self.count += 1;
            self.page(&node, &scope, budget);
        }
    }

    fn page(&mut self, page: &Object, scope: &Rc<Scope>, budget: &mut Budget) {
        let mut content = Vec::new();
        let parts = match page.get(b"Contents") {
            Object::Reference(number) => match self.file.object(*number) {
                Object::Array(parts) => parts,
                _ => vec![Object::Reference(*number)],
            },
            Object::Array(parts) => parts.clone(),
            _ => Vec::new(),
        };
        for part in parts.iter().take(1_000) {
            if let Object::Reference(number) = part {
                content.extend(self.file.stream(*number, budget));
                content.push(b'\n');
            }
        }
        self.last = None;
        if !self.piece.text.is_empty() {
            self.piece.end_line();
        }
        self.run(&content, scope, Matrix::default(), 0, budget);
        self.piece.end_line();
    }

    fn scope(&mut self, resources: &Object, budget: &mut Budget) -> Rc<Scope> {
        if let Object::Reference(number) = resources
            && let Some(scope) = self.scopes.get(number)
        {
            return Rc::clone(scope);
        }
        let dictionary = self.file.resolve(resources);
        let mut scope = Scope::default();
        if let Object::Dictionary(fonts) = self.file.entry(&dictionary, b"Font") {
            for (name, font) in fonts.into_iter().take(MAX_FONTS) {
                if let Some(font) = self.font(&font, budget) {
                    scope.fonts.insert(name, font);
                }
            }
        }
        if let Object::Dictionary(forms) = self.file.entry(&dictionary, b"XObject") {
            for (name, form) in forms {
                if let Object::Reference(number) = form {
                    scope.forms.insert(name, number);
                }
            }
        }
        let scope = Rc::new(scope);
        if let Object::Reference(number) = resources {
            self.scopes.insert(*number, Rc::clone(&scope));
        }
        scope
    }

    fn font(&mut self, font: &Object, budget: &mut Budget) -> Option<Rc<Font>> {
        if let Object::Reference(number) = font
            && let Some(font) = self.fonts.get(number)
        {
            return Some(Rc::clone(font));
        }
        if self.fonts.len() >= MAX_FONTS {
            return None;
        }
        let dictionary = self.file.resolve(font);
        let read = Rc::new(Font::read(self.file, &dictionary, budget));
        // A font without a number counts too.
        let number =
            if let Object::Reference(number) = font { *number } else { u32::MAX - self.fonts.len() as u32 };
        self.fonts.insert(number, Rc::clone(&read));
        Some(read)
    }

    fn form(&mut self, number: u32, budget: &mut Budget) -> Rc<Form> {
        if let Some(form) = self.forms.get(&number) {
            return Rc::clone(form);
        }
        let dictionary = self.file.object(number);
        let is_form = self.file.entry(&dictionary, b"Subtype").name() == Some(b"Form");
        let scope = match dictionary.get(b"Resources") {
            Object::Null => None,
            _ if !is_form => None,
            resources => Some(self.scope(resources, budget)),
        };
        let numbers: Vec<f64> =
            self.file.entry(&dictionary, b"Matrix").array().iter().filter_map(Object::number).collect();
        let content = if is_form { self.file.stream(number, budget) } else { Vec::new() };
        let form = Rc::new(Form { matrix: Matrix::of(&numbers).unwrap_or_default(), scope, content });
        self.forms.insert(number, Rc::clone(&form));
        form
    }

    /// Follows the operators of a page or form.
    fn run(&mut self, content: &[u8], scope: &Rc<Scope>, base: Matrix, depth: usize, budget: &mut Budget) {
        // One operator may show much, and a form may be shown again and again.
        if !budget.take_steps(content.len() / 16) {
            self.file.unread = self.file.unread.or(Some(Unread::TooMany));
            return;
        }
        let mut reader = Reader::new(content, 0);
        let mut operands: Vec<Object> = Vec::new();
        let mut state = State { matrix: base, ..State::default() };
        let mut states: Vec<State> = Vec::new();
        while let Some(object) = reader.next() {
            if self.piece.is_full() {
                return;
            }
            if !budget.step() {
                self.file.unread = self.file.unread.or(Some(Unread::TooMany));
                return;
            }
            let Object::Word(operator) = object else {
                if operands.len() < MAX_OPERANDS {
                    operands.push(object);
                }
                continue;
            };
            match operator.as_slice() {
                b"q" if states.len() < MAX_STATES => states.push(state.clone()),
                b"Q" => state = states.pop().unwrap_or(state),
                b"Tf" => {
                    let name = operands.first().and_then(Object::name).unwrap_or_default();
                    state.font = scope.fonts.get(name).cloned();
                    state.size = operands.get(1).and_then(Object::number).unwrap_or(0.0);
                }
                b"Do" => {
                    let name = operands.first().and_then(Object::name).unwrap_or_default();
                    if let Some(number) = scope.forms.get(name).filter(|_| depth < MAX_DEPTH) {
                        let form = self.form(*number, budget);
                        let inner = form.scope.as_ref().unwrap_or(scope);
                        self.run(&form.content, inner, form.matrix.then(state.matrix), depth + 1, budget);
                    }
                }
                // The bytes of a picture follow, up to a word of its end.
                b"ID" => {
                    reader.at += memchr::memmem::find(&content[reader.at..], b"EI").map_or(0, |it| it + 2)
                }
                operator => self.operate(operator, &operands, &mut state),
            }
            operands.clear();
        }
    }

    fn operate(&mut self, operator: &[u8], operands: &[Object], state: &mut State) {
        let number = |place: usize| operands.get(place).and_then(Object::number).unwrap_or(0.0);
        let matrix = || {
            let numbers: Vec<f64> = operands.iter().filter_map(Object::number).collect();
            Matrix::of(&numbers)
        };
        match operator {
            b"cm" => state.matrix = matrix().unwrap_or_default().then(state.matrix),
            b"BT" => (state.text, state.line) = Default::default(),
            b"Tm" => {
                state.line = matrix().unwrap_or_default();
                state.text = state.line;
            }
            b"Td" => state.next_line(number(0), number(1)),
            b"TD" => {
                state.leading = -number(1);
                state.next_line(number(0), number(1));
            }
            b"T*" => state.next_line(0.0, -state.leading),
            b"TL" => state.leading = number(0),
            b"Tc" => state.letter_space = number(0),
            b"Tw" => state.word_space = number(0),
            b"Tz" => state.stretch = number(0) / 100.0,
            b"Tj" => self.show(operands.first(), state),
            b"'" => {
                state.next_line(0.0, -state.leading);
                self.show(operands.first(), state);
            }
            b"\"" => {
                (state.word_space, state.letter_space) = (number(0), number(1));
                state.next_line(0.0, -state.leading);
                self.show(operands.get(2), state);
            }
            b"TJ" => {
                for part in operands.first().map_or(&[][..], Object::array) {
                    match part {
                        Object::Number(back) => state.advance(-back / 1_000.0 * state.size * state.stretch),
                        part => self.show(Some(part), state),
                    }
                }
            }
            _ => {}
        }
    }

    fn show(&mut self, string: Option<&Object>, state: &mut State) {
        let (Some(Object::String(bytes)), Some(font)) = (string, state.font.clone()) else {
            return;
        };
        if bytes.is_empty() {
            return;
        }
        self.separate(state);
        let mut text = String::new();
        let codes = bytes.chunks(if font.wide { 2 } else { 1 });
        for pair in codes {
            let code = pair.iter().fold(0, |sum, it| sum << 8 | u32::from(*it));
            font.write(code, &mut text);
            let word = if pair == [b' '] { state.word_space } else { 0.0 };
            let width = font.width(code) / 1_000.0 * state.size + state.letter_space + word;
            state.advance(width * state.stretch);
        }
        self.piece.push(&text.replace(['\0', '\r', '\n', '\t'], " "));
        self.last = Some((state.text.then(state.matrix), state.size));
    }

    /// Puts between two strings what the distance between them stands for.
    fn separate(&mut self, state: &State) {
        let here = state.text.then(state.matrix);
        let Some((last, last_size)) = self.last else { return };
        // Along the line, and across it, in units of the size of the letters.
        let scale = here.a.hypot(here.b);
        let size = (scale * state.size.abs()).max(last.a.hypot(last.b) * last_size.abs());
        if !(size > 0.0 && size.is_finite() && scale > 0.0) {
            return;
        }
        let (x, y) = (here.a / scale, here.b / scale);
        let (dx, dy) = (here.e - last.e, here.f - last.f);
        let along = (dx * x + dy * y) / size;
        let across = (dy * x - dx * y) / size;
        let ends_blank = self.piece.text.ends_with([' ', '\t', '\n']);
        if across.abs() > LINE {
            self.piece.end_line();
            if across.abs() > PARAGRAPH {
                self.piece.end_line();
            }
        } else if along > CELL {
            self.piece.push("\t");
        } else if !ends_blank && !(-CELL..=BLANK).contains(&along) {
            self.piece.push(" ");
        }
    }
}
