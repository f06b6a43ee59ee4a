//! What can be wrong with the directory files, said so that it can be put right.

use thiserror::Error;

/// Why a directory cannot be used. Nothing of it is then in force.
#[derive(Debug, Error)]
pub enum DirectoryError {
    #[error("{file}: there is no header row, must be a line of column names such as `{columns}`")]
    NoHeader { file: String, columns: &'static str },
    #[error("{file}:1: `{column}` is not a column, must be one of {columns}{}", or_likely(.likely))]
    UnknownColumn { file: String, column: String, columns: String, likely: Option<&'static str> },
    #[error("{file}:1: the column `{column}` stands twice, must stand once")]
    ColumnTwice { file: String, column: &'static str },
    #[error("{file}:1: there is no column `{column}`, must be there")]
    NoColumn { file: String, column: &'static str },
    #[error("{file}:{line}: the number of fields is {found}, must be {wanted} as in the header")]
    RowLength { file: String, line: u64, found: usize, wanted: usize },
    #[error(
        "{file}:{line}, column `{column}`: a quoted field runs over the line's end, must be closed by `\"`"
    )]
    OpenQuote { file: String, line: u64, column: &'static str },
    #[error("{file}: cannot be read as CSV")]
    Csv { file: String, source: csv::Error },
    /// A value that is not what its column holds. `found` never shows a private address.
    #[error("{file}:{line}, column `{column}`: {found}, must be {wanted}{}", or_likely(.likely))]
    Value {
        file: String,
        line: u64,
        column: &'static str,
        found: String,
        wanted: String,
        likely: Option<&'static str>,
    },
    #[error("{file}:{line}, column `hours`: {source}")]
    Hours { file: String, line: u64, source: super::HoursError },
    #[error(
        "{file}:{line}, column `address`: `{address}` is a pupil's (line {pupil_line}), must not stand in a \
         row of role {role} too"
    )]
    PupilAndAdult { file: String, line: u64, address: String, pupil_line: u64, role: super::PersonRole },
    #[error(
        "{file}:{line}, column `address`: `{address}` is a group already (line {first}), must stand once"
    )]
    GroupTwice { file: String, line: u64, address: String, first: u64 },
    #[error("{file}:{line}, column `address`: `{address}` is a person of {people}, must be a group's alone")]
    GroupIsPerson { file: String, line: u64, address: String, people: String },
    #[error("{file}:{line}: the group contains itself: {}, must not", .cycle.join(" > "))]
    GroupCycle { file: String, line: u64, cycle: Vec<String> },
    #[error("{file}:{line}: this is no alias, must be `name: address, ...` or `address address, ...`")]
    NoAlias { file: String, line: u64 },
    #[error("{file}:{line}: the aliases have more than {most} members, must have fewer")]
    TooManyMembers { file: String, line: u64, most: usize },
}

fn or_likely(likely: &Option<&'static str>) -> String {
    likely.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default()
}

/// What is odd in a directory that is used all the same: an export is seldom without it, and
/// no rule becomes wrong by it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DirectoryWarning {
    #[error("{file}:{line}: this row of role {role} has no address; no mail is recognised as theirs")]
    NoAddress { file: String, line: u64, role: super::PersonRole },
    #[error("{file}:{line}, column `children`: `{address}` is no pupil of this file; it is left out")]
    UnknownChild { file: String, line: u64, address: String },
    #[error("{file}:{line}, column `manager`: `{address}` is nobody in this file")]
    UnknownManager { file: String, line: u64, address: String },
    #[error(
        "{file}:{line}, column `address`: `{address}` stands in a row of role {role} already (line {first}); both rows are used"
    )]
    AddressTwice { file: String, line: u64, address: String, role: super::PersonRole, first: u64 },
    #[error("{file}:{line}: the group has neither members nor a size; it counts as one person")]
    EmptyGroup { file: String, line: u64 },
    #[error("{file}:{line}: the alias `{name}` stands in {first_file}:{first} already; the first counts")]
    AliasTwice { file: String, line: u64, name: String, first_file: String, first: u64 },
    #[error("{file}:{line}: the alias contains itself: {}", .cycle.join(" > "))]
    AliasCycle { file: String, line: u64, cycle: Vec<String> },
    #[error("{file}:{line}: `{found}` is not an address; it is left out")]
    NoMember { file: String, line: u64, found: String },
    #[error("{file}:{line}: {path} is not included: {why}")]
    NotIncluded { file: String, line: u64, path: String, why: String },
}
