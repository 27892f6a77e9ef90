//! The queue: work written in the transaction that needs it, done in chunks, restartable.
//!
//! A job is a bulk order that is still to be carried out. It is never marked as running: any
//! number of workers take its open chunks, and a worker that dies gives its chunk back with its
//! transaction. So there is nothing to clean up after a crash; starting again goes on.

mod queue;
mod standing;
mod store;
mod worker;

pub use queue::{Job, JobState, enqueue, reopen};
pub use standing::{Stop, stand};
pub use store::{job_of_order, open_jobs};
pub use worker::{JobKind, JobWork, Report, Worker, kind_of};
