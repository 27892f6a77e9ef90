//! Making a backup: one snapshot, table after table, a page at a time.

use std::io::Write;

use chrono::{DateTime, SubsecRound, Utc};
use kernel::Digest;

use super::archive::{AppliedMigration, ArchiveWriter, Header, TableHead};
use super::order::fill_order;
use super::{BackupFailure, BackupRefused, BackupSummary, Step};
use crate::migrate::{known_migrations, portable_migrations};
use crate::{Db, Fault, Read, TableShape, Value};

/// So many rows are in memory at a time, and as many again on their way into the file.
const PAGE: usize = 4_000;

/// The table that is in the header instead: its digests are those of one engine.
pub(super) const MIGRATIONS: &str = "migration";

const APPLIED: &str = "
    select name, digest, applied_at
    from migration
    order by number";

impl Db {
    /// Writes everything that is committed now into a file, while others go on writing.
    ///
    /// Tables named in `left_empty` keep their place and lose their rows. `at` is the instant the file says it is of.
    pub async fn back_up(
        &self,
        sink: Box<dyn Write + Send>,
        (at, left_empty): (DateTime<Utc>, &[&str]),
        step: Step<'_>,
    ) -> Result<BackupSummary, BackupFailure> {
        let mut catalog = self.catalog().await?;
        if catalog.remove(MIGRATIONS).is_none() {
            return Err(BackupRefused::NotUpToDate.into());
        }
        let mut snapshot = self.read().await?;
        let at = at.trunc_subsecs(6);
        let header = Header {
            engine: self.engine().name().to_owned(),
            made_at: at,
            migrations: self.applied_migrations(&mut snapshot).await?,
            left_empty: left_empty.iter().map(|table| (*table).to_owned()).collect(),
        };
        let mut archive = ArchiveWriter::begin(sink, &header)?;
        let order = fill_order(&catalog)?;
        for (number, table) in (0..).zip(&order) {
            step(number, order.len() as u64);
            let shape = &catalog[table];
            let head = TableHead::of(table, shape);
            archive.table(head.ok_or_else(|| Fault::new(format!("table {table} has a column of its own kind")))?)?;
            if !left_empty.contains(&table.as_str()) {
                archive = write_table(&mut snapshot, archive, (table, shape)).await?;
            }
        }
        let tables = in_background(move || archive.end()).await?;
        let Header { engine, made_at, left_empty, .. } = header;
        Ok(BackupSummary { engine, made_at, tables, left_empty })
    }

    /// The migrations of the database, which must be those of this program.
    async fn applied_migrations(&self, snapshot: &mut Read) -> Result<Vec<AppliedMigration>, BackupFailure> {
        let rows: Vec<(String, Vec<u8>, DateTime<Utc>)> = snapshot.all(APPLIED, vec![]).await?;
        let (known, portable) = (known_migrations(self.engine())?, portable_migrations()?);
        let there = rows.iter().map(|(name, digest, _)| (name.as_str(), Digest::from_bytes(digest)));
        if !there.eq(known.iter().map(|(name, digest)| (name.as_str(), Some(*digest)))) {
            return Err(BackupRefused::NotUpToDate.into());
        }
        let applied = rows.into_iter().zip(portable);
        Ok(applied.map(|((name, _, applied_at), (_, digest))| AppliedMigration { name, digest, applied_at }).collect())
    }
}

/// Writes the rows of a table in the order of its key; while a page is packed, the next one is read.
async fn write_table(
    snapshot: &mut Read,
    mut archive: ArchiveWriter,
    (table, shape): (&str, &TableShape),
) -> Result<ArchiveWriter, Fault> {
    let mut page = snapshot.page(table, shape, (None, PAGE)).await?;
    while !page.is_empty() {
        let after = (page.len() == PAGE * shape.columns.len()).then(|| last_key(&page, shape));
        let packed = in_background(move || archive.rows(&page).map(|()| archive));
        let next = async {
            match after {
                Some(after) => snapshot.page(table, shape, (Some(after), PAGE)).await,
                None => Ok(Vec::new()),
            }
        };
        let (packed, next) = tokio::join!(packed, next);
        (archive, page) = (packed?, next?);
    }
    Ok(archive)
}

/// The key of the last row of a page.
fn last_key(page: &[Value], shape: &TableShape) -> Vec<Value> {
    let row = &page[page.len() - shape.columns.len()..];
    let place = |key: &String| shape.columns.iter().position(|(name, _, _)| name == key);
    shape.primary_key.iter().filter_map(|key| Some(row[place(key)?].clone())).collect()
}

/// Does what keeps a processor busy where it keeps nobody waiting.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::caused("packing a backup", error))?
}
