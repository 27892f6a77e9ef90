//! `Follower`: a room above that keeps what it derives from acts, told of every entry of the log as it is written.

use async_trait::async_trait;
use db::Fault;
use kernel::OrderId;

use crate::{Entry, Judged, Subject};

/// What was just written to the log, in the transaction that is about to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Followed<'a> {
    /// What was done, such as `billing.sign_run`.
    pub kind: &'a str,
    /// What it was done to, as the log has it.
    pub subject: &'a Subject,
    /// What it turned out to do.
    pub judged: &'a Judged,
    /// Which part of which order it is, when it is one of many.
    pub part: Option<(OrderId, i64)>,
}

/// Is told of every entry of the log in its own transaction: what it notes stands or falls with the entry. It decides
/// nothing.
#[async_trait]
pub trait Follower: Send + Sync {
    /// Notes what follows from an entry; `entry.act` is its number, and its row is there.
    async fn follow(&self, entry: &mut Entry, what: &Followed<'_>) -> Result<(), Fault>;
}
