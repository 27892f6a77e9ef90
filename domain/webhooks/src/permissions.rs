//! What people may be allowed about webhooks.

use acts::Permission;

/// Deciding who is told of what, and sending again.
pub const MANAGE: Permission = Permission {
    code: "webhooks.manage",
    sentence: "decides which other programs are told of what is done here, and sends messages again",
};

/// All of them.
pub const PERMISSIONS: &[Permission] = &[MANAGE];
