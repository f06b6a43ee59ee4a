//! The directory: persons and groups, found by address.

use std::fmt;

use super::freemail::folded;
use super::group::Groups;
use super::name_index::NameIndex;
use super::people::People;
use super::private::PrivateAddresses;
use super::{DirectoryError, DirectoryWarning, Group, Person, PersonRole, PrivateKey};
use crate::mail::Address;

/// People and groups, as the directory files name them.
#[derive(Default)]
pub struct Directory {
    persons: Vec<Person>,
    /// Every address of every person in its folded form, sorted; at one address the person
    /// who counts first stands first.
    by_address: Vec<(Box<str>, u32)>,
    pub(super) groups: Groups,
    pub(super) private: PrivateAddresses,
    pub(super) names: NameIndex,
    pub(super) warnings: Vec<DirectoryWarning>,
}

impl Directory {
    /// Reads the texts of people.csv and groups.csv, each with the name that errors give it.
    ///
    /// What would make a rule see the wrong person, or nobody, is an error, and nothing is used.
    /// What an export has on any morning (a row twice, a parent without an address, a child who
    /// has left) is a warning, and the rest is used. The texts are not kept, and of private
    /// addresses only hashes under `key`.
    pub fn parse(
        people: Option<(&str, &str)>,
        groups: Option<(&str, &str)>,
        key: &PrivateKey,
    ) -> Result<Self, DirectoryError> {
        let mut directory = Self::default();
        let people_file = people.map_or("people.csv", |(file, _)| file);
        if let Some((file, text)) = people {
            let People { persons, lines, children, private } =
                People::parse(file, text, key, &mut directory.warnings)?;
            directory.private = PrivateAddresses::settle(key, private, &persons);
            directory.persons = persons;
            directory.index_addresses(file, &lines)?;
            directory.find_children(file, &lines, children);
            directory.look_for_managers(file, &lines);
            directory.names = NameIndex::of(&directory.persons);
        }
        if let Some((file, text)) = groups {
            let groups = Groups::parse(file, text, &mut directory.warnings)?;
            groups.refuse_people(file, people_file, |address| directory.person(address).is_some())?;
            directory.groups = groups;
        }
        Ok(directory)
    }

    /// A directory that knows nobody.
    pub fn empty() -> Self {
        Self::default()
    }

    /// What is odd in the files and was passed over, in no order to rely on.
    pub fn warnings(&self) -> &[DirectoryWarning] {
        &self.warnings
    }

    pub fn persons(&self) -> &[Person] {
        &self.persons
    }

    /// The person at an address listed in clear: where several are, a member of staff before a
    /// governor, an agency and a parent.
    pub fn person(&self, address: &Address) -> Option<&Person> {
        self.persons_at(address).next()
    }

    /// All rows of people.csv that list an address in clear, the one that counts first first.
    pub fn persons_at<'a>(&'a self, address: &Address) -> impl Iterator<Item = &'a Person> + use<'a> {
        self.places_at(address).iter().map(|(_, place)| self.at(*place))
    }

    fn places_at(&self, address: &Address) -> &[(Box<str>, u32)] {
        let folded = folded(address);
        let start = self.by_address.partition_point(|(it, _)| **it < *folded);
        let same = self.by_address[start..].partition_point(|(it, _)| **it == *folded);
        &self.by_address[start..start + same]
    }

    pub(super) fn at(&self, place: u32) -> &Person {
        &self.persons[place as usize]
    }

    pub fn group(&self, address: &Address) -> Option<&Group> {
        self.groups.get(address)
    }

    /// The pupils whose parent `person` is.
    pub fn children(&self, person: &Person) -> impl Iterator<Item = &Person> {
        person.children.iter().map(|place| self.at(*place))
    }

    fn index_addresses(&mut self, file: &str, lines: &[u64]) -> Result<(), DirectoryError> {
        let mut entries: Vec<(Box<str>, u32)> = Vec::with_capacity(self.persons.len());
        for (place, person) in (0..).zip(&self.persons) {
            let folded = person.addresses.iter().map(|address| (folded(address).into_boxed_str(), place));
            entries.extend(folded);
        }
        entries.sort_unstable_by(|left, right| {
            let rank = |place: u32| (rank(self.at(place).role), place);
            left.0.cmp(&right.0).then_with(|| rank(left.1).cmp(&rank(right.1)))
        });
        entries.dedup();
        for pair in entries.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            let (first, second) = (self.at(pair[0].1), self.at(pair[1].1));
            let (first_line, second_line) = (lines[pair[0].1 as usize], lines[pair[1].1 as usize]);
            let (file, address) = (file.to_owned(), pair[1].0.to_string());
            if first.role == PersonRole::Pupil && !is_pupil(second.role) {
                let (line, pupil_line, role) = (second_line, first_line, second.role);
                return Err(DirectoryError::PupilAndAdult { file, line, address, pupil_line, role });
            }
            if first.role == second.role && first.role != PersonRole::Parent {
                let (line, first, role) = (second_line, first_line, first.role);
                self.warnings.push(DirectoryWarning::AddressTwice { file, line, address, role, first });
            }
        }
        self.by_address = entries;
        Ok(())
    }

    fn find_children(&mut self, file: &str, lines: &[u64], children: Vec<(u32, Vec<Address>)>) {
        for (parent, addresses) in children {
            let mut found = Vec::with_capacity(addresses.len());
            for address in addresses {
                match self.places_at(&address).iter().find(|(_, it)| is_pupil(self.at(*it).role)) {
                    Some((_, child)) => found.push(*child),
                    None => self.warnings.push(DirectoryWarning::UnknownChild {
                        file: file.to_owned(),
                        line: lines[parent as usize],
                        address: address.to_string(),
                    }),
                }
            }
            self.persons[parent as usize].children = found.into();
        }
    }

    fn look_for_managers(&mut self, file: &str, lines: &[u64]) {
        let mut unknown = Vec::new();
        for (person, line) in self.persons.iter().zip(lines) {
            if let Some(manager) = person.manager.as_ref().filter(|it| self.person(it).is_none()) {
                let (file, line, address) = (file.to_owned(), *line, manager.to_string());
                unknown.push(DirectoryWarning::UnknownManager { file, line, address });
            }
        }
        self.warnings.append(&mut unknown);
    }
}

/// Counts alone: a directory that finds its way into a log must not bring anybody with it.
impl fmt::Debug for Directory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (persons, warnings) = (self.persons.len(), self.warnings.len());
        write!(
            formatter,
            "Directory {{ persons: {persons}, groups: {}, warnings: {warnings} }}",
            self.groups.len()
        )
    }
}

fn is_pupil(role: PersonRole) -> bool {
    matches!(role, PersonRole::Pupil | PersonRole::FormerPupil)
}

/// Who counts first at an address that several rows list.
fn rank(role: PersonRole) -> u8 {
    match role {
        PersonRole::Pupil => 0,
        PersonRole::Staff => 1,
        PersonRole::Governor => 2,
        PersonRole::Agency => 3,
        PersonRole::Parent => 4,
        PersonRole::FormerPupil => 5,
    }
}
