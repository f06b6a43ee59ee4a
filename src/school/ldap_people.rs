//! Turns entries of LDAP into the texts of people.csv and groups.csv, so that both sources are
//! read and checked alike.

use std::collections::HashMap;

use super::ldap_table::LdapTable;
use super::{PersonRole, PrivateKey};
use crate::mail::Address;

/// An entry as the server gives it; attributes in lower case, because LDAP does not care.
#[derive(Clone, Debug, Default)]
pub struct LdapEntry {
    pub dn: String,
    pub attributes: HashMap<String, Vec<String>>,
}

/// What two searches became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LdapSheets {
    /// people.csv; private addresses are hashed already.
    pub people: String,
    /// groups.csv.
    pub groups: String,
    /// Entries of the people's search that have no known role and were left out.
    pub without_role: usize,
}

impl LdapEntry {
    fn values(&self, attribute: Option<&str>) -> &[String] {
        attribute.and_then(|it| self.attributes.get(&it.to_lowercase())).map_or(&[], Vec::as_slice)
    }
}

/// Writes the sheets; the rows stand in the order of the entries' names, so that the same
/// directory always makes the same text.
///
/// Names of entries (as in `member`, `manager`) become the first address of the entry; names of
/// entries that were not found are left out.
pub fn sheets(table: &LdapTable, people: &[LdapEntry], groups: &[LdapEntry], key: &PrivateKey) -> LdapSheets {
    let mut addresses: HashMap<String, &str> = HashMap::new();
    for (entries, attribute) in
        [(people, &table.attributes.address), (groups, &table.group_attributes.address)]
    {
        for entry in entries {
            let first = entry.values(attribute.as_deref()).first();
            addresses.extend(first.map(|it| (normal_dn(&entry.dn), plain(it))));
        }
    }
    let found = |value: &str| match value.contains('=') {
        true => addresses.get(&normal_dn(value)).map(|it| (*it).to_owned()),
        false => Some(value.to_owned()),
    };
    let mut without_role = 0;
    let mut rows = Vec::new();
    for entry in sorted(people) {
        let Some(role) = role(table, entry) else {
            without_role += 1;
            continue;
        };
        rows.push(table.attributes.columns().map(|(column, attribute)| {
            let values = entry.values(attribute).iter().map(|it| plain(it));
            match column {
                "role" => role.to_string(),
                "private" => joined(values.map(|it| hidden(it, key))),
                "children" | "manager" => joined(values.filter_map(found)),
                "adult-from" => joined(values.map(iso_date)),
                "name" | "form" | "hours" => values.take(1).map(one_line).collect(),
                _ => joined(values.map(one_line)),
            }
        }));
    }
    let people = sheet(&table.attributes.columns().map(|(column, _)| column), &rows);
    let mut rows = Vec::new();
    for entry in sorted(groups) {
        rows.push(table.group_attributes.columns().map(|(column, attribute)| {
            let values = entry.values(attribute).iter().map(|it| plain(it));
            match column {
                "members" => joined(values.filter_map(found)),
                _ => values.take(1).map(one_line).collect(),
            }
        }));
    }
    let groups = sheet(&table.group_attributes.columns().map(|(column, _)| column), &rows);
    LdapSheets { people, groups, without_role }
}

fn sorted(entries: &[LdapEntry]) -> Vec<&LdapEntry> {
    let mut sorted: Vec<&LdapEntry> = entries.iter().collect();
    sorted.sort_by_cached_key(|it| normal_dn(&it.dn));
    sorted
}

/// The role by the longest name of `roles` that the entry lies below, else by its attribute.
fn role(table: &LdapTable, entry: &LdapEntry) -> Option<PersonRole> {
    let values = entry.values(table.attributes.role.as_deref());
    let by_value = values.iter().find_map(|value| {
        let mapped = table.roles.iter().find(|(it, _)| it.eq_ignore_ascii_case(value.trim()));
        PersonRole::parse(mapped.map_or(value, |(_, role)| role))
    });
    let dn = normal_dn(&entry.dn);
    let below =
        |name: &str| dn.strip_suffix(&normal_dn(name)).is_some_and(|it| it.is_empty() || it.ends_with(','));
    let places = table.roles.iter().filter(|(name, _)| name.contains('=') && below(name));
    by_value.or_else(|| PersonRole::parse(places.max_by_key(|(name, _)| name.len())?.1))
}

