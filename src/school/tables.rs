//! The table `[school]` of rules.toml: the school's name, clock, domains, numbers and languages.

use std::fmt;

use chrono_tz::{TZ_VARIANTS, Tz};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::LdapTable;

/// The table `[school]` of rules.toml.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SchoolTable {
    /// The school's name as notices use it.
    pub name: String,
    #[serde(deserialize_with = "read_zone", serialize_with = "write_zone")]
    pub timezone: Tz,
    /// The school's and its trust's own domains, subdomains included.
    pub domains: Vec<Domain>,
    /// Domains at which only pupils have addresses, subdomains included.
    pub pupil_domains: Vec<Domain>,
    /// Partners that count as inside for personal data, subdomains included.
    pub trusted_domains: Vec<Domain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<DirectorySource>,
    /// Text files of Postfix's alias maps, relative to rules.toml: groups that groups.csv does
    /// not list.
    pub alias_maps: Vec<String>,
    /// School, work and trip telephones, as they are written.
    pub numbers: Vec<String>,
    pub languages: Vec<Language>,
}

impl Default for SchoolTable {
    fn default() -> Self {
        Self {
            name: String::new(),
            timezone: Tz::Europe__London,
            domains: Vec::new(),
            pupil_domains: Vec::new(),
            trusted_domains: Vec::new(),
            directory: None,
            alias_maps: Vec::new(),
            numbers: Vec::new(),
            languages: vec![Language::English],
        }
    }
}

/// A language in which the school writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    #[serde(rename = "en")]
    English,
    #[serde(rename = "cy")]
    Welsh,
}

/// Where the directory is read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum DirectorySource {
    /// A folder with `people.csv` and `groups.csv`, relative to rules.toml.
    Folder(String),
    Ldap(Box<LdapTable>),
}

impl<'de> Deserialize<'de> for DirectorySource {
    /// Tells the two apart by their kind, so that a fault in a table keeps its place and words.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = DirectorySource;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the name of a folder, or a table such as { ldap = \"ldaps://...\" }")
            }

            fn visit_str<E: serde::de::Error>(self, folder: &str) -> Result<Self::Value, E> {
                Ok(DirectorySource::Folder(folder.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let table = LdapTable::deserialize(MapAccessDeserializer::new(map))?;
                Ok(DirectorySource::Ldap(Box::new(table)))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// A mail domain, in lower case and in ASCII form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

impl Domain {
    /// Reads a domain, in ASCII or in its own letters. Returns `None` for text that cannot be
    /// one, such as an address.
    pub fn parse(text: &str) -> Option<Self> {
        let ascii = ascii_domain(text.trim());
        let sound = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        ascii.split('.').all(sound).then_some(Self(ascii))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether `domain`, in ASCII form, is this domain or lies below it.
    pub fn covers(&self, domain: &str) -> bool {
        domain.strip_suffix(self.0.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl TryFrom<String> for Domain {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| match text.rsplit_once('@') {
            Some((_, domain)) if !domain.is_empty() => {
                format!("`{text}` is not a domain, must be what follows the @: `{domain}`")
            }
            _ => format!("`{text}` is not a domain, must be like `oakmere.example`"),
        })
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A domain in the one form by which domains are compared: lower case, ASCII (UTS 46), without
/// the root's dot.
pub(super) fn ascii_domain(text: &str) -> String {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    idna::domain_to_ascii(text).unwrap_or_else(|_| text.to_lowercase())
}

fn read_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_| {
        let likely = likely_zone(&name).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
        D::Error::custom(format!(
            "`{name}` is not a time zone, must be a name such as `Europe/London`{likely}"
        ))
    })
}

fn write_zone<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

/// The zone whose name, or whose city alone, is nearest to what was written.
fn likely_zone(name: &str) -> Option<&'static str> {
    let wanted = name.trim().to_lowercase().replace(' ', "_");
    if matches!(wanted.as_str(), "bst" | "uk" | "britain" | "england" | "wales" | "scotland") {
        return Some(Tz::Europe__London.name());
    }
    let nearness = |zone: &'static str| {
        let lower = zone.to_lowercase();
        let city = lower.rsplit('/').next().unwrap_or(&lower);
        strsim::jaro_winkler(&lower, &wanted).max(strsim::jaro_winkler(city, &wanted))
    };
    TZ_VARIANTS
        .iter()
        .map(|zone| (nearness(zone.name()), zone.name()))
        .filter(|(near, _)| 0.85 < *near)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, zone)| zone)
}
