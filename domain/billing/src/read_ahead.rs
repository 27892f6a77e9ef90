//! Reading the next chunk's facts while this one is written.
//!
//! Where one transaction writes at a time (SQLite), reading would otherwise wait for writing. What
//! was read ahead counts only if nothing was done since but chunks of the same order: everything
//! that changes a fact goes through the door, and the door writes it down.

use std::sync::Arc;

use acts::{Chunk, Entry};
use db::{Db, Fault};
use kernel::{AccountId, ActId};
use revenue::RateBook;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::BillRun;
use crate::gather::{Gathered, frozen_bills};

/// The bills of at most one chunk, being read ahead.
#[derive(Default)]
pub(crate) struct ReadAhead(Mutex<Option<Ahead>>);

struct Ahead {
    chunk: i64,
    reading: JoinHandle<Result<(ActId, Vec<Gathered>), Fault>>,
}

impl ReadAhead {
    /// The frozen bills of a chunk as they are now; begins to read those of the next one.
    pub(crate) async fn bills(
        &self,
        entry: &mut Entry,
        run: &BillRun,
        book: &Arc<RateBook>,
        chunk: &Chunk,
    ) -> Result<Vec<Gathered>, Fault> {
        let mut slot = self.0.lock().await;
        let mut bills = None;
        if let Some(ahead) = slot.take().filter(|ahead| ahead.chunk == chunk.number) {
            let read = ahead.reading.await.map_err(|error| Fault::caused("reading ahead", error))?;
            let (seen, read) = read?;
            bills = acts::is_alone_since(entry, seen, chunk.order).await?.then_some(read);
        }
        if let Some(db) = entry.to_read_beside()
            && let Some(next) = acts::chunk_range(entry, chunk.order, chunk.number + 1).await?
        {
            let range = (AccountId(next.from), AccountId(next.to));
            let reading = tokio::spawn(read(db, run.clone(), book.clone(), range));
            *slot = Some(Ahead { chunk: chunk.number + 1, reading });
        }
        match bills {
            Some(bills) => Ok(bills),
            None => frozen_bills(entry, run, book, (AccountId(chunk.from), AccountId(chunk.to))).await,
        }
    }
}

/// The bills of some accounts, with the newest act that had been done when they were read.
async fn read(
    db: Db,
    run: BillRun,
    book: Arc<RateBook>,
    range: (AccountId, AccountId),
) -> Result<(ActId, Vec<Gathered>), Fault> {
    let mut read = db.read().await?;
    let seen = acts::newest_act(&mut read).await?;
    let bills = frozen_bills(&mut read, &run, &book, range).await?;
    Ok((seen, bills))
}
