//! What may be allowed in this room.

use acts::Permission;

/// Customer files.
pub const IMPORT: Permission =
    Permission { code: "customers.import", sentence: "imports customers and opens the accounts a file names" };

/// Addresses and roles.
pub const CHANGE: Permission = Permission {
    code: "customers.change",
    sentence: "sets mailing addresses, bill payers, owners and tenants of accounts",
};

/// Duplicates.
pub const MERGE: Permission =
    Permission { code: "customers.merge", sentence: "merges customers that are on record twice, and takes that back" };

/// All of them.
pub const PERMISSIONS: &[Permission] = &[IMPORT, CHANGE, MERGE];
