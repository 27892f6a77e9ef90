//! The SQL of this room: who was verified, identifiers, red flags.

mod flags;
mod identifiers;
mod verifications;

pub(crate) use flags::{
    clear_flag, flags_of, insert_flags, is_closed_to_callers, open_flags, open_flags_counted, put_check, unchecked,
};
pub use identifiers::identifiers_of;
pub(crate) use identifiers::{
    identifiers_alike, insert_view, key_counts, put_identifier, put_word, reseal, sealed_by_others, views_of, word_of,
};
pub use verifications::rule;
pub(crate) use verifications::{failed_calls, insert_rule, insert_verification, last_call_of, verifications_of};
