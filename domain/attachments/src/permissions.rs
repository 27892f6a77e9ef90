//! What people may be allowed with files.

use acts::Permission;

/// Looking.
pub const SEE: Permission = Permission {
    code: "attachments.see",
    sentence: "sees and downloads files kept with accounts, bills and changes they may see",
};

/// Attaching.
pub const ATTACH: Permission =
    Permission { code: "attachments.attach", sentence: "attaches files to accounts, bills and changes they may see" };

/// Withdrawing.
pub const WITHDRAW: Permission = Permission {
    code: "attachments.withdraw",
    sentence: "withdraws a file that was attached wrongly, so that nobody is given it any more",
};

/// Upkeep.
pub const KEEP: Permission =
    Permission { code: "attachments.keep", sentence: "destroys files that were withdrawn long ago" };

/// All of them.
pub const PERMISSIONS: &[Permission] = &[SEE, ATTACH, WITHDRAW, KEEP];