/// The name of an entry in the form by which names are compared.
fn normal_dn(dn: &str) -> String {
    dn.split(',').map(str::trim).collect::<Vec<_>>().join(",").to_lowercase()
}

/// A value without the space around it, and an address without the kind that `proxyAddresses`
/// writes before it.
fn plain(value: &str) -> &str {
    let value = value.trim();
    match value.get(..5) {
        Some(kind) if kind.eq_ignore_ascii_case("smtp:") => &value[5..],
        _ => value,
    }
}

/// A private address as a hash; what is none is left out, because nothing of it may be kept.
fn hidden(value: &str, key: &PrivateKey) -> String {
    let address = Some(value).filter(|it| it.contains('@')).and_then(Address::parse);
    address.map(|it| key.hidden(&it)).unwrap_or_default()
}

fn iso_date(value: &str) -> String {
    match value.get(..8) {
        Some(day) if day.bytes().all(|it| it.is_ascii_digit()) => {
            format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..])
        }
        _ => one_line(value),
    }
}

/// A value in one line, without the sign that separates values.
fn one_line(value: &str) -> String {
    value.chars().map(|it| if it.is_control() || it == ';' { ' ' } else { it }).collect()
}

fn joined(values: impl Iterator<Item = String>) -> String {
    values.filter(|it| !it.is_empty()).collect::<Vec<_>>().join(";")
}

