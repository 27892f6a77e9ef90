//! The acts of this room.

mod agree_word;
mod check_opening;
mod clear_red_flag;
mod find;
mod protect;
mod record_identifier;
mod refused;
mod reveal;
mod set_rule;
mod verify_caller;

pub use agree_word::AgreeWord;
pub(crate) use check_opening::look;
pub use check_opening::{CheckOpening, Checked, RaiseRedFlag};
pub use clear_red_flag::ClearRedFlag;
pub use protect::{Protect, Unprotect};
pub use record_identifier::RecordIdentifier;
pub use refused::IdentityRefused;
pub use reveal::Reveal;
pub use set_rule::SetVerificationRule;
pub use verify_caller::{Caller, Verified, VerifyCaller};
