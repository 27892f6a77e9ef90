//! What tests stand on: a frozen clock, private databases on both engines, files given and got back, counted skips.
//!
//! Tests only; no program depends on it.
#![expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment where PostgreSQL and the reference data are"
)]

mod databases;
mod door;
mod files;
mod reference;

pub use databases::{TestDb, engines, postgres_server};
pub use door::{actor, by, door, frozen_clock, noon, open_door};
pub use files::{exported, import, take_by};
pub use reference::{reference, skip};
