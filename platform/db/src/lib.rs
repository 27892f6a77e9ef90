//! The database: one small transaction type over PostgreSQL and SQLite.
//!
//! Everything above writes one SQL text for both engines; what differs lives in `dialect`.
//! A writable [`Tx`] comes only from the door in `platform/acts`.

mod backup;
mod bulk;
mod catalog;
mod copy;
mod database;
mod dialect;
mod fault;
mod ids;
mod kept;
mod migrate;
mod packed;
mod read;
mod scratch;
mod tx;
mod value;

pub use backup::{BackupFailure, BackupRefused, BackupSummary, Place, Step, TableSummary, check_backup};
pub use bulk::Rows;
pub use catalog::{Catalog, TableShape};
pub use database::{Db, DoorKey};
pub use dialect::Engine;
pub use fault::Fault;
pub use migrate::{MigrationReport, TABLES_TOML, known_migrations};
pub use packed::{packed_day, unpack};
pub use read::{FromBoth, Read};
pub use scratch::{Server, sqlite_path, sqlite_url};
pub use tx::Tx;
pub use value::{Kind, Value};
