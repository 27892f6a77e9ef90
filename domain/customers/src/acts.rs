//! The acts of this room.

mod end_party;
mod merge_customers;
mod not_found;
mod set_mailing_address;
mod set_party;
mod unmerge_customers;

pub use end_party::EndParty;
pub use merge_customers::{MergeCustomers, MergeRefused};
pub use not_found::NotFound;
pub use set_mailing_address::{AddressRefused, SetMailingAddress};
pub use set_party::{PartyRefused, SetParty};
pub use unmerge_customers::{UnmergeCustomers, UnmergeRefused};
