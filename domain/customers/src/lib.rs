//! Persons and organizations the city serves, and their accounts.

mod customer;
mod store;

pub use customer::{Account, CustomerKind, NewAccount, NewCustomer};
pub use store::{
    account_by_number, accounts_by_id, customers_by_reference, hold_accounts, insert_accounts, insert_customers,
    lock_accounts,
};
