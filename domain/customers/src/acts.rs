//! The acts of this room.

mod add_note;
mod authorize_person;
mod end_party;
mod merge_customers;
mod not_found;
mod open_account;
mod set_contact;
mod set_mailing_address;
mod set_party;
mod unmerge_customers;

pub use add_note::{AddNote, NOTE_MAX, NoteRefused};
pub use authorize_person::{AuthorizePerson, AuthorizeRefused};
pub use end_party::EndParty;
pub use merge_customers::{MergeCustomers, MergeRefused};
pub use not_found::NotFound;
pub use open_account::{OpenAccount, OpenRefused, Opened, PersonFacts};
pub use set_contact::{ContactRefused, SetContact, last_contact_entry, seen_contact};
pub use set_mailing_address::{AddressRefused, SetMailingAddress};
pub use set_party::{PartyRefused, SetParty};
pub use unmerge_customers::{UnmergeCustomers, UnmergeRefused};
