//! What may be allowed in this room.

use acts::Permission;

/// Property uses.
pub const SET_UP: Permission = Permission { code: "premises.set_up", sentence: "decides the codes of property uses" };

/// Premises files.
pub const IMPORT: Permission =
    Permission { code: "premises.import", sentence: "imports parcels, premises, their owners and service points" };

/// All of them.
pub const PERMISSIONS: &[Permission] = &[SET_UP, IMPORT];
