//! Laws of the verdict, whatever the findings are.

use beadle::policy::{Action, Evidence, Finding, Verdict};
use chrono::DateTime;
use proptest::prelude::*;

fn finding() -> impl Strategy<Value = Finding> {
    (0..6_usize, any::<bool>(), proptest::option::of(0..1_000_000_i64), any::<bool>()).prop_map(
        |(action, observed, until, reviewed)| Finding {
            rule: "send-hours",
            action: Action::ALL[action],
            clause: String::new(),
            evidence: Evidence::Exact,
            message: String::new(),
            help: String::new(),
            spans: Vec::new(),
            observed,
            until: until.and_then(|it| DateTime::from_timestamp(it, 0)),
            reviewer: reviewed.then(|| "dsl".to_owned()),
            recipient: None,
        },
    )
}

proptest! {
    #[test]
    fn one_more_finding_never_makes_a_verdict_milder(
        mut findings in proptest::collection::vec(finding(), 0..6),
        more in finding(),
    ) {
        let before = Verdict::of(&findings);
        findings.push(more);
        let after = Verdict::of(&findings);
        prop_assert!(before.action <= after.action);
        if before.action == Action::Defer && after.action == Action::Defer {
            prop_assert!(before.until <= after.until, "nor lets the message go earlier");
        }
    }

    #[test]
    fn what_only_observes_changes_nothing(findings in proptest::collection::vec(finding(), 0..6)) {
        let counted: Vec<Finding> = findings.iter().filter(|it| !it.observed).cloned().collect();
        prop_assert_eq!(Verdict::of(&findings), Verdict::of(&counted));
    }

    #[test]
    fn a_time_stands_for_defer_only_and_a_reviewer_for_hold_only(
        findings in proptest::collection::vec(finding(), 0..6),
    ) {
        let verdict = Verdict::of(&findings);
        prop_assert!(verdict.until.is_none() || verdict.action == Action::Defer);
        prop_assert!(verdict.reviewer.is_none() || verdict.action == Action::Hold);
    }
}
