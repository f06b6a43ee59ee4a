//! False alarms on ordinary mail.

use beadle::mail::identifiers::{Kind, Shape};

use crate::generator::{Random, ordinary};
use crate::marked::{Mail, tally};

const MAILS: usize = 3_000;

/// The seed whose mails were looked at, and seeds whose mails were not.
const SEEDS: [u64; 3] = [2026, 71, 40_001];

#[test]
fn seldom_takes_ordinary_figures_for_identifiers() {
    for seed in SEEDS {
        let mut random = Random::new(seed);
        let mails: Vec<Mail> =
            (0..MAILS).map(|_| Mail::marked(&ordinary(&mut random), Shape::Prose)).collect();
        let tally = tally(&mails);
        println!("seed {seed}: {}", tally.report());
        let at_most = |count: usize, per_thousand: usize| count * 1_000 <= MAILS * per_thousand;
        for (kind, count) in &tally.false_alarms {
            let allowed = if *kind == Kind::NhsNumber { 1 } else { 3 };
            assert!(at_most(*count, allowed), "{kind:?}: {count}\n{}", tally.report());
        }
        assert!(at_most(tally.alarmed, 10), "{}", tally.report());
        // The genuine numbers and addresses among them are all read.
        assert!(0.99 < tally.recall(), "{}", tally.report());
    }
}
