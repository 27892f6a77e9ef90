//! `RevokePermission`: what an actor was allowed is taken away, at once.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use serde::{Deserialize, Serialize};

use super::{ActorRefused, named, staff};
use crate::{MANAGE, store};

/// Takes a permission away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokePermission {
    /// The code of the actor.
    pub actor: String,
    /// The code of the permission.
    pub permission: String,
}

impl Act for RevokePermission {
    const KIND: &'static str = "staff.revoke_permission";
    type Outcome = ();

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let RevokePermission { actor, permission } = self.clone();
        let id = named(entry, &actor).await?;
        match store::delete_permission(entry, id, &permission).await? {
            0 => refuse(ActorRefused::NotGranted { actor, permission }),
            _ => Ok(()),
        }
    }
}
