//! `QueueSource`: the work of a room that waits for a visitor; the home page asks all rooms.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDate;
use db::Read;

use crate::{Ask, Problem, Tone};

/// Work of one kind that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// What waits: `Exceptions to work`.
    pub title: String,
    /// Where it is worked.
    pub href: String,
    /// How many wait.
    pub count: i64,
    /// The day since which the oldest waits, when that is known.
    pub since: Option<NaiveDate>,
    /// How it is meant when something waits.
    pub tone: Tone,
}

/// Tells which work of a room waits for a visitor. Queues of work they may not do are left out; empty ones are told.
#[async_trait]
pub trait QueueSource: Send + Sync {
    /// The queues, in the order in which they are shown.
    async fn queues(&self, ask: &Ask, read: &mut Read) -> Result<Vec<Queue>, Problem>;
}

/// The sources of all rooms, in the order in which they are shown. A part of the site.
#[derive(Clone, Default)]
pub struct QueueSources(pub Vec<Arc<dyn QueueSource>>);
