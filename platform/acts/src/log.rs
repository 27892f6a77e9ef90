//! The act log as people read it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Read};
use kernel::{ActId, ActorId, Digest};
use serde::Serialize;

use crate::store;

/// One entry of the act log.
#[derive(Clone, Debug, Serialize)]
pub struct LoggedAct {
    /// Its id; gaps are normal.
    pub act: ActId,
    /// What was done, such as `billing.sign_run`.
    pub kind: String,
    /// Who did it; the room `staff` knows the name.
    pub actor: ActorId,
    /// What it was done to.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// The command in canonical text, without what is kept apart from the log: see [`kept_apart`].
    pub command: String,
    /// What it answered.
    pub outcome: String,
    /// The digest of the journals it wrote, if any.
    #[serde(serialize_with = "as_text")]
    pub journals: Option<Digest>,
    /// The office's business date.
    pub business_on: NaiveDate,
    /// When it was entered.
    pub entered_at: DateTime<Utc>,
}

/// What an entry of the log is and whose, without what was asked and answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// What was done, such as `billing.sign_run`.
    pub kind: String,
    /// Who did it; the room `staff` knows the name.
    pub actor: ActorId,
    /// The office's business date.
    pub business_on: NaiveDate,
}

/// Which entries of the log somebody asks for; what is `None` is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Whose.
    pub actor: Option<ActorId>,
    /// Of which kind, such as `billing.sign_run`.
    pub kind: Option<String>,
    /// On what: a kind of thing and its id.
    pub subject: Option<(String, i64)>,
    /// From which business date on.
    pub from: Option<NaiveDate>,
    /// Through which business date.
    pub through: Option<NaiveDate>,
}

/// The entries before one that a filter lets through, newest first.
pub async fn search_log(
    read: &mut Read,
    filter: &LogFilter,
    before: ActId,
    limit: i64,
) -> Result<Vec<LoggedAct>, Fault> {
    store::search::search(read, filter, before, limit).await
}

/// One entry of the log.
pub async fn logged_act(read: &mut Read, act: ActId) -> Result<Option<LoggedAct>, Fault> {
    Ok(store::search::log_page(read, act.0 - 1, 1).await?.into_iter().find(|entry| entry.act == act))
}

/// What some entries are and whose, by their ids: many are asked for at once.
pub async fn log_heads(read: &mut Read, acts: &[ActId]) -> Result<BTreeMap<ActId, LogHead>, Fault> {
    store::search::heads(read, acts).await
}

/// A page of the log after an entry, oldest first.
pub async fn log(read: &mut Read, after: ActId, limit: i64) -> Result<Vec<LoggedAct>, Fault> {
    store::search::log_page(read, after.0, limit).await
}

/// What entries keep apart from the log, and nobody has erased.
#[derive(Clone, PartialEq, Eq)]
pub struct Apart {
    /// Of whom or what it tells: a kind of thing and its id, the town when that is not known.
    pub about: (String, i64),
    /// The whole command. Show it to whoever may know all of it, and nobody the secrets in it.
    pub command: String,
}

/// What some entries keep apart from the log.
pub async fn kept_apart(read: &mut Read, acts: &[ActId]) -> Result<BTreeMap<ActId, Apart>, Fault> {
    store::personal::of_acts(read, acts).await
}

fn as_text<S: serde::Serializer>(digest: &Option<Digest>, serializer: S) -> Result<S::Ok, S::Error> {
    match digest {
        Some(digest) => serializer.collect_str(digest),
        None => serializer.serialize_none(),
    }
}
