//! What spreadsheets of all ages share: strings that cells name by number, and rows with gaps.

use super::piece::Piece;

/// Empty cells that are written between two cells of a row.
const MAX_GAP: usize = 64;

/// All strings one after another, with the end of each: a string a cell would cost more than
/// the file.
#[derive(Debug, Default)]
pub(super) struct SharedStrings {
    pub text: String,
    ends: Vec<usize>,
}

impl SharedStrings {
    /// Ends the string that was written last.
    pub fn end(&mut self) {
        self.ends.push(self.text.len());
    }

    pub fn get(&self, place: usize) -> &str {
        let start = match place.checked_sub(1) {
            Some(before) => self.ends.get(before),
            None => Some(&0),
        };
        match (start, self.ends.get(place)) {
            (Some(start), Some(end)) => self.text.get(*start..*end).unwrap_or_default(),
            _ => "",
        }
    }
}

/// Writes the cells of a sheet where they stand.
#[derive(Debug)]
pub(super) struct Cells {
    pub piece: Piece,
    /// Columns of this row that are written.
    written: usize,
}

impl Cells {
    pub fn new(piece: Piece) -> Self {
        Self { piece, written: 0 }
    }

    /// Writes a cell at a column, from 0; an empty one, or one behind what is written, is left out.
    pub fn put(&mut self, column: usize, shown: &str) {
        if shown.is_empty() || column < self.written {
            return;
        }
        for _ in 0..(column - self.written).min(MAX_GAP) {
            self.piece.cell("");
        }
        self.piece.cell(shown);
        self.written = column + 1;
    }

    pub fn end_row(&mut self) {
        self.piece.end_row();
        self.written = 0;
    }
}
