//! Persons and organizations the city serves, their accounts, who is what for an account and where its mail goes.

pub mod acts;
mod address;
mod asked;
mod customer;
mod intake;
mod outlet;
mod party;
pub mod permissions;
mod protection;
mod store;

pub use address::{AddressLines, MailingAddress, Purpose, in_force, seen_addresses};
pub use asked::{AskedBy, CallersKnown, KnowsCallers, NotAsked, Wish};
pub use customer::{Account, CustomerKind, NamedAccount, NewAccount, NewCustomer, PersonOnRecord, issue_numbers};
pub use intake::Customers;
pub use party::{Party, Role, in_the_way, seen_parties};
pub use protection::{CONFIDENTIAL, Protection};
pub use store::{
    AddressRecord, CustomerInFull, ListedAccount, MergedInto, Reached, account_by_number, account_named, account_texts,
    accounts_by_id, accounts_by_reference_or_number, accounts_from, accounts_held_by, accounts_of_customers,
    accounts_opened_since, address_records, customer_references, customers_by_reference, customers_in_full,
    customers_with_phone, hold_accounts, hold_these_accounts, insert_accounts, insert_customers, insert_protection,
    lift_protection, mailing_addresses, merged_of, merges_into, moves_of_accounts, parties_of, persons_by_id,
    phones_set_on, protected_among, protected_customers, protected_through, protections, reached, surviving,
};
pub use store::{accounts_in_list, last_account_id, mail_between, names_between};
