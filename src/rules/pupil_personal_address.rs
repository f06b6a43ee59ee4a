//! Mail to a pupil's private address.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::parties::{self, Standing};
use super::place;
use crate::mail::{Address, Submission};
use crate::policy::{Action, Evidence, Findings, Rule, rule};
use crate::school::{Audience, PersonRole, School};

rule! {
    /// Flags a message to a private address of a pupil: exactly, where the address is on the list
    /// in people.csv, and as a guess, where a private address merely looks like a pupil's name.
    ///
    /// ## Why
    /// Contact outside the school's own systems leaves pupils unprotected, and staff open to
    /// serious allegations.
    ///
    /// ## What passes
    /// - The pupil's address at the school.
    /// - A parent's address, also where the family shares one mailbox with a pupil.
    /// - A recorded exemption (`[[exemption]]`), for example for a teacher's own child.
    ///
    /// ## Options
    /// - `on-match`: what a listed address asks for; never more than `action`.
    /// - `on-guess`: what a likeness asks for, `hold` at most, and never more than `action`.
    /// - `former-under-18`: what a former pupil's listed address asks for before the eighteenth
    ///   birthday (`adult-from`), and where the birthday is not known.
    /// - `former-over-18`: what a former pupil's listed address asks for from that day on.
    /// - `parent-roster-wins`: whether an address that is also a parent's passes.
    PupilPersonalAddress {
        name: "pupil-personal-address",
        clauses: ["000-069", "000-070", "000-071", "000-104", "000-148", "000-150", "002-10", "004-69"],
        clause: "Digital Communications 3.2, To Pupils",
        action: Reject,
        evidence: Exact,
        reviewer: "dsl",
        guards: [],
        since: "0.1.0",
    }
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct PupilPersonalAddress {
    on_match: Action,
    #[serde(deserialize_with = "at_most_hold")]
    on_guess: Action,
    former_under_18: Action,
    former_over_18: Action,
    parent_roster_wins: bool,
}

impl Default for PupilPersonalAddress {
    fn default() -> Self {
        Self {
            on_match: Action::Reject,
            on_guess: Action::Warn,
            former_under_18: Action::Warn,
            former_over_18: Action::Tag,
            parent_roster_wins: true,
        }
    }
}

/// Refuses a guess that would reject.
fn at_most_hold<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Action, D::Error> {
    let action = Action::deserialize(deserializer)?;
    if action > Evidence::Guess.strictest() {
        return Err(serde::de::Error::custom("a guess never rejects\nhelp: use `hold` at most"));
    }
    Ok(action)
}

impl Rule for PupilPersonalAddress {
    fn check(&self, mail: &Submission, school: &School, findings: &mut Findings) {
        let Some(sender) = school.sender(mail) else { return };
        let bound = parties::standing(school, &sender) != Standing::NotStaff
            || school.audience(&sender) == Audience::Governor;
        if !bound {
            return;
        }
        if !school.has_people() {
            findings.not_checked("there is no people.csv: pupils and their private addresses are not known");
            return;
        }
        if mail.at.is_none() && self.on_guess > Action::Allow {
            findings.not_checked("the day of sending is not known: no address is guessed at");
        }
        for recipient in &everyone_addressed(mail) {
            self.check_recipient(recipient, mail, school, findings);
        }
    }
}

impl PupilPersonalAddress {
    fn check_recipient(
        &self,
        recipient: &Address,
        mail: &Submission,
        school: &School,
        findings: &mut Findings,
    ) {
        if self.parent_roster_wins && school.audience(recipient) == Audience::Parent {
            return;
        }
        let shared = || if self.parent_roster_wins { None } else { school.shared_match(recipient) };
        let today = school.day_of(mail);
        let mut add = |action: Action, message: &str, help: &str| {
            if action == Action::Allow {
                return;
            }
            let finding = findings.add(message);
            finding.at_most(action).help(help).about(recipient.clone()).at(place::recipient(mail, recipient));
        };
        match school.private_match(recipient).or_else(shared) {
            Some(known) if known.role() == PersonRole::Pupil => add(
                self.on_match,
                "a recipient is on the list of pupils' private addresses",
                "write to the pupil's address at the school",
            ),
            Some(known) if known.role() == PersonRole::FormerPupil => {
                let adult = today.and_then(|it| known.is_adult(it)) == Some(true);
                if adult {
                    let help = "write from your school address, about school matters only";
                    add(self.former_over_18, "a recipient is a former pupil at a private address", help);
                } else {
                    let help =
                        "private contact with former pupils under 18 is discouraged; ask the DSL if in doubt";
                    let message = "a recipient is a former pupil, not known to be 18, at a private address";
                    add(self.former_under_18, message, help);
                }
            }
            Some(_) => {}
            None if self.on_guess == Action::Allow => {}
            None => {
                let name = mail.message.display_name(recipient);
                // Ages count in a guess; without a day there is none.
                if today.is_some_and(|today| school.likeness(recipient, name, today).is_some()) {
                    let finding = findings.add("a recipient's private address looks like a pupil's name");
                    finding
                        .evidence(Evidence::Guess)
                        .at_most(self.on_guess)
                        .help("check whose address it is; write to pupils at their school addresses only")
                        .about(recipient.clone())
                        .at(place::recipient(mail, recipient));
                }
            }
        }
    }
}

/// The recipients of the envelope and of the header, each once.
fn everyone_addressed(mail: &Submission) -> Vec<Address> {
    let message = &mail.message;
    let headers = [message.to(), message.cc(), message.bcc()].into_iter().flatten().map(|it| &it.address);
    let mut seen = HashSet::new();
    mail.recipients().iter().chain(headers).filter(|it| seen.insert(it.key())).cloned().collect()
}
