//! A charge by code on an account: once or every month, alone or on the next bill.

use chrono::NaiveDate;
use kernel::{AccountId, AgreementId, Cents, ChargeId, Decimal, Period, RateProfileId};
use revenue::RateBook;

use crate::extra::{Extra, ExtraKind};
use crate::inputs::Inputs;
use crate::particulars::{HeldQuantity, Particulars};
use crate::{BillInputs, BillRun, Limits, RunKind, price};

/// The quantity that says how often a charge is made.
pub(crate) const COUNT: &str = "count";

/// A charge as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountCharge {
    /// Whose it is.
    pub account: AccountId,
    /// Its id.
    pub id: ChargeId,
    /// The agreement it is charged with.
    pub agreement: AgreementId,
    /// The code it is charged by, which is a rate schedule.
    pub schedule: String,
    /// The class and dimension values of the agreement when the charge was made.
    pub profile: RateProfileId,
    /// How often; negative for a credit.
    pub count: Decimal,
    /// The first day.
    pub from_on: NaiveDate,
    /// Whether it is made in every period.
    pub is_recurring: bool,
    /// The day after the last, where it ends.
    pub to_on: Option<NaiveDate>,
    /// Why.
    pub reason: String,
    /// Whether a person ended it.
    pub is_ended: bool,
}

/// A charge about to be recorded.
#[derive(Clone, Debug)]
pub(crate) struct NewCharge {
    pub(crate) charge: AccountCharge,
    pub(crate) reason: String,
}

impl AccountCharge {
    /// The days for which a run charges it, if it does: of a recurring charge the run's period.
    pub(crate) fn days_in(&self, run: &BillRun) -> Option<Period> {
        let end = self.to_on.unwrap_or(NaiveDate::MAX);
        if self.is_recurring {
            let is_regular = match run.kind {
                RunKind::Regular | RunKind::OffCycle => true,
                RunKind::Charges => false,
            };
            let touches = self.from_on < run.period.to() && run.period.from() < end;
            return (is_regular && touches).then_some(run.period);
        }
        if run.price_on < self.from_on || end <= self.from_on {
            return None;
        }
        Period::new(self.from_on, self.from_on.succ_opt()?).ok()
    }

    /// The charge as a run prices it: by the rates of the run's date.
    pub(crate) fn extra(&self, period: Period, run: &BillRun, book: &RateBook) -> Extra {
        self.extra_on(period, run.price_on, book)
    }

    /// What it comes to on its first day, with its tax, below zero for a credit; or why no bill can price it.
    pub(crate) fn cents(&self, book: &RateBook) -> Result<Cents, String> {
        let next = self.from_on.succ_opt().unwrap_or(NaiveDate::MAX);
        let day = Period::new(self.from_on, next).map_err(|error| error.to_string())?;
        let extras = vec![self.extra_on(day, self.from_on, book)];
        let bill = BillInputs { extras, ..BillInputs::empty(self.account, 1, self.from_on) };
        let priced = price(book, &Limits::new(), &bill);
        match priced.exceptions.into_iter().find(|exception| exception.code.is_blocking()) {
            Some(exception) => Err(exception.detail),
            None => Ok(priced.total),
        }
    }

    fn extra_on(&self, period: Period, price_on: NaiveDate, book: &RateBook) -> Extra {
        let version = book.versions_for(&self.schedule, price_on, period).last().map(|(version, _)| *version);
        let plan = version.and_then(|version| book.plan(version, self.profile, (price_on, period))?.as_ref().ok());
        let mut particulars = Particulars::default();
        if plan.is_some_and(|plan| plan.plan.needs().quantities.iter().any(|name| name == COUNT)) {
            let held = HeldQuantity { amount: self.count, from_on: self.from_on, revision: 1 };
            particulars.quantities.insert(COUNT.to_owned(), held);
        }
        let inputs = Inputs {
            agreement: self.agreement,
            period,
            version,
            profile: self.profile,
            consumption: None,
            quantity: None,
            particulars: particulars.unless_empty(),
        };
        Extra { kind: ExtraKind::Charge(self.id), price_on, inputs, billed: Vec::new() }
    }
}
