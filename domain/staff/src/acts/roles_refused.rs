//! `RolesRefused`: why roles are not put in force.

use kernel::Refusal;

use super::PeopleRefused;

/// Why roles are not put in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RolesRefused {
    /// None, or more than anybody can look through.
    #[error("There are 1 to {most} roles and up to {most} pairs that do not go together")]
    HowMany {
        /// The most.
        most: usize,
    },
    /// A title or sentence is wrong.
    #[error(transparent)]
    Text(#[from] PeopleRefused),
    /// Not the form of a permission.
    #[error("'{permission}' is not a permission; a permission is written like billing.sign")]
    BadPermission {
        /// What was given.
        permission: String,
    },
    /// Nothing is incompatible with itself.
    #[error("{permission} is named beside itself; name two permissions that do not go together")]
    PairOfOne {
        /// The code.
        permission: String,
    },
    /// A pair is there twice.
    #[error("{permission} and {other} are named together twice")]
    PairTwice {
        /// One.
        permission: String,
        /// The other.
        other: String,
    },
    /// Not the form of a role's code.
    #[error("'{role}' is not the code of a role; use up to 40 small letters and underscores")]
    BadRoleCode {
        /// What was given.
        role: String,
    },
    /// It would allow nothing.
    #[error("Role {role} allows nothing; leave it out")]
    NoPermissions {
        /// The code.
        role: String,
    },
    /// Not the form of a class.
    #[error("Role {role}: '{class}' is not a class of changes; a class is written like adjustment")]
    BadClass {
        /// The role.
        role: String,
        /// What was given.
        class: String,
    },
    /// Amounts that contradict each other.
    #[error(
        "Role {role}: limits of {class} are from $0.00 to $10,000,000.00, and those of 30 days no less than that of one time"
    )]
    BadLimit {
        /// The role.
        role: String,
        /// The class.
        class: String,
    },
    /// A limit is there twice.
    #[error("Role {role} has two limits of {class} in one direction")]
    LimitTwice {
        /// The role.
        role: String,
        /// The class.
        class: String,
    },
    /// A role has in itself what nobody may have together.
    #[error("Role {role} would have both {permission} and {other}. {sentence}")]
    IncompatibleRole {
        /// The role.
        role: String,
        /// One permission.
        permission: String,
        /// The other.
        other: String,
        /// Why not.
        sentence: String,
    },
    /// A code is there twice.
    #[error("Role {role} is there twice")]
    RoleTwice {
        /// The code.
        role: String,
    },
    /// Nobody could keep the town going.
    #[error("No role {who}: one needs {permission}")]
    NobodyDoes {
        /// The permission no role has.
        permission: &'static str,
        /// What nobody would do.
        who: &'static str,
    },
    /// No time zone, or it closes before it opens.
    #[error("Office hours are written like 07:00 and 18:00, with a time zone such as America/Phoenix")]
    BadHours,
    /// Somebody has a role that is not among these.
    #[error("Role {role} is not among these, but {actor} has it; end that first")]
    RoleInUse {
        /// The role.
        role: String,
        /// Who has it.
        actor: String,
    },
    /// Nobody who works here could approve roles any more.
    #[error("With these roles nobody who works here could approve roles and limits any more")]
    NoApproverLeft,
}

impl Refusal for RolesRefused {
    fn code(&self) -> &'static str {
        match self {
            RolesRefused::HowMany { .. } => "how_many_roles",
            RolesRefused::Text(refusal) => refusal.code(),
            RolesRefused::BadPermission { .. } => "bad_permission",
            RolesRefused::PairOfOne { .. } => "pair_of_one",
            RolesRefused::PairTwice { .. } => "pair_twice",
            RolesRefused::BadRoleCode { .. } => "bad_role_code",
            RolesRefused::NoPermissions { .. } => "no_permissions",
            RolesRefused::BadClass { .. } => "bad_class",
            RolesRefused::BadLimit { .. } => "bad_limit",
            RolesRefused::LimitTwice { .. } => "limit_twice",
            RolesRefused::IncompatibleRole { .. } => "incompatible_role",
            RolesRefused::RoleTwice { .. } => "role_twice",
            RolesRefused::NobodyDoes { .. } => "nobody_does",
            RolesRefused::BadHours => "bad_hours",
            RolesRefused::RoleInUse { .. } => "role_in_use",
            RolesRefused::NoApproverLeft => "no_approver_left",
        }
    }
}
