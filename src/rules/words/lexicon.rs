//! Word lists as data, and one automaton over each that finds their entries in folded text.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::entry::{self, Slot};
use super::fold::Folded;

/// A word list, ready to read.
///
/// A list is lines of text. `[class 1.5]` opens a class and says what an entry in it weighs; every
/// other line is one marker, however many of its spellings a text holds; a line that begins with
/// blanks continues the one before. `#` begins a comment.
///
/// In an entry `(a|b)` stands for either, `(a|b)?` for either or nothing, `^` and `$` for the
/// start and the end of a sentence. Entries are written as folded text is: lower case, no
/// apostrophes, hyphens as blanks; `0` is any number where numbers are hidden.
pub(crate) struct Lexicon {
    automaton: AhoCorasick,
    /// For each pattern of the automaton, the slots of entries that it fills.
    fills: Vec<Vec<Place>>,
    entries: Vec<Entry>,
}

struct Entry {
    class: &'static str,
    weight: f64,
    slots: Vec<Slot>,
}

/// A slot of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    entry: u32,
    slot: u32,
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

/// Every class that a list may open.
const CLASSES: [&str; 22] = [
    EXCEPTION,
    "text",
    "slang",
    "light",
    "rude",
    "insult",
    "mild",
    "profanity",
    "mention",
    "topic",
    "urge",
    "ask",
    "chain",
    "luck",
    "warning",
    "reward",
    "guilt",
    "source",
    "work",
    "doubt",
    "joke",
    "laugh",
];

impl Lexicon {
    /// Reads a list.
    ///
    /// # Panics
    /// Panics on a malformed list; lists are part of the program and read by its tests.
    pub fn read(list: &str) -> Self {
        let mut class = ("", 0.0);
        let mut entries: Vec<Entry> = Vec::new();
        for line in joined(list) {
            if let Some(head) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                let (name, weight) = head.split_once(' ').expect("a class and its weight");
                // A name lives as long as the program, as the list does.
                let name = CLASSES.into_iter().find(|it| *it == name).expect("a known class");
                class = (name, weight.parse().expect("a weight"));
            } else {
                assert!(!class.0.is_empty(), "`{line}` stands before the first class");
                entries.push(Entry { class: class.0, weight: class.1, slots: entry::slots(&line) });
            }
        }
        let mut fills: HashMap<&str, Vec<Place>> = HashMap::new();
        for (entry, it) in entries.iter().enumerate() {
            for (slot, choice) in
                it.slots.iter().enumerate().flat_map(|(at, it)| it.choices.iter().map(move |it| (at, it)))
            {
                fills.entry(choice).or_default().push(Place { entry: entry as u32, slot: slot as u32 });
            }
        }
        let (patterns, fills): (Vec<&str>, Vec<Vec<Place>>) = fills.into_iter().unzip();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&patterns)
            .expect("a list of moderate size");
        Self { automaton, fills, entries }
    }

    /// Finds the entries in a text, in its order; where they overlap the heaviest, then the longest.
    ///
    /// `text` is what was folded. Names are left alone: a word with a capital inside a sentence,
    /// or after a title, is nobody's tone. Takes time in proportion to the length of the text.
    pub fn hits(&self, text: &str, folded: &Folded) -> Vec<Hit> {
        let mut hits: Vec<Hit> = self
            .rows(folded)
            .into_iter()
            .filter_map(|(entry, words)| {
                let words = without_breaks(folded, words);
                let origin = folded.words.get(words.start)?.origin.start
                    ..folded.words[words.end.checked_sub(1)?].origin.end;
                let Entry { class, weight, .. } = self.entries[entry];
                let named = class != EXCEPTION && is_name(text, folded, &words);
                (!named).then_some(Hit { class, weight, entry, words, origin })
            })
            .collect();
        // How far an exception reaches that begins at a word or before it.
        let mut reach = vec![0; folded.words.len()];
        for hit in hits.iter().filter(|it| it.class == EXCEPTION) {
            reach[hit.words.start] = hit.words.end.max(reach[hit.words.start]);
        }
        for at in 1..reach.len() {
            reach[at] = reach[at].max(reach[at - 1]);
        }
        hits.retain(|it| it.class != EXCEPTION && reach[it.words.start] < it.words.end);
        // What weighs nothing qualifies the rest of the text and comes first.
        hits.sort_by(|a, b| {
            let order = (a.weight > 0.0).cmp(&(b.weight > 0.0)).then(b.weight.total_cmp(&a.weight));
            order.then(b.words.len().cmp(&a.words.len())).then(a.words.start.cmp(&b.words.start))
        });
        let mut taken = vec![false; folded.words.len()];
        hits.retain(|hit| {
            let free = !taken[hit.words.clone()].iter().any(|it| *it);
            if free {
                taken[hit.words.clone()].fill(true);
            }
            free
        });
        hits.sort_by_key(|it| it.words.start);
        hits
    }

    /// Every row of words that fills all slots of an entry, as the entry and its words.
    ///
    /// The automaton finds what fills single slots; from left to right, an entry that is filled
    /// up to a slot waits at the word where its next slot must begin.
    fn rows(&self, folded: &Folded) -> Vec<(usize, Range<usize>)> {
        let mut begin: Vec<Vec<(usize, usize)>> = vec![Vec::new(); folded.words.len() + 1];
        for found in self.automaton.find_overlapping_iter(&folded.text) {
            if let Some(words) = folded.covered(found.start()..found.end()) {
                begin[words.start].push((words.end, found.pattern().as_usize()));
            }
        }
        let mut waiting: Vec<Vec<(Place, usize)>> = vec![Vec::new(); folded.words.len() + 1];
        let mut rows = Vec::new();
        for at in 0..folded.words.len() {
            let mut here = std::mem::take(&mut waiting[at]);
            here.sort_unstable();
            // Of rows that wait for the same slot the one that began first is the longest.
            here.dedup_by_key(|it| it.0);
            for (end, pattern) in std::mem::take(&mut begin[at]) {
                for place in &self.fills[pattern] {
                    let entry = &self.entries[place.entry as usize];
                    let before = &entry.slots[..place.slot as usize];
                    let begun = here.binary_search_by_key(place, |it| it.0).ok().map(|it| here[it].1);
                    let fresh = before.iter().all(|it| it.optional).then_some(at);
                    let Some(start) = begun.or(fresh) else { continue };
                    for slot in place.slot as usize + 1.. {
                        match entry.slots.get(slot) {
                            None => rows.push((place.entry as usize, start..end)),
                            Some(_) => {
                                waiting[end].push((Place { entry: place.entry, slot: slot as u32 }, start))
                            }
                        }
                        if entry.slots.get(slot).is_none_or(|it| !it.optional) {
                            break;
                        }
                    }
                }
            }
        }
        rows
    }
}

