//! A customer, and the account by which the city deals with them.

use chrono::NaiveDate;
use db::{Fault, Tx};
use kernel::{AccountId, AccountNumber, CustomerId};
use serde::{Deserialize, Serialize};

/// Whether a customer is a person or an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerKind {
    /// A person.
    Person,
    /// An organization.
    Organization,
    /// A file that does not say.
    Unknown,
}

/// Account numbers begin here, so that all have the same length for a long time.
const FIRST_NUMBER: i64 = 100_000;

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

    /// The kind with a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<CustomerKind> {
        let all = [CustomerKind::Person, CustomerKind::Organization, CustomerKind::Unknown];
        all.into_iter().find(|kind| kind.code() == code)
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
    /// How to call them; may be empty.
    pub phone: String,
    /// Where to write to them; may be empty.
    pub email: String,
    /// The import and line they come from; empty for others.
    pub source: String,
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

/// An account by the name a file or a clerk has for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedAccount {
    /// Its id.
    pub id: AccountId,
    /// Whose it is.
    pub customer: CustomerId,
    /// The first day.
    pub opened_on: NaiveDate,
    /// The last day, where it is closed.
    pub closed_on: Option<NaiveDate>,
    /// The import and line its reference comes from; empty where it is known by its number.
    pub source: String,
}

impl NamedAccount {
    /// Whether it is closed on a day.
    #[must_use]
    pub fn is_closed_on(&self, day: NaiveDate) -> bool {
        self.closed_on.is_some_and(|closed_on| closed_on <= day)
    }
}

/// Issues account numbers, each once.
pub async fn issue_numbers(tx: &mut Tx, count: usize) -> Result<Vec<AccountNumber>, Fault> {
    let mut block = tx.ids("account_number", count).await?;
    Ok((0..count).map(|_| AccountNumber::issue(FIRST_NUMBER + block.take::<i64>())).collect())
}

/// A customer as the record has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonOnRecord {
    /// Their id.
    pub id: CustomerId,
    /// The name files refer to them by.
    pub reference: String,
    /// Person or organization.
    pub kind: CustomerKind,
    /// As they write it.
    pub name: String,
    /// How to call them; may be empty.
    pub phone: String,
    /// Where to write to them; may be empty.
    pub email: String,
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
