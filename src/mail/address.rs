//! An e-mail address, as RFC 5321 writes a mailbox, compared as mail systems compare it.

use std::fmt;

/// A mailbox `local@domain`, without angle brackets.
///
/// Two addresses are equal when they differ in letter case only. RFC 5321 section 2.4 lets the
/// local part be case-sensitive, but no school's mail system tells `Head@` from `head@`.
#[derive(Clone, Debug)]
pub struct Address {
    text: String,
    /// The text in lower case, by which addresses are compared.
    key: String,
    /// Where the last `@` of `key` stands; its length where there is none.
    at: usize,
}

impl Address {
    /// Reads an address as it stands in a path or a header, with or without angle brackets.
    ///
    /// Returns `None` for the null path `<>` and for text without a local part. A bare user
    /// name, as sendmail(1) and some clients give it, is an address without a domain.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('<').unwrap_or(text);
        let text = text.strip_suffix('>').unwrap_or(text).trim();
        if text.is_empty() || text.starts_with('@') {
            return None;
        }
        let key = text.to_lowercase();
        let at = key.rfind('@').unwrap_or(key.len());
        Some(Self { text: text.to_owned(), key, at })
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The whole address in lower case: equal addresses have equal keys.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The local part, in lower case.
    pub fn local(&self) -> &str {
        &self.key[..self.at]
    }

    /// The domain, in lower case; empty for a bare user name.
    pub fn domain(&self) -> &str {
        self.key.get(self.at + 1..).unwrap_or("")
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Address {}

impl std::hash::Hash for Address {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
