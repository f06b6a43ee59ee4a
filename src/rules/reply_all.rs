//! Replies to everyone on a large list.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::{parties, place};
use crate::mail::{Address, Submission};
use crate::policy::{Findings, Guard, Rule, at_least_one, rule};
use crate::school::School;

rule! {
    /// Flags a reply that goes to many people at once, counting every member of the groups it is
    /// addressed to.
    ///
    /// ## Why
    /// "Thanks, got it!" to eighty colleagues costs eighty people a moment each, and what is
    /// meant for one pair of eyes is read by all.
    ///
    /// ## What passes
    /// - A reply to fewer people than `min-recipients`.
    /// - A new message to a group: it is no reply.
    /// - A reply to someone who asked for replies to all.
    ///
    /// ## Options
    /// - `min-recipients`: from how many people on a reply is flagged; the sender is not counted.
    /// - `expand-groups`: whether the members of groups are counted, groups within groups too.
    /// - `ignore-lists`: addresses of working groups in which everyone replies to all.
    /// - `short-reply-words`: up to how many own words a reply is called a short one.
    ReplyAll {
        name: "reply-all",
        clauses: ["000-046", "000-061", "000-064"],
        clause: "Digital Communications 3.1, Email etiquette",
        action: Warn,
        evidence: Structural,
        reviewer: "line-manager",
        guards: [Guard::AutomaticMail],
        since: "0.1.0",
    }
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ReplyAll {
    #[serde(deserialize_with = "at_least_one")]
    min_recipients: usize,
    expand_groups: bool,
    ignore_lists: Vec<String>,
    short_reply_words: usize,
}

impl Default for ReplyAll {
    fn default() -> Self {
        Self { min_recipients: 10, expand_groups: true, ignore_lists: Vec::new(), short_reply_words: 12 }
    }
}

impl Rule for ReplyAll {
    fn check(&self, mail: &Submission, school: &School, findings: &mut Findings) {
        let Some(sender) = school.sender(mail) else { return };
        if !mail.message.is_reply() || !parties::is_ours(school, &sender) {
            return;
        }
        let ignored: Vec<Address> = self.ignore_lists.iter().filter_map(|it| Address::parse(it)).collect();
        let recipients: Vec<Address> =
            mail.recipients().iter().filter(|it| **it != sender && !ignored.contains(it)).cloned().collect();
        let groups: Vec<&Address> = recipients.iter().filter(|it| school.group(it).is_some()).collect();
        let people = match self.expand_groups {
            true => school.expand(recipients.iter().chain([&sender])).people - 1,
            false => recipients.len(),
        };
        if people < self.min_recipients || organiser_asked(mail) {
            return;
        }
        let words = mail.message.own_words();
        let kind = if words <= self.short_reply_words { "a short reply" } else { "a reply" };
        let bound = self.min_recipients;
        let finding = findings.add(format!(
            "{kind} goes to {people} people; from {bound} on it should be one that all of them need"
        ));
        finding.help("answer the sender alone, or only those who need it");
        if groups.is_empty() {
            finding.at_all(place::header(mail, "To")).at_all(place::header(mail, "Cc"));
        } else {
            finding.at_all(groups.into_iter().map(|it| place::recipient(mail, it)));
        }
    }
}

/// Tells whether the message that is answered asked for replies to all. "Please do not reply to
/// all" asks for the opposite.
fn organiser_asked(mail: &Submission) -> bool {
    static ASKED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:(not|n['’]t|never|avoid|without|rather than|instead of|no need to|refrain from|stop)\s+(?:\w+\s+){0,3})?(?:reply(?:ing)?|respond(?:ing)?|answer(?:ing)?)(?:\s|-)+(?:to\s+)?(?:all\b|everyone\b|the whole (?:group|list)\b)")
            .expect("a valid expression")
    });
    mail.message.set_aside().any(|text| {
        let mut asked = ASKED.captures_iter(text).peekable();
        asked.peek().is_some() && asked.all(|it| it.get(1).is_none())
    })
}
