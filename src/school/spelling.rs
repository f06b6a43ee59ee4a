//! What the owner of an address wrote into it: letters, the seams between words, figures.

use super::names::{TITLES, letters};

/// Longer names than this are not looked at: no mailbox of a person has one.
const LONGEST: usize = 48;

/// A display name of more bytes than this is no person's.
const LONGEST_DISPLAY: usize = 200;

/// Words around a name that say nothing of whose it is.
const ORNAMENTS: &[&str] = &[
    "official", "real", "its", "itz", "im", "iam", "not", "just", "xx", "xxx", "xox", "xo", "yt", "ttv",
    "gaming", "gamer", "games", "plays", "playz", "fc", "lfc", "afc", "cfc", "mufc", "dance", "dancer",
    "football", "footy", "rugby", "netball", "school", "mail", "email", "gmail", "hotmail", "outlook",
    "contact", "personal", "private", "the", "uk", "cymru", "hello", "hey", "lil", "baby", "princess", "pro",
];

/// Words of a grown-up, a household or a trade.
const GROWN_UP: &[&str] = &[
    "and",
    "family",
    "fam",
    "families",
    "teulu",
    "household",
    "home",
    "house",
    "mum",
    "mums",
    "mummy",
    "mam",
    "mammy",
    "mom",
    "mama",
    "dad",
    "dads",
    "daddy",
    "tad",
    "parent",
    "parents",
    "nan",
    "nana",
    "nanny",
    "gran",
    "grandma",
    "grandad",
    "office",
    "admin",
    "info",
    "sales",
    "enquiries",
    "bookings",
    "accounts",
    "ltd",
    "services",
    "plumbing",
    "heating",
    "building",
    "builders",
    "electrical",
    "joinery",
    "consulting",
    "consultancy",
    "photography",
    "photos",
    "design",
    "designs",
    "studio",
    "studios",
    "tuition",
    "tutor",
    "tutoring",
    "teacher",
    "coach",
    "coaching",
    "catering",
    "cakes",
    "cleaning",
    "beauty",
    "hair",
    "church",
    "trust",
    "work",
    "business",
];

/// The letters of a local part run together, with the places where something parted them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spelling {
    pub(super) letters: String,
    /// Where in `letters` a new word starts; never at the ends.
    seams: Vec<usize>,
    /// All figures, in their order.
    pub(super) figures: String,
}

impl Spelling {
    /// Reads a local part; `None` where it is not to be taken for one person's name: it is
    /// empty or very long, or has a word of a household, a trade or a grown-up that `is_name`
    /// does not know as somebody's name.
    pub(super) fn of_local_part(local: &str, is_name: impl Fn(&str) -> bool) -> Option<Self> {
        let figures: String = local.chars().filter(char::is_ascii_digit).collect();
        let words: Vec<String> = local
            .split(|it: char| !it.is_alphabetic())
            .map(letters)
            .filter(|word| !word.is_empty())
            .collect();
        if words.iter().any(|word| is_grown_up(word) && !is_name(word)) {
            return None;
        }
        let mut spelling = Self { figures, ..Self::default() };
        for word in &words {
            if !spelling.letters.is_empty() {
                spelling.seams.push(spelling.letters.len());
            }
            spelling.letters.push_str(word);
        }
        let length = spelling.letters.len();
        (0 < length && length <= LONGEST).then_some(spelling)
    }

    /// Whether the letters may be parted at `place`: at a seam, or anywhere where there are
    /// none.
    pub(super) fn parts_at(&self, place: usize) -> bool {
        0 < place && place < self.letters.len() && (self.seams.is_empty() || self.seams.contains(&place))
    }

    /// The same name with less around it: an ornament before or after it left out, letters held
    /// for effect (`jaydennn`) written once.
    pub(super) fn plainer(&self) -> Vec<Self> {
        let length = self.letters.len();
        let mut plainer = Vec::new();
        for ornament in ORNAMENTS {
            if self.letters.starts_with(ornament) {
                plainer.push(self.part(ornament.len(), length));
            }
            if self.letters.ends_with(ornament) {
                plainer.push(self.part(0, length - ornament.len()));
            }
        }
        plainer.push(self.part(0, unheld(&self.letters)));
        plainer.retain(|it| 2 < it.letters.len() && it.letters.len() < length);
        plainer
    }

    fn part(&self, start: usize, end: usize) -> Self {
        Self {
            letters: self.letters[start..end].to_owned(),
            seams: self.seams.iter().filter(|it| start < **it && **it < end).map(|it| it - start).collect(),
            figures: self.figures.clone(),
        }
    }

    /// Whether the letters are those of a family: `thesmiths`, `thesmith`.
    pub(super) fn is_a_familys(&self, is_surname: impl Fn(&str) -> bool) -> bool {
        let family = self.letters.strip_prefix("the");
        family.is_some_and(|it| is_surname(it) || it.strip_suffix('s').is_some_and(is_surname))
    }

    /// Whether a word of a household, a trade or a grown-up runs into the letters:
    /// `mumofjayden`, `smithplumbing`. Names may contain such letters, so this is for letters
    /// that are no name.
    pub(super) fn has_a_grown_ups_word(&self) -> bool {
        let words = GROWN_UP.iter().filter(|word| 3 < word.len());
        words.chain(&["mumof", "dadof", "mamof", "smum", "sdad", "smam"]).any(|it| self.letters.contains(it))
    }
}

fn is_grown_up(word: &str) -> bool {
    word == "the" || GROWN_UP.contains(&word) || TITLES.contains(&word)
}

/// The length of some letters when the last stands once, however often it is written.
fn unheld(letters: &str) -> usize {
    let last = letters.chars().last();
    let rest = letters.trim_end_matches(|it| Some(it) == last).len();
    (rest + 1).min(letters.len())
}

/// A display name as a person wrote it.
#[derive(Debug, Default)]
pub(super) struct Display {
    /// Its words in plain letters, titles left out.
    pub(super) words: Vec<String>,
    /// It has a title, or a word of a household, a trade or a grown-up.
    pub(super) grown_up: bool,
}

impl Display {
    /// Reads a display name; one that repeats an address, or is very long, says nothing. A
    /// grown-up's word that `is_name` knows as somebody's name is a name.
    pub(super) fn of(text: &str, is_name: impl Fn(&str) -> bool) -> Self {
        if LONGEST_DISPLAY < text.len() || text.contains('@') {
            return Self::default();
        }
        let ordered = match text.split_once(',') {
            Some((family, given)) => format!("{given} {family}"),
            None => text.to_owned(),
        };
        let mut display = Self::default();
        for word in ordered.split(|it: char| !(it.is_alphabetic() || "-'\u{2019}".contains(it))).map(letters)
        {
            if is_grown_up(&word) && !is_name(&word) {
                display.grown_up = true;
            } else if !word.is_empty() {
                display.words.push(word);
            }
        }
        display
    }
}
