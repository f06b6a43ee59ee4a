//! The table `directory` of `[school]` for a school whose people stand in LDAP or Active Directory.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where the people stand, who asks for them, and which attribute holds what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LdapTable {
    /// `ldaps://HOST[:PORT]`, or `ldap://HOST[:PORT]`, which is made safe by StartTLS unless HOST is
    /// this machine.
    pub ldap: String,
    /// The entry below which people and groups are looked for.
    pub base: String,
    /// Who asks; anonymous where it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind_dn: Option<String>,
    /// The file with the password, relative to rules.toml.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<String>,
    /// Certificates (PEM) that vouch for the server, in place of the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<String>,
    #[serde(default = "people_filter")]
    pub people_filter: String,
    #[serde(default = "group_filter")]
    pub group_filter: String,
    #[serde(default)]
    pub attributes: Attributes,
    #[serde(default)]
    pub group_attributes: GroupAttributes,
    /// What the role attribute says, or the end of an entry's name (`ou=staff,dc=oakmere,dc=example`),
    /// and the role that it means.
    #[serde(default)]
    pub roles: BTreeMap<String, String>,
    #[serde(default = "refresh_minutes")]
    pub refresh_minutes: u32,
}

fn people_filter() -> String {
    "(&(objectClass=person)(mail=*))".into()
}

fn group_filter() -> String {
    "(&(|(objectClass=group)(objectClass=groupOfNames))(mail=*))".into()
}

fn refresh_minutes() -> u32 {
    60
}

/// The attributes of a person, by the columns of people.csv; one that is not set gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Attributes {
    pub role: Option<String>,
    pub name: Option<String>,
    pub address: Option<String>,
    pub private: Option<String>,
    pub tags: Option<String>,
    pub form: Option<String>,
    /// Addresses, or names of entries.
    pub children: Option<String>,
    /// An address, or the name of an entry.
    pub manager: Option<String>,
    /// A date such as `2029-03-14`, or a time such as `20290314000000Z`.
    pub adult_from: Option<String>,
    pub hours: Option<String>,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            role: None,
            name: Some("displayName".into()),
            address: Some("mail".into()),
            private: None,
            tags: None,
            form: None,
            children: None,
            manager: Some("manager".into()),
            adult_from: None,
            hours: None,
        }
    }
}

impl Attributes {
    /// Columns of people.csv, each with its attribute.
    pub(super) fn columns(&self) -> [(&'static str, Option<&str>); 10] {
        [
            ("role", self.role.as_deref()),
            ("name", self.name.as_deref()),
            ("address", self.address.as_deref()),
            ("private", self.private.as_deref()),
            ("tags", self.tags.as_deref()),
            ("form", self.form.as_deref()),
            ("children", self.children.as_deref()),
            ("manager", self.manager.as_deref()),
            ("adult-from", self.adult_from.as_deref()),
            ("hours", self.hours.as_deref()),
        ]
    }

    /// The attributes to ask for.
    pub fn wanted(&self) -> Vec<String> {
        self.columns().into_iter().filter_map(|(_, it)| it.map(str::to_owned)).collect()
    }
}

/// The attributes of a group, by the columns of groups.csv.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct GroupAttributes {
    pub address: Option<String>,
    pub name: Option<String>,
    pub kind: Option<String>,
    /// Names of entries, or addresses.
    pub members: Option<String>,
    pub size: Option<String>,
}

impl Default for GroupAttributes {
    fn default() -> Self {
        Self {
            address: Some("mail".into()),
            name: Some("cn".into()),
            kind: None,
            members: Some("member".into()),
            size: None,
        }
    }
}

impl GroupAttributes {
    /// Columns of groups.csv, each with its attribute.
    pub(super) fn columns(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("address", self.address.as_deref()),
            ("name", self.name.as_deref()),
            ("kind", self.kind.as_deref()),
            ("members", self.members.as_deref()),
            ("size", self.size.as_deref()),
        ]
    }

    /// The attributes to ask for.
    pub fn wanted(&self) -> Vec<String> {
        self.columns().into_iter().filter_map(|(_, it)| it.map(str::to_owned)).collect()
    }
}

impl LdapTable {
    /// The host of the server's URL and whether the connection is safe from its start; `None` for
    /// anything but `ldaps://` and `ldap://`.
    pub fn server(&self) -> Option<(&str, bool)> {
        let (rest, safe) = match self.ldap.strip_prefix("ldaps://") {
            Some(rest) => (rest, true),
            None => (self.ldap.strip_prefix("ldap://")?, false),
        };
        let rest = rest.trim_end_matches('/');
        let host = match rest.strip_prefix('[') {
            Some(inner) => inner.split_once(']')?.0,
            None => rest.split_once(':').map_or(rest, |(host, _)| host),
        };
        let sound = !host.is_empty() && !rest.contains(['/', '?', '#', '@', ' ']);
        sound.then_some((host, safe))
    }

    /// Whether the server is on this machine, so that nobody can listen on the way.
    pub fn is_local(&self) -> bool {
        self.server().is_some_and(|(host, _)| matches!(host, "localhost" | "127.0.0.1" | "::1"))
    }

    /// What in the table cannot be right: the key, and what is said of it.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        if self.server().is_none() {
            let found = format!("`ldap` is `{}`, must be such as `ldaps://dc.oakmere.example`", self.ldap);
            return Some(("ldap", found));
        }
        if self.bind_dn.is_some() != self.password_file.is_some() {
            return Some(("ldap", "`bind-dn` and `password-file` must both be set, or neither".into()));
        }
        if self.attributes.role.is_none() && self.roles.is_empty() {
            return Some((
                "ldap",
                "nothing tells staff from pupils, must have `attributes.role` or `roles`".into(),
            ));
        }
        let unknown = self.roles.values().find(|it| super::PersonRole::parse(it).is_none());
        if let Some(role) = unknown {
            let words = super::PersonRole::ALL.map(super::PersonRole::as_str).join(", ");
            return Some(("roles", format!("`{role}` is not a role, must be one of {words}")));
        }
        if self.refresh_minutes == 0 {
            return Some(("refresh-minutes", "`refresh-minutes` is 0, must be at least 1".into()));
        }
        None
    }
}
