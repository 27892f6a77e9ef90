//! Adjusts what an account owes for a charge of a bill, with the tax that was charged on it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use db::Read;
use finance::JournalEntry;
use kernel::{AccountId, AdjustmentId, AgreementId, BillNumber, Cents, JournalId, Month, Refusal};
use ledger::{Journal, JournalKind, Posting};
use revenue::RateBook;
use serde::{Deserialize, Serialize};

use super::adjusting::{AdjustedPart, LineLeft, OfBill, inputs_of, sums_of};
use crate::pricing::price;
use crate::store::{self, Adjustment, StoredBill};
use crate::views::find_bill;
use crate::{BillRun, Limits, permissions};

/// Adjusts a charge of a bill. The tax on it follows in proportion, at the rate and to the authorities of the bill.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdjustAccount {
    /// The number of the bill, such as `3-000017`.
    pub bill: String,
    /// The revenue code, such as `water.consumption`.
    pub revenue: String,
    /// The amount without tax; negative gives a credit.
    pub cents: Cents,
    /// The day it counts from.
    pub effective_on: NaiveDate,
    /// The code of the reason; the town's list knows it.
    pub reason_code: String,
    /// The reason in words.
    pub reason: String,
    /// The reference of the service point whose charge it is; over all services of the charge, in proportion to what
    /// is left of each, when none is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_point: Option<String>,
    /// The schedule of the service, where the service point has several with the charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// How many adjustments the account had when the amount was worked out; it is refused when there are others now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<usize>,
}

/// What an adjustment came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjusted {
    /// Which of the account's adjustments it is, from 1.
    pub number: i64,
    /// The amount without tax.
    pub cents: Cents,
    /// The tax that goes with it.
    pub tax: Cents,
}

/// Why an account is not adjusted.
#[derive(Debug, thiserror::Error)]
pub enum AdjustRefused {
    /// A reason must be given.
    #[error("say why the account is adjusted")]
    NoReason,
    /// No such reason.
    #[error("'{0}' is not a reason for adjustments in this town")]
    UnknownReason(String),
    /// No such bill.
    #[error("there is no bill {0}")]
    UnknownBill(String),
    /// The bill was taken back.
    #[error("bill {0} was canceled; there is nothing to adjust")]
    Cancelled(String),
    /// The bill has no such charge.
    #[error("bill {bill} has no charge '{revenue}'")]
    NoSuchCharge {
        /// The number of the bill.
        bill: String,
        /// The revenue code.
        revenue: String,
    },
    /// The bill does not have the charge for this service, or for several at this service point.
    #[error("bill {bill} has not exactly one charge '{revenue}' for service point {service_point}; name its schedule")]
    NoSuchService {
        /// The number of the bill.
        bill: String,
        /// The revenue code.
        revenue: String,
        /// The reference of the service point.
        service_point: String,
    },
    /// Somebody adjusted the account since the amount was worked out.
    #[error("the account was adjusted meanwhile: look again at what is left to adjust")]
    ChangedMeanwhile,
    /// A tax follows what it is charged on.
    #[error("'{0}' is a tax: adjust what it is charged on, and the tax follows")]
    IsTax(String),
    /// Nothing is adjusted.
    #[error("the amount is zero")]
    Zero,
    /// It is more than can be posted.
    #[error("that is more than {}, the most that can be adjusted at once", Posting::CENTS_MAX.dollars())]
    TooLarge,
    /// It would count from a day to come.
    #[error("an adjustment cannot count from {effective_on}: today is {today}")]
    Future {
        /// The day it would count from.
        effective_on: NaiveDate,
        /// The business date.
        today: NaiveDate,
    },
    /// It would count from a day before those the bill is for.
    #[error("an adjustment cannot count from {effective_on}: bill {bill} is for days from {from_on}")]
    BeforeBill {
        /// The day it would count from.
        effective_on: NaiveDate,
        /// The number of the bill.
        bill: String,
        /// The first day of the bill's period.
        from_on: NaiveDate,
    },
    /// More would be given back than was charged.
    #[error("bill {bill} charges {charged} for {title}{}: no more can be given back", before(*.given))]
    MoreThanCharged {
        /// The number of the bill.
        bill: String,
        /// What the charge is called.
        title: String,
        /// What was charged.
        charged: String,
        /// What was adjusted before; negative for credits.
        given: Cents,
    },
    /// No such account.
    #[error("there is no account {0}")]
    UnknownAccount(String),
    /// No such adjustment.
    #[error("account {account} has no adjustment {number}")]
    UnknownAdjustment {
        /// The account number.
        account: String,
        /// Which.
        number: i64,
    },
    /// It was taken back.
    #[error("adjustment {number} of account {account} was taken back already")]
    Reversed {
        /// The account number.
        account: String,
        /// Which.
        number: i64,
    },
    /// What it charged was given back since.
    #[error(
        "without adjustment {number}, more of {title} on bill {bill} would be given back than it charges: {charged}{}; take \
         back what was given first",
        before(*.given)
    )]
    GivenSince {
        /// Which.
        number: i64,
        /// The number of the bill.
        bill: BillNumber,
        /// What the charge is called.
        title: String,
        /// What the bill charges.
        charged: String,
        /// What else was adjusted; negative for credits.
        given: Cents,
    },
}

