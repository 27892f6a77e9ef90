//! What an actor may be allowed in this room.

use acts::{Control, Permission};

/// Looking at the books.
pub const SEE: Permission = Permission { code: "finance.see", sentence: "sees the books, down to each posting" };

/// To set up funds and ledger accounts.
pub const ESTABLISH_BOOKS: Permission = Permission {
    code: "finance.establish_books",
    sentence: "Set up funds and ledger accounts, and open ledger accounts in funds",
};

/// To lock a GL month.
pub const LOCK_PERIOD: Permission = Permission {
    code: "finance.lock_period",
    sentence: "Lock a month of the books, so that nothing more is posted into it",
};

/// To open a locked GL month again.
pub const UNLOCK_PERIOD: Permission =
    Permission { code: "finance.unlock_period", sentence: "Open a locked month of the books again" };

/// The second person where a locked month is opened again.
pub const APPROVE: Permission =
    Permission { code: "finance.approve", sentence: "Approve that a locked month of the books is opened again" };

/// Locked months.
pub const PERIODS: Control =
    Control { code: "periods", sentence: "a locked month of the books is opened again", approving: APPROVE };

/// All permissions of this room.
pub const PERMISSIONS: &[Permission] = &[SEE, ESTABLISH_BOOKS, LOCK_PERIOD, UNLOCK_PERIOD, APPROVE];
