//! The one door for change: every change is an act, checked, done and recorded in one transaction.
//!
//! - [`Act`]: a command that one actor gives; [`Door::carry_out`] does it once per key.
//! - [`ChunkWork`]: one piece of a bulk order; [`Door::carry_out_chunk`] claims and does the next.
//! - [`Authority`] and [`Conflicts`]: the two questions the door asks of higher floors.

mod act;
mod authority;
mod clock;
mod door;
mod entry;
mod failure;
mod log;
mod order;
mod seal;
mod store;

pub use act::{Act, By, Done, Permission, Subject};
pub use authority::{Actor, Authority, Conflicts, NoConflicts};
pub use clock::{Clock, FixedClock, SystemClock};
pub use door::Door;
pub use entry::Entry;
pub use failure::{Failure, NotAllowed, refuse, refused};
pub use log::{LoggedAct, log};
pub use order::{Chunk, ChunkDone, ChunkPlan, ChunkStep, ChunkWork, Order, OrderPlan, Progress};
pub use seal::{BrokenSeal, SealHead, SealProof, is_in_chain, seal, verify_seals};
pub use store::{
    chunk_digest, chunk_outcome, chunk_range, chunks, commands_on, is_alone_since, journal_digests, newest_act,
    newest_command, open_order, order_given_by, progress, refused_chunks, was_done,
};
