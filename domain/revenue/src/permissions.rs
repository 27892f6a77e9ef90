//! What may be allowed in this room.

use acts::Permission;

/// Classes and where charges go in the books.
pub const SET_UP: Permission =
    Permission { code: "revenue.set_up", sentence: "decides customer classes and where each charge goes in the books" };

/// Rate schedules.
pub const ADOPT_RATES: Permission =
    Permission { code: "revenue.adopt_rates", sentence: "records rate schedules that council has adopted" };

/// All of them.
pub const PERMISSIONS: &[Permission] = &[SET_UP, ADOPT_RATES];
