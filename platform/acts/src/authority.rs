//! The two questions the door asks, answered by rooms above and wired by `app`.

use async_trait::async_trait;
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::ActorId;

use crate::{Judged, Permission, Subject, Weight};

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The actor's id.
    pub id: ActorId,
    /// The code staff know them by.
    pub code: String,
}

/// Why an act that its actor is allowed still waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondNeeded {
    /// The class of changes, or `limit`.
    pub control: String,
    /// What the second person must be allowed.
    pub approving: Permission,
    /// Why, in words.
    pub why: String,
}

/// May this actor do this at all? Roles and limits; everything not granted is denied.
#[async_trait]
pub trait Authority: Send + Sync {
    /// Asked in the act's own transaction, so that a permission taken away is gone at once.
    async fn allows(&self, read: &mut Read, actor: &Actor, permission: &str, today: NaiveDate) -> Result<bool, Fault>;

    /// Whether what was just performed waits for a second person; asked before it is kept.
    async fn needs_second(
        &self,
        _read: &mut Read,
        _actor: &Actor,
        _judged: &Judged,
        _today: NaiveDate,
    ) -> Result<Option<SecondNeeded>, Fault> {
        Ok(None)
    }

    /// Why this actor may not be the second person for that, in words; `None` when they may.
    ///
    /// Authority that was only lent by whoever proposed does not count: one person would decide twice.
    async fn may_not_approve(
        &self,
        _read: &mut Read,
        _approver: &Actor,
        _approval: &Approval<'_>,
    ) -> Result<Option<String>, Fault> {
        Ok(None)
    }

    /// How much the actor may decide alone at a time, in cents; kept beside what an act weighed.
    async fn limit(
        &self,
        _read: &mut Read,
        _actor: &Actor,
        _weight: &Weight,
        _today: NaiveDate,
    ) -> Result<Option<i64>, Fault> {
        Ok(None)
    }
}

/// What somebody is about to approve.
pub struct Approval<'a> {
    /// Who proposed it.
    pub proposer: ActorId,
    /// The code of the permission that approving takes.
    pub approving: &'a str,
    /// What it would do, as performed just now; `None` when it is only looked at, refused or sent back.
    pub judged: Option<&'a Judged>,
    /// The office's business date.
    pub today: NaiveDate,
}

/// What stands between an actor and an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// It is not done.
    Forbids(String),
    /// It is done, and shown to whoever reviews.
    Warns {
        /// The stable code of the pattern, such as `same_address`.
        pattern: &'static str,
        /// What was seen, in words.
        words: String,
    },
}

/// Does something about this actor and what they act on forbid it? Own household, segregation of duties.
#[async_trait]
pub trait Conflicts: Send + Sync {
    /// All that stands between an actor and the accounts and places an act concerns; asked before it is performed,
    /// when only the named subject is known, and after.
    async fn between(
        &self,
        read: &mut Read,
        actor: &Actor,
        what: (&Subject, &Judged),
        today: NaiveDate,
    ) -> Result<Vec<Conflict>, Fault>;
}

/// Knows of no conflicts; for tests and for making a town.
pub struct NoConflicts;

#[async_trait]
impl Conflicts for NoConflicts {
    async fn between(
        &self,
        _read: &mut Read,
        _actor: &Actor,
        _what: (&Subject, &Judged),
        _today: NaiveDate,
    ) -> Result<Vec<Conflict>, Fault> {
        Ok(Vec::new())
    }
}
