//! Works the exception queue: by rule, or one by one.

use std::collections::BTreeSet;

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse};
use chrono::NaiveDate;
use kernel::{AccountId, AccountNumber, RunId};
use serde::{Deserialize, Serialize};

use super::{RunRefused, run_in};
use crate::{BillRun, ExceptionCode, RunState, permissions, store};

/// Lets the town's rules decide every open exception they cover.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApplyRules {
    /// The run.
    pub run: RunId,
}

/// Releases one exception: the bill goes out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReleaseException {
    /// The run.
    pub run: RunId,
    /// The number of the account.
    pub account: String,
    /// The exception.
    pub code: ExceptionCode,
    /// Why.
    pub reason: String,
}

/// Holds a bill: it stays back, with someone to look after it until a day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HoldBill {
    /// The run.
    pub run: RunId,
    /// The number of the account.
    pub account: String,
    /// Who looks after it.
    pub assignee: String,
    /// Until when.
    pub due_on: NaiveDate,
    /// Why; the clerk on the phone reads it out.
    pub reason: String,
}

impl Act for ApplyRules {
    const KIND: &'static str = "billing.apply_exception_rules";
    /// How many exceptions were decided.
    type Outcome = u64;

    fn permission(&self) -> Permission {
        permissions::EXCEPTIONS
    }

    fn subject(&self) -> Subject {
        Subject::run(self.run)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<u64, Failure> {
        let (run, _) = run_in(entry, self.run, &[RunState::Tried]).await?;
        let mut decided = 0;
        let by = (entry.actor.id, entry.today);
        for rule in store::rules(entry).await? {
            decided += store::decide_by_rule(entry, run.id, &rule, by).await?;
        }
        Ok(decided)
    }
}

impl Act for ReleaseException {
    const KIND: &'static str = "billing.release_exception";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::EXCEPTIONS
    }

    fn subject(&self) -> Subject {
        Subject::run(self.run)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        check_reason(&self.reason)?;
        let (run, _) = run_in(entry, self.run, &[RunState::Tried]).await?;
        if self.code.is_blocking() {
            return refuse(RunRefused::CannotRelease { code: self.code.code() });
        }
        let account = account_in(entry, &run, &self.account).await?;
        let by = (entry.actor.id, self.reason.as_str());
        let bills = BTreeSet::from([account]);
        let before = store::counts_of_bills(entry, run.id, &bills).await?;
        if !store::decide_one(entry, (account, run.id, self.code), by).await? {
            return refuse(RunRefused::NoSuchException { account: self.account.clone(), run: run.number });
        }
        store::change_counts_of_bills(entry, (run.id, &bills), before).await?;
        Ok(())
    }
}

impl Act for HoldBill {
    const KIND: &'static str = "billing.hold_bill";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::EXCEPTIONS
    }

    fn subject(&self) -> Subject {
        Subject::run(self.run)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        check_reason(&self.reason)?;
        // After sign-off a bill can still be taken out, never put in.
        let allowed = [RunState::Tried, RunState::Signed, RunState::Posting];
        let (run, _) = run_in(entry, self.run, &allowed).await?;
        check_hold(entry, &self.assignee, self.due_on)?;
        let account = account_in(entry, &run, &self.account).await?;
        if store::bill_of(entry, account, run.id).await?.is_some() {
            return refuse(RunRefused::NoSuchBill { account: self.account.clone(), run: run.number });
        }
        let by = (entry.actor.id, self.reason.as_str());
        let bills = BTreeSet::from([account]);
        let before = store::counts_of_bills(entry, run.id, &bills).await?;
        store::hold_bill(entry, (account, run.id), by, (&self.assignee, self.due_on)).await?;
        store::change_counts_of_bills(entry, (run.id, &bills), before).await?;
        Ok(())
    }
}

pub(super) fn check_reason(reason: &str) -> Result<(), Failure> {
    if reason.trim().is_empty() { refuse(RunRefused::NoReasonToDecide) } else { Ok(()) }
}

/// Somebody looks after a held bill, until a day to come.
pub(super) fn check_hold(entry: &Entry, assignee: &str, due_on: NaiveDate) -> Result<(), Failure> {
    if assignee.trim().is_empty() {
        return refuse(RunRefused::NobodyLooksAfter);
    }
    if due_on < entry.today {
        return refuse(RunRefused::HeldUntilBefore { due_on });
    }
    Ok(())
}

pub(super) async fn account_in(entry: &mut Entry, run: &BillRun, number: &str) -> Result<AccountId, Failure> {
    let no_such_bill = || RunRefused::NoSuchBill { account: number.to_owned(), run: run.number };
    let Ok(parsed) = AccountNumber::parse(number) else { return refuse(no_such_bill()) };
    let Some(account) = customers::account_by_number(entry, parsed).await? else { return refuse(no_such_bill()) };
    // A bill of which every service has stopped has no items, and is tried like any other.
    if store::tried_bills(entry, run.id, (account, AccountId(account.0 + 1))).await?.is_empty() {
        return refuse(no_such_bill());
    }
    entry.concerns(account);
    Ok(account)
}
