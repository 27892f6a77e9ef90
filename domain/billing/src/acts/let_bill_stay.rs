//! Lets a bill that is to be made again stay as it is, and takes that back.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use kernel::{AccountId, BillNumber, Refusal, RunId};
use serde::{Deserialize, Serialize};

use crate::again::is_own_change;
use crate::permissions;
use crate::rebill::rebill_preview;
use crate::store::{self, BillAgain, BillStay};
use crate::views::find_bill;

/// Lets a bill stay that charges what is not so any more: it waits no longer to be made again, until what it charges changes
/// once more. Whoever made the change by which it waits does not decide it, and a supervisor sees where it is about much.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LetBillStay {
    /// The number of the bill, such as `3-000017`.
    pub bill: String,
    /// Why.
    pub reason: String,
}

/// Puts a bill that stays as it is back among those to make again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListBillAgain {
    /// The number of the bill, such as `3-000017`.
    pub bill: String,
    /// Why.
    pub reason: String,
}

/// Why nothing is decided about a bill.
#[derive(Debug, thiserror::Error)]
pub enum StayRefused {
    /// A reason must be given.
    #[error("say why the bill stays as it is, or why not any more")]
    NoReason,
    /// No such bill.
    #[error("there is no bill {0}")]
    UnknownBill(String),
    /// It was taken back.
    #[error("bill {0} was taken back; it is not made again")]
    TakenBack(String),
    /// It stays as it is already.
    #[error("bill {0} stays as it is already")]
    StaysAlready(String),
    /// Nothing of it is to be made again.
    #[error("bill {0} is not among the bills to make again: it says what is so")]
    NotListed(String),
    /// It waits by what the actor did.
    #[error(
        "it was a change of yours by which bill {0} is to be made again: make it again, or let a colleague decide that it stays"
    )]
    OwnChange(String),
    /// Nobody let it stay.
    #[error("nobody decided that bill {0} stays as it is")]
    NotStaying(String),
}

impl Refusal for StayRefused {
    fn code(&self) -> &'static str {
        match self {
            StayRefused::NoReason => "reason_missing",
            StayRefused::UnknownBill(_) => "bill_unknown",
            StayRefused::TakenBack(_) => "bill_taken_back",
            StayRefused::StaysAlready(_) => "stays_already",
            StayRefused::NotListed(_) => "not_listed",
            StayRefused::OwnChange(_) => "own_change",
            StayRefused::NotStaying(_) => "not_staying",
        }
    }
}

impl Act for LetBillStay {
    const KIND: &'static str = "billing.let_bill_stay";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::CORRECT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let (number, account, run) = locked(entry, &self.bill, &self.reason).await?;
        let who = entry.actor.id;
        let mut kept = store::bills_again_of(entry, &[account]).await?;
        kept.retain(|one| one.run == run);
        check_waits(&self.bill, &kept)?;
        if is_own_change(entry, &kept, who).await? {
            return refuse(StayRefused::OwnChange(self.bill.clone()));
        }
        show_where_it_is_about_much(entry, number).await?;
        let stay = BillStay { act: entry.act, by: who, on: entry.today, reason: self.reason.trim().to_owned() };
        store::let_stay(entry, (account, run), stay).await?;
        entry.changes(format!("Bill {}", self.bill), "to be made again", "stays as it is");
        Ok(())
    }
}

impl Act for ListBillAgain {
    const KIND: &'static str = "billing.list_bill_again";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::CORRECT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let (_, account, run) = locked(entry, &self.bill, &self.reason).await?;
        if store::let_wait(entry, (account, run)).await? == 0 {
            return refuse(StayRefused::NotStaying(self.bill.clone()));
        }
        entry.changes(format!("Bill {}", self.bill), "stays as it is", "to be made again");
        Ok(())
    }
}

/// The number of a bill that stands, its account and its run; the account is held alone.
async fn locked(entry: &mut Entry, number: &str, reason: &str) -> Result<(BillNumber, AccountId, RunId), Failure> {
    if reason.trim().is_empty() {
        return refuse(StayRefused::NoReason);
    }
    let unknown = || refused(StayRefused::UnknownBill(number.to_owned()));
    let parsed = BillNumber::parse(number).map_err(|_| unknown())?;
    let (_, bill) = find_bill(entry, parsed).await?.ok_or_else(unknown)?;
    entry.concerns(bill.account);
    customers::hold_accounts(entry, (bill.account, AccountId(bill.account.0 + 1))).await?;
    // Whoever took the bill back meanwhile held the account.
    if store::cancellation_of(entry, bill.account, bill.run).await?.is_some() {
        return refuse(StayRefused::TakenBack(number.to_owned()));
    }
    Ok((parsed, bill.account, bill.run))
}

/// Shows a supervisor that a bill stays, where it would come to something else by much.
async fn show_where_it_is_about_much(entry: &mut Entry, number: BillNumber) -> Result<(), Failure> {
    let Some(Ok(again)) = rebill_preview(entry, number).await? else { return Ok(()) };
    if let Some(why) = again.why_odd_to_stay() {
        entry.looks_odd("bill_stays", format!("bill {number} stays as it is: {why}"));
    }
    Ok(())
}

/// Refuses a bill of which nothing waits.
fn check_waits(bill: &str, kept: &[BillAgain]) -> Result<(), Failure> {
    if kept.is_empty() {
        return refuse(StayRefused::NotListed(bill.to_owned()));
    }
    if kept.iter().all(|one| one.stays.is_some()) {
        return refuse(StayRefused::StaysAlready(bill.to_owned()));
    }
    Ok(())
}
