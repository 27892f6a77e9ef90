//! Opens an account for a customer, who is on record or new: whoever moves in, or owns what stands empty.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::{Days, NaiveDate};
use kernel::{AccountId, CustomerId, Refusal};
use serde::{Deserialize, Serialize};

use super::NotFound;
use super::not_found::customer_named;
use crate::{
    AddressLines, CustomerKind, MailingAddress, NewAccount, NewCustomer, Purpose, issue_numbers, permissions, store,
};

/// An account to open. Either a customer on record is named, or a new one is described.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAccount {
    /// The reference of the customer, or the number of another account of theirs; nothing for somebody new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Who is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_customer: Option<PersonFacts>,
    /// The first day.
    pub opened_on: NaiveDate,
    /// Where mail goes; nothing until it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailing: Option<AddressLines>,
}

/// A customer as they introduce themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFacts {
    /// Person or organization.
    pub kind: CustomerKind,
    /// As they write it.
    pub name: String,
    /// How to call them; may be empty.
    #[serde(default)]
    pub phone: String,
    /// Where to write to them; may be empty.
    #[serde(default)]
    pub email: String,
}

/// The account that was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Its id.
    pub account: AccountId,
    /// Its number, as on bills.
    pub number: String,
    /// The reference of its customer.
    pub customer: String,
}

/// How far ahead an account may be opened.
const AHEAD_DAYS: u64 = 366;

/// Why no account is opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenRefused {
    /// Whose it is must be said, once.
    #[error("name a customer on record, or describe a new one: one of the two")]
    Whose,
    /// No such customer or account.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// Somebody without a name cannot be billed.
    #[error("a new customer needs a name")]
    NameMissing,
    /// It cannot stand on an envelope or in a list.
    #[error("the {line}: {words}")]
    LineUnprintable {
        /// Which line.
        line: &'static str,
        /// What is wrong.
        words: String,
    },
    /// An address needs that much.
    #[error("an address needs a {0}")]
    LineMissing(&'static str),
    /// Nobody plans that far.
    #[error("{0} is more than a year ahead")]
    TooFar(NaiveDate),
}

impl Refusal for OpenRefused {
    fn code(&self) -> &'static str {
        match self {
            OpenRefused::Whose => "whose_account",
            OpenRefused::NotFound(not_found) => not_found.code(),
            OpenRefused::NameMissing => "name_missing",
            OpenRefused::LineUnprintable { .. } => "line_unprintable",
            OpenRefused::LineMissing(_) => "line_missing",
            OpenRefused::TooFar(_) => "day_too_far",
        }
    }
}

impl Act for OpenAccount {
    const KIND: &'static str = "customers.open_account";
    const PERSONAL: &'static [&'static str] = &["/new_customer", "/mailing"];
    type Outcome = Opened;

    fn permission(&self) -> Permission {
        permissions::CHANGE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Opened, Failure> {
        let opened_on = self.opened_on;
        if entry.today.checked_add_days(Days::new(AHEAD_DAYS)).is_some_and(|last| last < opened_on) {
            return refuse(OpenRefused::TooFar(opened_on));
        }
        let lines = self.mailing.as_ref().map(checked_lines).transpose().map_err(refused)?;
        let number = issue_numbers(entry, 1).await?.remove(0);
        let (customer, reference) = self.holder(entry, &number.to_string()).await?;
        let account: AccountId = entry.id("account").await?;
        store::insert_accounts(entry, &[NewAccount { id: account, customer, number, opened_on }]).await?;
        if let Some(lines) = lines {
            let (purpose, act) = (Purpose::Mailing, entry.act);
            let address = MailingAddress { account, purpose, from_on: opened_on, revision: 1, lines };
            store::insert_addresses(entry, act, vec![address]).await?;
        }
        entry.concerns(account);
        Ok(Opened { account, number: number.to_string(), customer: reference })
    }
}

impl OpenAccount {
    /// Whose account it becomes; somebody new goes by the number of their first account.
    async fn holder(&self, entry: &mut Entry, number: &str) -> Result<(CustomerId, String), Failure> {
        match (&self.customer, &self.new_customer) {
            (Some(name), None) => {
                let holder = match store::account_named(entry, name).await?.filter(|one| one.id != AccountId::CITY) {
                    Some(account) => account.customer,
                    None => {
                        let named = customer_named(entry, name).await?;
                        named.map_err(|not_found| refused(OpenRefused::from(not_found)))?
                    }
                };
                let references = store::customer_references(entry, &[holder]).await?;
                Ok((holder, references.get(&holder).cloned().unwrap_or_default()))
            }
            (None, Some(facts)) => {
                let facts = facts.checked().map_err(refused)?;
                let is_taken = !store::customers_by_reference(entry, &[number]).await?.is_empty();
                let reference = if is_taken { format!("{number}-new") } else { number.to_owned() };
                let id: CustomerId = entry.id("customer").await?;
                let PersonFacts { kind, name, phone, email } = facts;
                let (source, new) = (String::new(), reference.clone());
                let customer = NewCustomer { id, reference: new, kind, name, phone, email, source };
                store::insert_customers(entry, vec![customer]).await?;
                Ok((id, reference))
            }
            (None, None) | (Some(_), Some(_)) => refuse(OpenRefused::Whose),
        }
    }
}

impl PersonFacts {
    fn checked(&self) -> Result<PersonFacts, OpenRefused> {
        let facts = PersonFacts {
            kind: self.kind,
            name: printable("name", &self.name)?,
            phone: printable("telephone number", &self.phone)?,
            email: printable("mail address", &self.email)?,
        };
        if facts.name.is_empty() { Err(OpenRefused::NameMissing) } else { Ok(facts) }
    }
}

fn checked_lines(given: &AddressLines) -> Result<AddressLines, OpenRefused> {
    let lines = AddressLines {
        recipient: printable("recipient", &given.recipient)?,
        street: printable("street", &given.street)?,
        city: printable("city", &given.city)?,
        state: printable("state", &given.state)?,
        postal_code: printable("postal code", &given.postal_code)?,
    };
    for (line, text) in [("street", &lines.street), ("city", &lines.city)] {
        if text.is_empty() {
            return Err(OpenRefused::LineMissing(line));
        }
    }
    Ok(lines)
}

fn printable(line: &'static str, text: &str) -> Result<String, OpenRefused> {
    let text = imports::value_text(text.as_bytes());
    text.map(str::to_owned).map_err(|(_, words)| OpenRefused::LineUnprintable { line, words })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_new_has_a_name_that_can_be_printed() {
        let facts = |name: &str| PersonFacts {
            kind: CustomerKind::Person,
            name: name.to_owned(),
            phone: String::new(),
            email: String::new(),
        };
        #[rustfmt::skip]
        let rows = [
            (" Ada Lind ", Ok("Ada Lind")),
            ("",           Err("name_missing")),
            ("  ",         Err("name_missing")),
            ("A\u{7}da",   Err("line_unprintable")),
        ];
        for (name, expected) in rows {
            let checked = facts(name).checked();
            let found = checked.as_ref().map(|facts| facts.name.as_str()).map_err(Refusal::code);
            assert_eq!(found, expected, "{name:?}");
        }
    }
}
