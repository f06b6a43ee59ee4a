//! What others said: stretches in quotation marks, and lines of a written-down dialogue.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// A quotation in one pair of marks is no longer, in bytes; a mark without a partner ends it.
const LONGEST: usize = 1_500;

/// The stretches of a text that quote someone else, in order, without overlap.
///
/// A pair of marks stands within one paragraph. An apostrophe is no mark: one opens only before
/// a word and closes only after one, and never where a letter stands on its other side.
pub(crate) fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for paragraph in text.split_inclusive("\n\n") {
        pairs(paragraph, start, &mut ranges);
        start += paragraph.len();
    }
    let lines = DIALOGUE.find_iter(text).map(|it| it.range());
    ranges.extend(lines);
    ranges.sort_by_key(|it| it.start);
    ranges.dedup_by(|later, earlier| {
        let overlaps = later.start < earlier.end;
        if overlaps {
            earlier.end = earlier.end.max(later.end);
        }
        overlaps
    });
    ranges
}

/// `Pupil A: shut up`, `Witness 2 - she pushed me`: the rest of the line, or of the turn.
static DIALOGUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?im)\b(?:pupil|student|child|boy|girl|witness|parent|caller|staff|teacher|member of staff)(?: (?:[A-H]|\d{1,2}))? ?: [^\n]*",
    )
    .expect("the pattern is constant")
});

fn pairs(paragraph: &str, offset: usize, ranges: &mut Vec<Range<usize>>) {
    let mut open: Option<(char, usize)> = None;
    let mut previous = ' ';
    let mut characters = paragraph.char_indices().peekable();
    while let Some((at, it)) = characters.next() {
        let next = characters.peek().map_or(' ', |(_, next)| *next);
        match open {
            None => {
                let opens = !previous.is_alphanumeric() && !next.is_whitespace();
                if let Some(partner) = partner(it).filter(|_| opens) {
                    open = Some((partner, at));
                }
            }
            Some((partner, start)) => {
                let closes = it == partner && !next.is_alphanumeric() && !previous.is_whitespace();
                if closes {
                    ranges.push(offset + start..offset + at + it.len_utf8());
                    open = None;
                } else if at - start > LONGEST {
                    open = None;
                }
            }
        }
        previous = it;
    }
}

fn partner(mark: char) -> Option<char> {
    match mark {
        '"' => Some('"'),
        '\'' => Some('\''),
        '\u{201c}' | '\u{201e}' => Some('\u{201d}'),
        '\u{2018}' => Some('\u{2019}'),
        '\u{ab}' => Some('\u{bb}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    fn words(text: &str) -> Vec<&str> {
        quoted(text).into_iter().map(|it| &text[it]).collect()
    }

    #[test]
    fn finds_what_stands_in_marks() {
        assert_eq!(words("he wrote \"this is rubbish, innit\"."), ["\"this is rubbish, innit\""]);
        assert_eq!(words("He said \u{2018}shut up\u{2019} twice"), ["\u{2018}shut up\u{2019}"]);
        assert_eq!(words("said 'don't be daft' to us"), ["'don't be daft'"]);
    }

    #[test]
    fn takes_no_apostrophe_for_a_mark() {
        assert!(words("The boys' kit and the girls' kit aren't here").is_empty());
        assert!(words("A 6\" ruler and a 12\" one").is_empty());
        assert!(words("said \"and then he left").is_empty());
    }

    #[test]
    fn finds_turns_of_a_dialogue() {
        assert_eq!(words("Report:\nPupil A: shut up\nWe then left"), ["Pupil A: shut up"]);
    }
}
