//! Puts charges and credits by code on accounts, once or every month, and ends them.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::{AccountId, Cents, ChargeId, Decimal, Period, Refusal};
use revenue::RateBook;
use serde::{Deserialize, Serialize};

use super::find::account_named;
use crate::charge::NewCharge;
use crate::store::{self, PointService};
use crate::{AccountCharge, permissions};

/// Charges an account by code; it rides on the next bill, or is billed alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChargeAccount {
    /// The number of the account.
    pub account: String,
    /// The code: a rate schedule of service fees.
    pub code: String,
    /// How often, such as 2 extra pickups; negative gives a credit by the same price and tax.
    pub count: Decimal,
    /// The day it is for.
    pub from_on: NaiveDate,
    /// Whether it is charged in every period from then on.
    pub is_recurring: bool,
    /// Why.
    pub reason: String,
}

/// Ends a charge: a recurring one is not made any more, one that waits for its bill is taken back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndCharge {
    /// The number of the account.
    pub account: String,
    /// The code.
    pub code: String,
    /// The day it was for, or began.
    pub from_on: NaiveDate,
    /// The day after the last; its own day takes it back.
    pub to_on: NaiveDate,
}

/// Why an account is not charged.
#[derive(Debug, thiserror::Error)]
pub enum ChargeRefused {
    /// A reason must be given.
    #[error("say why the account is charged")]
    NoReason,
    /// No such account.
    #[error("there is no account {0}")]
    UnknownAccount(String),
    /// Nothing to charge with.
    #[error("account {0} has no service to charge with")]
    NoService(String),
    /// No such code.
    #[error("there is no charge code '{0}'")]
    UnknownCode(String),
    /// The code has no price for the account on the day.
    #[error("charge code '{code}' has no price for account {account} on {on}: {words}")]
    NoPrice {
        /// The code.
        code: String,
        /// The account number.
        account: String,
        /// The day.
        on: NaiveDate,
        /// What the rates say.
        words: String,
    },
    /// Nothing is charged nothing times.
    #[error("charge something: the count is zero")]
    CountZero,
    /// A slip of the finger, or of the decimal point.
    #[error("a count is at most 1,000, either way, with at most three decimals; not {0}")]
    CountOdd(Decimal),
    /// The same charge is there.
    #[error("account {account} has '{code}' for {from_on} already; raise its count instead")]
    Twice {
        /// The account number.
        account: String,
        /// The code.
        code: String,
        /// The day.
        from_on: NaiveDate,
    },
    /// No such charge.
    #[error("account {account} has no charge '{code}' from {from_on} that could end on {to_on}")]
    NotThere {
        /// The account number.
        account: String,
        /// The code.
        code: String,
        /// The day.
        from_on: NaiveDate,
        /// The day given.
        to_on: NaiveDate,
    },
    /// It stands on a bill.
    #[error("the charge stands on a bill; give a credit by a count below zero, or make the bill again")]
    Billed,
}

/// Charges are priced by rate schedules of this service.
const FEES: &str = "fees";
/// The largest count, and its decimals.
const COUNT_MAX: (Decimal, u32) = (Decimal::ONE_THOUSAND, 3);
/// From this amount on a charge is weighed like an adjustment: no fee of a town is as much, a slip of the finger is.
const CHARGE_WEIGHED: Cents = Cents(100_000);
/// After every day that can be meant.
const LAST_DAY: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a date of the calendar");

impl Refusal for ChargeRefused {
    fn code(&self) -> &'static str {
        match self {
            ChargeRefused::NoReason => "reason_missing",
            ChargeRefused::UnknownAccount(_) => "account_unknown",
            ChargeRefused::NoService(_) => "no_service",
            ChargeRefused::UnknownCode(_) => "charge_code_unknown",
            ChargeRefused::NoPrice { .. } => "no_price",
            ChargeRefused::CountZero => "count_zero",
            ChargeRefused::CountOdd(_) => "count_odd",
            ChargeRefused::Twice { .. } => "charge_twice",
            ChargeRefused::NotThere { .. } => "charge_unknown",
            ChargeRefused::Billed => "charge_billed",
        }
    }
}

