//! What has the form of an identifier, before its surroundings are asked.

use std::ops::Range;

use super::Kind;

/// A stretch of the folded text that has the form of an identifier.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
    /// Whether its check digit is right. A wrong one speaks against the rest of its column.
    pub(super) valid: bool,
    pub(super) needs: Needs,
}

/// What makes a valid form credible, each including the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Needs {
    /// The form is proof enough, unless a word beside it names another number.
    Nothing,
    /// A word of its surroundings, or a column of them.
    Hint,
    /// Its own name beside it or above its column, or a column of them.
    Name,
    /// Its own name beside it or above its column: by chance a whole column has this form.
    OwnName,
}
