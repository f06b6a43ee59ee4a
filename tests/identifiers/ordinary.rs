//! False alarms on ordinary mail.

use beadle::mail::identifiers::{Kind, Shape};

use crate::generator::{Random, ordinary};
use crate::marked::{Mail, tally};

const MAILS: usize = 3_000;

#[test]
fn seldom_takes_ordinary_figures_for_identifiers() {
    let mut random = Random::new(2026);
    let mails: Vec<Mail> = (0..MAILS).map(|_| Mail::marked(&ordinary(&mut random), Shape::Prose)).collect();
    let tally = tally(&mails);
    println!("{}", tally.report());
    let per_thousand = |count: usize| count * 1_000 <= MAILS;
    for (kind, count) in &tally.false_alarms {
        assert!(per_thousand(*count) || *kind != Kind::NhsNumber, "{kind:?}: {count}\n{}", tally.report());
        assert!(per_thousand(count / 3), "{kind:?}: {count}\n{}", tally.report());
    }
    assert!(per_thousand(tally.alarmed / 10), "{}", tally.report());
    // The genuine numbers and addresses among them are all read.
    assert!(0.99 < tally.recall(), "{}", tally.report());
}