impl Refusal for AdjustRefused {
    fn code(&self) -> &'static str {
        match self {
            AdjustRefused::NoReason => "reason_missing",
            AdjustRefused::UnknownReason(_) => "reason_unknown",
            AdjustRefused::UnknownBill(_) => "bill_unknown",
            AdjustRefused::Cancelled(_) => "bill_cancelled",
            AdjustRefused::NoSuchCharge { .. } => "charge_unknown",
            AdjustRefused::NoSuchService { .. } => "service_unknown",
            AdjustRefused::ChangedMeanwhile => "adjusted_meanwhile",
            AdjustRefused::IsTax(_) => "is_tax",
            AdjustRefused::Zero => "amount_zero",
            AdjustRefused::TooLarge => "amount_too_large",
            AdjustRefused::Future { .. } => "in_the_future",
            AdjustRefused::BeforeBill { .. } => "before_bill",
            AdjustRefused::MoreThanCharged { .. } => "more_than_charged",
            AdjustRefused::UnknownAccount(_) => "account_unknown",
            AdjustRefused::UnknownAdjustment { .. } => "adjustment_unknown",
            AdjustRefused::Reversed { .. } => "adjustment_reversed",
            AdjustRefused::GivenSince { .. } => "given_since",
        }
    }
}

impl Act for AdjustAccount {
    const KIND: &'static str = "billing.adjust_account";
    type Outcome = Adjusted;