fn sheet<const N: usize>(header: &[&str; N], rows: &[[String; N]]) -> String {
    let mut text = String::new();
    let mut line = |fields: &mut dyn Iterator<Item = &str>| {
        let quoted = fields.map(|it| format!("\"{}\"", it.replace('"', "\"\"")));
        text.push_str(&quoted.collect::<Vec<_>>().join(","));
        text.push('\n');
    };
    line(&mut header.iter().copied());
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::Directory;

    fn entry(dn: &str, attributes: &[(&str, &[&str])]) -> LdapEntry {
        let values = |values: &[&str]| values.iter().map(|it| (*it).to_owned()).collect();
        LdapEntry {
            dn: dn.to_owned(),
            attributes: attributes.iter().map(|(name, it)| (name.to_lowercase(), values(it))).collect(),
        }
    }

    fn table() -> LdapTable {
        toml::from_str(
            "ldap = \"ldaps://dc.oakmere.example\"\nbase = \"dc=oakmere,dc=example\"\n\
             attributes = { role = \"employeeType\", private = \"otherMailbox\", adult-from = \"adult\" }\n\
             roles = { Teacher = \"staff\", \"OU=Pupils, DC=oakmere,DC=example\" = \"pupil\", \"ou=old,ou=pupils,dc=oakmere,dc=example\" = \"former-pupil\" }\n",
        )
        .unwrap()
    }

    #[test]
    fn entries_become_rows_that_the_directory_reads() {
        let people = [
            entry(
                "CN=Okoro\\, J,OU=Staff,DC=oakmere,DC=example",
                &[
                    ("displayName", &["J \"Jo\" Okoro; DSL"]),
                    ("mail", &["j.okoro@oakmere.example"]),
                    ("employeeType", &["teacher"]),
                    ("manager", &["cn=head, ou=staff,dc=oakmere,dc=example"]),
                ],
            ),
            entry(
                "cn=head,ou=staff,dc=oakmere,dc=example",
                &[
                    ("mail", &["SMTP:head@oakmere.example", "smtp:h.marsh@oakmere.example"]),
                    ("employeeType", &["Staff"]),
                ],
            ),
            entry(
                "cn=jayden,ou=9h,ou=pupils,dc=oakmere,dc=example",
                &[
                    ("mail", &["jayden@pupils.oakmere.example"]),
                    ("otherMailbox", &["Jayden.R@gmail.example", "none"]),
                    ("adult", &["20290314000000Z"]),
                ],
            ),
            entry(
                "cn=left,ou=old,ou=pupils,dc=oakmere,dc=example",
                &[("mail", &["left@pupils.oakmere.example"])],
            ),
            entry("cn=printer,ou=things,dc=oakmere,dc=example", &[("mail", &["printer@oakmere.example"])]),
        ];
        let groups = [entry(
            "cn=all,dc=oakmere,dc=example",
            &[
                ("mail", &["all@oakmere.example"]),
                ("cn", &["All"]),
                (
                    "member",
                    &[
                        "CN=Okoro\\, J,OU=Staff,DC=oakmere,DC=example",
                        "cn=nobody,dc=oakmere,dc=example",
                        "CN=HEAD,OU=staff,DC=oakmere,DC=example",
                    ],
                ),
            ],
        )];
        let key = PrivateKey::new([7; 32]);
        let sheets = sheets(&table(), &people, &groups, &key);
        assert_eq!(sheets.without_role, 1);
        assert!(!sheets.people.to_lowercase().contains("gmail"), "{}", sheets.people);
        let directory =
            Directory::parse(Some(("ldap", &sheets.people)), Some(("ldap", &sheets.groups)), &key).unwrap();
        let person = |text: &str| directory.person(&Address::parse(text).unwrap()).unwrap();
        let okoro = person("j.okoro@oakmere.example");
        assert_eq!((okoro.role, &*okoro.name), (PersonRole::Staff, "J \"Jo\" Okoro  DSL"));
        assert_eq!(okoro.manager, Address::parse("head@oakmere.example"));
        assert_eq!(person("h.marsh@oakmere.example").role, PersonRole::Staff);
        assert_eq!(person("left@pupils.oakmere.example").role, PersonRole::FormerPupil);
        let jayden = person("jayden@pupils.oakmere.example");
        assert_eq!(
            (jayden.role, jayden.adult_from.unwrap().to_string().as_str()),
            (PersonRole::Pupil, "2029-03-14")
        );
        assert_eq!(
            directory.group(&Address::parse("all@oakmere.example").unwrap()).unwrap().members.len(),
            2
        );
        let school =
            crate::school::School::new(Default::default(), Default::default(), Default::default(), directory);
        let owner = school.private_match(&Address::parse("jaydenr@googlemail.example").unwrap());
        assert_eq!(owner.map(|it| it.role()), Some(PersonRole::Pupil));
        assert_eq!(directory_without_private(&sheets.people), [""; 0]);
    }

    /// Complaints about the sheet under another key: hashes are read, and nobody is found by them.
    fn directory_without_private(people: &str) -> Vec<String> {
        let directory = Directory::parse(Some(("ldap", people)), None, &PrivateKey::new([8; 32])).unwrap();
        directory.warnings().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_order_of_the_answers_changes_nothing() {
        let one = entry("cn=a,ou=pupils,dc=oakmere,dc=example", &[("mail", &["a@pupils.oakmere.example"])]);
        let two = entry("cn=b,ou=pupils,dc=oakmere,dc=example", &[("mail", &["b@pupils.oakmere.example"])]);
        let key = PrivateKey::new([7; 32]);
        let there = sheets(&table(), &[one.clone(), two.clone()], &[], &key);
        assert_eq!(there, sheets(&table(), &[two, one], &[], &key));
    }

    #[test]
    fn a_table_that_cannot_be_right_is_told() {
        let with = |change: &dyn Fn(&mut LdapTable)| {
            let mut table = table();
            change(&mut table);
            table.fault().map(|(_, what)| what)
        };
        assert_eq!(with(&|_| ()), None);
        for url in ["ldap://dc", "ldaps://dc.oakmere.example:3269/", "ldap://[::1]:389"] {
            assert_eq!(with(&|it| it.ldap = url.into()), None, "{url}");
        }
        for url in
            ["dc.oakmere.example", "http://dc", "ldaps://", "ldap://:389", "ldaps://dc/x?y", "ldap://me@dc"]
        {
            assert!(
                with(&|it| it.ldap = url.into()).is_some_and(|it| it.contains("must be such as")),
                "{url}"
            );
        }
        assert!(with(&|it| it.bind_dn = Some("cn=beadle".into())).is_some());
        assert!(with(&|it| it.refresh_minutes = 0).is_some());
        assert!(
            with(&|it| drop(it.roles.insert("x".into(), "student".into())))
                .is_some_and(|it| it.contains("`student`"))
        );
        assert!(
            with(&|it| {
                it.roles.clear();
                it.attributes.role = None
            })
            .is_some()
        );
    }
}
