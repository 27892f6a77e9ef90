//! `Finder`: what a room can find by the words somebody typed; the site asks all of them.

use std::sync::Arc;

use async_trait::async_trait;
use db::Read;

use crate::{Ask, Problem, Tone};

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is, as a clerk calls it: `Account`, `Meter`, `Bill`.
    pub what: &'static str,
    /// What it is called.
    pub name: String,
    /// What tells it apart from others of that name; may be empty.
    pub note: String,
    /// How it stands, where that is not as one expects, such as a closed account.
    pub state: Option<(Tone, String)>,
    /// Its page.
    pub href: String,
    /// How well it fits, from 0: what was typed is exactly its name.
    pub distance: u8,
    /// Whether everything that was typed is there as it was typed: nothing begun, nothing mistyped. Only that is opened
    /// without being chosen.
    pub is_sure: bool,
}

/// Finds things of one room. It shows nobody what they may not see.
#[async_trait]
pub trait Finder: Send + Sync {
    /// What fits the words, the best first, at most `most` of them.
    async fn find(&self, ask: &Ask, read: &mut Read, words: &str, most: usize) -> Result<Vec<Found>, Problem>;
}

/// Everything that finds, in the order in which equally good finds are shown. A part of the site.
#[derive(Clone, Default)]
pub struct Finders(pub Vec<Arc<dyn Finder>>);
