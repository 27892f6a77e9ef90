//! `Tx`: a writable transaction. Only the door opens one.

use std::ops::{Deref, DerefMut};

use kernel::IdBlock;

use crate::dialect;
use crate::read::{Inner, Read, postgres_args, sqlite_args};
use crate::{Db, Engine, Fault, Value};

/// A writable transaction: everything [`Read`] can, and change. Dropped without
/// [`Tx::commit`], it leaves nothing behind.
pub struct Tx {
    read: Read,
    db: Db,
}

impl Tx {
    pub(crate) fn new(read: Read, db: Db) -> Tx {
        Tx { read, db }
    }

    /// The database, for reading beside this transaction what others have committed. Only where
    /// one transaction writes at a time: there, what is read ahead can be known to be still so.
    #[must_use]
    pub fn to_read_beside(&self) -> Option<Db> {
        match self.engine() {
            Engine::Sqlite => Some(self.db.clone()),
            Engine::Postgres => None,
        }
    }

    /// Runs one statement and says how many rows it changed.
    pub async fn run(&mut self, sql: &'static str, args: Vec<Value>) -> Result<u64, Fault> {
        let done = match &mut self.read.inner {
            Inner::Sqlite(tx) => sqlx::query_with(dialect::without_lock(sql), sqlite_args(args)?)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
            Inner::Postgres(tx) => {
                sqlx::query_with(sql, postgres_args(args)?).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        };
        done.map_err(|error| Fault::sql(sql, error))
    }

    /// Runs one statement that must change exactly one row.
    pub async fn run_once(&mut self, sql: &'static str, args: Vec<Value>) -> Result<(), Fault> {
        match self.run(sql, args).await? {
            1 => Ok(()),
            count => Err(Fault::new(format!("{sql}: changed {count} rows instead of one"))),
        }
    }

    /// Locks the rows a query counts, such as `select count(*) from (select … for key share) held`.
    /// On SQLite the one writer holds everything already.
    pub async fn hold(&mut self, sql: &'static str, args: Vec<Value>) -> Result<(), Fault> {
        match self.engine() {
            Engine::Sqlite => Ok(()),
            Engine::Postgres => self.number(sql, args).await.map(|_| ()),
        }
    }

    /// Hands out `count` ids for a noun, such as `bill`.
    pub async fn ids(&mut self, noun: &'static str, count: usize) -> Result<IdBlock, Fault> {
        let db = self.db.clone();
        db.ids.take(self, noun, count).await
    }

    /// Hands out one id for a noun.
    pub async fn id<T: From<i64>>(&mut self, noun: &'static str) -> Result<T, Fault> {
        Ok(self.ids(noun, 1).await?.take())
    }

    /// Makes everything done so far lasting.
    pub async fn commit(mut self) -> Result<(), Fault> {
        let done = match self.read.inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await,
        };
        done.map_err(|error| Fault::sql("committing", error))?;
        self.read.kept.share();
        Ok(())
    }

    /// Leaves nothing behind, and waits until that is so.
    pub async fn roll_back(self) -> Result<(), Fault> {
        let done = match self.read.inner {
            Inner::Sqlite(tx) => tx.rollback().await,
            Inner::Postgres(tx) => tx.rollback().await,
        };
        done.map_err(|error| Fault::sql("rolling back", error))
    }

    pub(crate) fn database(&self) -> &Db {
        &self.db
    }
}

impl Deref for Tx {
    type Target = Read;
    fn deref(&self) -> &Read {
        &self.read
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Read {
        &mut self.read
    }
}
