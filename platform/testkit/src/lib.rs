//! What tests stand on: a frozen clock, private databases on both engines, files given and got back, a browser and
//! what it meets, counted skips.
//!
//! Tests only; no program depends on it.
#![expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment where PostgreSQL, the reference data and the browser are"
)]

mod axe;
mod beside;
mod browser;
mod client;
mod databases;
mod door;
mod files;
mod little_site;
mod markup;
mod provider;
mod reference;
mod server;

pub use axe::{Axe, Node, Violation};
pub use beside::told_place;
pub use browser::{Browser, Key, Look, Scheme, Scripts};
pub use client::{Answer, Client};
pub use databases::{TestDb, engines, postgres_server};
pub use door::{actor, by, door, everything, frozen_clock, noon, open_door};
pub use files::{exported, import, take_by};
pub use little_site::{Asked, LittleSite, Told};
pub use markup::Form;
pub use provider::{Provider, ProviderAccount, ProviderClient};
pub use reference::{reference, skip};
pub use server::Served;
