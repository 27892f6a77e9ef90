//! Persons and organizations the city serves, and their accounts.

mod customer;
mod store;

pub use customer::{Account, CustomerKind, NewAccount, NewCustomer};
pub use store::{
    account_by_number, account_references, accounts_by_id, accounts_by_name, accounts_by_reference, closed_accounts,
    customers_by_reference, hold_accounts, insert_accounts, insert_customers, lock_accounts,
};
