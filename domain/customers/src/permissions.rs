//! What may be allowed in this room.

use acts::Permission;

/// Looking at accounts.
pub const SEE: Permission = Permission {
    code: "customers.see",
    sentence: "sees accounts: who they belong to, what they owe, their bills and reads",
};

/// Customer files.
pub const IMPORT: Permission =
    Permission { code: "customers.import", sentence: "imports customers and opens the accounts a file names" };

/// Addresses and roles.
pub const CHANGE: Permission = Permission {
    code: "customers.change",
    sentence: "sets telephones, mailing addresses, bill payers, owners and tenants of accounts",
};

/// Notes.
pub const NOTE: Permission =
    Permission { code: "customers.note", sentence: "puts notes on accounts for whoever helps the customer next" };

/// Duplicates.
pub const MERGE: Permission =
    Permission { code: "customers.merge", sentence: "merges customers that are on record twice, and takes that back" };

/// All of them.
pub const PERMISSIONS: &[Permission] = &[SEE, IMPORT, CHANGE, NOTE, MERGE];
