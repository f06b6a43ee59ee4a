//! Short passages: English word lists must read English and never Welsh.

use beadle::mail::{Language, Message};

const ENGLISH: &str = include_str!("../testdata/mail/language/english.txt");
const WELSH: &str = include_str!("../testdata/mail/language/welsh.txt");

fn languages(body: &str) -> Vec<Language> {
    let message = Message::parse(format!("Content-Type: text/plain; charset=utf-8\n\n{body}\n").into_bytes());
    message.own_text().passages.iter().map(|it| it.language).collect()
}

/// The lines that are not wholly in one of these languages.
fn others<'t>(lines: &'t str, wanted: &[Language]) -> Vec<&'t str> {
    lines.lines().filter(|it| !languages(it).iter().all(|it| wanted.contains(it))).collect()
}

#[test]
fn welsh_is_never_taken_for_english() {
    let taken: Vec<&str> = WELSH.lines().filter(|it| languages(it).contains(&Language::English)).collect();
    assert!(taken.is_empty(), "{taken:#?}");
}

#[test]
fn english_is_never_taken_for_welsh() {
    let taken: Vec<&str> = ENGLISH.lines().filter(|it| languages(it).contains(&Language::Welsh)).collect();
    assert!(taken.is_empty(), "{taken:#?}");
}

#[test]
fn most_short_english_is_known_as_english() {
    let missed = others(ENGLISH, &[Language::English]);
    println!("{missed:#?}");
    assert!(missed.len() * 20 <= ENGLISH.lines().count(), "{missed:#?}");
}

#[test]
fn most_short_welsh_is_known_as_welsh() {
    let missed = others(WELSH, &[Language::Welsh]);
    println!("{missed:#?}");
    assert!(missed.len() * 10 <= WELSH.lines().count(), "{missed:#?}");
}

#[test]
fn a_word_that_tells_nothing_follows_the_rest_of_the_message() {
    assert_eq!(languages("Mae'r plant yn yr ardd heddiw.\n\nMoron!"), [Language::Welsh; 2]);
    assert_eq!(languages("The children are in the garden today.\n\nMoron!"), [Language::English; 2]);
    assert_eq!(languages("Moron!"), [Language::Unknown]);
}
