//! Records where mail for an account goes, from a day on.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::Refusal;
use serde::{Deserialize, Serialize};

use super::NotFound;
use super::not_found::account_held;
use crate::asked::check_asked;
use crate::{
    AddressLines, AskedBy, MailingAddress, NamedAccount, NotAsked, Purpose, Wish, permissions, seen_addresses, store,
};

/// Sets an address. Given again for the same first day it is a correction: the next revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMailingAddress {
    /// The number or reference of the account.
    pub account: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The first day.
    pub from_on: NaiveDate,
    /// What is written on the envelope.
    pub lines: AddressLines,
    /// What was on record when the form was opened, in short: see [`crate::seen_addresses`]. Refused when it is so no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// How it was asked for. Refused without it; only entries of before it had to be said lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<AskedBy>,
}

/// Why an address is not recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressRefused {
    /// No such account.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// It was not asked for by somebody who may.
    #[error(transparent)]
    NotAsked(#[from] NotAsked),
    /// Somebody was faster.
    #[error("the addresses of account {0} were changed meanwhile; look at what is on record now")]
    ChangedMeanwhile(String),
    /// No mail goes to an account that is not there yet.
    #[error("account {account} is opened on {opened_on}, so no address holds from {from_on}")]
    BeforeAccount {
        /// The account as it was named.
        account: String,
        /// Its first day.
        opened_on: NaiveDate,
        /// The day given.
        from_on: NaiveDate,
    },
    /// An address needs that much.
    #[error("an address needs a {0}")]
    LineMissing(&'static str),
    /// It cannot stand on an envelope.
    #[error("the {line} of the address: {words}")]
    LineUnprintable {
        /// Which line.
        line: &'static str,
        /// What is wrong.
        words: String,
    },
}

impl Refusal for AddressRefused {
    fn code(&self) -> &'static str {
        match self {
            AddressRefused::NotFound(not_found) => not_found.code(),
            AddressRefused::NotAsked(not_asked) => not_asked.code(),
            AddressRefused::ChangedMeanwhile(_) => "changed_meanwhile",
            AddressRefused::BeforeAccount { .. } => "before_account",
            AddressRefused::LineMissing(_) => "line_missing",
            AddressRefused::LineUnprintable { .. } => "line_unprintable",
        }
    }
}

impl Act for SetMailingAddress {
    const KIND: &'static str = "customers.set_mailing_address";
    const PERSONAL: &'static [&'static str] = &["/lines"];
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::CHANGE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let account = account_held(entry, &self.account).await?;
        let account = account.map_err(|not_found| refused(AddressRefused::from(not_found)))?;
        entry.concerns(account.id);
        let asked = check_asked(entry, self.asked_by.as_ref(), (&[account.id], Wish::Mail)).await?;
        asked.map_err(|not_asked| refused(AddressRefused::from(not_asked)))?;
        let addresses = store::mailing_addresses(entry, &[account.id], self.purpose).await?;
        let on_record = addresses.get(&account.id).map_or(&[][..], Vec::as_slice);
        if self.seen.as_ref().is_some_and(|seen| *seen != seen_addresses(on_record)) {
            return refuse(AddressRefused::ChangedMeanwhile(self.account.clone()));
        }
        let lines = self.checked(&account).map_err(refused)?;
        let same_day = on_record.iter().filter(|one| one.from_on == self.from_on);
        let revision = 1 + same_day.map(|one| one.revision).max().unwrap_or(0);
        let (purpose, from_on, act) = (self.purpose, self.from_on, entry.act);
        let address = MailingAddress { account: account.id, purpose, from_on, revision, lines };
        store::insert_addresses(entry, act, vec![address]).await?;
        Ok(())
    }
}

impl SetMailingAddress {
    fn checked(&self, account: &NamedAccount) -> Result<AddressLines, AddressRefused> {
        let (opened_on, from_on) = (account.opened_on, self.from_on);
        if from_on < opened_on {
            return Err(AddressRefused::BeforeAccount { account: self.account.clone(), opened_on, from_on });
        }
        let text = |line: &'static str, text: &str| match imports::value_text(text.as_bytes()) {
            Ok(text) => Ok(text.to_owned()),
            Err((_, words)) => Err(AddressRefused::LineUnprintable { line, words }),
        };
        let lines = AddressLines {
            recipient: text("recipient", &self.lines.recipient)?,
            street: text("street", &self.lines.street)?,
            city: text("city", &self.lines.city)?,
            state: text("state", &self.lines.state)?,
            postal_code: text("postal code", &self.lines.postal_code)?,
        };
        for (line, text) in [("street", &lines.street), ("city", &lines.city)] {
            if text.is_empty() {
                return Err(AddressRefused::LineMissing(line));
            }
        }
        Ok(lines)
    }
}
