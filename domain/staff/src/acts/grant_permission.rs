//! `GrantPermission`: an actor is allowed something more, by somebody else.

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use serde::{Deserialize, Serialize};

use super::{ActorRefused, ask_second_for_grant, check_not_by_role, check_permission, named, staff};
use crate::{ActorKind, MANAGE, people, store};

/// Grants a permission. Nobody grants one to themself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantPermission {
    /// The code of the actor.
    pub actor: String,
    /// The code of the permission.
    pub permission: String,
}

impl Act for GrantPermission {
    const KIND: &'static str = "staff.grant_permission";
    type Outcome = ();

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let GrantPermission { actor, permission } = self.clone();
        check_permission(&permission).map_err(refused)?;
        let id = named(entry, &actor).await?;
        if id == entry.actor.id {
            return refuse(ActorRefused::OwnPermission { actor });
        }
        let kind = if people::is_person(entry, id).await? { ActorKind::Person } else { ActorKind::System };
        check_not_by_role(entry, kind, &actor).await?;
        match store::insert_permission_once(entry, id, &permission).await? {
            0 => refuse(ActorRefused::AlreadyGranted { actor, permission }),
            _ => ask_second_for_grant(entry, (id, &actor), &permission).await,
        }
    }
}
