//! NHS numbers, and the Scottish CHI numbers that check alike.

use super::Kind;
use super::candidate::{Candidate, Needs};
use super::check_digit;
use super::written::Written;

pub(super) fn read(written: &Written) -> Option<Candidate> {
    let digits = written.figures(10).filter(|_| written.stands_alone(10))?;
    let neat = written.grouped(&[10]) || written.grouped(&[3, 3, 4]);
    Some(Candidate {
        kind: Kind::NhsNumber,
        range: written.start..written.end(10),
        valid: check_digit::nhs(digits),
        needs: if neat { Needs::Name } else { Needs::OwnName },
    })
}
