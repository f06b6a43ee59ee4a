//! The language of a passage: English, Welsh, another, or not to be told.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation;

/// The language a passage is written in, as far as word lists need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    English,
    Welsh,
    Other,
    /// Too short or too mixed to tell: numbers, names, a greeting in no language.
    Unknown,
}

/// Words that settle a language because they are many in it and rare in the other; function
/// words and the small talk of mail, in lower case, without those that both languages have
/// ("a", "am", "at", "dim", "her", "hi", "i", "man", "moron", "no", "plant", "pan", "so", "to").
const ENGLISH: &str = "the and of is are was were be been being have has had do does did not this \
that these those with for from by on as it its he she they them his their you your we us our my me \
will would can could should may might must shall if when where what who why how which there here \
but or because than then very just also please thanks thank see hope know let need want send sent \
get got give make take come back about after before into over out up down all any some more most \
much many only other first last new good great today tomorrow yesterday monday tuesday wednesday \
thursday friday saturday sunday morning afternoon evening week weekend lunch meeting yes ok okay \
hello dear regards sorry cheers done attached don't doesn't didn't isn't wasn't won't can't \
couldn't wouldn't shouldn't haven't hasn't i'm i'll i've i'd it's that's there's he's she's we're \
we'll we've you're you'll you've they're let's what's year school class pupil pupils parents \
homework report reports forward everyone someone anyone people time day lol omg yeah gonna wanna u \
ur lesson room call later soon quick question best wishes kind forgot still really too off stupid \
rubbish idiot useless";

/// Welsh mutates the first letters of words, so the commonest mutated forms stand here too.
const WELSH: &str = "y yr yn mae'r mae mai sydd sy oes oedd roedd bydd fydd byddai byddwn fyddwn \
byddaf fyddaf byddant fydda i'r o'r a'r â'r â gyda gan ganddo wedi ei eich ein eu fy dy ni chi nhw hi'n \
fo'n mae'n dw dwi i'n rwy rwyf rydw rydym rydyn ydw ydy ydi yw ydych ydym hyn hynny hwn hon rhain ond neu \
os pan pryd ble beth pwy pam sut hefyd iawn diolch bore da prynhawn nos annwyl cofion gorau helo \
shwmae sut croeso os gwelwch am ar at i gan oddi wrth tan dan drwy trwy dros hyd nes rhwng heb \
gennyf gennych gennym heddiw yfory ddoe dydd llun mawrth mercher iau gwener sadwrn sul wythnos \
blwyddyn ysgol disgybl disgyblion plant rhieni athro athrawes dosbarth gwaith cartref cyfarfod \
neges e-bost llythyr gwybodaeth pob pawb rhai llawer mwy llai cyntaf olaf newydd dda mawr bach ddim \
dim nid nad na ni'n chi'n oherwydd felly wedyn eto yma yno allan nawr rŵan gallwch allwch gallaf \
allaf gallwn dylai ddylai hoffwn hoffech rhaid angen eisiau moyn gwneud mynd dod cael gweld dweud \
siarad darllen anfon anfonwch dewch mwynhau llongyfarchiadau hwyl cofiwch moron bwyd cinio amser \
'n 'r 'ch 'w 'u chdi ti eich hun cyfer nghyfer gwneuthum hapus ynghylch ynglŷn atodi atodaf \
ynghlwm taith bawb bob fawr rhoi ymateb erbyn mis gydag dydw dydy doedd roeddwn roeddem buodd buom bu fu";

/// Shared forms decide nothing although they stand in one of the lists.
const SHARED: &[&str] = &[
    "i", "am", "at", "dim", "dan", "plant", "moron", "pan", "da", "dy", "hon", "bach", "bore",
    "to", "gan", "na", "tan", "ni", "nos", "y", "me", "on", "u", "os", "yr", "ni", "a",
];

/// Two words that say nothing alone and are Welsh together.
const WELSH_PAIRS: &[(&str, &str)] = &[
    ("bore", "da"),
    ("nos", "da"),
    ("dim", "ysgol"),
    ("dim", "problem"),
    ("dim", "byd"),
    ("dim", "ond"),
    ("y", "plant"),
    ("am", "y"),
    ("at", "y"),
    ("i", "chi"),
    ("i", "ni"),
    ("i", "mi"),
    ("plant", "bach"),
];

static WORDS: LazyLock<HashMap<&'static str, Language>> = LazyLock::new(|| {
    let english = ENGLISH.split_whitespace().map(|it| (it, Language::English));
    let welsh = WELSH.split_whitespace().map(|it| (it, Language::Welsh));
    english.chain(welsh).filter(|(word, _)| !SHARED.contains(word)).collect()
});

/// How much of a passage is read to tell its language.
const ENOUGH: usize = 4_096;

