//! What may be allowed in this room.

use acts::{Control, Permission};

/// Property uses.
pub const SET_UP: Permission = Permission { code: "premises.set_up", sentence: "decides the codes of property uses" };

/// Premises files.
pub const IMPORT: Permission =
    Permission { code: "premises.import", sentence: "imports parcels, premises, their owners and service points" };

/// The second person where property uses are decided.
pub const APPROVE: Permission =
    Permission { code: "premises.approve", sentence: "approves codes of property uses that others propose" };

/// Property use codes.
pub const PROPERTY_USES: Control =
    Control { code: "property_uses", sentence: "codes of property uses are changed", approving: APPROVE };

/// All of them.
pub const PERMISSIONS: &[Permission] = &[SET_UP, IMPORT, APPROVE];
