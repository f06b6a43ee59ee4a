//! Which versions of a text count, where a message has it in several.

use std::collections::HashSet;

use super::super::TextForm;
use super::line::Class;
use super::{Split, TextPart};

/// The texts to read: all that stand alone, and of alternatives as many as say different things.
///
/// The plain version is read when the HTML says nothing else. The HTML is read instead where the
/// plain version is empty or a stub, or where its markup shows more exactly what is the author's.
/// Both are read where each has words of its own, because a word hidden in one of them still
/// reaches those whose clients show that one.
pub(super) fn shown(texts: &[TextPart], splits: &[Split]) -> Vec<usize> {
    let mut shown = Vec::new();
    let mut done = HashSet::new();
    for (index, part) in texts.iter().enumerate() {
        let Some(alternative) = part.alternative else {
            shown.push(index);
            continue;
        };
        if !done.insert(alternative) {
            continue;
        }
        let of = |form: TextForm| -> Vec<usize> {
            (0..texts.len())
                .filter(|it| texts[*it].alternative == Some(alternative) && texts[*it].form == form)
                .collect()
        };
        let (plain, html) = (of(TextForm::Plain), of(TextForm::Html));
        if plain.is_empty() || html.is_empty() {
            shown.extend(plain.into_iter().chain(html));
            continue;
        }
        match choose(texts, splits, &plain, &html) {
            Choice::Plain => shown.extend(plain),
            Choice::Html => shown.extend(html),
            Choice::Both => shown.extend(plain.into_iter().chain(html)),
        }
    }
    shown
}

enum Choice {
    Plain,
    Html,
    Both,
}

fn choose(texts: &[TextPart], splits: &[Split], plain: &[usize], html: &[usize]) -> Choice {
    let own = |parts: &[usize]| words(parts.iter().flat_map(|it| own_lines(&texts[*it], &splits[*it])));
    let (own_plain, own_html) = (own(plain), own(html));
    let html_is_covered = own_html.is_subset(&own_plain);
    let plain_is_covered = own_plain.is_subset(&own_html);
    match (html_is_covered, plain_is_covered) {
        (true, true) => Choice::Plain,
        (false, true) => Choice::Html,
        (true, false) => {
            // Markup may know a signature or a quotation that plain text cannot show.
            let aside = words(html.iter().flat_map(|it| aside_lines(&texts[*it], &splits[*it])));
            if own_plain.iter().all(|it| own_html.contains(it) || aside.contains(it)) {
                Choice::Html
            } else {
                Choice::Plain
            }
        }
        (false, false) if plain.iter().all(|it| is_stub(&texts[*it], &splits[*it])) => Choice::Html,
        (false, false) => Choice::Both,
    }
}

fn own_lines<'t>(part: &'t TextPart, split: &'t Split) -> impl Iterator<Item = &'t str> {
    split.lines.iter().filter(|it| it.class == Class::Own).map(|it| &part.text[it.range.clone()])
}

fn aside_lines<'t>(part: &'t TextPart, split: &'t Split) -> impl Iterator<Item = &'t str> {
    split.lines.iter().filter(|it| !it.class.is_open()).map(|it| &part.text[it.range.clone()])
}

/// The words of lines, in lower case, without the addresses that only plain versions spell out.
fn words<'t>(lines: impl Iterator<Item = &'t str>) -> HashSet<String> {
    lines
        .flat_map(|it| ADDRESS.split(it))
        .flat_map(|it| it.split(|it: char| !it.is_alphanumeric()))
        .filter(|it| !it.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// A plain version that says nothing but to look at the other one.
fn is_stub(part: &TextPart, split: &Split) -> bool {
    own_lines(part, split).all(|it| {
        STUB.is_match(it) && it.len() < 200 || !ADDRESS.replace_all(it, "").contains(char::is_alphabetic)
    })
}

pattern!(ADDRESS, r"(https?://|mailto:|cid:|tel:)[^\s<>\[\]()]*");
pattern!(
    STUB,
    r"(?i)(view|read|open|see) (this|the|it|your) ?(e-?mail|message|newsletter)? ?(in|with|using|on) (a|your|the) (web )?browser|(e-?mail|mail) (client|reader|program|viewer) (does not|doesn't|that (supports|can))|html (e-?mail|format|version|message|compatible)|not support html"
);
