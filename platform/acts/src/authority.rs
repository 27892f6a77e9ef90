//! The two questions the door asks, answered by rooms above and wired by `app`.

use async_trait::async_trait;
use db::{Fault, Read};
use kernel::ActorId;

use crate::{Permission, Subject};

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The actor's id.
    pub id: ActorId,
    /// The code staff know them by.
    pub code: String,
}

/// May this actor do this at all? Roles and limits; everything not granted is denied.
#[async_trait]
pub trait Authority: Send + Sync {
    /// Asked in the act's own transaction, so that a permission taken away is gone at once.
    async fn allows(&self, read: &mut Read, actor: &Actor, permission: Permission) -> Result<bool, Fault>;
}

/// Does something about this actor and this subject forbid it? Own household, segregation of duties.
#[async_trait]
pub trait Conflicts: Send + Sync {
    /// The conflict in words, if there is one.
    async fn between(&self, read: &mut Read, actor: &Actor, subject: &Subject) -> Result<Option<String>, Fault>;
}

/// No conflicts are known yet: relations are declared once sign-in exists.
pub struct NoConflicts;

#[async_trait]
impl Conflicts for NoConflicts {
    async fn between(&self, _read: &mut Read, _actor: &Actor, _subject: &Subject) -> Result<Option<String>, Fault> {
        Ok(None)
    }
}
