//! Folds text into plain words, so that one entry of a list meets all spellings of it.
//!
//! The folded text holds lower-case words with one space between them, and `|` where a sentence
//! ends, at its start and at its end: `| u still coming tmrw or wot |`.

use std::ops::Range;

use super::masked;

/// Whether numbers are kept as written or all become `0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    Kept,
    Hidden,
}

/// What stands between sentences.
pub(super) const BREAK: &str = "|";

/// Number words that become `0` where numbers are hidden; "one" is too often a pronoun.
const NUMBERS: [&str; 21] = [
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "twenty",
    "thirty",
    "fifty",
    "hundred",
];

/// One word, and where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// Bytes of the folded text.
    pub folded: Range<usize>,
    /// Bytes of the text that was folded.
    pub origin: Range<usize>,
    /// Whether a letter stands three times or more in a row: "sooo".
    pub elongated: bool,
}

/// A text as lists read it.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    pub text: String,
    /// The words in order; breaks between sentences are words without origin.
    pub words: Vec<Word>,
}

impl Folded {
    pub fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", |it| &self.text[it.folded.clone()])
    }

    pub fn is_break(&self, index: usize) -> bool {
        self.word(index) == BREAK
    }

    /// How many words stand in the text, breaks left out.
    pub fn count(&self) -> usize {
        (0..self.words.len()).filter(|it| !self.is_break(*it)).count()
    }

    /// The words that a stretch of the folded text covers whole; `None` where it cuts one.
    pub fn covered(&self, folded: Range<usize>) -> Option<Range<usize>> {
        let start = self.words.binary_search_by_key(&folded.start, |it| it.folded.start).ok()?;
        let end = self.words.binary_search_by_key(&folded.end, |it| it.folded.end).ok()?;
        (start <= end).then_some(start..end + 1)
    }

    fn push(&mut self, word: &str, origin: Range<usize>, elongated: bool) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        let start = self.text.len();
        self.text.push_str(word);
        self.words.push(Word { folded: start..self.text.len(), origin, elongated });
    }

    fn end_sentence(&mut self, at: usize) {
        if self.words.is_empty() || !self.is_break(self.words.len() - 1) {
            self.push(BREAK, at..at, false);
        }
    }
}

/// Folds a text. Takes time in proportion to its length.
///
/// Case, apostrophes of either shape and repeated letters disappear, hyphens separate, light
/// masks of swear words are seen through, links become `@gov` or `@link`, addresses `@mail`.
pub(crate) fn fold(text: &str, numbers: Numbers) -> Folded {
    let mut folded = Folded::default();
    folded.end_sentence(0);
    let mut at = 0;
    for chunk in text.split_inclusive(char::is_whitespace) {
        let body = chunk.trim_end();
        if body.is_empty() {
            // A blank line; a single line end is only where the client wrapped.
            if chunk == "\n" && text[..at].ends_with('\n') {
                folded.end_sentence(at);
            }
        } else if let Some(word) = opaque(body) {
            folded.push(word, at..at + body.len(), false);
        } else {
            fold_chunk(body, at, numbers, &mut folded);
        }
        at += chunk.len();
    }
    folded.end_sentence(text.len());
    folded
}

/// What stands for a chunk that is not made of words: a link or an address.
fn opaque(chunk: &str) -> Option<&'static str> {
    let lower = || chunk.to_lowercase();
    if chunk.contains("://") || chunk.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("www.")) {
        let official = [".gov.uk", ".police.uk", "nhs.uk", ".gov.wales", ".gov.scot"];
        let lower = lower();
        return Some(if official.iter().any(|it| lower.contains(it)) { "@gov" } else { "@link" });
    }
    let (local, domain) = chunk.split_once('@')?;
    let mailbox = local.ends_with(|it: char| it.is_alphanumeric())
        && domain.trim_end_matches(|it: char| !it.is_alphanumeric()).contains('.');
    mailbox.then_some("@mail")
}

/// Folds a stretch without blanks: `word`, `(word),`, `semi-detached`, `sh*t!!`.
fn fold_chunk(chunk: &str, offset: usize, numbers: Numbers, folded: &mut Folded) {
    let ends = ends_sentence(chunk);
    if let Some((range, word)) = masked::unmask(chunk) {
        folded.push(word, offset + range.start..offset + range.end, false);
    } else {
        let mut rest = 0;
        while let Some(start) = chunk[rest..].find(is_word_start).map(|it| rest + it) {
            let end = word_end(chunk, start);
            push_word(chunk, start..end, offset, numbers, folded);
            rest = end;
            // "Hi!Tom" and "done.Then" are two sentences, "9.30" and "e.g." are none.
            let mark = chunk[rest..].chars().next();
            if matches!(mark, Some('!' | '?')) && chunk[rest..].contains(is_word_start) {
                folded.end_sentence(offset + rest);
            }
        }
    }
    if ends {
        folded.end_sentence(offset + chunk.len());
    }
}

/// Letters, figures, and the signs that are read aloud.
fn is_word_start(it: char) -> bool {
    it.is_alphanumeric() || matches!(it, '&' | '%' | '£' | '$' | '€' | '#')
}