impl Act for ChargeAccount {
    const KIND: &'static str = "billing.charge_account";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::CHARGES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        if self.reason.trim().is_empty() {
            return refuse(ChargeRefused::NoReason);
        }
        if self.count.is_zero() {
            return refuse(ChargeRefused::CountZero);
        }
        if COUNT_MAX.0 < self.count.abs() || COUNT_MAX.1 < self.count.normalize().scale() {
            return refuse(ChargeRefused::CountOdd(self.count));
        }
        let account = locked(entry, &self.account).await?;
        if revenue::schedule_codes(entry).await?.get(&self.code).is_none_or(|service| service != FEES) {
            return refuse(ChargeRefused::UnknownCode(self.code.clone()));
        }
        let services = store::services_of(entry, account).await?;
        let service = self.service(&services).ok_or_else(|| refused(ChargeRefused::NoService(self.account.clone())))?;
        let book = RateBook::load(entry).await?;
        self.check_price(&book, service)?;
        let there = charges_of(entry, account).await?;
        let is_same =
            |charge: &AccountCharge| charge.schedule == self.code && charge.from_on == self.from_on && !charge.is_ended;
        if there.iter().any(is_same) {
            let (account, code) = (self.account.clone(), self.code.clone());
            return refuse(ChargeRefused::Twice { account, code, from_on: self.from_on });
        }
        let id: ChargeId = entry.id("account_charge").await?;
        let charge = AccountCharge {
            account,
            id,
            agreement: service.agreement,
            schedule: self.code.clone(),
            profile: service.profile,
            count: self.count,
            from_on: self.from_on,
            is_recurring: self.is_recurring,
            to_on: None,
            reason: self.reason.clone(),
            is_ended: false,
        };
        // What is charged by the town's price is owed; what is given back is somebody's decision, and so is very much.
        let no_price = |words| {
            let (code, account) = (self.code.clone(), self.account.clone());
            refused(ChargeRefused::NoPrice { code, account, on: self.from_on, words })
        };
        let cents = charge.cents(&book).map_err(no_price)?;
        if cents < Cents::ZERO || CHARGE_WEIGHED <= cents {
            let what = if cents < Cents::ZERO { "credits" } else { "charges" };
            let field = format!("{what} of account {} by code {}", self.account, self.code);
            entry.changes(field, "", format!("{} from {}", cents.dollars(), self.from_on));
            super::weigh(entry, account, cents);
        }
        let act = entry.act;
        store::insert_charges(entry, act, &[NewCharge { charge, reason: self.reason.clone() }]).await?;
        Ok(())
    }
}

impl ChargeAccount {
    /// The service it is charged with: one that is active on the day, or else the last one there was.
    fn service<'a>(&self, services: &'a [PointService]) -> Option<&'a PointService> {
        let is_active = |service: &&PointService| {
            service.starts_on <= self.from_on && service.stops_on.is_none_or(|stops_on| self.from_on < stops_on)
        };
        let active = services.iter().filter(is_active).min_by_key(|service| (!service.is_measured, service.agreement));
        active.or_else(|| services.iter().max_by_key(|service| (service.starts_on, service.agreement)))
    }

    fn check_price(&self, book: &RateBook, service: &PointService) -> Result<(), Failure> {
        let no_price = |words: String| {
            let (code, account) = (self.code.clone(), self.account.clone());
            refused(ChargeRefused::NoPrice { code, account, on: self.from_on, words })
        };
        let next = self.from_on.succ_opt().unwrap_or(NaiveDate::MAX);
        let day = Period::new(self.from_on, next).map_err(|error| no_price(error.to_string()))?;
        let version = book.version_on(&self.code, self.from_on);
        let version = version.ok_or_else(|| no_price("no rates hold yet".into()))?;
        match book.plan(version, service.profile, (self.from_on, day)) {
            Some(Ok(_)) => Ok(()),
            Some(Err(refused)) => Err(no_price(refused.to_string())),
            None => Err(no_price("no rates for the class".into())),
        }
    }
}

impl Act for EndCharge {
    const KIND: &'static str = "billing.end_charge";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::CHARGES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let account = locked(entry, &self.account).await?;
        let there = charges_of(entry, account).await?;
        let is_meant = |charge: &&AccountCharge| {
            charge.schedule == self.code && charge.from_on == self.from_on && !charge.is_ended
        };
        let not_there = || {
            let (account, code) = (self.account.clone(), self.code.clone());
            refused(ChargeRefused::NotThere { account, code, from_on: self.from_on, to_on: self.to_on })
        };
        let charge = there.iter().find(is_meant).filter(|_| self.from_on <= self.to_on).ok_or_else(not_there)?;
        let range = (account, AccountId(account.0 + 1));
        let charged = store::charged_between(entry, range, None).await?;
        let is_billed_later =
            charged.keys().any(|(_, id, from_on)| *id == charge.id && (self.to_on <= *from_on || !charge.is_recurring));
        if is_billed_later {
            return refuse(ChargeRefused::Billed);
        }
        // One that was never billed and never will be is given back whole.
        if !charge.is_recurring || self.to_on <= charge.from_on {
            // One that no bill could price gives nothing back.
            let cents = -charge.cents(&*RateBook::load(entry).await?).unwrap_or(Cents::ZERO);
            if cents < Cents::ZERO {
                let field = format!("charge {} of account {} from {}", self.code, self.account, self.from_on);
                entry.changes(field, (-cents).dollars(), "taken off");
                super::weigh(entry, account, cents);
            }
        }
        let act = entry.act;
        if store::end_charge(entry, act, (account, charge.id), self.to_on).await? { Ok(()) } else { Err(not_there()) }
    }
}

async fn charges_of(entry: &mut Entry, account: AccountId) -> Result<Vec<AccountCharge>, Failure> {
    Ok(store::charges_between(entry, (account, AccountId(account.0 + 1)), LAST_DAY).await?)
}

async fn locked(entry: &mut Entry, number: &str) -> Result<AccountId, Failure> {
    let account = account_named(entry, number).await?;
    let account = account.map_err(|_| refused(ChargeRefused::UnknownAccount(number.to_owned())))?;
    entry.concerns(account);
    customers::hold_accounts(entry, (account, AccountId(account.0 + 1))).await?;
    Ok(account)
}
