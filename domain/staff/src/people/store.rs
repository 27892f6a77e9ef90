//! The SQL of people: roles, who has them, who stands in, relations and reviews.

mod grants;
mod persons;
mod reviews;
mod roles;

pub(crate) use grants::{
    AssignmentChange, approver_ids, are_roles_in_force, begin_roles, delete_role_row, delete_stand_in, direct,
    end_role, end_stand_in, everybody_with_roles, grants_of, has_approver_on, held, insert_stand_in, limits,
    reports_to, roles_of, stand_in, stand_ins, stand_ins_for, supervisors,
};
pub(crate) use persons::{
    NewPerson, active, end_access, end_relation, insert_relation_once, is_person, leave, move_person, people, person,
    put_contact, rejoin, relations, take_in,
};
pub(crate) use reviews::{outlier_reviews, put_outlier_review_once, put_review, reviews, reviews_of};
pub(crate) use roles::{hold_roles, replace_roles, role_book};
