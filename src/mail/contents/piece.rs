//! A text as it is being taken out of a file, kept to its bound.

use super::bounds::Budget;
use super::file::TextKind;

/// One text of a file.
#[derive(Debug)]
pub(super) struct Piece {
    /// What a person calls it within its file; empty for the whole.
    pub part: String,
    pub form: TextKind,
    pub text: String,
    pub cut: bool,
    limit: usize,
    /// Whether the row that is being written has a cell yet.
    started: bool,
}

impl Piece {
    /// An empty piece that will hold at most `limit` bytes.
    pub fn new(part: impl Into<String>, form: TextKind, limit: usize) -> Self {
        Self { part: part.into(), form, text: String::new(), cut: false, limit, started: false }
    }

    /// A piece that is all there at once.
    pub fn whole(part: impl Into<String>, form: TextKind, text: &str, limit: usize) -> Self {
        let mut piece = Self::new(part, form, limit);
        piece.push(text);
        piece
    }

    /// Adds as much as still fits.
    pub fn push(&mut self, text: &str) {
        let left = self.limit - self.text.len();
        if text.len() > left {
            self.cut = true;
            self.text.push_str(&text[..text.floor_char_boundary(left)]);
            // Nothing that follows may fill the gap.
            self.limit = self.text.len();
        } else {
            self.text.push_str(text);
        }
    }

    /// Ends a line, unless nothing stands on it and an empty one is before it.
    pub fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.push("\n");
        }
    }

    /// Adds a cell to the row; line ends and runs of blanks within it are one blank.
    pub fn cell(&mut self, cell: &str) {
        if self.cut {
            return;
        }
        if self.started {
            self.push("\t");
        }
        self.started = true;
        for (place, word) in cell.split_whitespace().enumerate() {
            if place > 0 {
                self.push(" ");
            }
            self.push(word);
        }
    }

    /// Ends the row; one without words leaves nothing behind.
    pub fn end_row(&mut self) {
        let kept = self.text.trim_end_matches('\t').len();
        self.text.truncate(kept);
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.push("\n");
        }
        self.started = false;
    }

    pub fn is_full(&self) -> bool {
        self.cut
    }

    /// Counts the piece against the budget and adds it to others, if it has words.
    pub fn keep(self, pieces: &mut Vec<Self>, budget: &mut Budget) {
        // Every piece was given the same room while it was written.
        let room = budget.text_left();
        let mut piece = self;
        if piece.text.len() > room {
            let end = piece.text.floor_char_boundary(room);
            piece.text.truncate(end);
            piece.cut = true;
        }
        if !piece.text.trim().is_empty() || piece.cut {
            budget.keep_text(piece.text.len());
            pieces.push(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bounds::{Bounds, Budget};
    use super::{Piece, TextKind};

    #[test]
    fn keeps_to_its_bound_and_to_characters() {
        let mut budget = Budget::new(Bounds { text: 5, texts: 7, ..Bounds::default() });
        let mut pieces = Vec::new();
        let mut piece = Piece::new("", TextKind::Prose, budget.text_left());
        piece.push("abcdé");
        piece.push("x");
        piece.keep(&mut pieces, &mut budget);
        assert_eq!((pieces[0].text.as_str(), pieces[0].cut), ("abcd", true));
        let piece = Piece::whole("", TextKind::Prose, "abc", budget.text_left());
        piece.keep(&mut pieces, &mut budget);
        assert_eq!((pieces[1].text.as_str(), pieces[1].cut), ("abc", false));
        let piece = Piece::whole("", TextKind::Prose, "a", budget.text_left());
        piece.keep(&mut pieces, &mut budget);
        assert_eq!((pieces[2].text.as_str(), pieces[2].cut), ("", true));
    }

    #[test]
    fn rows_have_no_empty_ends() {
        let budget = Budget::new(Bounds::default());
        let mut piece = Piece::new("", TextKind::Table, budget.text_left());
        for row in [&["a", "", "b  \n c", ""][..], &["", ""], &["", "d"]] {
            row.iter().for_each(|it| piece.cell(it));
            piece.end_row();
        }
        assert_eq!(piece.text, "a\t\tb c\n\td\n");
    }
}
