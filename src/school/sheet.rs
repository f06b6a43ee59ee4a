//! A CSV file of the directory: header in any order, rows with their lines, errors with places.

use csv::{ReaderBuilder, StringRecord, StringRecordsIntoIter};

use super::{DirectoryError, HoursError};
use crate::mail::Address;

/// A file with known columns, read row by row.
pub(super) struct Sheet<'a> {
    file: &'a str,
    /// The text from the first row not yet given on, and the line on which it starts.
    rest: (&'a str, u64),
    /// How much of the text stands before `rest`, in bytes.
    before: u64,
    columns: &'static [&'static str],
    /// Where each of `columns` stands in the file.
    places: Vec<Option<usize>>,
    width: usize,
    rows: StringRecordsIntoIter<&'a [u8]>,
}

impl<'a> Sheet<'a> {
    /// Reads the header of `text`. A byte order mark and CRLF are no part of it; names are
    /// compared without regard to case, with spaces or underscores for dashes.
    pub(super) fn open(
        file: &'a str,
        text: &'a str,
        columns: &'static [&'static str],
    ) -> Result<Self, DirectoryError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut rows = reader.into_records();
        let no_header = || DirectoryError::NoHeader { file: file.to_owned(), columns: "role,name,address" };
        let header = rows
            .next()
            .ok_or_else(no_header)?
            .map_err(|source| DirectoryError::Csv { file: file.to_owned(), source })?;
        let mut places = vec![None; columns.len()];
        for (place, written) in header.iter().enumerate() {
            let name = written.trim().to_lowercase().replace([' ', '_'], "-");
            let Some(column) = columns.iter().position(|it| *it == name) else {
                return Err(DirectoryError::UnknownColumn {
                    file: file.to_owned(),
                    column: written.to_owned(),
                    columns: columns.join(", "),
                    likely: likely(&name, columns),
                });
            };
            if places[column].replace(place).is_some() {
                return Err(DirectoryError::ColumnTwice { file: file.to_owned(), column: columns[column] });
            }
        }
        Ok(Self { file, rest: (text, 1), before: 0, columns, places, width: header.len(), rows })
    }

    /// The line on which a record stands. The reader's own count is of the line end before the
    /// record, blank lines in between.
    fn line_of(&mut self, record: &StringRecord) -> u64 {
        let (rest, line) = self.rest;
        let position = record.position().map_or(self.before, csv::Position::byte);
        let skipped =
            usize::try_from(position.saturating_sub(self.before)).unwrap_or(usize::MAX).min(rest.len());
        let blank =
            rest.as_bytes()[skipped..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let (passed, after) = rest.split_at(skipped + blank);
        let ends = passed.bytes().zip(passed.bytes().skip(1).chain([0]));
        let count = ends.filter(|(byte, next)| *byte == b'\n' || (*byte == b'\r' && *next != b'\n')).count();
        self.before += passed.len() as u64;
        self.rest = (after, line + count as u64);
        self.rest.1
    }

    pub(super) fn require(&self, column: &'static str) -> Result<(), DirectoryError> {
        if self.has(column) {
            Ok(())
        } else {
            Err(DirectoryError::NoColumn { file: self.file.to_owned(), column })
        }
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().position(|it| *it == column).is_some_and(|at| self.places[at].is_some())
    }

    /// The next row that is not blank.
    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_>>, DirectoryError> {
        loop {
            let Some(record) = self.rows.next() else { return Ok(None) };
            let file = || self.file.to_owned();
            let record = record.map_err(|source| DirectoryError::Csv { file: file(), source })?;
            let line = self.line_of(&record);
            if record.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            let row = Row { file: self.file, line, columns: self.columns, places: &self.places, record };
            // A quote that is not closed swallows all rows after it.
            if let Some(column) = self.columns.iter().find(|it| row.get(it).contains(['\n', '\r'])) {
                return Err(DirectoryError::OpenQuote { file: file(), line, column });
            }
            if row.record.len() != self.width {
                let found = row.record.len();
                return Err(DirectoryError::RowLength { file: file(), line, found, wanted: self.width });
            }
            return Ok(Some(row));
        }
    }
}

/// One row, its fields by the name of their column.
pub(super) struct Row<'a> {
    file: &'a str,
    pub(super) line: u64,
    columns: &'static [&'static str],
    places: &'a [Option<usize>],
    record: StringRecord,
}

impl Row<'_> {
    /// A field without the space around it; empty where the file has no such column.
    pub(super) fn get(&self, column: &str) -> &str {
        let place = self.columns.iter().position(|it| *it == column).and_then(|at| self.places[at]);
        place.and_then(|it| self.record.get(it)).unwrap_or("").trim()
    }

    /// The values of a field, which `;` separates.
    pub(super) fn values(&self, column: &str) -> impl Iterator<Item = &str> {
        self.get(column).split(';').map(str::trim).filter(|value| !value.is_empty())
    }

    pub(super) fn addresses(&self, column: &'static str) -> Result<Vec<Address>, DirectoryError> {
        self.values(column).map(|value| self.address(column, value)).collect()
    }

    pub(super) fn address(&self, column: &'static str, value: &str) -> Result<Address, DirectoryError> {
        let wanted = "an address such as `name@oakmere.example`";
        // A private address is shown to nobody, not even when it is wrong.
        let shown = if column == "private" { "a value".to_owned() } else { format!("`{value}`") };
        sound_address(value)
            .ok_or_else(|| self.wrong(column, format!("{shown} is not an address"), wanted, None))
    }

    /// The error of a value that its column cannot hold.
    pub(super) fn wrong(
        &self,
        column: &'static str,
        found: String,
        wanted: &str,
        likely: Option<&'static str>,
    ) -> DirectoryError {
        let (file, line, wanted) = (self.file.to_owned(), self.line, wanted.to_owned());
        DirectoryError::Value { file, line, column, found, wanted, likely }
    }

    pub(super) fn wrong_hours(&self, source: HoursError) -> DirectoryError {
        DirectoryError::Hours { file: self.file.to_owned(), line: self.line, source }
    }
}

/// An address with one `@` between a local part and a domain, and nothing around it.
fn sound_address(text: &str) -> Option<Address> {
    let (local, domain) = text.rsplit_once('@')?;
    let odd =
        |letter: char| letter.is_whitespace() || letter.is_control() || "<>()[],:\\\"@".contains(letter);
    let labels = domain.split('.').all(|label| !label.is_empty());
    if local.is_empty() || !labels || text.matches(odd).count() != 1 {
        return None;
    }
    Address::parse(text)
}

/// The one of `words` that was probably meant.
pub(super) fn likely(written: &str, words: &[&'static str]) -> Option<&'static str> {
    let nearness = |word: &&'static str| strsim::jaro_winkler(word, written);
    let nearest = words.iter().max_by(|left, right| nearness(left).total_cmp(&nearness(right)))?;
    (0.8 < nearness(nearest)).then_some(*nearest)
}
