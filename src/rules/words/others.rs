//! Leaves out what the author only reports: words of others, words as a topic.

use super::fold::Folded;
use super::lexicon::Hit;

/// The hits that are the author's own tone.
///
/// A hit of the class `mention` ("he shouted", "called her") gives the rest of its sentence to
/// someone else, unless the author reports himself ("as I said"). A hit of the class `topic`
/// ("slang", "the novel") makes all of the text talk about language.
pub(crate) fn by_the_author(hits: Vec<Hit>, folded: &Folded) -> Vec<Hit> {
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
                others_until = (hit.words.end..folded.words.len()).find(|it| folded.is_break(*it)).unwrap_or(folded.words.len());
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
    (1..=3).map_while(|back| at.checked_sub(back)).take_while(|it| !folded.is_break(*it)).any(|it| FIRST.contains(&folded.word(it)))
        || FIRST.contains(&folded.word(at))
}
