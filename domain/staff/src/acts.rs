//! The acts of this room.

mod actor_refused;
mod add_actor;
mod grant_permission;
mod revoke_permission;

pub use actor_refused::ActorRefused;
pub use add_actor::AddActor;
pub use grant_permission::GrantPermission;
pub use revoke_permission::RevokePermission;

use acts::{Entry, Failure, Subject, refuse};
use kernel::ActorId;

use crate::store;

/// All staff as a subject: which of them is named in the command.
fn staff() -> Subject {
    Subject { kind: "staff", id: 0 }
}

/// The id of the actor with that code, or a refusal.
async fn named(entry: &mut Entry, code: &str) -> Result<ActorId, Failure> {
    match store::actor_by_code(entry, code).await? {
        Some(actor) => Ok(actor.id),
        None => refuse(ActorRefused::UnknownActor { actor: code.to_owned() }),
    }
}

/// Refuses what cannot be the code of a permission, such as `billing.sign`.
fn check_permission(code: &str) -> Result<(), ActorRefused> {
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    match code.split_once('.') {
        Some((room, verb)) if is_word(room) && is_word(verb) => Ok(()),
        _ => Err(ActorRefused::BadPermission { permission: code.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_a_room_and_a_verb() {
        for (code, is_good) in [
            ("billing.sign", true),
            ("finance.lock_period", true),
            ("billing", false),
            ("billing.", false),
            ("billing.*", false),
            ("Billing.sign", false),
            ("billing.sign.all", false),
        ] {
            assert_eq!(check_permission(code).is_ok(), is_good, "{code}");
        }
    }
}
