//! The acts of this room.

mod attach;
mod destroy;
mod find;
mod hand_out;
mod record_scan;
mod withdraw;

pub use attach::{Attach, MOST_FILES};
pub use destroy::{Destroy, KEPT_DAYS};
pub use hand_out::HandOut;
pub use record_scan::RecordScan;
pub use withdraw::Withdraw;
