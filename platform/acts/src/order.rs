//! Bulk orders: one signed order, carried out chunk by chunk, each chunk an act of its own.

use std::future::Future;

use kernel::{Digest, OrderId};

use crate::{Entry, Failure, Permission, Subject};

/// A range of keys (accounts, or lines of a file) that one transaction works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkPlan {
    /// The first key.
    pub from: i64,
    /// The key after the last.
    pub to: i64,
}

/// What a bulk order consists of.
pub struct OrderPlan {
    /// Which work it is, such as `billing.post`.
    pub kind: &'static str,
    /// Whether chunks must be done one after another, in order.
    pub in_sequence: bool,
    /// What was frozen when the order was given, in canonical text.
    pub inputs: String,
    /// The chunks, by number from 0.
    pub chunks: Vec<ChunkPlan>,
}

/// A bulk order as it stands in the database.
#[derive(Clone, Debug)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Which work it is.
    pub kind: String,
    /// Whether chunks must be done one after another.
    pub in_sequence: bool,
    /// What was frozen.
    pub inputs: String,
}

/// A chunk as it stands in the database.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The order it belongs to.
    pub order: OrderId,
    /// Its number within the order, from 0.
    pub number: i64,
    /// The first key.
    pub from: i64,
    /// The key after the last.
    pub to: i64,
    /// What its execution answered, once done.
    pub outcome: Option<String>,
    /// The digest over what it did, once done.
    pub digest: Option<Digest>,
    /// Why it was refused, if it was.
    pub refusal: Option<String>,
}

/// What the execution of one chunk answers.
pub struct ChunkDone {
    /// Counts and totals, in canonical text.
    pub outcome: String,
    /// The digest over what was done.
    pub digest: Digest,
}

/// The work of one kind of order.
pub trait ChunkWork: Send + Sync {
    /// Which orders it carries out.
    const KIND: &'static str;
    /// What the actor must be allowed.
    fn permission(&self) -> Permission;
    /// What it is done to.
    fn subject(&self) -> Subject;
    /// Does one chunk, in the entry's transaction.
    fn perform(&self, entry: &mut Entry, chunk: &Chunk) -> impl Future<Output = Result<ChunkDone, Failure>> + Send;
}

/// What one call for the next chunk came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChunkStep {
    /// A chunk was done.
    Done,
    /// A chunk was refused; the words are kept with it, and the others go on.
    Refused(String),
    /// No open chunk is left to take.
    NothingLeft,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Chunks in all.
    pub chunks: i64,
    /// Chunks done.
    pub done: i64,
    /// Chunks refused.
    pub refused: i64,
}

impl Progress {
    /// Whether every chunk is done.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.done == self.chunks
    }

    /// Chunks still to do; another worker may hold them.
    #[must_use]
    pub fn open(self) -> i64 {
        self.chunks - self.done - self.refused
    }
}
