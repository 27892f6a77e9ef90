//! What people may be allowed about who may be told what.

use acts::Permission;

/// Verifying callers.
pub const VERIFY: Permission =
    Permission { code: "identity.verify", sentence: "records who calls about an account and whether they proved it" };

/// Recording identifiers and agreed words.
pub const RECORD: Permission = Permission {
    code: "identity.record",
    sentence: "records tax IDs, driver's licenses and words agreed with customers, and sees their last four digits",
};

/// Looking at a whole identifier.
pub const REVEAL: Permission = Permission {
    code: "identity.reveal",
    sentence: "sees a whole tax ID or driver's license, each time with a reason",
};

/// Beginning and lifting protection.
pub const PROTECT: Permission =
    Permission { code: "identity.protect", sentence: "keeps the address of a person confidential, and lifts that" };

/// Seeing what is kept confidential.
pub const SEE_PROTECTED: Permission =
    Permission { code: "identity.see_protected", sentence: "sees the true address of a protected person" };

/// Red flags.
pub const CLEAR_FLAGS: Permission = Permission {
    code: "identity.clear_red_flag",
    sentence: "decides that a sign of identity theft at an account has an explanation",
};

/// The town's rule.
pub const SET_RULE: Permission =
    Permission { code: "identity.set_rule", sentence: "decides what a caller must know before they are told anything" };

/// All of them.
pub const PERMISSIONS: &[Permission] = &[VERIFY, RECORD, REVEAL, PROTECT, SEE_PROTECTED, CLEAR_FLAGS, SET_RULE];
