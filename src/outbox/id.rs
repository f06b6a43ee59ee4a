//! The name of an entry: ten letters and digits that can be read out over the telephone.

use std::fmt;

use super::OutboxError;

/// Crockford's base 32: no I, L, O or U, so nothing can be misread.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: u32 = 10;

/// The identity of a kept message or notice: 50 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u64);

impl Id {
    /// Draws a new id from the system's random source.
    ///
    /// The caller draws it, not the store, because a notice names the entry it is about before
    /// either is stored. The store refuses an id that it already has.
    pub fn random() -> Result<Self, OutboxError> {
        let bits = getrandom::u64().map_err(|source| OutboxError::Random { source })?;
        Ok(Self(bits >> (64 - 5 * LENGTH)))
    }

    /// Reads an id as a person types it: in any letter case, with hyphens or spaces, and with
    /// `O` for `0` and `I` or `L` for `1`. Returns `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bits = 0;
        let mut length = 0;
        for letter in text.chars().filter(|it| *it != '-' && !it.is_whitespace()) {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let digit = DIGITS.iter().position(|it| char::from(*it) == letter)?;
            length += 1;
            if length > LENGTH {
                return None;
            }
            bits = bits << 5 | digit as u64;
        }
        (length == LENGTH).then_some(Self(bits))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..LENGTH).rev().try_for_each(|place| {
            let digit = DIGITS[(self.0 >> (5 * place) & 31) as usize];
            fmt::Write::write_char(formatter, char::from(digit))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reading_undoes_writing(bits in 0u64..1 << 50) {
            let id = Id(bits);
            let text = id.to_string();
            prop_assert_eq!(text.len(), 10);
            prop_assert_eq!(Id::parse(&text), Some(id));
            prop_assert_eq!(Id::parse(&text.to_lowercase()), Some(id));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            let _ = Id::parse(&text);
        }
    }

    #[test]
    fn reads_what_a_person_types() {
        assert_eq!(Id::parse("olio0-l2345"), Id::parse("01100 12345"));
        assert!(Id::parse("0110012345").is_some());
        assert_eq!(Id::parse("01100123456"), None);
        assert_eq!(Id::parse("011001234"), None);
        assert_eq!(Id::parse("U110012345"), None);
    }
}
