//! `Fault`: the outside world failed, with what was being done at the time.

use std::error::Error;
use std::fmt;

/// A failure of the database or of a row that contradicts the model; logged once, at the edge.
#[derive(Debug)]
pub struct Fault {
    doing: String,
    source: Option<Box<dyn Error + Send + Sync>>,
    is_retryable: bool,
    is_duplicate: bool,
}

impl Fault {
    /// A fault that did not come from the database, such as a row that cannot exist.
    pub fn new(what: impl Into<String>) -> Fault {
        Fault { doing: what.into(), source: None, is_retryable: false, is_duplicate: false }
    }

    /// A fault with the error that caused it.
    pub fn caused(doing: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Fault {
        Fault { doing: doing.into(), source: Some(source.into()), is_retryable: false, is_duplicate: false }
    }

    /// A row that contradicts the model: table, column and key are named for the operator.
    pub fn impossible_row(table: &str, column: &str, key: impl fmt::Display) -> Fault {
        Fault::new(format!("table {table} holds an impossible value in column {column} at {key}"))
    }

    /// Whether the same work may succeed when simply tried again: deadlock, serialization, busy.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.is_retryable
    }

    /// Whether a unique key was hit.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        self.is_duplicate
    }

    pub(crate) fn sql(doing: &str, error: sqlx::Error) -> Fault {
        let code = error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned());
        // PostgreSQL: 40001 serialization_failure, 40P01 deadlock_detected, 55P03 lock_not_available.
        // SQLite: 5 busy, 6 locked, 261 busy_recovery, 517 busy_snapshot, 773 busy_timeout.
        let is_retryable = code
            .as_deref()
            .is_some_and(|code| matches!(code, "40001" | "40P01" | "55P03" | "5" | "6" | "261" | "517" | "773"));
        let is_duplicate = error.as_database_error().is_some_and(|error| error.is_unique_violation());
        Fault { doing: doing.to_owned(), source: Some(Box::new(error)), is_retryable, is_duplicate }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(f, "{}: {source}", self.doing),
            None => f.write_str(&self.doing),
        }
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}
