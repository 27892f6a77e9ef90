//! Takes adjustments back: one by a command, all of a bill with the bill.

use std::collections::BTreeSet;

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use db::{Fault, Read};
use kernel::{AccountId, BillNumber, Cents, RunId};
use ledger::Chart;
use revenue::RateBook;
use serde::{Deserialize, Serialize};

use super::AdjustRefused;
use super::adjusting::{OfBill, inputs_of, sums_of};
use super::find::account_named;
use crate::pricing::price;
use crate::store::{self, Adjustment};
use crate::{Limits, permissions};

/// Takes an adjustment back, whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReverseAdjustment {
    /// The number of the account.
    pub account: String,
    /// Which of its adjustments, from 1 in their order.
    pub number: i64,
    /// Why.
    pub reason: String,
}

impl Act for ReverseAdjustment {
    const KIND: &'static str = "billing.reverse_adjustment";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::ADJUST
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        if self.reason.trim().is_empty() {
            return refuse(AdjustRefused::NoReason);
        }
        let account = account_named(entry, &self.account).await?;
        let account = account.map_err(|_| refused(AdjustRefused::UnknownAccount(self.account.clone())))?;
        customers::hold_accounts(entry, (account, AccountId(account.0 + 1))).await?;
        let there = store::adjustments_of(entry, account).await?;
        let (number, named) = (self.number, self.account.clone());
        let place = number.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        let at = place.and_then(|place| there.get(place));
        let Some(adjustment) = at else {
            return refuse(AdjustRefused::UnknownAdjustment { account: named, number });
        };
        if adjustment.reversed_by.is_some() {
            return refuse(AdjustRefused::Reversed { account: named, number });
        }
        self.check_not_given_since(entry, (&there, adjustment)).await?;
        let chart = finance::chart(entry).await?;
        let gl_on = finance::locks(entry).await?.earliest_open_on(entry.today);
        let keys: BTreeSet<finance::JournalKey> = [(account, adjustment.journal)].into();
        let reversed = finance::reverse_journals(entry, &chart, &keys, gl_on).await?;
        let journal = reversed.get(&adjustment.journal).copied();
        let journal = journal.ok_or_else(|| Fault::new("an adjustment's journal was not reversed"))?;
        super::weigh(entry, account, -(adjustment.cents + adjustment.tax));
        let field = format!("Adjustment {number} of account {named}");
        entry.changes(field, adjustment.cents.dollars(), "taken back");
        store::mark_reversed(entry, (account, adjustment.id), journal).await?;
        Ok(())
    }
}

impl ReverseAdjustment {
    /// Refuses to take back a charge when so much was given back since that less than nothing would be left of the line.
    async fn check_not_given_since(
        &self,
        read: &mut Read,
        (there, adjustment): (&[Adjustment], &Adjustment),
    ) -> Result<(), Failure> {
        if adjustment.cents <= Cents::ZERO {
            return Ok(());
        }
        let lost = || Fault::new("an adjustment has no bill");
        let run = store::run_by_id(read, adjustment.run).await?.ok_or_else(lost)?;
        let bill = store::bill_of(read, adjustment.account, run.id).await?.ok_or_else(lost)?;
        let book = RateBook::load(read).await?;
        let inputs = inputs_of(read, &run, &bill).await?;
        let priced = price(&book, &Limits::new(), &inputs);
        let of_bill = OfBill { book: &book, inputs: &inputs, lines: &priced.lines };
        let others = there.iter().filter(|one| one.run == bill.run && one.id != adjustment.id);
        let mut lines = of_bill.left_of(&adjustment.revenue, others);
        lines.retain(|line| adjustment.agreement.is_none_or(|agreement| agreement == line.agreement));
        let (charged, given) = sums_of(&lines);
        if Cents::ZERO <= charged + given {
            return Ok(());
        }
        refuse(AdjustRefused::GivenSince {
            number: self.number,
            bill: BillNumber { run: run.number, position: bill.position },
            title: of_bill.titles(&lines),
            charged: charged.dollars(),
            given,
        })
    }
}

/// Takes back what was adjusted of bills that are taken back themselves: it was given on what they charged. It counts in
/// the books from today, like any reversal of an adjustment.
pub(super) async fn take_back_adjustments(
    entry: &mut Entry,
    chart: &Chart,
    (run, range): (RunId, (AccountId, AccountId)),
    accounts: &BTreeSet<AccountId>,
) -> Result<(), Failure> {
    let mut adjusted = store::standing_adjustments(entry, run, range).await?;
    adjusted.retain(|adjustment| accounts.contains(&adjustment.account));
    let gl_on = finance::locks(entry).await?.earliest_open_on(entry.today);
    let keys: BTreeSet<finance::JournalKey> =
        adjusted.iter().map(|adjustment| (adjustment.account, adjustment.journal)).collect();
    let reversed = finance::reverse_journals(entry, chart, &keys, gl_on).await?;
    for adjustment in adjusted {
        let journal = reversed.get(&adjustment.journal).copied();
        let journal = journal.ok_or_else(|| Fault::new("an adjustment's journal was not reversed"))?;
        store::mark_reversed(entry, (adjustment.account, adjustment.id), journal).await?;
    }
    Ok(())
}
