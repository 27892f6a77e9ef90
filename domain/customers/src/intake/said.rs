//! `Said`: what a record of a customer file says, checked by itself.

use chrono::NaiveDate;
use imports::{Record, Reject};

use crate::{AddressLines, CustomerKind};

/// A record that makes sense by itself.
pub(super) struct Said {
    pub(super) customer: String,
    pub(super) kind: CustomerKind,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) email: String,
    pub(super) account: Option<SaidAccount>,
}

/// What it says of an account.
pub(super) struct SaidAccount {
    pub(super) name: String,
    pub(super) opened_on: NaiveDate,
    /// Empty where it does not say.
    pub(super) bill_payer: String,
    /// Empty where it does not say.
    pub(super) address: AddressLines,
}

/// What belongs to an account and says nothing without one.
const OF_ACCOUNTS: [&str; 7] = ["opened_on", "bill_payer", "recipient", "street", "city", "state", "postal_code"];

impl Said {
    pub(super) fn of(record: &Record) -> Result<Said, Reject> {
        let text = |field: &str| record.text(field).to_owned();
        let kind = CustomerKind::of_code(record.text("kind")).filter(|kind| *kind != CustomerKind::Unknown);
        let kind = kind.ok_or_else(|| {
            Reject::new("kind", "kind", format!("'{}' is neither person nor organization", record.text("kind")))
        })?;
        Ok(Said {
            customer: text("customer"),
            kind,
            name: text("name"),
            phone: text("phone"),
            email: text("email"),
            account: account_of(record)?,
        })
    }

    /// The references of the customers it speaks of.
    pub(super) fn customers(&self) -> impl Iterator<Item = &str> {
        let payer = self.account.as_ref().map(|account| account.bill_payer.as_str());
        [Some(self.customer.as_str()), payer].into_iter().flatten().filter(|reference| !reference.is_empty())
    }
}

fn account_of(record: &Record) -> Result<Option<SaidAccount>, Reject> {
    let text = |field: &str| record.text(field).to_owned();
    if record.text("account").is_empty() {
        let stray = OF_ACCOUNTS.into_iter().find(|field| !record.text(field).is_empty());
        return match stray {
            None => Ok(None),
            Some(field) => Err(Reject::new("account", "present", format!("'{field}' is given, but no account"))),
        };
    }
    if record.text("opened_on").is_empty() {
        return Err(Reject::new("opened_on", "present", "an account needs the day it was opened"));
    }
    let opened_on = record.day("opened_on")?;
    let address = AddressLines {
        recipient: text("recipient"),
        street: text("street"),
        city: text("city"),
        state: text("state"),
        postal_code: text("postal_code"),
    };
    if !address.is_empty() {
        for field in ["street", "city"] {
            if record.text(field).is_empty() {
                return Err(Reject::new(field, "present", format!("an address needs a {field}")));
            }
        }
    }
    Ok(Some(SaidAccount { name: text("account"), opened_on, bill_payer: text("bill_payer"), address }))
}
