//! Filling a new database from a backup: all of it in one transaction, so that there is no half of it.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::archive::{AppliedMigration, ArchiveReader, Header, Piece, ReadFailure, TableHead};
use super::order::fill_order;
use super::snapshot::MIGRATIONS;
use super::{BackupFailure, BackupRefused, BackupSummary, Step};
use crate::migrate::portable_migrations;
use crate::{Catalog, Db, DoorKey, Fault, Rows, Tx};

/// The table of ids that were handed out.
const IDS: &str = "id_block";

impl From<ReadFailure> for BackupFailure {
    fn from(failure: ReadFailure) -> BackupFailure {
        match failure {
            ReadFailure::Refused(refused) => BackupFailure::Refused(refused),
            ReadFailure::Fault(fault) => BackupFailure::Fault(fault),
        }
    }
}

/// Reads a backup from its beginning to its end and says what is in it; refuses one that is not as it was written, or
/// that was made from other tables than this program's.
pub fn check_backup(path: &Path, step: Step<'_>) -> Result<BackupSummary, BackupFailure> {
    let mut archive = ArchiveReader::open(path)?;
    check_schema(archive.header())?;
    loop {
        let piece = archive.next()?;
        let (done, of) = archive.progress();
        step(done, of);
        match piece {
            Piece::End => return Ok(summary(archive)),
            Piece::Table(_) | Piece::Rows(_) | Piece::TableEnd => {}
        }
    }
}

impl Db {
    /// Fills an empty database from a backup that [`check_backup`] found whole, and checks it again on the way.
    ///
    /// The database is brought up to date first. Then all rows come in one transaction: whatever breaks it off, the
    /// database stays without a town, and the same call can be made again.
    pub async fn restore(
        &self,
        key: &DoorKey,
        (path, now): (&Path, DateTime<Utc>),
        step: Step<'_>,
    ) -> Result<BackupSummary, BackupFailure> {
        let mut archive = ArchiveReader::open(path)?;
        check_schema(archive.header())?;
        let found = self.catalog().await?;
        if !found.contains_key(MIGRATIONS)
            && let Some(table) = found.keys().next()
        {
            return Err(BackupRefused::NotOurs(table.clone()).into());
        }
        if found.contains_key(IDS) {
            check_unused(&mut self.read().await?).await?;
        }
        self.migrate(key, now).await?;
        let mut catalog = self.catalog().await?;
        catalog.remove(MIGRATIONS);
        let mut tx = self.write(key).await?;
        check_unused(&mut tx).await?;
        clear(&mut tx, &catalog).await?;
        fill(&mut tx, &mut archive, (&catalog, step)).await?;
        for (number, AppliedMigration { applied_at, .. }) in (1_i64..).zip(&archive.header().migrations) {
            const SQL: &str = "
                update migration
                set applied_at = $2
                where number = $1";
            tx.run_once(SQL, vec![number.into(), (*applied_at).into()]).await?;
        }
        tx.commit().await?;
        Ok(summary(archive))
    }
}

/// Writes every row of a backup that is read to its very end.
async fn fill(
    tx: &mut Tx,
    archive: &mut ArchiveReader,
    (catalog, step): (&Catalog, Step<'_>),
) -> Result<(), BackupFailure> {
    // Names of tables and columns go into statements; they are taken from the database, never from the file.
    let mut left: Catalog = catalog.clone();
    let mut open: Option<TableHead> = None;
    loop {
        let piece = archive.next()?;
        let (done, of) = archive.progress();
        step(done, of);
        match piece {
            Piece::Table(head) => {
                let known = left.remove(&head.table).and_then(|shape| TableHead::of(&head.table, &shape));
                if known.as_ref() != Some(&head) {
                    return Err(archive.nonsense().into());
                }
                open = known;
            }
            Piece::Rows(values) => {
                let head = open.as_ref().ok_or_else(|| archive.nonsense())?;
                let columns: Vec<&str> = head.columns.iter().map(|(name, _)| name.as_str()).collect();
                let mut rows = Rows::new(&head.table, &columns);
                rows.push_all(values);
                tx.bulk(rows).await?;
            }
            Piece::TableEnd => open = None,
            Piece::End if left.is_empty() => return Ok(()),
            Piece::End => return Err(archive.nonsense().into()),
        }
    }
}

/// Refuses a database in which an id was ever handed out: nothing happens in a town without one.
async fn check_unused(read: &mut crate::Read) -> Result<(), BackupFailure> {
    const SQL: &str = "
        select count(*)
        from id_block";
    match read.number(SQL, vec![]).await? {
        Some(0) => Ok(()),
        _ => Err(BackupRefused::NotEmpty.into()),
    }
}

/// Takes out the rows that migrations put into every database, such as the account of the city itself: the backup has
/// them too.
async fn clear(tx: &mut Tx, catalog: &Catalog) -> Result<(), Fault> {
    for table in fill_order(catalog)?.iter().rev() {
        tx.clear(table).await?;
    }
    Ok(())
}

/// Refuses a backup of other migrations than this program's.
fn check_schema(header: &Header) -> Result<(), BackupFailure> {
    let ours = portable_migrations()?;
    let theirs = header.migrations.iter().map(|migration| (&migration.name, migration.digest));
    if theirs.eq(ours.iter().map(|(name, digest)| (name, *digest))) {
        return Ok(());
    }
    let theirs = header.migrations.last().map(|migration| migration.name.clone()).unwrap_or_default();
    let (ours, _) = ours.last().cloned().ok_or_else(|| Fault::new("this program has no migrations"))?;
    Err(BackupRefused::OtherSchema { theirs, ours }.into())
}

fn summary(archive: ArchiveReader) -> BackupSummary {
    let Header { engine, made_at, left_empty, .. } = archive.header().clone();
    BackupSummary { engine, made_at, tables: archive.tables(), left_empty }
}
