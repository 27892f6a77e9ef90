//! The pages of a proposal of rates: writing and checking it, and its way into force.

pub(crate) mod proposal;
pub(crate) mod propose;