/// The lines of a list that say something, each with those that continue it.
fn joined(list: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in list.lines().filter(|it| !it.trim().is_empty() && !it.starts_with('#')) {
        match lines.last_mut() {
            Some(last) if line.starts_with(' ') => last.push_str(line.trim_end()),
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    lines
}

fn without_breaks(folded: &Folded, words: Range<usize>) -> Range<usize> {
    let start = words.clone().find(|it| !folded.is_break(*it)).unwrap_or(words.end);
    let end = words.rev().find(|it| !folded.is_break(*it)).map_or(start, |it| it + 1);
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
    let abbreviated = folded.is_break(before) && TITLES.contains(&folded.word(before.wrapping_sub(1)));
    if abbreviated || TITLES.contains(&folded.word(before)) {
        return title_case(words.start);
    }
    // At the start of a sentence every word has a capital; "U." is an initial even there.
    let first = &folded.words[words.start].origin;
    let initial = words.len() == 1 && first.len() == 1 && text[first.end..].starts_with('.');
    words.clone().all(title_case) && (initial || !folded.is_break(before))
}

#[cfg(test)]
mod tests {
    use super::super::fold::{Numbers, fold};
    use super::Lexicon;

    const LIST: &str = "[slang 1]\nlol\n(send|pass) (it|this) (on)? to 0 (friend(s)?|people)\n^ tough $\n[except 0]\nlol cat\n[rude 2]\nrubbish";

    fn found(text: &str) -> Vec<&str> {
        let lexicon = Lexicon::read(LIST);
        let hits = lexicon.hits(text, &fold(text, Numbers::Hidden));
        hits.iter().map(|it| &text[it.origin.clone()]).collect()
    }

    #[test]
    fn finds_entries_as_whole_words() {
        assert_eq!(found("lol, Lollipop. LOL!"), ["lol", "LOL"]);
        assert_eq!(found("Pass it on to ten friends"), ["Pass it on to ten friends"]);
        assert_eq!(found("Please send this to 10 people."), ["send this to 10 people"]);
        assert_eq!(found("Tough. That was tough."), ["Tough"]);
    }

    #[test]
    fn every_entry_of_the_lists_can_be_found() {
        let mut dead = Vec::new();
        for (list, numbers) in [
            (include_str!("informal.en.txt"), Numbers::Kept),
            (include_str!("chain.en.txt"), Numbers::Hidden),
        ] {
            let lexicon = Lexicon::read(list);
            for choice in lexicon.entries.iter().flat_map(|it| &it.slots).flat_map(|it| &it.choices) {
                let spoken = choice.replace('|', ".").replace("@gov", "https://www.gov.uk");
                let folded = fold(&spoken, numbers).text;
                if folded.trim_matches(['|', ' ']) != choice.trim_matches(['|', ' ']) {
                    dead.push(format!("`{choice}` is read as `{folded}`"));
                }
            }
        }
        assert!(dead.is_empty(), "{}", dead.join("\n"));
    }

    #[test]
    fn no_line_of_a_list_stands_twice() {
        for list in [include_str!("informal.en.txt"), include_str!("chain.en.txt")] {
            let mut lines = super::joined(list);
            let all = lines.len();
            lines.sort_unstable();
            lines.dedup();
            assert_eq!(lines.len(), all);
        }
    }

    #[test]
    fn exceptions_and_names_hide_entries() {
        assert!(found("a lol cat").is_empty());
        assert!(found("We met Mr Rubbish and Lord Rubbish").is_empty());
        assert_eq!(found("Rubbish. What rubbish"), ["Rubbish", "rubbish"]);
    }
}
