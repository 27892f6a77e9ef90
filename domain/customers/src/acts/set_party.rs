//! Records that a customer is something for an account, from a day on.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::Refusal;
use serde::{Deserialize, Serialize};

use super::NotFound;
use super::not_found::{account_held, customer_named};
use crate::asked::check_asked;
use crate::party::{in_the_way, seen_parties};
use crate::{AskedBy, NamedAccount, NotAsked, Party, Role, Wish, permissions, store};

/// Gives a customer a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetParty {
    /// The number or reference of the account.
    pub account: String,
    /// What the customer is.
    pub role: Role,
    /// The reference of the customer.
    pub customer: String,
    /// The first day.
    pub from_on: NaiveDate,
    /// What was on record when the form was opened, in short: see [`crate::seen_parties`]. Refused when it is so no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// How it was asked for. Refused without it; only entries of before it had to be said lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<AskedBy>,
}

/// Why a role is not given or ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartyRefused {
    /// No such account or customer.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// It was not asked for by somebody who may.
    #[error(transparent)]
    NotAsked(#[from] NotAsked),
    /// Somebody was faster.
    #[error("who is what for account {0} was changed meanwhile; look at what is on record now")]
    ChangedMeanwhile(String),
    /// Nobody is anything for an account that is not there yet.
    #[error("account {account} is opened on {opened_on}, so nothing holds from {from_on}")]
    BeforeAccount {
        /// The account as it was named.
        account: String,
        /// Its first day.
        opened_on: NaiveDate,
        /// The day given.
        from_on: NaiveDate,
    },
    /// The account is closed by then.
    #[error("account {0} is closed")]
    AccountClosed(String),
    /// The customer, or another one where there can be one only, has the role then.
    #[error("account {account} has a {role} from {from_on} already, '{customer}'; end that first")]
    RoleTaken {
        /// The account as it was named.
        account: String,
        /// The role.
        role: Role,
        /// Who has it.
        customer: String,
        /// Since when.
        from_on: NaiveDate,
    },
    /// The customer does not have the role, or it was ended.
    #[error("'{customer}' is not {role} of account {account} without an end")]
    RoleNotHeld {
        /// The account as it was named.
        account: String,
        /// The role.
        role: Role,
        /// Who was named.
        customer: String,
    },
    /// A mistake is seen on the day it is made; later somebody acted on it.
    #[error("'{customer}' was recorded as {role} on an earlier day: give the last day instead")]
    NotOfToday {
        /// The role.
        role: Role,
        /// Who was named.
        customer: String,
    },
    /// The last day lies before the first.
    #[error("a role that begins on {from_on} cannot end with {to_on}")]
    EndsBefore {
        /// The first day.
        from_on: NaiveDate,
        /// The last day given.
        to_on: NaiveDate,
    },
}

impl Refusal for PartyRefused {
    fn code(&self) -> &'static str {
        match self {
            PartyRefused::NotFound(not_found) => not_found.code(),
            PartyRefused::NotAsked(not_asked) => not_asked.code(),
            PartyRefused::ChangedMeanwhile(_) => "changed_meanwhile",
            PartyRefused::BeforeAccount { .. } => "before_account",
            PartyRefused::AccountClosed(_) => "account_closed",
            PartyRefused::RoleTaken { .. } => "role_taken",
            PartyRefused::RoleNotHeld { .. } => "role_not_held",
            PartyRefused::NotOfToday { .. } => "not_of_today",
            PartyRefused::EndsBefore { .. } => "ends_before",
        }
    }
}

impl Act for SetParty {
    const KIND: &'static str = "customers.set_party";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::CHANGE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let SetParty { role, from_on, .. } = *self;
        let account = account_held(entry, &self.account).await?;
        let account = account.map_err(|not_found| refused(PartyRefused::from(not_found)))?;
        entry.concerns(account.id);
        let asked = check_asked(entry, self.asked_by.as_ref(), (&[account.id], wish_of(role))).await?;
        asked.map_err(|not_asked| refused(PartyRefused::from(not_asked)))?;
        let customer = customer_named(entry, &self.customer).await?;
        let customer = customer.map_err(|not_found| refused(PartyRefused::from(not_found)))?;
        let parties = store::parties_of(entry, &[account.id]).await?;
        let parties = parties.get(&account.id).map_or(&[][..], Vec::as_slice);
        if self.seen.as_ref().is_some_and(|seen| *seen != seen_parties(parties)) {
            return refuse(PartyRefused::ChangedMeanwhile(self.account.clone()));
        }
        self.check_days(&account).map_err(refused)?;
        if let Some(there) = in_the_way(parties, role, customer, from_on) {
            let names = store::customer_references(entry, &[there.customer]).await?;
            let customer = names.get(&there.customer).cloned().unwrap_or_default();
            let (account, from_on) = (self.account.clone(), there.from_on);
            return refuse(PartyRefused::RoleTaken { account, role, customer, from_on });
        }
        let act = entry.act;
        let party = Party { account: account.id, role, customer, from_on, to_on: None };
        store::insert_parties(entry, act, &[party]).await?;
        Ok(())
    }
}

/// What is asked for with a role.
fn wish_of(role: Role) -> Wish {
    match role {
        Role::Authorized => Wish::Authorized,
        Role::BillPayer | Role::Owner | Role::Tenant => Wish::Party,
    }
}

impl SetParty {
    fn check_days(&self, account: &NamedAccount) -> Result<(), PartyRefused> {
        let (opened_on, from_on) = (account.opened_on, self.from_on);
        if from_on < opened_on {
            return Err(PartyRefused::BeforeAccount { account: self.account.clone(), opened_on, from_on });
        }
        if account.is_closed_on(from_on) {
            return Err(PartyRefused::AccountClosed(self.account.clone()));
        }
        Ok(())
    }
}
