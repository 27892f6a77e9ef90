//! Sets a quantity of service agreements, such as dwelling units, or decides an appeal of a winter average.

use std::collections::{BTreeMap, BTreeSet};

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::{AccountId, AgreementId, Decimal, Refusal};
use revenue::RateBook;
use serde::{Deserialize, Serialize};

use super::find::{AgreementRef, NotFound, agreements_named};
use crate::{QuantityRecord, QuantitySource, permissions, store};

/// Sets one quantity of some agreements from a bill date on. What was set before stays on record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetQuantity {
    /// The schedule whose rates ask for it.
    pub schedule: String,
    /// The name the rates know it by.
    pub name: String,
    /// The first bill date for which it holds.
    pub from_on: NaiveDate,
    /// Whether it answers an appeal of a winter average: then it stays when averages are worked out again.
    pub is_appeal: bool,
    /// Why.
    pub reason: String,
    /// The agreements, each with its number.
    pub amounts: Vec<NewAmount>,
}

/// The number of one agreement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewAmount {
    /// The number of the account.
    pub account: String,
    /// The reference of the service point, needed where the account has several for the schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_point: Option<String>,
    /// The number; without one the default of the rates holds again.
    pub amount: Option<Decimal>,
}

/// How many agreements one act takes: memory is bounded.
const AMOUNTS_MAX: usize = 5_000;

/// Why a quantity is not set.
#[derive(Debug, thiserror::Error)]
pub enum QuantityRefused {
    /// Nothing, or too much at once.
    #[error("name 1 to {AMOUNTS_MAX} agreements at a time, not {0}")]
    HowMany(usize),
    /// A reason must be given.
    #[error("say why the quantity is what it is")]
    NoReason,
    /// No rates of the schedule ask for it.
    #[error("no rates of '{schedule}' ask for the quantity '{name}'")]
    UnknownQuantity {
        /// The schedule.
        schedule: String,
        /// The name.
        name: String,
    },
    /// Only winter averages can be appealed.
    #[error("'{0}' is no winter average, so there is nothing to appeal: set it as it is")]
    NotAnAverage(String),
    /// A quantity is never below nothing.
    #[error("account {account}: {amount} is below zero")]
    Negative {
        /// The account number.
        account: String,
        /// The number given.
        amount: Decimal,
    },
    /// The agreement cannot be told.
    #[error("{0}")]
    Agreement(NotFound),
    /// One agreement, two numbers.
    #[error("the agreement of account {0} is named twice")]
    Twice(String),
}

impl Refusal for QuantityRefused {
    fn code(&self) -> &'static str {
        match self {
            QuantityRefused::HowMany(_) => "how_many",
            QuantityRefused::NoReason => "reason_missing",
            QuantityRefused::UnknownQuantity { .. } => "quantity_unknown",
            QuantityRefused::NotAnAverage(_) => "not_an_average",
            QuantityRefused::Negative { .. } => "quantity_negative",
            QuantityRefused::Agreement(not_found) => not_found.code(),
            QuantityRefused::Twice(_) => "agreement_twice",
        }
    }
}

impl Act for SetQuantity {
    const KIND: &'static str = "billing.set_quantity";
    /// How many agreements have another number now.
    type Outcome = usize;

    fn permission(&self) -> Permission {
        permissions::QUANTITIES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<usize, Failure> {
        if !(1..=AMOUNTS_MAX).contains(&self.amounts.len()) {
            return refuse(QuantityRefused::HowMany(self.amounts.len()));
        }
        if self.reason.trim().is_empty() {
            return refuse(QuantityRefused::NoReason);
        }
        let book = RateBook::load(entry).await?;
        self.check_name(&book)?;
        self.check_amounts()?;
        let named: Vec<AgreementRef> = self.amounts.iter().map(|new| self.reference(new)).collect();
        let found = agreements_named(entry, &named, self.from_on).await?;
        let found = found.map_err(|not_found| refused(QuantityRefused::Agreement(not_found)))?;
        let accounts: BTreeSet<AccountId> = found.iter().map(|(account, _)| *account).collect();
        let mut last: BTreeMap<(AccountId, AgreementId), i64> = BTreeMap::new();
        entry.is_under(permissions::ASSIGNMENTS);
        for account in accounts {
            entry.concerns(account);
            let alone = (account, AccountId(account.0 + 1));
            customers::hold_accounts(entry, alone).await?;
            let records = store::quantities_between(entry, alone, self.from_on).await?;
            let same = records.iter().filter(|record| record.name == self.name && record.from_on == self.from_on);
            last.extend(same.map(|record| ((account, record.agreement), record.revision)));
        }
        let mut records = Vec::with_capacity(found.len());
        let mut seen = BTreeSet::new();
        for (key, new) in found.into_iter().zip(&self.amounts) {
            if !seen.insert(key) {
                return refuse(QuantityRefused::Twice(new.account.clone()));
            }
            records.push(self.record(key, last.get(&key).map_or(1, |last| last + 1), new.amount));
        }
        for new in &self.amounts {
            let field = format!("{} of account {} from {}", self.name, new.account, self.from_on);
            entry.changes(
                field,
                "as on record",
                new.amount.map_or_else(|| "none".to_owned(), |amount| amount.to_string()),
            );
        }
        let act = entry.act;
        store::insert_quantities(entry, act, &records).await?;
        Ok(records.len())
    }
}

impl SetQuantity {
    /// Some standing version of the schedule must ask for the quantity.
    fn check_name(&self, book: &RateBook) -> Result<(), Failure> {
        let quantities = book.standing_versions(&self.schedule).flat_map(|version| &version.quantities);
        let known: Vec<_> = quantities.filter(|quantity| quantity.name == self.name).collect();
        let (schedule, name) = (self.schedule.clone(), self.name.clone());
        if known.is_empty() {
            return refuse(QuantityRefused::UnknownQuantity { schedule, name });
        }
        if self.is_appeal && known.iter().all(|quantity| quantity.winter_average.is_none()) {
            return refuse(QuantityRefused::NotAnAverage(name));
        }
        Ok(())
    }

    fn check_amounts(&self) -> Result<(), Failure> {
        for new in &self.amounts {
            if let Some(amount) = new.amount.filter(|amount| *amount < Decimal::ZERO) {
                return refuse(QuantityRefused::Negative { account: new.account.clone(), amount });
            }
        }
        Ok(())
    }

    fn reference(&self, new: &NewAmount) -> AgreementRef {
        AgreementRef {
            account: new.account.clone(),
            schedule: self.schedule.clone(),
            service_point: new.service_point.clone(),
        }
    }

    fn record(
        &self,
        (account, agreement): (AccountId, AgreementId),
        revision: i64,
        amount: Option<Decimal>,
    ) -> QuantityRecord {
        let (source, grounds) = match self.is_appeal {
            true => (QuantitySource::Appeal, format!("on appeal, {}", self.reason)),
            false => (QuantitySource::Entered, self.reason.clone()),
        };
        let (name, from_on) = (self.name.clone(), self.from_on);
        QuantityRecord { account, agreement, name, from_on, revision, amount, source, grounds }
    }
}
