//! `AddActor`: somebody new may act, within the permissions named.

use std::collections::BTreeSet;

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use kernel::ActorId;
use serde::{Deserialize, Serialize};

use super::{ActorRefused, ask_second_for_grant, check_not_by_role, check_permission, staff};
use crate::store::{self, NewActor};
use crate::{ActorKind, MANAGE};

/// Adds an actor, and answers their id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddActor {
    /// The code others know them by.
    pub code: String,
    /// The name.
    pub name: String,
    /// A person, or a program.
    pub kind: ActorKind,
    /// The codes of what they are allowed.
    pub permissions: BTreeSet<String>,
}

impl Act for AddActor {
    const KIND: &'static str = "staff.add_actor";
    type Outcome = ActorId;

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<ActorId, Failure> {
        self.check_words().map_err(refused)?;
        check_not_by_role(entry, self.kind, &self.code).await?;
        let id = entry.id("actor").await?;
        let new = NewActor { id, code: &self.code, name: &self.name, kind: self.kind };
        if store::insert_actor_once(entry, new).await? == 0 {
            return refuse(ActorRefused::CodeTaken { code: self.code.clone() });
        }
        let codes: Vec<&str> = self.permissions.iter().map(String::as_str).collect();
        store::insert_permissions(entry, id, &codes).await?;
        if !codes.is_empty() {
            ask_second_for_grant(entry, (id, &self.code), &codes.join(", ")).await?;
        }
        Ok(id)
    }
}

impl AddActor {
    fn check_words(&self) -> Result<(), ActorRefused> {
        if self.code.is_empty() || !self.code.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ActorRefused::BadCode { code: self.code.clone() });
        }
        if self.name.trim().is_empty() {
            return Err(ActorRefused::NameMissing { code: self.code.clone() });
        }
        self.permissions.iter().try_for_each(|code| check_permission(code))
    }
}