/// Where the word that begins at `start` ends; apostrophes within it are part of it.
fn word_end(chunk: &str, start: usize) -> usize {
    let mut characters = chunk[start..].char_indices().peekable();
    let Some((_, first)) = characters.next() else { return start };
    let mut end = start + first.len_utf8();
    if !first.is_alphanumeric() {
        return end;
    }
    while let Some((index, it)) = characters.next() {
        let inside = is_apostrophe(it) || (first.is_numeric() && matches!(it, ',' | '.'));
        let goes_on = characters.peek().is_some_and(|(_, next)| next.is_alphanumeric());
        if it.is_alphanumeric() || (inside && goes_on) {
            end = start + index + it.len_utf8();
        } else {
            break;
        }
    }
    end
}

fn is_apostrophe(it: char) -> bool {
    matches!(it, '\'' | '\u{2019}' | '\u{2018}' | '\u{02bc}' | '`' | '\u{b4}')
}

fn push_word(chunk: &str, range: Range<usize>, offset: usize, numbers: Numbers, folded: &mut Folded) {
    let raw = &chunk[range.clone()];
    let origin = offset + range.start..offset + range.end;
    let plain = match raw {
        "&" => "and".to_owned(),
        "%" => "percent".to_owned(),
        "#" => return,
        _ => raw.chars().filter(|it| !is_apostrophe(*it)).flat_map(char::to_lowercase).collect(),
    };
    let (plain, elongated) = unstretched(&plain, raw);
    let is_number = plain.chars().all(|it| it.is_ascii_digit() || matches!(it, ',' | '.'));
    if numbers == Numbers::Hidden && (is_number || NUMBERS.contains(&plain.as_str())) {
        // "one hundred" and "£1 000" are one number.
        let last = folded.words.len() - 1;
        if folded.word(last) == "0" {
            folded.words[last].origin.end = origin.end;
        } else {
            folded.push("0", origin, false);
        }
    } else {
        folded.push(&plain, origin, elongated);
    }
}

/// A word whose letters stand at most twice in a row, and whether that changed it.
///
/// No English word has a letter three times in a row; "www", "III" and "Class AAA" are no words.
fn unstretched(word: &str, raw: &str) -> (String, bool) {
    let mut out = String::with_capacity(word.len());
    let mut run = 0;
    let mut previous = None;
    let mut stretched = false;
    for it in word.chars() {
        run = if previous == Some(it) { run + 1 } else { 1 };
        previous = Some(it);
        if run < 3 || !it.is_alphabetic() {
            out.push(it);
        } else if run == 3 {
            out.pop();
            stretched = true;
        }
    }
    let letters = word.chars().all(char::is_alphabetic);
    let one_letter = word.chars().all(|it| Some(it) == previous);
    let roman = raw.chars().all(|it| "IVXLCM".contains(it));
    if !letters || one_letter || roman {
        return (word.to_owned(), false);
    }
    (out, stretched)
}

/// Tells whether a chunk closes a sentence: a full stop, a mark, a bullet at its end.
fn ends_sentence(chunk: &str) -> bool {
    let closed = chunk.trim_end_matches([')', ']', '"', '\'', '\u{201d}', '\u{2019}']);
    closed.ends_with(['.', '!', '?', ';', ':', '\u{2026}', '\u{2022}'])
        || (chunk.chars().all(|it| !it.is_alphanumeric()) && chunk.contains(['!', '?', '\u{2022}']))
}

#[cfg(test)]
mod tests {
    use super::{Numbers, fold};

    fn kept(text: &str) -> String {
        fold(text, Numbers::Kept).text
    }

    #[test]
    fn one_form_of_many_spellings() {
        assert_eq!(kept("U still coming\ntmrw or wot?"), "| u still coming tmrw or wot |");
        assert_eq!(kept("Don\u{2019}t, don't!"), "| dont dont |");
        assert_eq!(kept("Heyyy, sooo LATE!!!"), "| hey so late |");
        assert_eq!(kept("See www.iii.example or III"), "| see @link or iii |");
        assert_eq!(kept("sh1t, F**k"), "| shit fuck |");
        assert_eq!(kept("Ask s.pike@oakmere.example"), "| ask @mail |");
        assert_eq!(kept("One.\n\nTwo"), "| one | two |");
        assert_eq!(kept("e-mail at 9.30"), "| e mail at 9.30 |");
    }

    #[test]
    fn numbers_are_alike_where_they_are_hidden() {
        let hidden = |text| fold(text, Numbers::Hidden).text;
        assert_eq!(hidden("ten people, 10 people"), "| 0 people 0 people |");
        assert_eq!(hidden("£1,500.00 for 97% of us"), "| £ 0 for 0 percent of us |");
        assert_eq!(hidden("one hundred"), "| one 0 |");
    }

    #[test]
    fn words_know_where_they_came_from() {
        let text = "\u{1f600} Caf\u{e9}\u{2019}s shut!";
        let folded = fold(text, Numbers::Kept);
        let origins: Vec<&str> = folded.words.iter().map(|it| &text[it.origin.clone()]).collect();
        assert_eq!(origins, ["", "Caf\u{e9}\u{2019}s", "shut", ""]);
    }
}
