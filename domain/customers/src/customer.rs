//! A customer, and the account by which the city deals with them.

use chrono::NaiveDate;
use kernel::{AccountId, AccountNumber, CustomerId};

/// Whether a customer is a person or an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerKind {
    /// A person.
    Person,
    /// An organization.
    Organization,
    /// A file that does not say.
    Unknown,
}

impl CustomerKind {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            CustomerKind::Person => "person",
            CustomerKind::Organization => "organization",
            CustomerKind::Unknown => "unknown",
        }
    }
}

/// A customer about to be recorded.
#[derive(Clone, Debug)]
pub struct NewCustomer {
    /// Given beforehand, from a block.
    pub id: CustomerId,
    /// The name by which files refer to them; unique.
    pub reference: String,
    /// Person or organization.
    pub kind: CustomerKind,
    /// As they write it; may be empty until known.
    pub name: String,
}

/// An account about to be opened.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Given beforehand, from a block.
    pub id: AccountId,
    /// Whose it is.
    pub customer: CustomerId,
    /// The number on paper.
    pub number: AccountNumber,
    /// The first day.
    pub opened_on: NaiveDate,
}

/// An account as screens and documents show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The number on paper.
    pub number: AccountNumber,
    /// The reference of its customer.
    pub customer_reference: String,
    /// The name of its customer.
    pub customer_name: String,
}
