//! SQLite's errors, told apart as the outbox's callers need them.

use std::io;

use rusqlite::ErrorCode;

use crate::outbox::OutboxError;

/// What stops an operation: SQLite, or the state of the entry.
pub(super) enum Fault {
    Sqlite(rusqlite::Error),
    /// A step of the writer that a test lets fail.
    Step(io::Error),
    Outbox(OutboxError),
}

impl Fault {
    /// Names the operation in an error of SQLite.
    ///
    /// SQLite's messages name tables and conditions, never stored values.
    pub(super) fn explain(self, doing: &str) -> OutboxError {
        match self {
            Self::Outbox(error) => error,
            Self::Step(source) => OutboxError::Database { doing: doing.to_owned(), source: Box::new(source) },
            Self::Sqlite(source) => {
                let doing = doing.to_owned();
                let full = source.sqlite_error_code() == Some(ErrorCode::DiskFull);
                let source = Box::new(source);
                match full {
                    true => OutboxError::Full { doing, source },
                    false => OutboxError::Database { doing, source },
                }
            }
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<OutboxError> for Fault {
    fn from(error: OutboxError) -> Self {
        Self::Outbox(error)
    }
}
