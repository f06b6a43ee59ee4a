//! The groups of groups.csv, which nest and never contain themselves.

use std::collections::HashMap;

use super::sheet::Sheet;
use super::{DirectoryError, DirectoryWarning};
use crate::mail::Address;

const COLUMNS: &[&str] = &["address", "name", "kind", "members", "size"];

/// Who is behind a group's address, as far as rules tell groups apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupKind {
    AllStaff,
    /// Some of the staff: a team, a department, a year's tutors.
    Team,
    /// A class, form or year of pupils.
    Class,
    Parents,
    Governors,
    /// A kind of the school's own, or none given.
    Other,
}

impl GroupKind {
    fn parse(text: &str) -> Self {
        match super::person::normal_role(text).as_str() {
            "all-staff" | "allstaff" => Self::AllStaff,
            "team" | "staff" | "department" | "faculty" => Self::Team,
            "class" | "form" | "year" | "tutor-group" | "pupils" | "students" => Self::Class,
            "parents" | "families" | "carers" => Self::Parents,
            "governors" | "trustees" => Self::Governors,
            _ => Self::Other,
        }
    }
}

/// A row of groups.csv, or an entry of an alias map.
#[derive(Debug)]
pub struct Group {
    pub address: Address,
    pub name: Box<str>,
    pub kind: GroupKind,
    pub members: Box<[Address]>,
    /// How many people the group has, for a group whose members are not listed.
    pub size: Option<u32>,
    line: u64,
}

/// All groups of a directory, by address.
#[derive(Default)]
pub(super) struct Groups {
    groups: Vec<Group>,
    by_key: HashMap<Box<str>, u32>,
}

impl Groups {
    pub(super) fn parse(
        file: &str,
        text: &str,
        warnings: &mut Vec<DirectoryWarning>,
    ) -> Result<Self, DirectoryError> {
        let mut sheet = Sheet::open(file, text, COLUMNS)?;
        sheet.require("address")?;
        let mut all = Self::default();
        while let Some(row) = sheet.next_row()? {
            let wanted = "one address such as `all-staff@oakmere.example`";
            let mut addresses = row.addresses("address")?;
            let Some(address) = addresses.pop().filter(|_| addresses.is_empty()) else {
                return Err(row.wrong(
                    "address",
                    format!("`{}` is not one address", row.get("address")),
                    wanted,
                    None,
                ));
            };
            let size = match row.get("size") {
                "" => None,
                size => Some(size.parse().map_err(|_| {
                    row.wrong(
                        "size",
                        format!("`{size}` is not a number"),
                        "a number of people such as `85`",
                        None,
                    )
                })?),
            };
            let group = Group {
                address,
                name: row.get("name").into(),
                kind: GroupKind::parse(row.get("kind")),
                members: row.addresses("members")?.into(),
                size,
                line: row.line,
            };
            if group.members.is_empty() && size.is_none() {
                warnings.push(DirectoryWarning::EmptyGroup { file: file.to_owned(), line: row.line });
            }
            if let Some(first) = all.get(&group.address) {
                let (line, address) = (row.line, group.address.to_string());
                return Err(DirectoryError::GroupTwice {
                    file: file.to_owned(),
                    line,
                    address,
                    first: first.line,
                });
            }
            let place = u32::try_from(all.groups.len()).unwrap_or(u32::MAX);
            all.by_key.insert(group.address.key().into(), place);
            all.groups.push(group);
        }
        match all.cycle() {
            Some((line, cycle)) => Err(DirectoryError::GroupCycle { file: file.to_owned(), line, cycle }),
            None => Ok(all),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    pub(super) fn get(&self, address: &Address) -> Option<&Group> {
        self.by_key.get(address.key()).and_then(|place| self.groups.get(*place as usize))
    }

    /// Takes the members of an alias for a group that has neither members nor a size, or for a
    /// new one; returns the line in groups.csv of a group that was without.
    pub(super) fn learn(&mut self, address: Address, members: Box<[Address]>, line: u64) -> Option<u64> {
        match self.by_key.get(address.key()) {
            Some(place) => {
                let known = &mut self.groups[*place as usize];
                if !known.members.is_empty() || known.size.is_some() {
                    return None;
                }
                known.members = members;
                Some(known.line)
            }
            None => {
                let place = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
                self.by_key.insert(address.key().into(), place);
                let (name, kind, size) = (Box::default(), GroupKind::Other, None);
                self.groups.push(Group { address, name, kind, members, size, line });
                None
            }
        }
    }

    /// Refuses a group whose address is that of a person.
    pub(super) fn refuse_people(
        &self,
        file: &str,
        people: &str,
        is_person: impl Fn(&Address) -> bool,
    ) -> Result<(), DirectoryError> {
        match self.groups.iter().find(|group| is_person(&group.address)) {
            Some(Group { address, line, .. }) => Err(DirectoryError::GroupIsPerson {
                file: file.to_owned(),
                line: *line,
                address: address.to_string(),
                people: people.to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// A group that contains itself: its line, and the addresses on the way round.
    ///
    /// Groups may nest to any depth, so the walk keeps its path on a stack of its own.
    fn cycle(&self) -> Option<(u64, Vec<String>)> {
        #[derive(Clone, Copy, PartialEq)]
        enum Seen {
            Never,
            OnPath,
            Done,
        }
        let mut seen = vec![Seen::Never; self.groups.len()];
        for start in 0..self.groups.len() {
            // A group and the number of its members already walked.
            let mut path: Vec<(usize, usize)> = vec![(start, 0)];
            while let Some((group, next)) = path.last_mut() {
                let group = *group;
                seen[group] = match (seen[group], self.groups[group].members.get(*next)) {
                    (Seen::Done, _) | (_, None) => Seen::Done,
                    _ => Seen::OnPath,
                };
                if seen[group] == Seen::Done {
                    path.pop();
                    continue;
                }
                let member = &self.groups[group].members[*next];
                *next += 1;
                let Some(inner) = self.by_key.get(member.key()).map(|it| *it as usize) else { continue };
                match seen[inner] {
                    Seen::Done => {}
                    Seen::Never => path.push((inner, 0)),
                    Seen::OnPath => {
                        let round =
                            path.iter().map(|(it, _)| *it).skip_while(|it| *it != inner).chain([inner]);
                        let cycle = round.map(|it| self.groups[it].address.to_string()).collect();
                        return Some((self.groups[inner].line, cycle));
                    }
                }
            }
        }
        None
    }
}
