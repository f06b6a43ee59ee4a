//! Who sends and who receives, as rules see it.

use crate::mail::Address;
use crate::school::{Audience, School};

/// What the sender is to a rule that binds staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Staff,
    /// Nothing is known of the school, so that whoever sends is taken for staff.
    Assumed,
    NotStaff,
}

/// Tells whether rules that bind staff bind `sender`: a member of staff by the directory, or an
/// address of the school's that the directory does not give to anyone else.
pub(crate) fn standing(school: &School, sender: &Address) -> Standing {
    match school.audience(sender) {
        Audience::Staff | Audience::OtherInside => Standing::Staff,
        Audience::Outside if !school.is_known() => Standing::Assumed,
        _ => Standing::NotStaff,
    }
}

/// Tells whether `sender` is anyone of the school's, so that its mail is outbound mail.
pub(crate) fn is_ours(school: &School, sender: &Address) -> bool {
    !school.is_known() || school.is_ours(sender)
}
