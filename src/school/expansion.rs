//! How many people an address list reaches, groups unfolded and each person counted once.

use std::collections::HashSet;

use super::{Group, School};
use crate::mail::Address;

/// Whom a list of addresses reaches.
#[derive(Debug, Default)]
pub struct Expansion<'a> {
    /// How many people: each person and each unknown address once, and the sizes of groups
    /// whose members are not listed.
    pub people: usize,
    /// The single addresses, those inside groups among them, each mailbox once.
    pub addresses: Vec<&'a Address>,
    /// Every group met, nested ones too, in the order in which they were met.
    pub groups: Vec<&'a Group>,
}

impl School {
    /// Unfolds groups to any depth. A person with several addresses counts once; a group with
    /// neither members nor a size counts as one.
    pub fn expand<'a>(&'a self, addresses: impl IntoIterator<Item = &'a Address>) -> Expansion<'a> {
        let mut expansion = Expansion::default();
        let mut mailboxes: HashSet<String> = HashSet::new();
        let mut persons: HashSet<*const super::Person> = HashSet::new();
        let mut waiting: Vec<&Address> = addresses.into_iter().collect();
        waiting.reverse();
        while let Some(address) = waiting.pop() {
            if !mailboxes.insert(self.mailbox(address)) {
                continue;
            }
            match self.group(address) {
                Some(group) => {
                    expansion.groups.push(group);
                    if group.members.is_empty() {
                        expansion.people += group.size.map_or(1, |size| size as usize);
                    }
                    waiting.extend(group.members.iter().rev());
                }
                None => {
                    expansion.addresses.push(address);
                    let person = self.person(address).map(std::ptr::from_ref);
                    if person.is_none_or(|it| persons.insert(it)) {
                        expansion.people += 1;
                    }
                }
            }
        }
        expansion
    }
}
