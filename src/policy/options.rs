//! Hands merged policy values to serde, and places every error where its value was written.

use std::fmt::Display;

use serde::de::value::{BorrowedStrDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::fault::{Fault, likely};
use super::tree::{Entry, Node, Value};

/// The name under which the `toml` crate asks for a date or time (toml_datetime, `NAME`).
const TOML_DATETIME: &str = "$__toml_private_Datetime";
const TOML_DATETIME_FIELD: &str = "$__toml_private_datetime";

/// A value of the policy, ready to be read into a type.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a>(pub(crate) &'a Node);

impl serde::de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        let text = message.to_string();
        match text.split_once("\nhelp: ") {
            Some((what, help)) => Self::new(what).help(help),
            None => Self::new(text),
        }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        unknown("key", field, expected)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        unknown("value", variant, expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("`{field}` is missing"))
    }

    fn invalid_type(found: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::new(format!("found {found}, must be {}", in_words(expected)))
    }

    fn invalid_value(found: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::new(format!("found {found}, must be {}", in_words(expected)))
    }
}

/// What serde expects, in words for people who know no Rust.
fn in_words(expected: &dyn serde::de::Expected) -> String {
    let text = expected.to_string();
    match text.as_str() {
        "usize" | "u8" | "u16" | "u32" | "u64" => "a whole number, not below 0".into(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".into(),
        "f32" | "f64" => "a number".into(),
        "a boolean" => "true or false".into(),
        "a string" => "text in quotes".into(),
        "a sequence" => "a list".into(),
        "a map" => "a table".into(),
        _ if text.starts_with("struct ") => "a table".into(),
        _ => text,
    }
}

/// Reads a count that makes no sense as 0.
///
/// # Errors
/// For 0 and for anything that is no count.
pub fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    match <usize as serde::Deserialize>::deserialize(deserializer)? {
        0 => Err(serde::de::Error::custom("found 0, must be at least 1")),
        count => Ok(count),
    }
}

/// Reads a day, written as a TOML date or as text.
///
/// # Errors
/// For anything but a day of the form `2026-09-01`.
pub(crate) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<chrono::NaiveDate, D::Error> {
    let text = <String as serde::Deserialize>::deserialize(deserializer)?;
    let wrong = || serde::de::Error::custom(format!("found `{text}`, must be a day such as 2026-09-01"));
    text.parse().map_err(|_| wrong())
}

/// Reads a day that may be missing.
pub(crate) fn optional_day<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<chrono::NaiveDate>, D::Error> {
    day(deserializer).map(Some)
}

/// A word that is none of the expected ones, with the likely one or all of them.
pub(crate) fn unknown(kind: &str, word: &str, expected: &[&str]) -> Fault {
    let fault = Fault::new(format!("unknown {kind} `{word}`"));
    match likely(word, expected.iter().copied()) {
        Some(meant) => fault.help(format!("did you mean `{meant}`?")),
        None if expected.is_empty() => fault,
        None => {
            let list: Vec<_> = expected.iter().map(|it| format!("`{it}`")).collect();
            fault.help(format!("use {}", list.join(", ")))
        }
    }
}

impl<'de> Deserializer<'de> for Options<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Node { value, origin } = self.0;
        match value {
            Value::String(text) | Value::Time(text) => visitor.visit_borrowed_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Boolean(value) => visitor.visit_bool(*value),
            Value::Array(items) => visitor.visit_seq(Items(items.iter())),
            Value::Table(table) => visitor.visit_map(Entries { rest: table.entries.iter(), current: None }),
        }
        .map_err(|fault: Fault| fault.at(origin))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::String(text) => {
                let variant: BorrowedStrDeserializer<'_, Fault> = BorrowedStrDeserializer::new(text);
                variant.deserialize_enum(name, variants, visitor)
            }
            other => Err(Fault::new(format!("found {}, must be one word in quotes", other.kind()))),
        }
        .map_err(|fault| fault.at(&self.0.origin))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Time(text) if name == TOML_DATETIME => {
                let entry = std::iter::once((TOML_DATETIME_FIELD, text.as_str()));
                visitor.visit_map(serde::de::value::MapDeserializer::new(entry))
            }
            _ => self.deserialize_any(visitor),
        }
        .map_err(|fault: Fault| fault.at(&self.0.origin))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'a>(std::slice::Iter<'a, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        self.0.next().map(|it| seed.deserialize(Options(it))).transpose()
    }
}

struct Entries<'a> {
    rest: std::slice::Iter<'a, Entry>,
    current: Option<&'a Entry>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.current = self.rest.next();
        let Some(entry) = self.current else { return Ok(None) };
        let key: StringDeserializer<Fault> =
            serde::de::IntoDeserializer::into_deserializer(entry.key.clone());
        seed.deserialize(key).map(Some).map_err(|fault| fault.at(&entry.key_origin))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let entry = self.current.take().expect("serde asks for the key first");
        seed.deserialize(Options(&entry.node)).map_err(|fault| {
            let placed = fault.at(&entry.node.origin);
            // A bare "found 0, must be at least 1" gains the key it is about.
            if placed.what.starts_with("found ") {
                Fault { what: format!("`{}`: {}", entry.key, placed.what), ..placed }
            } else {
                placed
            }
        })
    }
}