    fn permission(&self) -> Permission {
        permissions::ADJUST
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Adjusted, Failure> {
        let today = entry.today;
        self.check(entry, today).await?;
        let (_, bill) = self.found(entry).await?;
        customers::hold_accounts(entry, (bill.account, AccountId(bill.account.0 + 1))).await?;
        // Whoever took the bill back meanwhile held the account.
        let worked = self.work_out(entry, today).await?;
        let (run, account, parts) = (&worked.run, worked.bill.account, &worked.parts);
        let id: JournalId = entry.id("journal").await?;
        let locks = finance::locks(entry).await?;
        let gl_on = locks.earliest_open_on(entry.today);
        if locks.is_locked(Month::of(self.effective_on)) {
            let words = format!("counts from {}, in a month that is locked", self.effective_on);
            entry.looks_odd("back_dated", words);
        }
        let moved = worked.moved();
        let journal = Journal {
            id,
            kind: JournalKind::Adjustment,
            gl_on,
            reverses: None,
            tender: Cents::ZERO,
            postings: parts.iter().filter_map(|part| part.posting).collect(),
        };
        let agreements = parts.iter().filter(|part| part.posting.is_some());
        let agreements = agreements.map(|part| Some(part.agreement)).collect::<Vec<Option<AgreementId>>>();
        let chart = finance::chart(entry).await?;
        let written = JournalEntry::new(account, self.bill.clone(), journal, agreements);
        finance::write_journals(entry, &chart, &[written]).await?;
        let number = i64::try_from(worked.count).unwrap_or(i64::MAX) + 1;
        let adjustment = Adjustment {
            id: entry.id::<AdjustmentId>("adjustment").await?,
            account,
            journal: id,
            run: run.id,
            revenue: self.revenue.clone(),
            cents: self.cents,
            tax: moved - self.cents,
            effective_on: self.effective_on,
            reason_code: self.reason_code.clone(),
            reason: self.reason.clone(),
            reversed_by: None,
            agreement: worked.agreement,
        };
        super::weigh(entry, account, moved);
        let stood = worked.charged + worked.given;
        let field = format!("{} of bill {}, without tax", worked.title, self.bill);
        entry.changes(field, stood.dollars(), (stood + self.cents).dollars());
        let act = entry.act;
        store::insert_adjustment(entry, act, &adjustment).await?;
        Ok(Adjusted { number, cents: self.cents, tax: adjustment.tax })
    }
}

/// What was adjusted before, at the end of what was charged; nothing where nothing was.
fn before(given: Cents) -> String {
    match given.cmp(&Cents::ZERO) {
        Ordering::Less => format!(", less {} given back before", (-given).dollars()),
        Ordering::Equal => String::new(),
        Ordering::Greater => format!(" and {} more by an adjustment", given.dollars()),
    }
}

/// An adjustment worked out, before anything is written.
pub(super) struct WorkedOut {
    pub(super) run: BillRun,
    pub(super) bill: StoredBill,
    pub(super) parts: Vec<AdjustedPart>,
    /// What the charge is called on the bill.
    pub(super) title: String,
    /// What the bill charged on the line.
    pub(super) charged: Cents,
    /// What was adjusted on it before; negative for credits.
    pub(super) given: Cents,
    /// How many adjustments the account has.
    pub(super) count: usize,
    /// The service whose charge is adjusted, when it is one alone.
    pub(super) agreement: Option<AgreementId>,
}

impl WorkedOut {
    /// What is moved of what the customer owes, with the tax; what the city bears itself is no part of it.
    pub(super) fn moved(&self) -> Cents {
        self.parts.iter().filter(|part| !part.is_borne).map(|part| part.cents).sum()
    }
}

impl AdjustAccount {
    /// Refuses what cannot be right, whatever the bill is.
    pub(super) async fn check(&self, read: &mut Read, today: NaiveDate) -> Result<(), Failure> {
        if self.reason.trim().is_empty() {
            return refuse(AdjustRefused::NoReason);
        }
        if !store::adjustment_reasons(read).await?.contains_key(&self.reason_code) {
            return refuse(AdjustRefused::UnknownReason(self.reason_code.clone()));
        }
        if self.cents.is_zero() {
            return refuse(AdjustRefused::Zero);
        }
        if self.cents < -Posting::CENTS_MAX || Posting::CENTS_MAX < self.cents {
            return refuse(AdjustRefused::TooLarge);
        }
        if today < self.effective_on {
            return refuse(AdjustRefused::Future { effective_on: self.effective_on, today });
        }
        Ok(())
    }

    /// Refuses to count from a day before those the bill is for: a leak in its days may count from the repair.
    fn check_not_before(&self, run: &BillRun, today: NaiveDate) -> Result<(), Failure> {
        if self.effective_on < run.period.from().min(today) {
            let (effective_on, bill, from_on) = (self.effective_on, self.bill.clone(), run.period.from());
            return refuse(AdjustRefused::BeforeBill { effective_on, bill, from_on });
        }
        Ok(())
    }

