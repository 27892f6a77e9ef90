//! Files beside the database: a folder or an S3 bucket, and what looks into a file before it is kept. See README.md.
//!
//! - [`Objects`] puts, gets and removes; the place is an address such as `file:///var/lib/town/files` or `s3://bucket/town`.
//! - [`Scanner`] asks a command of the administrator's choice what it thinks of a file.

#[cfg(test)]
mod bucket_tests;
mod listing;
mod objects;
mod place;
mod scanner;
mod wire;

pub use listing::{Listed, Listing};
pub use objects::Objects;
pub use place::PlaceRefused;
pub use scanner::{Scanner, Verdict};
