//! What may be allowed in this room.

use acts::{Control, Permission};

/// Classes and where charges go in the books.
pub const SET_UP: Permission =
    Permission { code: "revenue.set_up", sentence: "decides customer classes and where each charge goes in the books" };

/// Rate schedules.
pub const ADOPT_RATES: Permission =
    Permission { code: "revenue.adopt_rates", sentence: "records rate schedules that council has adopted" };

/// Rate schedules that are still to be adopted.
pub const PROPOSE_RATES: Permission =
    Permission { code: "revenue.propose_rates", sentence: "proposes rate schedules, which price nothing yet" };

/// Rate schedules that were replaced before they were used.
pub const SUPERSEDE_RATES: Permission =
    Permission { code: "revenue.supersede_rates", sentence: "takes back rates that no bill run has used" };

/// The second person where rates are changed.
pub const APPROVE: Permission =
    Permission { code: "revenue.approve", sentence: "approves rates and customer classes that others propose" };

/// Rate tables.
pub const RATES: Control = Control {
    code: "rates",
    sentence: "rates, classes or the places of charges in the books are changed",
    approving: APPROVE,
};

/// All of them.
pub const PERMISSIONS: &[Permission] = &[SET_UP, ADOPT_RATES, PROPOSE_RATES, SUPERSEDE_RATES, APPROVE];
