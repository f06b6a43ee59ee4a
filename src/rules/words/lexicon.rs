//! Word lists as data, and one automaton over each that finds their entries in folded text.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::fold::{BREAK, Folded};

/// A word list, ready to read.
///
/// A list is lines of text. `[class 1.5]` opens a class and says what an entry in it weighs; every
/// other line is one marker, however many of its spellings a text holds. `#` begins a comment.
///
/// In an entry `(a|b)` stands for either, `(a|b)?` for either or nothing, `^` and `$` for the
/// start and the end of a sentence. Entries are written as folded text is: lower case, no
/// apostrophes, hyphens as blanks; `0` is any number where numbers are hidden.
pub(crate) struct Lexicon {
    automaton: AhoCorasick,
    /// For each pattern of the automaton, its entry.
    entries: Vec<usize>,
    weights: Vec<f64>,
    classes: Vec<&'static str>,
}

/// An entry found in a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit {
    pub class: &'static str,
    pub weight: f64,
    /// Which entry: hits of one entry are one marker.
    pub entry: usize,
    /// The words it covers, breaks left out.
    pub words: Range<usize>,
    /// Bytes of the text that was folded.
    pub origin: Range<usize>,
}

/// The class of entries that are no markers, and hide those that stand within them.
const EXCEPTION: &str = "except";

impl Lexicon {
    /// Reads a list.
    ///
    /// # Panics
    /// Panics on a malformed list; lists are part of the program and read by its tests.
    pub fn read(list: &'static str) -> Self {
        let mut class = ("", 0.0);
        let mut patterns: Vec<String> = Vec::new();
        let (mut entries, mut weights, mut classes) = (Vec::new(), Vec::new(), Vec::new());
        for line in list.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#')) {
            if let Some(head) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                let (name, weight) = head.split_once(' ').expect("a class and its weight");
                class = (name, weight.parse().expect("a weight"));
                continue;
            }
            assert!(!class.0.is_empty(), "`{line}` stands before the first class");
            for spelling in spellings(line) {
                patterns.push(spelling);
                entries.push(weights.len());
            }
            weights.push(class.1);
            classes.push(class.0);
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&patterns)
            .expect("a list of moderate size");
        Self { automaton, entries, weights, classes }
    }

    /// Finds the entries in a text, longest first where they overlap, in order of the text.
    ///
    /// `text` is what was folded. Names are left alone: a word with a capital inside a sentence,
    /// or after a title, is nobody's tone.
    pub fn hits(&self, text: &str, folded: &Folded) -> Vec<Hit> {
        let found = self.automaton.find_overlapping_iter(&folded.text);
        let mut hits: Vec<Hit> = found
            .filter_map(|it| {
                let words = without_breaks(folded, folded.covered(it.start()..it.end())?);
                let origin = folded.words.get(words.start)?.origin.start..folded.words[words.end - 1].origin.end;
                let entry = self.entries[it.pattern().as_usize()];
                let (class, weight) = (self.classes[entry], self.weights[entry]);
                let named = class != EXCEPTION && is_name(text, folded, &words);
                (!named).then_some(Hit { class, weight, entry, words, origin })
            })
            .collect();
        hits.sort_by(|a, b| {
            let order = b.words.len().cmp(&a.words.len());
            order.then(b.weight.total_cmp(&a.weight)).then(a.words.start.cmp(&b.words.start))
        });
        let mut taken = vec![false; folded.words.len()];
        hits.retain(|hit| {
            let free = !taken[hit.words.clone()].iter().any(|it| *it);
            if free {
                taken[hit.words.clone()].fill(true);
            }
            free && hit.class != EXCEPTION
        });
        hits.sort_by_key(|it| it.words.start);
        hits
    }
}

fn without_breaks(folded: &Folded, words: Range<usize>) -> Range<usize> {
    let start = words.clone().find(|it| !folded.is_break(*it)).unwrap_or(words.end);
    let end = words.clone().rev().find(|it| !folded.is_break(*it)).map_or(start, |it| it + 1);
    start..end
}

/// Tells whether every word has a capital that no sentence start explains: "Lord Rubbish".
fn is_name(text: &str, folded: &Folded, words: &Range<usize>) -> bool {
    const TITLES: [&str; 9] = ["mr", "mrs", "miss", "ms", "mx", "dr", "sir", "lord", "lady"];
    let title_case = |index: usize| {
        let raw = &text[folded.words[index].origin.clone()];
        let mut characters = raw.chars();
        characters.next().is_some_and(char::is_uppercase)
            && (raw.chars().count() == 1 || characters.any(char::is_lowercase))
    };
    let before = words.start.wrapping_sub(1);
    if TITLES.contains(&folded.word(before)) || (folded.is_break(before) && TITLES.contains(&folded.word(before.wrapping_sub(1)))) {
        return title_case(words.start);
    }
    // At the start of a sentence every word has a capital; "U." is an initial even there.
    let starts = folded.is_break(before);
    let initial = text[folded.words[words.start].origin.end..].starts_with('.') && words.len() == 1
        && folded.words[words.start].origin.len() == 1;
    words.clone().all(title_case) && (!starts || initial)
}

/// Every spelling that an entry stands for.
fn spellings(entry: &str) -> Vec<String> {
    let mut spellings = vec![String::new()];
    let mut rest = entry;
    while let Some((plain, group)) = rest.split_once('(') {
        let (choices, after) = group.split_once(')').expect("a closed group");
        let (optional, after) = match after.strip_prefix('?') {
            Some(after) => (true, after),
            None => (false, after),
        };
        let choices: Vec<&str> = choices.split('|').chain(optional.then_some("")).collect();
        spellings = spellings
            .iter()
            .flat_map(|it| choices.iter().map(move |choice| format!("{it}{plain}{choice}")))
            .collect();
        rest = after;
    }
    let mut unique: Vec<String> = spellings
        .iter()
        .map(|it| {
            let words = format!("{it}{rest}");
            let words: Vec<&str> = words
                .split_whitespace()
                .map(|it| if it == "^" || it == "$" { BREAK } else { it })
                .collect();
            words.join(" ")
        })
        .collect();
    unique.sort_unstable();
    unique.dedup();
    unique
}
