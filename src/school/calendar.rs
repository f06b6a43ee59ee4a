//! The days on which the school is shut: its own closures and the bank holidays it keeps.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::bank_holidays::BankHolidays;

/// The table `[calendar]` of rules.toml.
///
/// By default nothing is closed: a bank-holiday Monday is a weekday until the school says
/// otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CalendarTable {
    pub bank_holidays: BankHolidays,
    pub closures: Vec<Closure>,
}

/// Days on which the school is shut, the first and the last among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ClosureTable", into = "ClosureTable")]
pub struct Closure {
    name: String,
    from: NaiveDate,
    to: NaiveDate,
}

/// A closure that ends before it starts.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the closure `{name}` runs from {from} to {to}, must end on the day it starts or later")]
pub struct ClosureError {
    name: String,
    from: NaiveDate,
    to: NaiveDate,
}

impl Closure {
    pub fn new(name: impl Into<String>, from: NaiveDate, to: NaiveDate) -> Result<Self, ClosureError> {
        let name = name.into();
        if to < from { Err(ClosureError { name, from, to }) } else { Ok(Self { name, from, to }) }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn from(&self) -> NaiveDate {
        self.from
    }

    pub fn to(&self) -> NaiveDate {
        self.to
    }

    fn contains(&self, date: NaiveDate) -> bool {
        (self.from..=self.to).contains(&date)
    }
}

/// A closure as it stands in the file: dates as TOML writes them, or as strings.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClosureTable {
    name: String,
    from: Day,
    to: Day,
}

impl TryFrom<ClosureTable> for Closure {
    type Error = ClosureError;

    fn try_from(table: ClosureTable) -> Result<Self, ClosureError> {
        Self::new(table.name, table.from.0, table.to.0)
    }
}

impl From<Closure> for ClosureTable {
    fn from(closure: Closure) -> Self {
        Self { name: closure.name, from: Day(closure.from), to: Day(closure.to) }
    }
}

/// A date that reads and writes itself as `2026-12-21`.
struct Day(NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Toml(toml::value::Datetime),
            Text(String),
        }
        let text = match Written::deserialize(deserializer) {
            Ok(Written::Toml(date)) => date.to_string(),
            Ok(Written::Text(text)) => text,
            Err(_) => return Err(serde::de::Error::custom("must be a date such as 2026-12-21")),
        };
        text.parse()
            .map(Self)
            .map_err(|_| serde::de::Error::custom(format!("`{text}` is not a date, must be like 2026-12-21")))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Answers whether the school is shut on a day, and why.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    table: CalendarTable,
}

impl Calendar {
    pub fn new(table: CalendarTable) -> Self {
        Self { table }
    }

    /// The name of the closure or bank holiday on `date`; `None` when the school is at work.
    pub fn is_closed(&self, date: NaiveDate) -> Option<&str> {
        let closure = self.table.closures.iter().find(|it| it.contains(date));
        closure.map(Closure::name).or_else(|| self.table.bank_holidays.on(date))
    }

    pub fn table(&self) -> &CalendarTable {
        &self.table
    }
}
