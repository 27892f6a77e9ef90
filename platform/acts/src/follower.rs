//! `Follower`: a room above that keeps what it derives from accounts current, told of every act before it is kept.

use async_trait::async_trait;
use db::Fault;

use crate::{Entry, Judged, Subject};

/// Is told of every act in its own transaction: what it notes stands or falls with the act. It decides nothing.
#[async_trait]
pub trait Follower: Send + Sync {
    /// The subject an act named, and what it turned out to do.
    async fn follow(&self, entry: &mut Entry, what: (&Subject, &Judged)) -> Result<(), Fault>;
}
