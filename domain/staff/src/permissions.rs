//! What an actor may be allowed in this room.

use acts::Permission;

/// To say who acts and what each is allowed.
pub const MANAGE: Permission =
    Permission { code: "staff.manage", sentence: "Add actors, and grant or take away what others are allowed" };

/// All permissions of this room.
pub const PERMISSIONS: &[Permission] = &[MANAGE];
