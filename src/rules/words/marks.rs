//! What is not a word and yet has a tone: runs of marks, capitals, emoji, kisses, stretched words.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::fold::Folded;

/// A kind of mark. Several of a kind are one marker of tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Shape {
    /// `!!`, `??`.
    Doubled,
    /// `!!!`, `?!`, `???`.
    Repeated,
    /// One or two emoji or emoticons.
    Smiley,
    /// Three or more.
    Smileys,
    /// `x`, `xx`, `xoxo` at the end of a sentence.
    Kisses,
    /// "sooo", "heyyy".
    Stretched,
    /// One ordinary word in capitals in the middle of a sentence: "TWICE", "NOW".
    Emphasis,
    /// Several words of a sentence in capitals.
    Shouting,
    /// "dont", "im": a short form without its apostrophe.
    Clipped,
}

/// A mark and the bytes of the text it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub shape: Shape,
    pub origin: Range<usize>,
}

/// Words that are often put in capitals for emphasis, and are no acronyms. Those that notices
/// emphasise as a matter of course ("NOT", "MUST", "ALL") are left out.
const EMPHASISED: &[&str] = &[
    "sick",
    "again",
    "twice",
    "now",
    "you",
    "your",
    "still",
    "why",
    "how",
    "stop",
    "amazing",
    "never",
    "so",
    "really",
    "every",
    "everyone",
    "seriously",
    "joke",
    "totally",
    "absolutely",
    "nothing",
    "nobody",
    "always",
    "that",
    "this",
    "am",
    "very",
];

/// Words that show that capitals spell a sentence rather than initials or a title.
const OF_A_SENTENCE: &[&str] = &[
    "the", "is", "are", "was", "you", "your", "my", "our", "i", "we", "they", "do", "does", "did", "not",
    "have", "has", "will", "to", "and", "off", "why", "how", "what", "when", "now", "stop", "who", "get",
    "this", "that", "be", "been", "for", "out", "up", "with", "can", "me", "us", "job",
];

const CLIPPED: &[&str] = &[
    "dont", "didnt", "doesnt", "isnt", "wasnt", "arent", "couldnt", "wouldnt", "shouldnt", "havent", "hasnt",
    "im", "ive", "youre", "youve", "theyre", "thats", "whats", "hes", "shes", "theres", "aint",
];

/// Words before a lone "x" that make it a letter of algebra.
const BEFORE_AN_UNKNOWN: &[&str] =
    &["for", "of", "find", "is", "by", "and", "or", "the", "axis", "letter", "times", "a", "factor"];

const EMOTICONS: &[&str] = &[
    ":)", ":-)", ":(", ":-(", ";)", ";-)", ":P", ":-P", ":p", ":D", ":-D", "xD", "XD", "<3", ":'(", ":o",
    ":O", ":/",
];

/// Finds the marks of a text; `folded` is the same text folded with its numbers kept.
pub(crate) fn marks(text: &str, folded: &Folded) -> Vec<Mark> {
    let mut marks = runs(text);
    smileys(text, &mut marks);
    words(text, folded, &mut marks);
    capitals(text, folded, &mut marks);
    marks
}

fn runs(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut rest = 0;
    while let Some(start) = text[rest..].find(['!', '?']).map(|it| rest + it) {
        let run = text[start..].find(|it| !matches!(it, '!' | '?')).unwrap_or(text.len() - start);
        let run_text = &text[start..start + run];
        let mixed = run_text.contains('!') && run_text.contains('?');
        let shape = match run {
            1 => None,
            2 if !mixed => Some(Shape::Doubled),
            _ => Some(Shape::Repeated),
        };
        if let Some(shape) = shape {
            marks.push(Mark { shape, origin: start..start + run });
        }
        rest = start + run;
    }
    marks
}

fn smileys(text: &str, marks: &mut Vec<Mark>) {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for chunk in text.split_inclusive(char::is_whitespace) {
        let body = chunk.trim_end();
        if EMOTICONS.contains(&body.trim_end_matches(['.', ',', '!'])) {
            found.push(at..at + body.len());
        } else if !body.is_ascii() {
            let emoji = body.grapheme_indices(true).filter(|(_, it)| it.chars().next().is_some_and(is_emoji));
            found.extend(emoji.map(|(index, it)| at + index..at + index + it.len()));
        } else if let Some(glued) = [":)", ":-)", ";)", ":D"].iter().find(|it| body.ends_with(**it)) {
            let start = at + body.len() - glued.len();
            if !closes_bracket(text, start) {
                found.push(start..at + body.len());
            }
        }
        at += chunk.len();
    }
    let shape = if found.len() >= 3 { Shape::Smileys } else { Shape::Smiley };
    marks.extend(found.into_iter().map(|origin| Mark { shape, origin }));
}

/// Tells whether a bracket is open at `start`: "(see the note:)" has no smiley.
fn closes_bracket(text: &str, start: usize) -> bool {
    let near = &text[text.floor_char_boundary(start.saturating_sub(100))..start];
    near.rfind('(') > near.rfind(')')
}

/// Pictures of faces, gestures, hearts and things; not arrows, ticks, stars and other office signs.
fn is_emoji(it: char) -> bool {
    matches!(u32::from(it), 0x1f300..=0x1f64f | 0x1f680..=0x1f6ff | 0x1f900..=0x1faff | 0x2764 | 0x263a)
        // Telephone, letter, calendar, pin, clip, lock: signatures and newsletters use them as labels.
        && !matches!(u32::from(it), 0x1f4c0..=0x1f4ff | 0x1f500..=0x1f5ff | 0x1f310 | 0x1f3e0..=0x1f3ff)
}

