//! Names of people, in the letters of an address: accents, scripts, particles, short forms.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

/// Titles before a name, which are no part of it.
pub(super) const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "miss",
    "ms",
    "mx",
    "dr",
    "prof",
    "professor",
    "rev",
    "revd",
    "sir",
    "lady",
    "fr",
    "sr",
    "master",
];

/// Words that belong to the surname after them.
const PARTICLES: &[&str] = &[
    "ap", "ab", "ferch", "verch", "mac", "mc", "o", "ni", "nic", "ui", "de", "da", "das", "do", "dos", "del",
    "della", "di", "du", "la", "le", "van", "von", "der", "den", "ten", "al", "el", "bin", "ibn", "bint",
    "abu", "st", "san", "uz", "ur",
];

/// Words written after a name.
const AFTER: &[&str] = &["jr", "jnr", "snr", "ii", "iii"];

/// A name in the forms in which an address may spell its parts.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The first name, whole first: `mary-kate` also as `mary`.
    pub(super) firsts: Vec<String>,
    /// Other given names.
    pub(super) middles: Vec<String>,
    /// The surname, whole first: `smith-jones` also as `smith` and `jones`.
    pub(super) lasts: Vec<String>,
}

impl Names {
    /// Reads `Given Middle Surname`, or `Surname, Given Middle`.
    pub(super) fn of(name: &str) -> Self {
        let (given, family) = match name.split_once(',') {
            Some((family, given)) => (words(given), words(family)),
            None => {
                let mut given = words(name);
                let last = given.len().saturating_sub(1);
                // The first word is a given name even where it looks like a particle.
                let start =
                    (1..last).rev().take_while(|at| PARTICLES.contains(&given[*at].join("").as_str())).last();
                let family = given.split_off(start.unwrap_or(last).max(1).min(given.len()));
                (given, family)
            }
        };
        let mut names = Self::default();
        let whole = |words: &[Vec<String>]| words.iter().flatten().map(String::as_str).collect::<String>();
        if let [first, middles @ ..] = given.as_slice() {
            add(&mut names.firsts, whole(&given[..1]));
            if let [middle, ..] = middles {
                add(&mut names.firsts, format!("{}{}", first.concat(), middle.concat()));
            }
            if 1 < first.len() {
                first.iter().for_each(|part| add(&mut names.firsts, part.clone()));
            }
            // Yoruba names go by what follows the name of God.
            if let Some(rest) = first.concat().strip_prefix("oluwa") {
                add(&mut names.firsts, rest.to_owned());
            }
            names.middles = middles.iter().map(|middle| middle.concat()).collect();
        }
        add(&mut names.lasts, whole(&family));
        for word in &family {
            word.iter()
                .filter(|part| !PARTICLES.contains(&part.as_str()))
                .for_each(|it| add(&mut names.lasts, it.clone()));
        }
        names
    }
}

fn add(forms: &mut Vec<String>, form: String) {
    if 2 <= form.len() && !forms.contains(&form) {
        forms.push(form);
    }
}

/// The words of a name in plain letters, each in its parts between hyphens; titles left out.
fn words(name: &str) -> Vec<Vec<String>> {
    let plain = |word: &str| -> Vec<String> {
        word.split(['-', '\u{2010}', '\u{2011}', '\u{2013}'])
            .map(letters)
            .filter(|part| !part.is_empty())
            .collect()
    };
    let left_out = |word: &Vec<String>| match word.as_slice() {
        [] => true,
        [one] => TITLES.contains(&one.as_str()) || AFTER.contains(&one.as_str()),
        _ => false,
    };
    name.split(|it: char| it.is_whitespace() || it == '.').map(plain).filter(|word| !left_out(word)).collect()
}

/// The letters of a text as `a` to `z`: accents gone, other scripts spelt out, the rest left
/// out.
pub(super) fn letters(text: &str) -> String {
    if text.is_ascii() {
        return text
            .bytes()
            .filter(u8::is_ascii_alphabetic)
            .map(|it| it.to_ascii_lowercase() as char)
            .collect();
    }
    let mut plain = String::with_capacity(text.len());
    for letter in text.to_lowercase().chars() {
        // Spelt out before accents go, because й is not и with a mark to leave out.
        if let Some(spelt) = spelt_out(letter) {
            plain.push_str(spelt);
        } else {
            plain.extend(letter.nfkd().filter(char::is_ascii_alphabetic));
        }
    }
    plain
}

/// Letters that are no accented Latin letter: of northern and eastern Europe, and Cyrillic as
/// Ukrainian passports spell it (resolution 55 of 2010), Russian letters added.
fn spelt_out(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ł' => "l",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ı' => "i",
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "h",
        'ґ' => "g",
        'д' => "d",
        'е' | 'э' => "e",
        'є' => "ie",
        'ж' => "zh",
        'з' => "z",
        'и' | 'ы' => "y",
        'і' | 'ї' | 'й' => "i",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ю' => "iu",
        'я' => "ia",
        'ё' => "yo",
        'ь' | 'ъ' => "",
        _ => return None,
    })
}

/// The names that one person may go by: a name's spellings, its short forms, and what it is the
/// short form of; two short forms of one name are not each other's.
#[derive(Default)]
pub(super) struct Nicknames(HashMap<&'static str, Vec<&'static str>>);

impl Nicknames {
    pub(super) fn read() -> Self {
        let lines = || include_str!("nicknames.txt").lines().filter(|line| !line.starts_with('#'));
        let mut spellings: HashMap<&'static str, Vec<&'static str>> = HashMap::new();
        for line in lines().filter_map(|line| line.strip_prefix('=')) {
            let names: Vec<&str> = line.split_whitespace().collect();
            spellings.extend(names.iter().map(|name| (*name, names.clone())));
        }
        let mut others = spellings.clone();
        for line in lines().filter(|line| !line.starts_with('=')) {
            let mut names = line.split_whitespace();
            let Some(name) = names.next() else { continue };
            let spelt = spellings.get(name).cloned().unwrap_or_else(|| vec![name]);
            for short in names {
                others.entry(short).or_default().extend(&spelt);
                spelt.iter().for_each(|name| others.entry(name).or_default().push(short));
            }
        }
        for (name, names) in &mut others {
            names.retain(|other| other != name);
            names.sort_unstable();
            names.dedup();
        }
        Self(others)
    }

    /// The other names that a person called `name` may have.
    pub(super) fn others(&self, name: &str) -> &[&'static str] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}
