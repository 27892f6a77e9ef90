//! People: roles, joining and leaving, standing in, relations and reviews, asked through the door on both engines.

mod compatible;
mod joining;
mod relations;
mod reviews;
mod roles;
mod standing_in;
pub(crate) mod town;
