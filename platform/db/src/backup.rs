//! Backups: everything a database holds in one file, from one snapshot, for either engine.
//!
//! The file begins with a line in the clear that names its form. Then comes one gzip stream of frames (`archive`): a header,
//! each table with its columns and its rows in the order of its key, and after each table how many rows it had and their
//! digest. It ends in the clear with the SHA-256 of all bytes before. Tables come in an order in which none refers to a later
//! one, so a database can be filled from the file in one pass.

mod archive;
mod cells;
mod order;
mod restore;
mod snapshot;

use std::fmt;

use chrono::{DateTime, Utc};
use kernel::{Digest, DigestBuilder, Refusal};

pub use restore::check_backup;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupSummary {
    /// The engine it was made from.
    pub engine: String,
    /// When it was begun: it holds what was committed then.
    pub made_at: DateTime<Utc>,
    /// Its tables, in the order in which they are filled.
    pub tables: Vec<TableSummary>,
    /// Tables whose rows were left out, because they must not come to life again.
    pub left_empty: Vec<String>,
}

/// What a backup holds of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSummary {
    /// Its name.
    pub table: String,
    /// How many rows.
    pub rows: u64,
    /// Over its columns and rows: the same rows have the same digest on both engines.
    pub digest: Digest,
}

impl BackupSummary {
    /// How many rows there are in all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Over the contents of all tables: two backups with one digest hold the same town.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut digest = DigestBuilder::new();
        for table in &self.tables {
            digest.text(&table.table).bytes(&table.rows.to_be_bytes()).bytes(&table.digest.0);
        }
        digest.finish()
    }
}

/// How far a backup or a restore is: so much of so much.
pub type Step<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// Where in a backup something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the first table.
    Header,
    /// In a table.
    Table(String),
    /// Behind the last table.
    End,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Header => f.write_str("its header"),
            Place::Table(table) => write!(f, "table {table}"),
            Place::End => f.write_str("its end"),
        }
    }
}

/// Why nothing was backed up, or nothing restored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackupRefused {
    /// The file is something else.
    #[error("the file is not a backup made by `portreeve backup`")]
    NotABackup,
    /// The file is a backup of another form.
    #[error("the file is a backup of form {0}, which this program does not know: use the program that made it")]
    OtherForm(String),
    /// The file ends too early.
    #[error("the file was cut off in {0}: nothing was restored; use another copy")]
    CutOff(Place),
    /// The file is not as it was written.
    #[error("the file is damaged or was changed in {0}: nothing was restored; use another copy")]
    Damaged(Place),
    /// The database has other tables than this program.
    #[error("the database is not up to date with this program: run `portreeve migrate` first")]
    NotUpToDate,
    /// The file comes from other tables than this program's.
    #[error(
        "the backup was made at migration {theirs}, this program is at {ours}: restore it with the program that made \
         it, and migrate then"
    )]
    OtherSchema {
        /// The last migration of the backup.
        theirs: String,
        /// The last migration of the program.
        ours: String,
    },
    /// The database is in use.
    #[error("the database has a town already: restore into a new database")]
    NotEmpty,
    /// The database belongs to something else.
    #[error("the database holds table {0}, which is not ours: restore into a new database")]
    NotOurs(String),
}

impl Refusal for BackupRefused {
    fn code(&self) -> &'static str {
        match self {
            BackupRefused::NotABackup => "not_a_backup",
            BackupRefused::OtherForm(_) => "other_form",
            BackupRefused::CutOff(_) => "cut_off",
            BackupRefused::Damaged(_) => "damaged",
            BackupRefused::NotUpToDate => "not_up_to_date",
            BackupRefused::OtherSchema { .. } => "other_schema",
            BackupRefused::NotEmpty => "not_empty",
            BackupRefused::NotOurs(_) => "not_ours",
        }
    }
}

/// Why a backup or a restore did not come to its end.
#[derive(Debug)]
pub enum BackupFailure {
    /// It was refused.
    Refused(BackupRefused),
    /// The disk or the database failed.
    Fault(crate::Fault),
}

impl From<BackupRefused> for BackupFailure {
    fn from(refused: BackupRefused) -> BackupFailure {
        BackupFailure::Refused(refused)
    }
}

impl From<crate::Fault> for BackupFailure {
    fn from(fault: crate::Fault) -> BackupFailure {
        BackupFailure::Fault(fault)
    }
}
