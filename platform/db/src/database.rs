//! `Db`: an open database, handing out transactions.

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{Connection, PgConnection, PgPool, SqlitePool};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::dialect::{self, Commits, Engine};
use crate::ids::IdStore;
use crate::kept::{Common, Kept};
use crate::read::{Inner, Read};
use crate::tx::Tx;
use crate::{Fault, Rows};

/// How long a caller waits for a free connection before that is a fault.
const PATIENCE: Duration = Duration::from_secs(120);

/// An open database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(crate) pools: Pools,
    pub(crate) ids: Arc<IdStore>,
    kept: Common,
    url: Arc<str>,
}

#[derive(Clone)]
pub(crate) enum Pools {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres { main: PgPool, ids: PgPool },
}

/// The key to a writable transaction. The door holds it; tidy sees to it that nobody else does.
pub struct DoorKey(());

impl DoorKey {
    /// For `platform/acts`, and for the makers of test databases and benchmarks.
    #[must_use]
    pub fn for_the_door() -> DoorKey {
        DoorKey(())
    }
}

impl Db {
    /// Opens `sqlite://PATH?mode=rwc` or `postgres://…`.
    pub async fn open(url: &str) -> Result<Db, Fault> {
        Db::open_with(url, Commits::OnDisk).await
    }

    /// Opens a database that is made in one go, and made anew when that is broken off: on SQLite, commits do not wait
    /// for the disk. Once it is made, [`Db::settle`] does; to work in it, open it anew.
    pub async fn open_to_make(url: &str) -> Result<Db, Fault> {
        Db::open_with(url, Commits::Later).await
    }

    async fn open_with(url: &str, commits: Commits) -> Result<Db, Fault> {
        let doing = "opening the database";
        let pools = if url.starts_with("sqlite:") {
            // One connection writes; it is opened first because it creates the file.
            let write = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(PATIENCE)
                .connect_with(dialect::sqlite_options(url, false, commits).map_err(|error| Fault::sql(doing, error))?)
                .await
                .map_err(|error| Fault::sql(doing, error))?;
            let read = SqlitePoolOptions::new().max_connections(4).acquire_timeout(PATIENCE).connect_lazy_with(
                dialect::sqlite_options(url, true, commits).map_err(|error| Fault::sql(doing, error))?,
            );
            Pools::Sqlite { write, read }
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = dialect::postgres_options(url).map_err(|error| Fault::sql(doing, error))?;
            // The pool tries again for as long as its patience lasts; a server that is not there
            // is said at once.
            let first = PgConnection::connect_with(&options).await.map_err(|error| Fault::sql(doing, error))?;
            first.close().await.map_err(|error| Fault::sql(doing, error))?;
            let main = PgPoolOptions::new()
                .max_connections(8)
                .acquire_timeout(PATIENCE)
                .connect_with(options.clone())
                .await
                .map_err(|error| Fault::sql(doing, error))?;
            // Ids come over a connection of their own: a block is handed out at once, not when
            // the transaction that needs it commits.
            let ids = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_lazy_with(options);
            Pools::Postgres { main, ids }
        } else {
            return Err(Fault::new("the database is named by sqlite://PATH?mode=rwc or postgres://USER@HOST/NAME"));
        };
        Ok(Db { pools, ids: Arc::new(IdStore::default()), kept: Common::default(), url: url.into() })
    }

    /// Which engine is behind.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match &self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres { .. } => Engine::Postgres,
        }
    }

    /// The address it was opened by; may hold a password and is never logged.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A transaction that only reads, from one snapshot.
    pub async fn read(&self) -> Result<Read, Fault> {
        let sql = dialect::begin_read(self.engine());
        let begun = match &self.pools {
            Pools::Sqlite { read, .. } => read.begin_with(sql).await.map(Inner::Sqlite),
            Pools::Postgres { main, .. } => main.begin_with(sql).await.map(Inner::Postgres),
        };
        let inner = begun.map_err(|error| Fault::sql("beginning to read", error))?;
        Ok(Read { inner, kept: Kept::of_reader(&self.kept) })
    }

    /// A writable transaction, for the door.
    pub async fn write(&self, _key: &DoorKey) -> Result<Tx, Fault> {
        let sql = dialect::begin_write(self.engine());
        let begun = match &self.pools {
            Pools::Sqlite { write, .. } => write.begin_with(sql).await.map(Inner::Sqlite),
            Pools::Postgres { main, .. } => main.begin_with(sql).await.map(Inner::Postgres),
        };
        let inner = begun.map_err(|error| Fault::sql("beginning to write", error))?;
        Ok(Tx::new(Read { inner, kept: Kept::of_writer(&self.kept) }, self.clone()))
    }

    /// Brings everything written so far to its final place on disk: before measuring, and at
    /// the end of a business day.
    pub async fn checkpoint(&self) -> Result<(), Fault> {
        let done = match &self.pools {
            Pools::Sqlite { write, .. } => {
                sqlx::query("pragma wal_checkpoint(truncate)").execute(write).await.map(|_| ())
            }
            Pools::Postgres { main, .. } => sqlx::query("checkpoint").execute(main).await.map(|_| ()),
        };
        done.map_err(|error| Fault::sql("checkpointing", error))
    }

    /// How many bytes the database takes on disk.
    pub async fn size_bytes(&self) -> Result<i64, Fault> {
        let size = self.read().await?.number(dialect::size_of_database(self.engine()), vec![]).await?;
        size.ok_or_else(|| Fault::new("the database does not know its size"))
    }

    /// Waits until everything that was committed is on disk.
    pub async fn settle(&self) -> Result<(), Fault> {
        match &self.pools {
            Pools::Sqlite { .. } => {
                self.checkpoint().await?;
                let path =
                    dialect::sqlite_file(&self.url).map_err(|error| Fault::sql("settling the database", error))?;
                let synced = tokio::task::spawn_blocking(move || sync(&path)).await;
                let synced = synced.map_err(|error| Fault::caused("settling the database", error))?;
                synced.map_err(|error| Fault::caused("settling the database", error))
            }
            Pools::Postgres { .. } => Ok(()),
        }
    }

    /// Refreshes the statistics by which the engine chooses its plans; after bulk loads.
    pub async fn analyze(&self) -> Result<(), Fault> {
        let done = match &self.pools {
            Pools::Sqlite { write, .. } => sqlx::query("analyze").execute(write).await.map(|_| ()),
            Pools::Postgres { main, .. } => sqlx::query("vacuum analyze").execute(main).await.map(|_| ()),
        };
        done.map_err(|error| Fault::sql("refreshing statistics", error))
    }

    /// Writes rows in a transaction of their own, for test databases and benchmarks.
    pub async fn load(&self, key: &DoorKey, rows: Rows) -> Result<u64, Fault> {
        let mut tx = self.write(key).await?;
        let count = tx.bulk(rows).await?;
        tx.commit().await?;
        Ok(count)
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres { main, ids } => {
                ids.close().await;
                main.close().await;
            }
        }
    }
}

/// Waits until a SQLite file is on disk, and what another program that reads keeps from being moved into it.
fn sync(path: &Path) -> std::io::Result<()> {
    std::fs::File::open(path)?.sync_all()?;
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    match std::fs::File::open(log) {
        Ok(log) => log.sync_all(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
