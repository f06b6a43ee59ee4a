//! What a request asks for, where that is a product of work, and whether it repeats an earlier request.

use std::ops::Range;

use super::clock::{is_any, word};
use super::token::Token;
use super::vocabulary::WORK;

/// The index of the first product of work in a part of a sentence: "the report", not "report to reception".
pub(super) fn product(tokens: &[Token<'_>], mut part: Range<usize>) -> Option<usize> {
    part.find(|&at| {
        let before = at.checked_sub(1).map_or("", |it| word(tokens, it));
        let next = word(tokens, at + 1);
        is_any(tokens, at, &WORK)
            && match word(tokens, at) {
                "report" => {
                    !matches!(before, "and" | "please" | "to" | "must" | "should" | "will" | "or")
                        && next != "to"
                }
                "reference" => !matches!(before, "with" | "in" | "for") && next != "to",
                "data" => !matches!(next, "protection" | "breach"),
                "assessment" => next != "week",
                _ => true,
            }
    })
}

/// Whether a sentence says that its request was made before: "Reminder:", "as I said on Monday", "just chasing".
pub(super) fn reminds(tokens: &[Token<'_>]) -> bool {
    (0..tokens.len()).any(|at| {
        let (next, third) = (word(tokens, at + 1), word(tokens, at + 2));
        match word(tokens, at) {
            "reminder" | "reminders" | "reminding" | "nudge" | "chasing" | "chaser" => true,
            "remind" => matches!(next, "you" | "everyone" | "everybody" | "all" | "staff" | "colleagues"),
            "as" => {
                matches!(
                    next,
                    "discussed" | "mentioned" | "agreed" | "requested" | "previously" | "already" | "advised"
                ) || matches!(
                    (next, third),
                    ("per", "my") | ("in", "my") | ("i", "said" | "mentioned" | "asked" | "wrote")
                ) || matches!((next, third), ("we", "said" | "discussed" | "agreed") | ("you", "know"))
            }
            "following" => next == "up",
            "previous" | "earlier" | "last" => matches!(next, "email" | "mail" | "message" | "e-mail"),
            "again" => at == 0,
            _ => false,
        }
    })
}
