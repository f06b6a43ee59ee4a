//! Sees through the light masks that people put over swear words: `f**k`, `sh1t`, `b*****ks`.

use std::ops::Range;

/// Swear words that are met masked, with their endings.
const SWEAR_WORDS: [&str; 36] = [
    "fuck",
    "fucks",
    "fucked",
    "fucker",
    "fuckers",
    "fucking",
    "fuckin",
    "fuckwit",
    "shit",
    "shits",
    "shite",
    "shitty",
    "bullshit",
    "cunt",
    "cunts",
    "twat",
    "twats",
    "wank",
    "wanker",
    "wankers",
    "bollocks",
    "bollock",
    "bastard",
    "bastards",
    "bitch",
    "bitches",
    "arse",
    "arsehole",
    "arseholes",
    "asshole",
    "prick",
    "piss",
    "pissed",
    "dickhead",
    "crap",
    "bloody",
];

/// The longest chunk that is looked at.
const LONGEST: usize = 24;

/// A swear word under a mask in a stretch without blanks: where it stands, and the word itself.
///
/// Signs stand for one letter each; figures and `@`, `$`, `!` for the letter they look like.
pub(super) fn unmask(chunk: &str) -> Option<(Range<usize>, &'static str)> {
    if chunk.len() > LONGEST || !chunk.contains(['*', '@', '$', '!', '#', '1', '0', '3', '5', '4']) {
        return None;
    }
    let start = chunk.find(|it: char| it.is_ascii_alphabetic())?;
    // Stars on both sides are emphasis: *bold*, **bold**.
    if chunk[..start].ends_with('*') || chunk[start..].starts_with("http") {
        return None;
    }
    let body =
        chunk[start..].trim_end_matches([',', '.', '?', ';', ':', ')', '"', '\u{201d}', '\u{2019}', '\'']);
    let bodies = [body, body.trim_end_matches('!')];
    bodies.into_iter().find_map(|body| {
        let word = SWEAR_WORDS.into_iter().find(|it| is_masked(body, it))?;
        Some((start..start + body.len(), word))
    })
}

/// Tells whether `body` is `word` with at least one letter replaced, and its first letter kept.
fn is_masked(body: &str, word: &str) -> bool {
    let mut replaced = 0;
    let mut letters = word.chars();
    for (index, it) in body.chars().enumerate() {
        let Some(letter) = letters.next() else { return false };
        let it = it.to_ascii_lowercase();
        if it == letter {
            continue;
        }
        let stands_for = match it {
            '*' | '#' => true,
            '@' | '4' => letter == 'a',
            '$' | '5' => letter == 's',
            '!' | '1' => letter == 'i' || letter == 'l',
            '3' => letter == 'e',
            '0' => letter == 'o',
            _ => false,
        };
        if index == 0 || !stands_for {
            return false;
        }
        replaced += 1;
    }
    replaced > 0 && letters.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::unmask;

    #[test]
    fn sees_through_light_masks() {
        for (masked, word) in [
            ("f**k", "fuck"),
            ("(sh1t,", "shit"),
            ("B*stards!!", "bastards"),
            ("cr@p", "crap"),
            ("f***", "fuck"),
            ("sh!t!", "shit"),
        ] {
            assert_eq!(unmask(masked).map(|it| it.1), Some(word), "{masked}");
        }
    }

    #[test]
    fn takes_nothing_else_for_a_mask() {
        for plain in [
            "**note**", "*Monday*", "Monday**", "a*b", "5*4", "C3PO", "shift!", "#1", "b2b", "Hi!Tom", "fund",
        ] {
            assert_eq!(unmask(plain), None, "{plain}");
        }
    }
}
