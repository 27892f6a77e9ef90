//! `enqueue`: a job exists as soon as, and only if, the transaction that needs it commits.

use acts::Entry;
use db::Fault;
use kernel::{JobId, OrderId};

use crate::store;

/// A row of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Which work it is: the kind of its order.
    pub kind: String,
    /// The bulk order to carry out.
    pub order: OrderId,
    /// How it stands.
    pub state: JobState,
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Chunks are left to do.
    Open,
    /// Every chunk is done.
    Done,
    /// Every chunk was tried and some were refused; tried again on demand.
    Stopped,
}

/// Opens a stopped job again, with the chunks that were refused; says whether it was stopped.
pub async fn reopen(entry: &mut Entry, order: OrderId) -> Result<bool, Fault> {
    if !store::reopen_job(entry, order).await? {
        return Ok(false);
    }
    entry.reopen_refused(order).await?;
    Ok(true)
}

/// Writes the job for an order, in the transaction that places the order.
pub async fn enqueue(entry: &mut Entry, kind: &'static str, order: OrderId) -> Result<JobId, Fault> {
    store::insert_job(entry, kind, order).await
}
