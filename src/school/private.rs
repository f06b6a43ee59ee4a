//! Private addresses, known only as keyed hashes.

use std::collections::HashMap;
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::freemail::folded;
use super::{Person, PersonRole};
use crate::mail::Address;

/// What stands before a hash in the column `private`.
const HIDDEN: &str = "hmac-sha-256:";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what [`PrivateKey::hidden`] wrote.
pub(super) fn hidden_hash(value: &str) -> Option<[u8; 32]> {
    let digits = value.strip_prefix(HIDDEN).filter(|it| it.len() == 64 && it.is_ascii())?;
    let mut hash = [0; 32];
    for (place, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(hash)
}

/// The key under which private addresses are hashed. Nothing prints it.
#[derive(Clone)]
pub struct PrivateKey {
    /// HMAC-SHA-256 after it has taken in the key.
    keyed: Hmac<Sha256>,
}

impl PrivateKey {
    pub fn new(key: [u8; 32]) -> Self {
        // HMAC fills a key up to its block with zeros (RFC 2104 section 2).
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(&key);
        Self { keyed: Hmac::new(&block.into()) }
    }

    /// The hash of an address as a value of the column `private`, for a file that may hold no
    /// private address.
    pub fn hidden(&self, address: &Address) -> String {
        HIDDEN.to_owned() + &hex(&self.hash(address))
    }

    /// A mark on a text that nobody makes without the key. It is no hash of an address: none
    /// begins with a line feed.
    pub fn mark(&self, text: &str) -> String {
        let mut keyed = self.keyed.clone();
        keyed.update(b"\n");
        keyed.update(text.as_bytes());
        hex(&keyed.finalize().into_bytes())
    }

    /// HMAC-SHA-256 of the address in the one form that all forms of its mailbox share.
    fn hash(&self, address: &Address) -> [u8; 32] {
        let mut keyed = self.keyed.clone();
        keyed.update(folded(address).as_bytes());
        keyed.finalize().into_bytes().into()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PrivateKey")
    }
}

/// Whose private address a recipient is.
#[derive(Clone, Copy, Debug)]
pub struct PrivateMatch<'a> {
    pub person: &'a Person,
}

impl PrivateMatch<'_> {
    pub fn role(&self) -> PersonRole {
        self.person.role
    }

    /// Whether the person is eighteen on `date`; `None` where `adult-from` is not known.
    pub fn is_adult(&self, date: chrono::NaiveDate) -> Option<bool> {
        self.person.is_adult(date)
    }
}

/// The private addresses of people.csv as they are read: a hash and whose it is.
#[derive(Default)]
pub(super) struct PrivateList(Vec<([u8; 32], u32)>);

impl PrivateList {
    pub(super) fn add(&mut self, key: &PrivateKey, address: &Address, person: u32) {
        self.add_hash(key.hash(address), person);
    }

    pub(super) fn add_hash(&mut self, hash: [u8; 32], person: u32) {
        self.0.push((hash, person));
    }
}

/// The hashes of all private addresses, each with the one person who counts as its owner.
#[derive(Default)]
pub(super) struct PrivateAddresses {
    /// `None` where there is no directory.
    key: Option<PrivateKey>,
    owners: HashMap<[u8; 32], u32>,
    /// The pupils who list an address that a parent uses too.
    shared: HashMap<[u8; 32], u32>,
}

impl PrivateAddresses {
    /// Settles whose an address is that several persons list.
    ///
    /// A parent's claim, by either column, ends a pupil's: what the family shares is a parent's.
    /// It does not end a colleague's claim, because the mailbox of a colleague who is a parent
    /// stays a colleague's. Without a parent a pupil's claim stands before all others, and of
    /// two former pupils the younger one's.
    pub(super) fn settle(key: &PrivateKey, list: PrivateList, persons: &[Person]) -> Self {
        let mut owners: HashMap<[u8; 32], u32> = HashMap::with_capacity(list.0.len());
        let person = |place: u32| &persons[place as usize];
        let of = |roles: &'static [PersonRole]| {
            list.0.iter().copied().filter(move |(_, it)| roles.contains(&person(*it).role))
        };
        for (hash, place) in of(&[PersonRole::FormerPupil]) {
            let owner = owners.entry(hash).or_insert(place);
            if person(*owner).adult_from < person(place).adult_from {
                *owner = place;
            }
        }
        owners.extend(of(&[PersonRole::Pupil]));
        let mut shared = HashMap::new();
        let mut share = |hash: [u8; 32], owner: Option<u32>| {
            let pupil = owner.filter(|it| person(*it).role != PersonRole::Parent);
            shared.extend(pupil.map(|it| (hash, it)));
        };
        for parent in persons.iter().filter(|it| it.role == PersonRole::Parent) {
            for hash in parent.addresses.iter().map(|it| key.hash(it)) {
                share(hash, owners.remove(&hash));
            }
        }
        for (hash, parent) in of(&[PersonRole::Parent]) {
            share(hash, owners.insert(hash, parent));
        }
        let others =
            of(&[PersonRole::Agency]).chain(of(&[PersonRole::Governor])).chain(of(&[PersonRole::Staff]));
        for (hash, place) in others {
            let owner = owners.entry(hash).or_insert(place);
            if !matches!(person(*owner).role, PersonRole::Pupil | PersonRole::FormerPupil) {
                *owner = place;
            }
        }
        Self { key: Some(key.clone()), owners, shared }
    }

    pub(super) fn owner(&self, address: &Address) -> Option<u32> {
        self.owners.get(&self.key.as_ref()?.hash(address)).copied()
    }

    pub(super) fn shared(&self, address: &Address) -> Option<u32> {
        self.shared.get(&self.key.as_ref()?.hash(address)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_hashed_by_hmac_sha_256_in_its_folded_form() {
        let address = Address::parse("Jayden.R.2009+games@googlemail.example").unwrap();
        let hash: String =
            PrivateKey::new([7; 32]).hash(&address).iter().map(|byte| format!("{byte:02x}")).collect();
        // Python: hmac.new(bytes([7] * 32), b"jaydenr2009@gmail.com", "sha256").hexdigest()
        assert_eq!(hash, "0652cb74becfbb75ab6c4568bc3d8e1e1cfa516436e1bc622a916ec977ec8440");
    }

    #[test]
    fn another_key_gives_another_hash() {
        let address = Address::parse("one@freemail.example").unwrap();
        assert_ne!(PrivateKey::new([1; 32]).hash(&address), PrivateKey::new([2; 32]).hash(&address));
    }
}
