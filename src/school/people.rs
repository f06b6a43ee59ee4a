//! The rows of people.csv, read into persons.

use chrono::NaiveDate;

use super::person::normal_role;
use super::private::{PrivateList, hidden_hash};
use super::sheet::{Row, Sheet, likely};
use super::{DirectoryError, DirectoryWarning, Person, PersonRole, PrivateKey};
use crate::mail::Address;

const COLUMNS: &[&str] =
    &["role", "name", "address", "private", "tags", "form", "children", "manager", "adult-from", "hours"];

/// What one people.csv holds, before anyone has been looked up in it.
#[derive(Default)]
pub(super) struct People {
    pub(super) persons: Vec<Person>,
    /// The line of each person.
    pub(super) lines: Vec<u64>,
    /// The school addresses of the children, for the persons that name any.
    pub(super) children: Vec<(u32, Vec<Address>)>,
    pub(super) private: PrivateList,
}

impl People {
    pub(super) fn parse(
        file: &str,
        text: &str,
        key: &PrivateKey,
        warnings: &mut Vec<DirectoryWarning>,
    ) -> Result<Self, DirectoryError> {
        let mut sheet = Sheet::open(file, text, COLUMNS)?;
        sheet.require("role")?;
        if !sheet.has("private") {
            sheet.require("address")?;
        }
        let mut people = Self::default();
        while let Some(row) = sheet.next_row()? {
            let place = u32::try_from(people.persons.len()).unwrap_or(u32::MAX);
            let person = person(&row)?;
            if person.addresses.is_empty() && row.get("private").is_empty() {
                let (file, line, role) = (file.to_owned(), row.line, person.role);
                warnings.push(DirectoryWarning::NoAddress { file, line, role });
            }
            for value in row.values("private") {
                match hidden_hash(value) {
                    Some(hash) => people.private.add_hash(hash, place),
                    None => people.private.add(key, &row.address("private", value)?, place),
                }
            }
            let children = row.addresses("children")?;
            if !children.is_empty() {
                people.children.push((place, children));
            }
            people.lines.push(row.line);
            people.persons.push(person);
        }
        Ok(people)
    }
}

fn person(row: &Row<'_>) -> Result<Person, DirectoryError> {
    let manager = row.addresses("manager")?.into_iter().next();
    let hours = match row.get("hours") {
        "" => None,
        hours => Some(Box::new(hours.parse().map_err(|source| row.wrong_hours(source))?)),
    };
    Ok(Person {
        role: role(row)?,
        name: row.get("name").into(),
        addresses: row.addresses("address")?.into(),
        tags: row.values("tags").map(|tag| normal_role(tag).into()).collect(),
        form: row.get("form").into(),
        manager,
        adult_from: adult_from(row)?,
        hours,
        children: Box::default(),
    })
}

fn role(row: &Row<'_>) -> Result<PersonRole, DirectoryError> {
    let written = row.get("role");
    PersonRole::parse(written).ok_or_else(|| {
        let words = PersonRole::ALL.map(PersonRole::as_str);
        let meant = match normal_role(written).as_str() {
            "student" | "child" | "learner" => Some("pupil"),
            "teacher" | "employee" | "support" | "ta" => Some("staff"),
            "carer" | "guardian" | "contact" | "mother" | "father" => Some("parent"),
            "leaver" | "alumnus" | "alumna" | "ex-pupil" | "former-student" => Some("former-pupil"),
            "supply" => Some("agency"),
            other => likely(other, &words),
        };
        row.wrong(
            "role",
            format!("`{written}` is not a role"),
            &format!("one of {}", words.join(", ")),
            meant,
        )
    })
}

fn adult_from(row: &Row<'_>) -> Result<Option<NaiveDate>, DirectoryError> {
    match row.get("adult-from") {
        "" => Ok(None),
        date => date.parse().map(Some).map_err(|_| {
            row.wrong(
                "adult-from",
                format!("`{date}` is not a date"),
                "an ISO date such as `2027-08-31`",
                None,
            )
        }),
    }
}