/// Decides the language of a passage.
///
/// The detector (`whatlang`) is right on long sentences and wrong on short ones: "Thanks, see you
/// Friday" is Estonian to it. So the small words decide first. A passage is Welsh or English when
/// its words of that language outnumber those of the other by more than two to one, and at least
/// one word is found. Where neither is ahead the detector is asked, and believed when it calls
/// itself reliable. What is then left is English if it is plain ASCII words with more English
/// than Welsh words, and unknown otherwise.
pub(super) fn detect(text: &str) -> Language {
    let text = &text[..text.floor_char_boundary(ENOUGH)];
    let Evidence { english, welsh, words } = evidence(text);
    // In a long passage a language has many of its small words: one in twelve is very few.
    let enough = |count: usize| count > 0 && count * 12 >= words;
    if enough(english) && english > 2 * welsh {
        return Language::English;
    }
    if enough(welsh) && welsh > 2 * english {
        return Language::Welsh;
    }
    by_detector(text, english, welsh)
}

/// Splits a paragraph where its sentences are in different languages.
///
/// A paragraph of one language comes back whole. A sentence whose language cannot be told is in
/// the language of the paragraph.
pub(super) fn sentences(text: &str, paragraph: Range<usize>) -> Vec<(Range<usize>, Language)> {
    let whole = detect(&text[paragraph.clone()]);
    let Evidence { english, welsh, .. } = evidence(&text[paragraph.clone()]);
    if paragraph.len() > ENOUGH || english == 0 || welsh == 0 {
        return vec![(paragraph, whole)];
    }
    let mut runs: Vec<(Range<usize>, Language)> = Vec::new();
    for (offset, sentence) in text[paragraph.clone()].split_sentence_bound_indices() {
        let range = paragraph.start + offset..paragraph.start + offset + sentence.trim_end().len();
        if range.is_empty() {
            continue;
        }
        let language = match detect(sentence) {
            Language::Unknown | Language::Other => whole,
            known => known,
        };
        match runs.last_mut() {
            Some((last, same)) if *same == language => last.end = range.end,
            _ => runs.push((range, language)),
        }
    }
    runs
}

/// How many words tell of English, how many of Welsh, out of how many.
#[derive(Default)]
struct Evidence {
    english: usize,
    welsh: usize,
    words: usize,
}

fn evidence(text: &str) -> Evidence {
    let mut evidence = Evidence::default();
    let mut before = String::new();
    for word in words_of(text) {
        evidence.words += 1;
        match WORDS.get(word.as_str()) {
            Some(Language::English) => evidence.english += 1,
            Some(Language::Welsh) => evidence.welsh += 1,
            _ if is_welsh_shape(&word)
                || WELSH_PAIRS.contains(&(before.as_str(), word.as_str())) =>
            {
                evidence.welsh += 1
            }
            _ => {}
        }
        before = word;
    }
    evidence
}

fn by_detector(text: &str, english: usize, welsh: usize) -> Language {
    match whatlang::detect(text) {
        Some(info) if info.is_reliable() => match info.lang() {
            whatlang::Lang::Eng => Language::English,
            whatlang::Lang::Cym => Language::Welsh,
            _ if english > welsh => Language::English,
            _ if welsh > english => Language::Welsh,
            _ => Language::Other,
        },
        _ if english > welsh => Language::English,
        _ if welsh > english => Language::Welsh,
        _ => Language::Unknown,
    }
}

/// The words of a text in lower case; apostrophes within a word are part of it.
fn words_of(text: &str) -> impl Iterator<Item = String> {
    text.split(|it: char| !it.is_alphanumeric() && !matches!(it, '\'' | '\u{2019}' | '-'))
        .map(|it| it.trim_matches(['\'', '\u{2019}', '-']))
        .filter(|it| it.chars().next().is_some_and(char::is_alphabetic))
        .map(|it| it.to_lowercase().replace('\u{2019}', "'"))
}

/// Letters that Welsh alone among the languages of a British school writes: ŵ and ŷ, and
/// contracted articles at the end of a word ("ysgol a'r plant").
fn is_welsh_shape(word: &str) -> bool {
    word.contains(['ŵ', 'ŷ'])
        || word.ends_with("'r")
        || word.ends_with("'n") && !word.ends_with("n'n") && word.len() > 3
}

#[cfg(test)]
mod tests {
    use super::{Language, detect};

    #[test]
    fn short_english_is_english() {
        for text in [
            "Thanks, see you Friday",
            "ok thanks",
            "Will do",
            "Got it!",
            "Can you call me?",
            "this is rubbish, innit",
            "U still coming tmrw or wot?",
        ] {
            assert_eq!(detect(text), Language::English, "{text}");
        }
    }

    #[test]
    fn welsh_is_welsh() {
        for text in [
            "Diolch yn fawr",
            "Mae'r plant yn bwyta moron yn y ffreutur.",
            "Does dim ysgol yfory.",
            "Bore da bawb",
            "Annwyl rieni, bydd y daith ddydd Gwener.",
            "Plant a moron i ginio heddiw",
        ] {
            assert_eq!(detect(text), Language::Welsh, "{text}");
        }
    }

    #[test]
    fn other_languages_are_other() {
        for text in [
            "Nous avons bien reçu votre message concernant la sortie scolaire de vendredi prochain.",
            "Dziękuję bardzo za informację, syn będzie jutro w szkole po godzinie dziesiątej.",
        ] {
            assert_eq!(detect(text), Language::Other, "{text}");
        }
    }

    #[test]
    fn numbers_have_no_language() {
        assert_eq!(detect("01632 960111 / 42"), Language::Unknown);
    }
}
