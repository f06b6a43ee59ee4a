//! Mails whose text marks what must be found: `{{kind|value}}`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use beadle::mail::identifiers::{Kind, Shape, identifiers};

/// A text with what must be found in it, and nothing else may be.
pub struct Mail {
    pub text: String,
    pub shape: Shape,
    pub expected: Vec<(Kind, Range<usize>)>,
}

/// What reading some mails came to, by kind.
#[derive(Default)]
pub struct Tally {
    pub expected: BTreeMap<Kind, usize>,
    pub found: BTreeMap<Kind, usize>,
    pub false_alarms: BTreeMap<Kind, usize>,
    /// Mails with at least one false alarm.
    pub alarmed: usize,
    pub mails: usize,
    /// Each miss and false alarm, for whoever reads a failed test.
    pub notes: Vec<String>,
}

/// All mails of a file in `testdata/mail/identifiers`.
pub fn file(name: &str) -> Vec<Mail> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/mail/identifiers").join(name);
    let all = std::fs::read_to_string(path).expect("a file of mails");
    let mails: Vec<Mail> = all
        .split("\n==")
        .skip(1)
        .map(|block| {
            let (head, text) = block.split_once('\n').expect("a head and a text");
            let shape = if head.trim() == "table" { Shape::Table } else { Shape::Prose };
            Mail::marked(text, shape)
        })
        .collect();
    assert!(!mails.is_empty());
    mails
}

impl Mail {
    pub fn marked(marked: &str, shape: Shape) -> Self {
        let mut text = String::new();
        let mut expected = Vec::new();
        let mut rest = marked;
        while let Some((before, mark)) = rest.split_once("{{") {
            let (name, after) = mark.split_once('|').expect("a kind");
            let (value, after) = after.split_once("}}").expect("an end");
            text.push_str(before);
            expected.push((kind(name), text.len()..text.len() + value.len()));
            text.push_str(value);
            rest = after;
        }
        text.push_str(rest);
        Self { text, shape, expected }
    }
}

pub fn kind(name: &str) -> Kind {
    match name {
        "nhs" => Kind::NhsNumber,
        "upn" => Kind::Upn,
        "uln" => Kind::Uln,
        "nino" => Kind::NationalInsurance,
        "utr" => Kind::TaxReference,
        "postcode" => Kind::Postcode,
        "bank" => Kind::BankAccount,
        "iban" => Kind::Iban,
        "card" => Kind::PaymentCard,
        "birth" => Kind::BirthDate,
        "phone" => Kind::Telephone,
        "password" => Kind::Password,
        "pin" => Kind::Pin,
        "code" => Kind::AccessCode,
        "wifi" => Kind::WirelessKey,
        "recovery" => Kind::RecoveryAnswer,
        "key" => Kind::PrivateKey,
        "token" => Kind::ApiToken,
        _ => panic!("no kind `{name}`"),
    }
}

/// Reads every mail and compares kinds and exact ranges.
pub fn tally(mails: &[Mail]) -> Tally {
    let mut tally = Tally { mails: mails.len(), ..Tally::default() };
    for mail in mails {
        let found = identifiers(&mail.text, mail.shape);
        let found: Vec<_> = found.into_iter().map(|it| (it.kind, it.range)).collect();
        for it in &mail.expected {
            *tally.expected.entry(it.0).or_default() += 1;
            if found.contains(it) {
                *tally.found.entry(it.0).or_default() += 1;
            } else {
                tally.notes.push(format!(
                    "missed {:?} {:?} in: {}",
                    it.0,
                    &mail.text[it.1.clone()],
                    mail.text.trim()
                ));
            }
        }
        let mut alarmed = false;
        for it in found.iter().filter(|it| !mail.expected.contains(it)) {
            *tally.false_alarms.entry(it.0).or_default() += 1;
            tally.notes.push(format!(
                "false {:?} {:?} in: {}",
                it.0,
                &mail.text[it.1.clone()],
                mail.text.trim()
            ));
            alarmed = true;
        }
        tally.alarmed += usize::from(alarmed);
    }
    tally
}

impl Tally {
    pub fn recall(&self) -> f64 {
        let sum = |counts: &BTreeMap<Kind, usize>| counts.values().sum::<usize>() as f64;
        sum(&self.found) / sum(&self.expected)
    }

    pub fn report(&self) -> String {
        format!(
            "{} mails, recall {:.3}, {} mails with false alarms\nexpected {:?}\nfound {:?}\nfalse {:?}\n{}",
            self.mails,
            self.recall(),
            self.alarmed,
            self.expected,
            self.found,
            self.false_alarms,
            self.notes.join("\n")
        )
    }
}
