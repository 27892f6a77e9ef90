//! Persons and organizations the city serves, their accounts, who is what for an account and where its mail goes.

pub mod acts;
mod address;
mod customer;
mod intake;
mod outlet;
mod party;
pub mod permissions;
mod store;

pub use address::{AddressLines, MailingAddress, Purpose, in_force};
pub use customer::{Account, CustomerKind, NamedAccount, NewAccount, NewCustomer, issue_numbers};
pub use intake::Customers;
pub use party::{Party, Role, in_the_way};
pub use store::{
    Reached, account_by_number, account_named, account_texts, accounts_by_id, accounts_by_reference_or_number,
    customer_references, customers_by_reference, hold_accounts, insert_accounts, insert_customers, lock_accounts,
    mailing_addresses, parties_of, reached, surviving,
};
