//! Files of records: read, checked line by line, brought in by chunks; what cannot come in is kept with its reason.

mod intake;
mod record;

pub use intake::{Intake, Taken};
pub use record::{Field, Need, Record, Reject};
