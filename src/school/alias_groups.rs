//! Which entries of alias maps are groups, and whom they reach.

use std::collections::{HashMap, HashSet};

use super::alias_text::{Alias, AliasReader, FindInclude};
use super::{Directory, DirectoryError, DirectoryWarning, Domain};
use crate::mail::Address;

/// An alias at one domain.
struct Entry<'a> {
    alias: &'a Alias,
    address: Address,
    members: Box<[Address]>,
}

impl Directory {
    /// Adds the groups of alias maps, each given with the name of its file.
    ///
    /// An alias is a group where it stands for several addresses, or for such a group; one that
    /// stands for one person is another name of theirs. What people.csv and groups.csv say comes
    /// first: a person stays one, and a group has members from here only where it has neither
    /// members nor a size there. Of two entries with one name the first counts, as in Postfix. A
    /// name without a domain is one at each of `domains`.
    ///
    /// # Errors
    /// A line in neither syntax, and more members than any school has. Nothing is added then.
    pub fn add_alias_maps<'f>(
        &mut self,
        maps: &[(String, String)],
        domains: &[Domain],
        find: &'f mut FindInclude<'f>,
    ) -> Result<(), DirectoryError> {
        let mut reader = AliasReader::new(find);
        for (file, text) in maps {
            reader.read(file, text)?;
        }
        let AliasReader { aliases, mut warnings, .. } = reader;
        let (entries, by_key) = entries(&aliases, domains, &mut warnings);
        let groups = self.groups_among(&entries, &by_key);
        for (entry, cycle) in cycles(&entries, &by_key) {
            let Alias { file, line, .. } = entries[entry].alias;
            warnings.push(DirectoryWarning::AliasCycle { file: file.clone(), line: *line, cycle });
        }
        let mut filled_lines = HashSet::new();
        for (entry, is_group) in entries.into_iter().zip(groups) {
            if is_group && self.person(&entry.address).is_none() {
                let filled = self.groups.learn(entry.address, entry.members, entry.alias.line);
                filled_lines.extend(filled);
            }
        }
        let is_filled = |it: &DirectoryWarning| matches!(it, DirectoryWarning::EmptyGroup { line, .. } if filled_lines.contains(line));
        self.warnings.retain(|it| !is_filled(it));
        self.warnings.append(&mut warnings);
        Ok(())
    }

    /// Tells of each entry whether it is a group.
    fn groups_among(&self, entries: &[Entry<'_>], by_key: &HashMap<Box<str>, usize>) -> Vec<bool> {
        let mut known: Vec<Option<bool>> = vec![None; entries.len()];
        for start in 0..entries.len() {
            // Along a chain of aliases with one member each; a ring of them is nobody.
            let mut chain = vec![start];
            let answer = loop {
                let last = chain[chain.len() - 1];
                if let Some(known) = known[last] {
                    break known;
                }
                known[last] = Some(false);
                let members = &entries[last].members;
                match members.as_ref() {
                    [only] if self.groups.get(only).is_some() => break true,
                    [only] => match by_key.get(only.key()) {
                        Some(next) => chain.push(*next),
                        None => break false,
                    },
                    members => break !members.is_empty(),
                }
            };
            for entry in chain {
                known[entry] = Some(answer);
            }
        }
        known.into_iter().map(|it| it == Some(true)).collect()
    }
}

/// Every alias at every domain that it is at, and where each address stands among them.
fn entries<'a>(
    aliases: &'a [Alias],
    domains: &[Domain],
    warnings: &mut Vec<DirectoryWarning>,
) -> (Vec<Entry<'a>>, HashMap<Box<str>, usize>) {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let mut by_key: HashMap<Box<str>, usize> = HashMap::new();
    for alias in aliases {
        let own = [alias.name.rsplit_once('@').map(|(_, domain)| domain)];
        let all: Vec<Option<&str>> = domains.iter().map(|it| Some(it.as_str())).collect();
        let at = if own[0].is_some() || all.is_empty() { own.as_slice() } else { all.as_slice() };
        let mut told = false;
        for domain in at {
            let whole = |text: &str| match domain {
                Some(domain) if !text.contains('@') => Address::parse(&format!("{text}@{domain}")),
                _ => Address::parse(text),
            };
            let Some(address) = whole(&alias.name) else { continue };
            if let Some(first) = by_key.get(address.key()) {
                if !told {
                    let first = entries[*first].alias;
                    warnings.push(DirectoryWarning::AliasTwice {
                        file: alias.file.clone(),
                        line: alias.line,
                        name: alias.name.clone(),
                        first_file: first.file.clone(),
                        first: first.line,
                    });
                }
                told = true;
                continue;
            }
            let mut members: Vec<Address> = alias.members.iter().filter_map(|it| whole(it)).collect();
            let mut seen = HashSet::new();
            members.retain(|it| seen.insert(it.key().to_owned()));
            by_key.insert(address.key().into(), entries.len());
            entries.push(Entry { alias, address, members: members.into() });
        }
    }
    (entries, by_key)
}

/// Aliases that contain themselves, each with the addresses on the way round. One that names
/// itself outright is none: Postfix delivers to the mailbox then.
fn cycles(entries: &[Entry<'_>], by_key: &HashMap<Box<str>, usize>) -> Vec<(usize, Vec<String>)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Never,
        OnPath,
        Done,
    }
    /// A way round is shown up to here.
    const SHOWN: usize = 10;
    let mut seen = vec![Seen::Never; entries.len()];
    let mut cycles: Vec<(usize, Vec<String>)> = Vec::new();
    for start in 0..entries.len() {
        if seen[start] != Seen::Never {
            continue;
        }
        seen[start] = Seen::OnPath;
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((entry, next)) = path.last_mut() {
            let entry = *entry;
            let Some(member) = entries[entry].members.get(*next) else {
                seen[entry] = Seen::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let Some(inner) = by_key.get(member.key()).copied().filter(|it| *it != entry) else { continue };
            match seen[inner] {
                Seen::Done => {}
                Seen::Never => {
                    seen[inner] = Seen::OnPath;
                    path.push((inner, 0));
                }
                Seen::OnPath if cycles.len() < SHOWN => {
                    let round = path
                        .iter()
                        .map(|(it, _)| *it)
                        .skip_while(|it| *it != inner)
                        .take(SHOWN)
                        .chain([inner]);
                    cycles.push((inner, round.map(|it| entries[it].address.to_string()).collect()));
                }
                Seen::OnPath => {}
            }
        }
    }
    cycles
}
