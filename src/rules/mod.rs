//! The rules, one file each, and what several of them share. Written by `cargo bless`.

mod parties;
mod place;
mod pupil_personal_address;
mod reply_all;
mod send_hours;

use crate::policy::{Described, RuleInfo};

/// Every rule that exists, in the order in which they run.
pub const ALL: &[RuleInfo] = &[
    pupil_personal_address::PupilPersonalAddress::INFO,
    reply_all::ReplyAll::INFO,
    send_hours::SendHours::INFO,
];
