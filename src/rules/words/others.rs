//! Leaves out what the author only reports: words of others, words as a topic.

use super::fold::Folded;
use super::lexicon::Hit;

/// The hits that are the author's own tone.
///
/// A hit of the class `mention` ("he shouted", "called her") gives the rest of its sentence to
/// someone else, unless the authors report themselves ("as I said"). `text` is what was folded. A hit of the class `topic`
/// ("slang", "the novel") makes all of the text talk about language.
pub(crate) fn by_the_author(hits: Vec<Hit>, text: &str, folded: &Folded) -> Vec<Hit> {
    if hits.iter().any(|it| it.class == "topic") {
        return Vec::new();
    }
    let mut others_until = 0;
    let mut own = Vec::new();
    for hit in hits {
        if hit.words.start < others_until {
            continue;
        }
        if hit.class == "mention" {
            if !is_first_person(folded, hit.words.start) {
                // After a colon comes what was said.
                let ends = |it: &usize| {
                    folded.is_break(*it) && !text[..folded.words[*it].origin.start].ends_with(':')
                };
                others_until = (hit.words.end..folded.words.len()).find(ends).unwrap_or(folded.words.len());
            }
        } else {
            own.push(hit);
        }
    }
    own
}

/// Tells whether the author is the one who said it: "I said", "as we already told them".
fn is_first_person(folded: &Folded, at: usize) -> bool {
    const FIRST: [&str; 8] = ["i", "we", "ive", "weve", "ill", "id", "im", "were"];
    (1..=3)
        .map_while(|back| at.checked_sub(back))
        .take_while(|it| !folded.is_break(*it))
        .any(|it| FIRST.contains(&folded.word(it)))
        || FIRST.contains(&folded.word(at))
}

#[cfg(test)]
mod tests {
    use super::super::fold::{Numbers, fold};
    use super::super::lexicon::Lexicon;
    use super::by_the_author;

    fn own(text: &str) -> Vec<&str> {
        let lexicon =
            Lexicon::read("[rude 2]\n(shut up|lol|tough)\n[mention 0]\n(said|shouted)\n[topic 0]\nslang");
        let folded = fold(text, Numbers::Kept);
        let hits = by_the_author(lexicon.hits(text, &folded), text, &folded);
        hits.iter().map(|it| &text[it.origin.clone()]).collect()
    }

    #[test]
    fn reported_words_are_not_the_authors() {
        assert!(own("He said shut up to her").is_empty());
        assert!(own("Ryan shouted: shut up, lol").is_empty());
        assert!(own("A lesson on slang. Pupils explain lol.").is_empty());
    }

    #[test]
    fn the_rest_is() {
        assert_eq!(own("He said hello. Tough, lol"), ["Tough", "lol"]);
        assert_eq!(own("Tough, he said"), ["Tough"]);
        assert_eq!(own("As I said, tough"), ["tough"]);
    }
}
