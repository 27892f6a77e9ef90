//! What may be allowed in this room.

use acts::{Control, Permission};

/// Reads by hand.
pub const ENTER_READS: Permission =
    Permission { code: "metering.enter_reads", sentence: "enters what meters showed on a day" };

/// What was read wrongly.
pub const CORRECT_READS: Permission =
    Permission { code: "metering.correct_reads", sentence: "corrects and withdraws reads, with a reason" };

/// Which meter is where.
pub const EXCHANGE: Permission = Permission {
    code: "metering.exchange",
    sentence: "records exchanges of meters, and meters that were recorded at each other's place",
};

/// In which order meters are read.
pub const ROUTES: Permission = Permission {
    code: "metering.routes",
    sentence: "puts service points on reading routes, in the order in which they are read",
};

/// Files of meters, reads and routes.
pub const IMPORT: Permission =
    Permission { code: "metering.import", sentence: "imports files of meters, of reads and of routes" };

/// The second person where reads are changed.
pub const APPROVE: Permission =
    Permission { code: "metering.approve", sentence: "approves changes of accepted reads that others propose" };

/// Changes of what was read and accepted.
pub const READS: Control =
    Control { code: "reads", sentence: "an accepted read or what follows from it is changed", approving: APPROVE };

/// All of them.
pub const PERMISSIONS: &[Permission] = &[ENTER_READS, CORRECT_READS, EXCHANGE, ROUTES, IMPORT, APPROVE];
