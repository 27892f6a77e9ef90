//! The people who work here: roles, limits, acting authority, relations, and what a review of them looks at.

// The nouns and their rules.
mod access;
mod assignment;
mod compatible;
mod held;
mod hours;
mod limit;
mod outlier;
mod person;
mod role;

// What is asked.
mod outliers;
mod store;
mod views;

pub use access::{AccessLine, STALE_DAYS, access_report, access_review};
pub use assignment::{Assignment, Days};
pub use compatible::Clash;
pub use held::{Held, Source};
pub use hours::OfficeHours;
pub use limit::Limit;
pub use outlier::{Outlier, Pattern};
pub use outliers::{ReviewedOutlier, outlier_report, outliers};
pub use person::{Contact, Person, Relation, RelationKind, StandingIn};
pub use role::{Incompatible, Role, RoleBook};
pub use views::{
    Reviewed, are_roles_in_force, limit_of, people, permissions_on, person, relations, reviews, role_book, stand_ins,
};

pub(crate) use compatible::check_person;
pub(crate) use role::is_system_clash;
pub(crate) use store::{
    AssignmentChange, NewPerson, approver_ids, begin_roles, delete_role_row, delete_stand_in, direct, end_access,
    end_relation, end_role, end_stand_in, everybody_with_roles, grants_of, has_approver_on, hold_roles,
    insert_relation_once, insert_stand_in, is_person, leave, move_person, put_contact, put_outlier_review_once,
    put_review, rejoin, replace_roles, reports_to, reviews_of, stand_in, stand_ins_for, supervisors, take_in,
};
pub(crate) use views::limit_apart_from;
