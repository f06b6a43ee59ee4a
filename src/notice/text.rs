//! A letter as plain text: complete, wrapped, readable aloud from top to bottom.

use super::content::Content;

/// RFC 5322 section 2.1.1 advises 78; quoting needs a little room.
const COLUMNS: usize = 72;

/// The whole letter, with LF line ends.
pub(super) fn text(content: &Content) -> String {
    let mut text = String::new();
    wrap(&mut text, "", "", &content.label);
    for paragraph in &content.paragraphs {
        text.push('\n');
        wrap(&mut text, "", "", paragraph);
    }
    for section in &content.sections {
        text.push('\n');
        wrap(&mut text, "", "", &section.heading);
        for item in &section.items {
            for (index, line) in item.iter().enumerate() {
                wrap(&mut text, if index == 0 { "- " } else { "  " }, "  ", line);
            }
        }
    }
    text.push('\n');
    wrap(&mut text, "", "", &content.footer);
    text
}

/// Writes words as lines of at most [`COLUMNS`] characters; a word that no line holds is broken.
fn wrap(out: &mut String, first: &str, next: &str, words: &str) {
    let mut line = first.to_owned();
    let mut column = first.chars().count();
    let mut fresh = true;
    let room = COLUMNS - first.len().max(next.len());
    for piece in words.split_whitespace().flat_map(|it| broken(it, room)) {
        let length = piece.chars().count();
        if !fresh && COLUMNS < column + 1 + length {
            out.push_str(&line);
            out.push('\n');
            line = next.to_owned();
            column = next.chars().count();
            fresh = true;
        }
        if !fresh {
            line.push(' ');
            column += 1;
        }
        line.push_str(piece);
        column += length;
        fresh = false;
    }
    out.push_str(&line);
    out.push('\n');
}

/// A word in pieces of at most `length` characters.
fn broken(word: &str, length: usize) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let end = rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}
