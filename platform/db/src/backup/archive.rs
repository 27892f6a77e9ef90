//! The form of a backup file: its marks, its frames, and what its heads say.
//!
//! A frame is a letter, four bytes of length (little end first) and so many bytes: `H` the header, `T` the head of a table,
//! `R` rows of that table, `E` the table's end, `Z` the end of all. Heads are lines of words.

mod read;
mod write;

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use kernel::Digest;

use crate::{Kind, TableShape};

pub(super) use read::{ArchiveReader, Piece, ReadFailure};
pub(super) use write::ArchiveWriter;

/// What the first line begins with; the number of the form follows.
const FIRST: &str = "portreeve backup ";
/// The form that is written, and the only one that is read.
const FORM: &str = "1";
/// The last line.
const LAST: &[u8] = b"portreeve backup end\n";
/// How many bytes follow the packed stream: a digest and the last line.
const TAIL: usize = 32 + LAST.len();

/// A frame of rows is written when it has about this many bytes.
const FRAME_FULL: usize = 1024 * 1024;
/// No frame is longer: one row fits, whatever it holds.
const FRAME_MAX: u32 = 256 * 1024 * 1024;

/// What a backup says of itself before its tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) engine: String,
    pub(super) made_at: DateTime<Utc>,
    pub(super) migrations: Vec<AppliedMigration>,
    pub(super) left_empty: Vec<String>,
}

/// A migration of the database that was backed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AppliedMigration {
    pub(super) name: String,
    /// Over the text as both engines have it.
    pub(super) digest: Digest,
    pub(super) applied_at: DateTime<Utc>,
}

/// What a backup says of a table before its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableHead {
    pub(super) table: String,
    pub(super) columns: Vec<(String, Kind)>,
}

impl TableHead {
    /// The head of a table; `None` when a column has no portable kind.
    pub(super) fn of(table: &str, shape: &TableShape) -> Option<TableHead> {
        let columns: Option<Vec<_>> =
            shape.columns.iter().map(|(name, kind, _)| Some((name.clone(), (*kind)?))).collect();
        Some(TableHead { table: table.to_owned(), columns: columns? })
    }

    fn text(&self) -> String {
        let mut text = format!("table {}\n", self.table);
        for (name, kind) in &self.columns {
            let _ = writeln!(text, "column {name} {}", kind_name(*kind));
        }
        text
    }

    fn parse(text: &str) -> Option<TableHead> {
        let mut lines = text.lines();
        let table = lines.next()?.strip_prefix("table ")?.to_owned();
        let column = |line: &str| {
            let (name, kind) = line.strip_prefix("column ")?.split_once(' ')?;
            Some((name.to_owned(), kind_of_name(kind)?))
        };
        let columns: Vec<_> = lines.map(column).collect::<Option<_>>()?;
        (!columns.is_empty()).then_some(TableHead { table, columns })
    }
}

impl Header {
    fn text(&self) -> String {
        let mut text = format!("engine {}\nmade_at {}\n", self.engine, instant(self.made_at));
        for AppliedMigration { name, digest, applied_at } in &self.migrations {
            let _ = writeln!(text, "migration {name} {digest} {}", instant(*applied_at));
        }
        for table in &self.left_empty {
            let _ = writeln!(text, "left_empty {table}");
        }
        text
    }

    fn parse(text: &str) -> Option<Header> {
        let mut lines = text.lines();
        let engine = lines.next()?.strip_prefix("engine ")?.to_owned();
        let made_at = instant_of(lines.next()?.strip_prefix("made_at ")?)?;
        let mut header = Header { engine, made_at, migrations: Vec::new(), left_empty: Vec::new() };
        for line in lines {
            match line.split(' ').collect::<Vec<&str>>()[..] {
                ["migration", name, digest, applied_at] => header.migrations.push(AppliedMigration {
                    name: name.to_owned(),
                    digest: digest.parse().ok()?,
                    applied_at: instant_of(applied_at)?,
                }),
                ["left_empty", table] => header.left_empty.push(table.to_owned()),
                _ => return None,
            }
        }
        Some(header)
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn instant_of(text: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "bigint",
        Kind::Text => "text",
        Kind::Bool => "boolean",
        Kind::Date => "date",
        Kind::Instant => "timestamptz",
        Kind::Bytes => "bytea",
    }
}

fn kind_of_name(name: &str) -> Option<Kind> {
    Kind::of_declared(name).filter(|kind| kind_name(*kind) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_as_they_are_written() {
        let at: DateTime<Utc> = "2026-07-01T12:00:00.000001Z".parse().unwrap();
        let migrations =
            vec![AppliedMigration { name: "0001_db_ids".to_owned(), digest: Digest::of(b"a"), applied_at: at }];
        let left_empty = vec!["session".to_owned()];
        let header = Header { engine: "sqlite".to_owned(), made_at: at, migrations, left_empty };
        assert_eq!(Header::parse(&header.text()), Some(header));
        let columns = [Kind::Int, Kind::Text, Kind::Bool, Kind::Date, Kind::Instant, Kind::Bytes];
        let columns = columns.map(|kind| (format!("{kind:?}"), kind)).to_vec();
        let head = TableHead { table: "bill".to_owned(), columns };
        assert_eq!(TableHead::parse(&head.text()), Some(head));
    }

    #[test]
    fn other_heads_are_none() {
        for text in ["", "table", "table a", "table a\ncolumn b", "table a\ncolumn b float", "bill a\ncolumn b text"] {
            assert_eq!(TableHead::parse(text), None, "{text}");
        }
        for text in
            ["", "engine sqlite", "engine sqlite\nmade_at today", "engine sqlite\nmade_at 2026-07-01T12:00:00Z\nx"]
        {
            assert_eq!(Header::parse(text), None, "{text}");
        }
    }
}
