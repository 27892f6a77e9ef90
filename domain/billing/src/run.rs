//! A bill run: one cycle, one period, from prepare to post.

use acts::Progress;
use chrono::NaiveDate;
use kernel::{ActId, ActorId, CycleId, OrderId, Period, RunId};
use serde::{Deserialize, Serialize};

/// A bill run as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillRun {
    /// Its id.
    pub id: RunId,
    /// Its number, from 1; the first half of its bills' numbers.
    pub number: i64,
    /// The cycle it bills.
    pub cycle: CycleId,
    /// The days it bills.
    pub period: Period,
    /// What it bills.
    pub kind: RunKind,
    /// The run whose bills it makes, or makes again; none for a regular run.
    pub of_run: Option<RunId>,
    /// The date on its bills.
    pub bill_on: NaiveDate,
    /// The date that decides rates, seasons and quantities: the bill date, of bills made again that of the first.
    pub price_on: NaiveDate,
    /// When they are due.
    pub due_on: NaiveDate,
    /// The date in the books.
    pub gl_on: NaiveDate,
    /// Who prepared it, and so may not sign it.
    pub prepared_by: ActorId,
    /// The order that froze its items.
    pub prepare_order: OrderId,
    /// The order of the latest trial.
    pub trial_order: Option<OrderId>,
    /// The order that posts it.
    pub post_order: Option<OrderId>,
    /// The order that reverses it.
    pub cancel_order: Option<OrderId>,
    /// The act that cancelled it.
    pub cancelled: Option<ActId>,
    /// The act that gave its bills out; from then on it is not cancelled, but billed again.
    pub issued: Option<ActId>,
    /// Whether it was signed off.
    pub is_signed: bool,
}

/// What a run bills.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// A cycle for a period.
    #[default]
    Regular,
    /// Single bills of another run: held ones at last, late ones, wrong ones again.
    OffCycle,
    /// Charges by code alone, without a service.
    Charges,
}

/// How far a run is; derived, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunState {
    /// Items are being frozen.
    Preparing,
    /// Every item is frozen.
    Prepared,
    /// Bills are being tried.
    Trying,
    /// Every bill was tried; exceptions are worked.
    Tried,
    /// Someone else has signed.
    Signed,
    /// Bills are being written.
    Posting,
    /// Every bill is written.
    Posted,
    /// Bills are being reversed.
    Cancelling,
    /// Nothing of it counts any more.
    Cancelled,
}

/// How far each order of a run is.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunProgress {
    /// Freezing items.
    pub prepare: Progress,
    /// The latest trial.
    pub trial: Progress,
    /// Posting.
    pub post: Progress,
    /// Reversing.
    pub cancel: Progress,
}

impl BillRun {
    /// How far the run is, from what its orders have done.
    #[must_use]
    pub fn state(&self, progress: &RunProgress) -> RunState {
        if self.cancelled.is_some() {
            let is_reversed = self.cancel_order.is_none() || progress.cancel.is_complete();
            return if is_reversed { RunState::Cancelled } else { RunState::Cancelling };
        }
        if self.post_order.is_some() {
            return if progress.post.is_complete() { RunState::Posted } else { RunState::Posting };
        }
        if self.is_signed {
            return RunState::Signed;
        }
        if self.trial_order.is_some() {
            return if progress.trial.is_complete() { RunState::Tried } else { RunState::Trying };
        }
        if progress.prepare.is_complete() { RunState::Prepared } else { RunState::Preparing }
    }
}

impl RunKind {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            RunKind::Regular => "regular",
            RunKind::OffCycle => "off_cycle",
            RunKind::Charges => "charges",
        }
    }

    /// The kind with that code.
    #[must_use]
    pub fn parse(code: &str) -> Option<RunKind> {
        [RunKind::Regular, RunKind::OffCycle, RunKind::Charges].into_iter().find(|kind| kind.code() == code)
    }
}

impl RunState {
    /// The word a clerk reads.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            RunState::Preparing => "being prepared",
            RunState::Prepared => "prepared",
            RunState::Trying => "being tried",
            RunState::Tried => "tried",
            RunState::Signed => "signed",
            RunState::Posting => "being posted",
            RunState::Posted => "posted",
            RunState::Cancelling => "being canceled",
            RunState::Cancelled => "canceled",
        }
    }
}