fn words(text: &str, folded: &Folded, marks: &mut Vec<Mark>) {
    for (index, word) in folded.words.iter().enumerate() {
        let raw = &text[word.origin.clone()];
        let plain = folded.word(index);
        if word.elongated {
            marks.push(Mark { shape: Shape::Stretched, origin: word.origin.clone() });
        }
        if CLIPPED.contains(&plain) && raw.is_ascii() && !raw.contains(['\'', '`']) && !is_capital(raw) {
            marks.push(Mark { shape: Shape::Clipped, origin: word.origin.clone() });
        }
        // Folding takes "xxx" for no word, so that it stays as it is.
        let several =
            raw.len() > 1 && raw.bytes().all(|it| it == b'x') || matches!(raw, "xoxo" | "xo" | "xox" | "Xx");
        let one = raw == "x"
            && !BEFORE_AN_UNKNOWN.contains(&folded.word(index.wrapping_sub(1)))
            && !folded.word(index.wrapping_sub(1)).starts_with(|it: char| it.is_ascii_digit());
        let last = folded.is_break(index + 1) || text[word.origin.end..].starts_with('\n');
        if last && (several || one) && index > 1 {
            marks.push(Mark { shape: Shape::Kisses, origin: word.origin.clone() });
        }
    }
}

/// Capitals: a run of words in them that is a sentence, or single ordinary words.
///
/// A line that is all capitals and is not exclaimed is a heading.
fn capitals(text: &str, folded: &Folded, marks: &mut Vec<Mark>) {
    let mut index = 0;
    while index < folded.words.len() {
        let run = (index..folded.words.len())
            .take_while(|it| is_capital(&text[folded.words[*it].origin.clone()]))
            .count();
        if run == 0 {
            index += 1;
            continue;
        }
        let origin = folded.words[index].origin.start..folded.words[index + run - 1].origin.end;
        let within = index..index + run;
        let of_a_sentence = within.clone().filter(|it| OF_A_SENTENCE.contains(&folded.word(*it))).count();
        let exclaimed = text[origin.end..].starts_with(['!', '?']);
        if run >= 3 && of_a_sentence >= 1 && 3 * of_a_sentence >= run {
            if exclaimed || !is_heading(text, &origin) {
                marks.push(Mark { shape: Shape::Shouting, origin });
            }
        } else {
            let lone = within.filter(|it| EMPHASISED.contains(&folded.word(*it)));
            marks.extend(
                lone.map(|it| Mark { shape: Shape::Emphasis, origin: folded.words[it].origin.clone() }),
            );
        }
        index += run;
    }
}

/// Tells whether a word of two letters or more is written in capitals, or is "I" or "A".
fn is_capital(raw: &str) -> bool {
    let mut letters = raw.chars().filter(|it| it.is_alphabetic()).peekable();
    letters.peek().is_some()
        && letters.all(char::is_uppercase)
        && (raw.chars().count() > 1 || matches!(raw, "I" | "A"))
}

/// Tells whether the line, or the sentence that begins it, holds nothing but the capitals.
fn is_heading(text: &str, origin: &Range<usize>) -> bool {
    // No heading is longer, and long lines are not searched again and again.
    let near = &text[text.floor_char_boundary(origin.start.saturating_sub(200))..origin.start];
    let before = near.rsplit('\n').next().unwrap_or("");
    let after = text[origin.end..].trim_start_matches([' ', ')', '*']);
    let begins =
        !before.contains(char::is_alphabetic) || before.trim_end().ends_with(['.', ':', '-', '\u{2013}']);
    let ends = after.is_empty() || after.starts_with(['.', ':', '\n', '-', '\u{2013}']);
    begins && ends
}

#[cfg(test)]
mod tests {
    use super::super::fold::{Numbers, fold};
    use super::{Shape, marks};

    fn shapes(text: &str) -> Vec<Shape> {
        let mut found: Vec<Shape> =
            marks(text, &fold(text, Numbers::Kept)).into_iter().map(|it| it.shape).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn marks_are_told_apart() {
        assert_eq!(shapes("Thank you so much!!"), [Shape::Doubled]);
        assert_eq!(shapes("Now?!"), [Shape::Repeated]);
        assert_eq!(shapes("Lovely day :)"), [Shape::Smiley]);
        assert_eq!(shapes("\u{1f602}\u{1f602}\u{1f602}"), [Shape::Smileys]);
        assert_eq!(shapes("Heyyy there"), [Shape::Stretched]);
        assert_eq!(shapes("See you later xx"), [Shape::Kisses]);
        assert_eq!(shapes("I dont know"), [Shape::Clipped]);
        assert_eq!(shapes("I have told you TWICE about it"), [Shape::Emphasis]);
        assert_eq!(shapes("GET YOUR VAN OFF OUR PLAYGROUND!"), [Shape::Shouting]);
    }

    #[test]
    fn ordinary_mail_has_none() {
        for text in [
            "Meet in Room B2 at 9.30. Bring PE kit, an ICT book and a DVD!",
            "TRIP TO YORK\nCoaches leave at 7.30.",
            "IMPORTANT: PLEASE READ BEFORE THE TRIP. Coaches leave at 7.30 am.",
            "Solve for x. Then sketch 3x and 2 x",
            "You must NOT park here. ALL pupils need a coat.",
            "FAO ACCOUNTS: PO 4471, NET 30 DAYS",
            "Ring \u{260e} 01632 960100 or write to \u{1f4e7} us",
            "King George III and Class AAA batteries",
            "I don't know, it's hers",
            "Please bring the form (see the note:)",
        ] {
            assert!(shapes(text).is_empty(), "{text}: {:?}", shapes(text));
        }
    }
}
