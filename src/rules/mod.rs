//! The rules, one file each, and what several of them share. Written by `cargo bless`.

mod chain_mail;
mod external_tone;
mod parties;
mod place;
mod pupil_personal_address;
mod reply_all;
mod send_hours;
mod words;

use crate::policy::{Described, RuleInfo};

/// Every rule that exists, in the order in which they run.
pub const ALL: &[RuleInfo] = &[
    chain_mail::ChainMail::INFO,
    external_tone::ExternalTone::INFO,
    pupil_personal_address::PupilPersonalAddress::INFO,
    reply_all::ReplyAll::INFO,
    send_hours::SendHours::INFO,
];
