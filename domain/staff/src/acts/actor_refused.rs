//! `ActorRefused`: why an actor is not added, or a permission neither granted nor taken away.

use kernel::Refusal;

/// Why an actor is not added, or a permission neither granted nor taken away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActorRefused {
    /// A code that cannot be typed and printed.
    #[error("'{code}' cannot be the code of an actor; use letters, digits and signs without spaces")]
    BadCode {
        /// What was given.
        code: String,
    },
    /// Nothing to call them by.
    #[error("{code} has no name")]
    NameMissing {
        /// The code.
        code: String,
    },
    /// The code is somebody's.
    #[error("The code {code} belongs to somebody already")]
    CodeTaken {
        /// The code.
        code: String,
    },
    /// Not the form of a permission.
    #[error("'{permission}' is not a permission; a permission is written like billing.sign")]
    BadPermission {
        /// What was given.
        permission: String,
    },
    /// Nobody has that code.
    #[error("Nobody has the code {actor}")]
    UnknownActor {
        /// The code.
        actor: String,
    },
    /// Who asks is who would gain.
    #[error("{actor} cannot grant a permission to themself; somebody else must")]
    OwnPermission {
        /// The code of both.
        actor: String,
    },
    /// People have roles.
    #[error("Roles are in force: {actor} gets what a role allows; join people, or assign a role")]
    RolesInForce {
        /// The code of the person.
        actor: String,
    },
    /// Granted before.
    #[error("{actor} has the permission {permission} already")]
    AlreadyGranted {
        /// The code of the actor.
        actor: String,
        /// The code of the permission.
        permission: String,
    },
    /// Nothing to take away.
    #[error("{actor} does not have the permission {permission}, so there is nothing to take away")]
    NotGranted {
        /// The code of the actor.
        actor: String,
        /// The code of the permission.
        permission: String,
    },
}

impl Refusal for ActorRefused {
    fn code(&self) -> &'static str {
        match self {
            ActorRefused::BadCode { .. } => "bad_code",
            ActorRefused::NameMissing { .. } => "name_missing",
            ActorRefused::CodeTaken { .. } => "code_taken",
            ActorRefused::BadPermission { .. } => "bad_permission",
            ActorRefused::UnknownActor { .. } => "unknown_actor",
            ActorRefused::OwnPermission { .. } => "own_permission",
            ActorRefused::RolesInForce { .. } => "roles_in_force",
            ActorRefused::AlreadyGranted { .. } => "already_granted",
            ActorRefused::NotGranted { .. } => "not_granted",
        }
    }
}