    /// The adjustment as it would be written now.
    pub(super) async fn work_out(&self, read: &mut Read, today: NaiveDate) -> Result<WorkedOut, Failure> {
        let (run, bill) = self.found(read).await?;
        self.check_not_before(&run, today)?;
        let book = RateBook::load(read).await?;
        let inputs = inputs_of(read, &run, &bill).await?;
        let priced = price(&book, &Limits::new(), &inputs);
        let there = store::adjustments_of(read, bill.account).await?;
        if self.seen.is_some_and(|seen| seen != there.len()) {
            return refuse(AdjustRefused::ChangedMeanwhile);
        }
        let of_bill = OfBill { book: &book, inputs: &inputs, lines: &priced.lines };
        let left = of_bill.left_of(&self.revenue, there.iter().filter(|one| one.run == bill.run));
        let services = self.services(read, &of_bill, bill.account).await?;
        let (agreement, lines) = self.adjusted(left, services)?;
        let parts = of_bill.fall(&lines, self.cents).into_iter().flat_map(|one| {
            let taxes = one.taxes.iter().map(|(tax, cents)| of_bill.part(tax, bill.account, *cents));
            [of_bill.part(one.line, bill.account, one.cents)].into_iter().chain(taxes).collect::<Vec<_>>()
        });
        let parts = parts.collect();
        let (charged, given) = sums_of(&lines);
        let title = of_bill.titles(&lines);
        self.check_within(&title, charged, given)?;
        Ok(WorkedOut { run, bill, parts, title, charged, given, count: there.len(), agreement })
    }

    /// The services of the bill that are named; `None` when none is.
    async fn services(
        &self,
        read: &mut Read,
        of_bill: &OfBill<'_>,
        account: AccountId,
    ) -> Result<Option<BTreeSet<AgreementId>>, Failure> {
        let Some(reference) = &self.service_point else { return Ok(None) };
        let points = store::service_points_of(read, account).await?;
        let ids = points.values().copied().collect::<Vec<_>>();
        let names = premises::references_by_id(read, &ids).await?;
        let is_there =
            |agreement: &AgreementId| points.get(agreement).and_then(|one| names.get(one)) == Some(reference);
        let is_named = |schedule: &str| self.schedule.as_deref().is_none_or(|named| named == schedule);
        let services = of_bill.services().into_iter();
        Ok(Some(services.filter(|(one, schedule)| is_there(one) && is_named(schedule)).map(|(one, _)| one).collect()))
    }

    /// The lines of the bill that are adjusted, and the service when they are of one alone.
    fn adjusted<'a>(
        &self,
        mut lines: Vec<LineLeft<'a>>,
        services: Option<BTreeSet<AgreementId>>,
    ) -> Result<(Option<AgreementId>, Vec<LineLeft<'a>>), Failure> {
        let (bill, revenue) = (self.bill.clone(), self.revenue.clone());
        if self.revenue.starts_with("tax.") {
            return refuse(AdjustRefused::IsTax(revenue));
        }
        if lines.iter().all(|one| one.line.cents.is_zero()) {
            return refuse(AdjustRefused::NoSuchCharge { bill, revenue });
        }
        let Some(services) = services else { return Ok((None, lines)) };
        lines.retain(|one| services.contains(&one.agreement));
        let charged = lines.iter().filter(|one| !one.line.cents.is_zero()).map(|one| one.agreement);
        match charged.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()[..] {
            [one] => Ok((Some(one), lines)),
            _ => {
                let service_point = self.service_point.clone().unwrap_or_default();
                refuse(AdjustRefused::NoSuchService { bill, revenue, service_point })
            }
        }
    }

    async fn found(&self, read: &mut Read) -> Result<(BillRun, StoredBill), Failure> {
        let unknown = || refused(AdjustRefused::UnknownBill(self.bill.clone()));
        let number = BillNumber::parse(&self.bill).map_err(|_| unknown())?;
        let (run, bill) = find_bill(read, number).await?.ok_or_else(unknown)?;
        if bill.cancelled_by.is_some() || run.cancelled.is_some() {
            return refuse(AdjustRefused::Cancelled(self.bill.clone()));
        }
        Ok((run, bill))
    }

    /// Refuses to give back more than a bill charged, less what was given before.
    fn check_within(&self, title: &str, charged: Cents, given: Cents) -> Result<(), Failure> {
        if charged + given + self.cents < Cents::ZERO && self.cents < Cents::ZERO {
            return refuse(AdjustRefused::MoreThanCharged {
                bill: self.bill.clone(),
                title: title.to_owned(),
                charged: charged.dollars(),
                given,
            });
        }
        Ok(())
    }
}
