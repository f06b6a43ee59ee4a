//! Whether a sentence asks its reader for something by a time, or only mentions the time.
//!
//! The words nearest before the time decide, then the nearest after it; a sentence without a verb asks where it has
//! the form of a notice ("Names to me by 3pm"). Whoever asks is the writer and whoever is asked is the reader:
//! what the writer offers, what third persons want or do, and what is past is told, not asked.

use std::ops::Range;

use super::clock::{is_any, word};
use super::day::weekday;
use super::phrase::Lead;
use super::token::{Kind, Token};
use super::work::reminds;
use super::vocabulary::{ACTIONS, COLLECTIVE, DELIVERIES, PAST, PLACES, SERIES};

/// Whether something is asked for by the time at `phrase`, in tokens of its sentence; `past` says that the time is.
pub(super) fn is_asked(sentence: &[Token<'_>], phrase: &Range<usize>, lead: Lead, past: bool) -> bool {
    if lead == Lead::Until && !is_allowance(sentence, phrase.start) {
        return false;
    }
    if past && tells_of_a_request(sentence) {
        return false;
    }
    if is_dismissed(sentence) || is_habit(sentence, phrase.end) || is_curious(sentence) || is_taken_on(sentence, phrase.end) {
        return false;
    }
    if is_condition(sentence, phrase.start) {
        return false;
    }
    if lead == Lead::None {
        return asks_directly(sentence, phrase) || names_a_limit(sentence, phrase);
    }
    let judged = |at| judge(sentence, at, phrase).map(|asked| (at, asked));
    let said = match (0..phrase.start).rev().find_map(judged) {
        Some((at, asked)) => Some(asked || is_within_request(sentence, at)),
        None => (phrase.end..sentence.len()).find_map(judged).map(|(_, asked)| asked),
    };
    match said {
        Some(asked) => asked,
        None => lead == Lead::Limit && is_notice(sentence, phrase),
    }
}

/// Whether the telling words at `told` stand inside a request: "Can you make sure they know that they have to ...".
/// What the writer says of himself stays told: "Please note that I won't ...".
fn is_within_request(sentence: &[Token<'_>], told: usize) -> bool {
    let own = ["i", "i'll", "i'm", "i've", "we", "we'll", "we've", "my", "our"];
    if is_any(sentence, told, &own) || is_any(sentence, told.wrapping_sub(1), &own) {
        return false;
    }
    for at in (0..told).rev() {
        let (here, next) = (word(sentence, at), word(sentence, at + 1));
        if matches!(here, "," | ";" | ":" | "-" | "–" | "but" | "because" | "so" | "as") {
            return false;
        }
        if matches!(here, "please" | "pls" | "kindly") {
            return !matches!(next, "note" | "be" | "remember" | "find" | "see" | "bear" | "accept" | "ignore" | "don't");
        }
        if matches!(here, "can" | "could" | "would" | "will") && next == "you" {
            return sentence.last().is_some_and(|it| it.word == "?");
        }
    }
    false
}

/// "Nothing is needed", "no need", "don't worry": the sentence takes the request away, or says there is none.
pub(super) fn is_dismissed(sentence: &[Token<'_>]) -> bool {
    (0..sentence.len()).any(|at| {
        let (second, third) = (word(sentence, at + 1), word(sentence, at + 2));
        match word(sentence, at) {
            "nothing" => matches!(second, "needed" | "required" | "to") || matches!(third, "needed" | "required" | "else"),
            "no" => matches!(second, "need" | "action" | "actions" | "rush" | "hurry" | "reply" | "response"),
            "don't" | "doesn't" | "needn't" | "won't" | "not" if second == "need" => third != "only",
            "don't" | "doesn't" | "needn't" => matches!(second, "worry" | "need" | "have"),
            "not" => matches!(second, "worry" | "required" | "necessary") && third != "only",
            _ => false,
        }
    })
}

/// Whether the time is part of a condition: "If they have not paid by Friday please ring". A condition that asks,
/// "if you could do it by Friday", or that waits for an answer, is none.
fn is_condition(sentence: &[Token<'_>], start: usize) -> bool {
    let clause = (0..start).rev().take_while(|&it| sentence[it].kind != Kind::Mark).last().unwrap_or(start);
    let asks = ["possible", "could", "can", "would", "necessary", "so", "not", "able", "appropriate", "wouldn't"];
    word(sentence, clause) == "if"
        && !(clause + 1..(clause + 5).min(start)).any(|it| is_any(sentence, it, &asks))
        && !is_silence(sentence, clause + 1)
        && !(clause..start).any(|it| is_any(sentence, it, &["please", "you", "you've"]))
}

/// "By 9.15 every day" is a rule of the house.
fn is_habit(sentence: &[Token<'_>], end: usize) -> bool {
    let end = end + usize::from(matches!(word(sentence, end), "on" | "of"));
    is_any(sentence, end, &["each", "every", "daily", "weekly"])
        || word(sentence, end).strip_suffix('s').is_some_and(|it| it.ends_with("day") && weekday(it).is_some())
}

/// "I asked for this by Monday": with a time that is past, an account of what was asked.
fn tells_of_a_request(sentence: &[Token<'_>]) -> bool {
    (0..sentence.len()).any(|at| is_any(sentence, at, &["asked", "requested", "agreed", "said", "discussed"]))
}

/// A question about the time itself, or about what others do: "Is the deadline Friday?", "Did you finish by then?".
fn is_curious(sentence: &[Token<'_>]) -> bool {
    if sentence.last().is_none_or(|it| it.word != "?") {
        return false;
    }
    match word(sentence, 0) {
        "do" => word(sentence, 1) != "you" || !matches!(word(sentence, 2), "have" | "mind"),
        "are" => word(sentence, 1) != "you" || !matches!(word(sentence, 2), "able" | "ok" | "okay" | "free" | "happy"),
        "what" | "when" | "why" | "how" | "which" | "did" | "didn't" | "was" | "wasn't" | "were" | "weren't" | "does"
        | "has" | "have" | "had" | "haven't" | "isn't" | "aren't" => true,
        "is" => !matches!(word(sentence, 1), "there" | "it" | "anyone" | "everyone"),
        _ => false,
    }
}

/// After the time, the writer or somebody else takes the task on: "... and I'll do it", "but mine is already in".
fn is_taken_on(sentence: &[Token<'_>], end: usize) -> bool {
    (end..sentence.len()).any(|at| {
        let (second, third) = (word(sentence, at + 1), word(sentence, at + 2));
        match word(sentence, at) {
            "i'll" => matches!(second, "do" | "send" | "deal" | "handle" | "see" | "submit" | "fill" | "take"),
            "i" => second == "will" && matches!(third, "do" | "send" | "deal" | "handle" | "submit" | "take"),
            "mine" | "ours" => matches!(second, "is" | "are"),
            "not" => second == "us" || second == "you",
            "already" => matches!(second, "done" | "in" | "sent" | "submitted"),
            _ => false,
        }
    })
}

/// What the word at `at` says of the request: it asks (true), it tells (false), or it says nothing.
fn judge(tokens: &[Token<'_>], at: usize, phrase: &Range<usize>) -> Option<bool> {
    let before = at.checked_sub(1).map_or("", |it| word(tokens, it));
    let (here, next, third) = (word(tokens, at), word(tokens, at + 1), word(tokens, at + 2));
    let after_phrase = phrase.end <= at;
    let asks = tokens.last().is_some_and(|it| it.word == "?");
    match here {
        "able" | "ok" | "okay" | "happy" if before == "you" && asks => Some(true),
        "chance" | "possible" | "joy" | "mind" if asks => Some(true),
        "time" if next == "to" && asks => Some(true),
        "important" | "essential" | "vital" | "crucial" | "imperative" => Some(true),
        "hoping" | "hope" if matches!(next, "you" | "you'd" | "you'll" | "you're" | "for") => Some(true),
        "hoping" | "hope" if next == "to" && matches!(third, "have" | "get" | "receive" | "hear") => Some(true),
        "please" | "pls" | "plz" | "kindly" => Some(true),
        "let" if third == "know" || third == "have" || matches!(next, "me" | "us") => {
            Some(!matches!(before, "i'll" | "we'll" | "will" | "i'd" | "to" | "they'll"))
        }
        "let's" => Some(false),
        "thanks" | "thank" if matches!(next, "you" | "for") => (!after_phrase || next == "for").then_some(false),
        "unless" => Some(true),
        "need" | "needs" | "require" | "requires" | "want" | "wants" | "expect" | "expects" | "ask" | "asks" => {
            Some(wants(tokens, at, next, third))
        }
        "needed" | "required" | "wanted" | "requested" | "expected" => wanted(tokens, at, before),
        "latest" if after_phrase => Some(true),
        "to" if matches!(next, "me" | "us") && is_handover(tokens, at) => Some(true),
        "asked" if matches!(before, "i" | "we" | "i've" | "we've") && next == "for" => Some(reminds(tokens)),
        "asked" | "reminded" | "told" | "invited" => Some(is_told_reader(tokens, at, before)),
        "must" => Some(match before {
            "i" | "he" | "she" | "they" => before == "i" && matches!(next, "have" | "get") && third != "to",
            _ => true,
        }),
        "have" | "has" | "got" if next == "to" => Some(!is_absent(before)),
        "have" | "has" | "got" | "giving" | "given" | "open" | "extended" | "accepted" | "taken" if is_until(tokens, phrase) => {
            Some(!has_third_subject(tokens, at) && closes(tokens, at))
        }
        "should" => should(tokens, at, before, next, third),
        "can" | "could" | "would" | "will" | "may" | "might" | "won't" | "wouldn't" | "can't" | "couldn't" => {
            modal(tokens, at, before, next, third)
        }
        "it'd" | "that'd" if next == "be" => Some(is_welcome(third)),
        _ if is_somebody_doing(here, next) => Some(false),
        "i'd" | "we'd" if next == "have" => Some(!is_past(third)),
        "i'd" | "we'd" => Some(matches!(next, "like" | "love" | "appreciate" | "welcome" | "be" | "really" | "prefer")),
        "i'll" | "we'll" | "he'll" | "she'll" | "they'll" | "it'll" => Some(false),
        "you'll" => Some(next == "need" || (next, third) == ("have", "to")),
        "grateful" | "appreciate" | "helpful" => Some(true),
        "great" if next == "to" || next == "if" => Some(true),
        "help" if matches!(next, "me" | "us") && third != "to" => None,
        "don't" | "not" if next == "forget" => Some(true),
        "i" | "we" if is_silence(tokens, at) => Some(true),
        "was" | "were" if matches!(next, "wondering" | "hoping") => Some(true),
        "was" | "were" | "wasn't" | "weren't" | "had" | "did" | "didn't" | "hadn't" => Some(false),
        "due" if next != "to" => Some(!matches!(before, "was" | "were") && !is_outsiders(tokens, at)),
        "cut" if next == "off" => Some(true),
        "deadline" | "deadline's" | "cut-off" | "cutoff" => Some(!matches!((next, third), ("was" | "passed", _) | ("has", "passed" | "gone")) && !is_outsiders(tokens, at)),
        "closing" if next == "date" => Some(!is_outsiders(tokens, at)),
        "last" | "final" if matches!(next, "day" | "date" | "chance" | "call" | "reminder") => Some(true),
        "remember" | "reminder" => Some(true),
        "closes" | "close" | "closing" | "shuts" | "shut" | "opens" if near(at, phrase) => Some(closes(tokens, at)),
        "ends" | "end" | "finishes" | "expires" | "finish" if near(at, phrase) && is_series(tokens, at) => Some(true),
        "to" if next == "be" || (next == "have" && is_past(third)) => to_be(before),
        "aiming" | "aim" | "hope" | "hoping" | "hopes" | "promise" | "promises" | "plan" | "planning" => Some(false),
        "he" | "she" | "they" => Some(false),
        "i" | "we" | "it" | "you" | "who" if is_past(next) => Some(false),
        "i'm" | "i've" | "we've" | "we're" | "he's" | "she's" | "they're" | "they've" => Some(matches!(next, "asking")),
        "agreed" if matches!(before, "be" | "been" | "is" | "are" | "as") => None,
        "should've" | "promised" | "agreed" | "managed" | "said" | "says" | "reckons" | "thinks" | "offered" => Some(false),
        _ if is_imperative(tokens, at) => Some(true),
        _ => None,
    }
}

/// Whether the one who needs or wants something is the writer, or wants it of the reader.
fn wants(tokens: &[Token<'_>], at: usize, next: &str, third: &str) -> bool {
    let of_reader = (at + 1..at + 6).any(|it| {
        is_any(tokens, it, &["you", "your", "us", "everyone", "everybody", "all", "yours"]) || is_any(tokens, it, &COLLECTIVE)
    });
    let subject = (0..at).rev().map(|it| word(tokens, it)).find(|it| {
        !matches!(*it, "also" | "really" | "will" | "would" | "do" | "now" | "still" | "only" | "just" | "urgently")
    });
    match subject.unwrap_or("") {
        "i" | "we" | "i'll" | "we'll" => {
            let have = third == "have" && word(tokens, at) == "need";
            let own = next == "to" && !have && !matches!(third, "know" | "hear" | "see" | "receive");
            of_reader || !own || subject == Some("we")
        }
        "don't" | "doesn't" | "didn't" | "not" | "no" => false,
        "they" | "he" | "she" | "it" | "who" => of_reader,
        "you" | "you'll" | "" => true,
        // "Ron needs your lists", "it needs signing", "lists need to be in"; not "Ron needs a lift".
        _ => {
            of_reader || next == "to" || next.ends_with("ing") || subject.is_some_and(|it| COLLECTIVE.contains(&it))
                || tokens.get(at.wrapping_sub(1)).is_some_and(|it| it.kind == Kind::Mark)
        }
    }
}

fn wanted(tokens: &[Token<'_>], at: usize, before: &str) -> Option<bool> {
    match before {
        "was" | "were" | "been" | "had" | "i" | "we" | "you" | "he" | "she" | "they" => Some(false),
        "is" | "are" | "be" | "still" | "also" | "urgently" => Some(!is_outsiders(tokens, at)),
        _ if word(tokens, at) == "required" => Some(!is_outsiders(tokens, at)),
        // "Helpers needed by 3" has the shape of "the parents needed an answer by 3": what follows tells them apart.
        _ => Some(!is_any(tokens, at + 1, &["a", "an", "the", "it", "to", "us", "me", "him", "her", "them", "this"])),
    }
}

/// "You are asked to", "may I remind you"; not "I've been asked to", "parents were told".
fn is_told_reader(tokens: &[Token<'_>], at: usize, before: &str) -> bool {
    matches!(before, "are" | "is") && (at.saturating_sub(4)..at).any(|it| {
        is_any(tokens, it, &["you", "all"]) || is_any(tokens, it, &COLLECTIVE)
    })
}

fn should(tokens: &[Token<'_>], at: usize, before: &str, next: &str, third: &str) -> Option<bool> {
    if next == "have" {
        return Some(!matches!(third, "been" | "received" | "had" | "got" | "seen" | "heard") && !is_absent(before));
    }
    // "Should anyone want a lift" is a condition; its main clause decides.
    if at == 0 {
        return None;
    }
    let happens = matches!(next, "arrive" | "leave" | "get" | "land" | "know" | "see" | "make" | "hear" | "finish" | "find");
    Some(match before {
        "you" | "staff" | "everyone" | "all" => true,
        "i" | "we" | "he" | "she" | "they" | "it" | "that" | "which" | "this" => false,
        _ => !happens && !word(tokens, at + 1).ends_with("n't") && next != "be" || next == "be" && is_place_next(tokens, at + 2),
    })
}

/// After "should be" a thing is due somewhere or done: "with Ron", "in my tray", "returned"; not "gone", "ready".
fn is_place_next(tokens: &[Token<'_>], at: usize) -> bool {
    let here = word(tokens, at);
    matches!(here, "with" | "in" | "on" | "at" | "sent" | "handed" | "back" | "submitted" | "given" | "made" | "put")
        || here.ends_with("ed") && here != "finished"
}

fn modal(tokens: &[Token<'_>], at: usize, before: &str, next: &str, third: &str) -> Option<bool> {
    let begins = at == 0
        || at.checked_sub(1).is_some_and(|it| tokens[it].kind == Kind::Mark)
        || matches!(before, "so" | "and" | "but" | "then" | "morning" | "hi" | "please");
    let asks = tokens.last().is_some_and(|it| it.word == "?");
    // "As soon as you can" modifies what is asked elsewhere.
    if before == "you" && matches!(word(tokens, at.wrapping_sub(2)), "as" | "what" | "when") {
        return None;
    }
    match next {
        "you" => Some(third != "be" || asks && begins),
        "i" | "we" => Some(
            (begins || asks) && COLLECTIVE.contains(&third)
                || matches!(
                    third,
                    "have" | "get" | "ask" | "please" | "remind" | "see" | "also" | "possibly" | "just" | "request" | "make"
                ),
        ),
        _ if begins && (asks || COLLECTIVE.contains(&next)) => Some(true),
        _ if begins && matches!(word(tokens, at), "could" | "would" | "can" | "may") && before.is_empty() => Some(true),
        "need" | "appreciate" | "like" | "love" if matches!(before, "i" | "we") => Some(true),
        "be" if is_welcome(third) => Some(true),
        "help" => Some(true),
        _ if word(tokens, at.wrapping_sub(2)) == "if" && (COLLECTIVE.contains(&before) || before == "we" && matches!(next, "have" | "get")) => Some(true),
        _ => Some(before == "you" && (asks || word(tokens, at.wrapping_sub(2)) == "if")),
    }
}

/// "Priya's handing it in", not "everyone's baking" or "Thursday's meeting".
fn is_somebody_doing(here: &str, next: &str) -> bool {
    let Some(name) = here.strip_suffix("'s") else { return false };
    let owns = COLLECTIVE.contains(&name) || weekday(name).is_some();
    !owns && next.ends_with("ing") && !matches!(next, "evening" | "morning" | "meeting" | "training" | "briefing" | "thing")
}

/// How a writer says that something would be welcome.
fn is_welcome(word: &str) -> bool {
    matches!(
        word,
        "grateful" | "glad" | "great" | "helpful" | "appreciated" | "good" | "useful" | "lovely" | "ideal" | "brilliant"
            | "nice" | "perfect" | "handy" | "really" | "very" | "so" | "most" | "wonderful" | "fantastic"
    )
}

/// The fate of "to be": "comments to be finished by" asks, "hoping to be back by" does not.
fn to_be(before: &str) -> Option<bool> {
    match before {
        "need" | "needs" | "has" | "have" | "had" | "ought" | "got" | "want" | "like" => None,
        "hope" | "hopes" | "hoping" | "going" | "likely" | "expecting" | "supposed" | "seem" | "seems" | "due" | "about"
        | "promised" | "meant" | "aiming" | "aim" | "able" => Some(false),
        _ => Some(true),
    }
}

/// "If I don't hear from you by Thursday" asks for an answer.
fn is_silence(tokens: &[Token<'_>], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|it| word(tokens, it) == "if")
        && (at + 1..at + 5).any(|it| is_any(tokens, it, &["don't", "haven't", "not"]))
        && (at + 1..at + 7).any(|it| is_any(tokens, it, &["hear", "heard", "receive", "received", "get", "got"]))
}

/// Words for one who is neither writer nor reader, or for the writer alone.
fn is_absent(subject: &str) -> bool {
    matches!(subject, "i" | "he" | "she" | "they" | "i'll" | "i've" | "he's" | "she's" | "they've" | "to" | "might" | "may" | "would" | "don't" | "doesn't")
}

fn is_until(tokens: &[Token<'_>], phrase: &Range<usize>) -> bool {
    is_any(tokens, phrase.start, &["until", "till", "til", "up"])
}

/// Whether "until" is somebody's allowance: "you have until", "open until", "I'm giving everybody until".
fn is_allowance(tokens: &[Token<'_>], at: usize) -> bool {
    (at.saturating_sub(4)..at).any(|it| {
        is_any(tokens, it, &["have", "has", "got", "you've", "giving", "given", "give", "open", "extended", "allowed", "accepted", "taken"])
    })
}

fn has_third_subject(tokens: &[Token<'_>], at: usize) -> bool {
    (at.saturating_sub(2)..at).any(|it| is_any(tokens, it, &["they", "he", "she", "i", "i've", "pupils", "students", "parents"]))
}

/// Whether a body outside the school is the one whose limit it is, and no reader is spoken to.
fn is_outsiders(tokens: &[Token<'_>], at: usize) -> bool {
    let outside = (at.saturating_sub(8)..at).any(|it| {
        let name = word(tokens, it).trim_end_matches("'s");
        matches!(name, "board" | "council" | "la" | "ofsted" | "dfe" | "authority" | "ucas" | "government" | "supplier" | "their")
    });
    outside && !tokens.iter().any(|it| matches!(&*it.word, "please" | "you" | "your" | "yours"))
}

/// Whether the clause before "to me" is a thing alone: "names to me", not "Ron gave it to me".
fn is_handover(tokens: &[Token<'_>], at: usize) -> bool {
    const LONGEST: usize = 7;
    let head = (0..at).rev().take_while(|&it| tokens[it].kind != Kind::Mark && !matches!(word(tokens, it), "so" | "and" | "but"));
    let mut length = 0;
    for it in head {
        length += 1;
        if is_verb(word(tokens, it)) || is_past(word(tokens, it)) || LONGEST < length {
            return false;
        }
    }
    0 < length
}

/// The verbs that no notice has, and the subjects that need one.
fn is_verb(word: &str) -> bool {
    matches!(word, "is" | "are" | "am" | "be" | "been" | "has" | "will" | "i" | "we" | "it" | "who" | "they" | "he" | "she")
}

fn near(at: usize, phrase: &Range<usize>) -> bool {
    at < phrase.start && phrase.start - at <= 3
}

/// Whether what closes is something that the reader takes part in, and no building.
fn closes(tokens: &[Token<'_>], at: usize) -> bool {
    !(at.saturating_sub(3)..at).any(|it| is_any(tokens, it, &PLACES))
}

/// Whether what ends is something to take part in: a survey, a sign-up.
fn is_series(tokens: &[Token<'_>], at: usize) -> bool {
    (at.saturating_sub(6)..at).any(|it| is_any(tokens, it, &SERIES))
}

fn is_past(word: &str) -> bool {
    PAST.contains(&word) || (4 < word.len() && word.ends_with("ed") && word != "need")
}

/// A verb at the head of its clause: "Return the slip", "..., send me a list", "just drop it in".
fn is_imperative(tokens: &[Token<'_>], at: usize) -> bool {
    if !is_any(tokens, at, &ACTIONS) {
        return false;
    }
    match at.checked_sub(1) {
        None => true,
        Some(before) => {
            tokens[before].kind == Kind::Mark && !matches!(&*tokens[before].word, "'" | "’" | "/" | "&" | "£")
                || is_any(tokens, before, &["just", "also", "then", "so", "but", "always", "do", "simply"])
                    && !is_any(tokens, before.wrapping_sub(1), &["i", "we", "they", "you", "he", "she", "not"])
        }
    }
}

/// Whether a sentence without a deciding verb is a notice: it begins with its time, has something go "to" or
/// "in", or sets a thing against a time.
fn is_notice(sentence: &[Token<'_>], phrase: &Range<usize>) -> bool {
    const LONGEST: usize = 24;
    let head = &sentence[..phrase.start];
    let verb = |it: &Token<'_>| {
        is_verb(&it.word)
            || matches!(&*it.word, "arrive" | "arrives" | "leave" | "leaves" | "start" | "starts" | "begins" | "goes" | "comes" | "gets")
    };
    if LONGEST < head.len() || head.iter().any(|it| verb(it) || is_past(&it.word)) {
        return false;
    }
    head.is_empty() && !sentence[phrase.end..].iter().any(verb)
        || head.iter().any(|it| matches!(&*it.word, "to" | "in" | "with" | "back" | "for" | ":" | "from"))
        || head.len() <= 4
}

/// "Please confirm numbers today": a request of which the bare time is the last part.
fn asks_directly(sentence: &[Token<'_>], phrase: &Range<usize>) -> bool {
    if is_any(sentence, phrase.start.wrapping_sub(1), &["at", "from", "on", "since", "after", "of", "until", "in", "to", "last", "every"])
        || word(sentence, phrase.end - 1).ends_with("'s")
    {
        return false;
    }
    let due_for = is_any(sentence, phrase.start.wrapping_sub(1), &["for"]);
    let mut verb = None;
    for at in (0..phrase.start).rev() {
        if sentence[at].kind == Kind::Mark && matches!(&*sentence[at].word, "," | ";" | ":" | "(" | ")") {
            break;
        }
        if is_any(sentence, at, &["who", "that", "which", "because", "since", "while", "when", "where", "as", "if", "going"]) {
            return false;
        }
        let wanted: &[&str] = if due_for { &["need", "ready", "turn", "done", "want"] } else { &DELIVERIES };
        if is_any(sentence, at, wanted) {
            verb = Some(at);
            break;
        }
    }
    let Some(verb) = verb else { return false };
    let governs = |at: usize| judge(sentence, at, phrase);
    (0..=verb).rev().find_map(governs).unwrap_or(false)
}

/// "Entries close on Friday", "the deadline for entries is Friday", "lists are due in on Friday".
fn names_a_limit(sentence: &[Token<'_>], phrase: &Range<usize>) -> bool {
    let reach = phrase.start.saturating_sub(12);
    for at in (reach..phrase.start).rev() {
        let here = word(sentence, at);
        let distance = phrase.start - at;
        let names = match here {
            "deadline" | "deadline's" | "cut-off" | "cutoff" => true,
            "off" => word(sentence, at.wrapping_sub(1)) == "cut",
            "date" => word(sentence, at.wrapping_sub(1)) == "closing",
            "due" => distance <= 5,
            "closes" | "close" | "shuts" | "shut" | "ends" | "end" | "finishes" | "expires" | "closing" => distance <= 3,
            _ => false,
        };
        if names {
            let at = if matches!(here, "date" | "off") { at - 1 } else { at };
            let told = (at.saturating_sub(6)..phrase.start).any(|it| is_any(sentence, it, &["was", "were", "passed", "had"]));
            return !told && judge(sentence, at, phrase).unwrap_or(false);
        }
    }
    false
}
