//! The one door for change: every change is an act, checked, done and recorded in one transaction.
//!
//! - [`Act`]: a command that one actor gives; [`Door::carry_out`] does it once per key.
//! - [`ChunkWork`]: one piece of a bulk order; [`Door::carry_out_chunk`] claims and does the next.
//! - [`Door::approve`] and [`Door::decide`]: a second person decides on a [`Proposal`].
//! - [`Authority`] and [`Conflicts`]: the two questions the door asks of higher floors.

mod act;
mod authority;
mod clock;
mod deciding;
mod door;
mod entry;
mod failure;
mod follower;
mod judged;
mod log;
mod order;
pub mod permissions;
mod personal;
mod proposal;
mod registry;
mod seal;
mod store;
mod told;
mod weighed;

pub use act::{Act, By, Done, Permission, Subject};
pub use authority::{Actor, Approval, Authority, Conflict, Conflicts, NoConflicts, SecondNeeded};
pub use clock::{Clock, FixedClock, SystemClock};
pub use door::Door;
pub use entry::Entry;
pub use failure::{Failure, NotAllowed, Waiting, refuse, refused};
pub use follower::{Followed, Follower};
pub use judged::{Change, Control, Direction, Judged, Weight};
pub use log::{Apart, LogFilter, LogHead, LoggedAct, kept_apart, log, log_heads, logged_act, search_log};
pub use order::{Chunk, ChunkDone, ChunkPlan, ChunkStep, ChunkWork, Order, OrderPlan, Progress};
pub use personal::erase_personal;
pub use proposal::{APPROVE, Decision, PROPOSE, Proposal, ProposalState};
pub use registry::{KnownAct, Registry};
pub use seal::{BrokenSeal, SealHead, SealProof, is_in_chain, seal, verify_seals};
pub use store::proposals::{open_proposals_on, proposal, proposals_before, waiting_proposals};
pub use store::search::seal_position;
pub use store::watched::{Watched, watched};
pub use store::weights::{flags, last_uses, moved_by, moved_on, weights};
pub use store::{
    chunk_digest, chunk_outcome, chunk_range, chunks, commands_on, is_alone_since, journal_digests, newest_act,
    newest_command, open_order, order_act, order_given_by, progress, progress_of, refused_chunks, was_done,
};
pub use weighed::{Flagged, Weighed};
