//! The acts of this room.

mod actor_refused;
mod add_actor;
mod assign_role;
mod checks;
mod declare_relation;
mod erase_contact;
mod establish_roles;
mod grant_permission;
mod help_sign_in;
mod join_staff;
mod leave_staff;
mod move_staff;
mod people_refused;
mod review;
mod revoke_permission;
mod roles_refused;
mod save_report;
mod schedule_report;
mod stand_in;

pub use actor_refused::ActorRefused;
pub use add_actor::AddActor;
pub use assign_role::{AssignRole, EndRole};
pub use declare_relation::{DeclareRelation, EndRelation};
pub use erase_contact::EraseContact;
pub use establish_roles::{EstablishRoles, NewLimit, NewPair, NewRole};
pub use grant_permission::GrantPermission;
pub use help_sign_in::{ClearSecondFactor, EndSessions, LinkIdentity, MakeSignInLink};
pub use join_staff::JoinStaff;
pub use leave_staff::LeaveStaff;
pub use move_staff::MoveStaff;
pub use people_refused::PeopleRefused;
pub use review::{RecordCompensatingReview, ReviewOutlier};
pub use revoke_permission::RevokePermission;
pub use roles_refused::RolesRefused;
pub use save_report::{DropReport, SaveReport};
pub use schedule_report::{Every, ScheduleReport, StopReport};
pub use stand_in::{EndStandIn, StandIn};

use acts::{Entry, Failure, Subject, refuse};
use kernel::ActorId;

use self::checks::Before;
use crate::people;
use crate::{ActorKind, store};

/// All staff as a subject: which of them is named in the command.
fn staff() -> Subject {
    Subject { kind: "staff", id: 0 }
}

/// One of the staff, of whom something personal is told.
fn person(actor: ActorId) -> Subject {
    Subject { kind: "person", id: actor.0 }
}

/// The id of the actor with that code, or a refusal.
async fn named(entry: &mut Entry, code: &str) -> Result<ActorId, Failure> {
    match store::actor_by_code(entry, code).await? {
        Some(actor) => Ok(actor.id),
        None => refuse(ActorRefused::UnknownActor { actor: code.to_owned() }),
    }
}

/// Once roles are in force people have their permissions from roles, and only programs have them directly.
async fn check_not_by_role(entry: &mut Entry, kind: ActorKind, code: &str) -> Result<(), Failure> {
    if kind == ActorKind::Person && people::are_roles_in_force(entry).await? {
        return refuse(ActorRefused::RolesInForce { actor: code.to_owned() });
    }
    Ok(())
}

/// What is granted directly wants a second person too, as soon as there is one: a program is somebody's hands.
async fn ask_second_for_grant(
    entry: &mut Entry,
    (actor, code): (ActorId, &str),
    permissions: &str,
) -> Result<(), Failure> {
    entry.changes(format!("granted to {code}"), "", permissions);
    let before = Before::of(entry).await?;
    if people::are_roles_in_force(entry).await? {
        checks::check_held(entry, &before.book, actor).await?;
    }
    before.ask_second(entry);
    Ok(())
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
