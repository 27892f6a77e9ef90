//! What can be done in this room, in the order of a month's work.

mod adjust_account;
mod adjust_preview;
pub(crate) mod adjusting;
mod cancel_run;
mod change_stop;
mod charge_account;
mod close_reads;
mod decide_exceptions;
mod exempt;
mod find;
mod issue_run;
mod let_bill_stay;
mod measure_again;
mod move_people;
mod move_refused;
mod move_services;
mod post_run;
mod prepare_off_cycle;
mod prepare_run;
mod refusals;
mod resume_run;
mod reverse_adjustment;
mod set_calendars;
mod set_leak_rule;
mod set_quantity;
mod set_up_billing;
mod set_winter_averages;
mod sign_run;
mod try_run;
mod work_exceptions;
mod write_bills;

pub use adjust_account::{AdjustAccount, AdjustRefused, Adjusted};
pub use adjust_preview::{AdjustmentPreview, PreviewedPart, adjustable_charges, preview_adjustment};
pub use adjusting::AdjustableCharge;
pub use cancel_run::{CancelRun, CancelWork};
pub use change_stop::ChangeStop;
pub use charge_account::{ChargeAccount, ChargeRefused, EndCharge};
pub use close_reads::{CloseReads, CloseRefused, CloseWork, ClosedChunk};
pub use decide_exceptions::{DecideExceptions, Decided, ListedException, Which};
pub use exempt::{EndExemption, ExemptionRefused, RecordExemption};
pub use find::NotFound;
pub use issue_run::IssueRun;
pub use let_bill_stay::{LetBillStay, ListBillAgain, StayRefused};
pub use measure_again::{MeasureAgain, MeasureRefused};
pub use move_people::{MovePeople, MoveRead, PeopleMoved, PeopleRefused};
pub use move_refused::MoveRefused;
pub use move_services::{CorrectService, Moved, StartService, StopService, TransferService};
pub(crate) use post_run::PostedChunk;
pub use post_run::{PostRun, PostWork};
pub use prepare_off_cycle::{PrepareCharges, PrepareOffCycle};
pub use prepare_run::{PrepareRun, PrepareWork, Prepared};
pub(crate) use prepare_run::{prepared_bills, prepared_chunk_with};
pub use refusals::RunRefused;
pub use resume_run::{ResumeRun, RunStep};
pub use reverse_adjustment::ReverseAdjustment;
pub use set_calendars::{CalendarRefused, NewPeriod, SetCalendars, SetTerms};
pub use set_leak_rule::{LeakRuleRefused, SetLeakRule};
pub use set_quantity::{NewAmount, QuantityRefused, SetQuantity};
pub use set_up_billing::{BillingSetUpRefused, NewCycle, SetUpBilling};
pub use set_winter_averages::{AveragedChunk, SetWinterAverages, WinterRefused, WinterWork};
pub use sign_run::SignRun;
pub(crate) use sign_run::trial_of;
pub use try_run::{TryRun, TryWork};
pub use work_exceptions::{ApplyRules, HoldBill, ReleaseException};

use ::acts::{Direction, Entry, Failure, Weight, refuse, refused};
use db::{Fault, Tx};
use kernel::{AccountId, Cents, RunId};
use serde::{Deserialize, Serialize};

use crate::store;
use crate::{BillRun, RunState, permissions};

/// What the order of a run froze: which run it is for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct RunInputs {
    pub(crate) run: RunId,
}

impl RunInputs {
    pub(crate) fn text(self) -> Result<String, Fault> {
        serde_json::to_string(&self).map_err(|error| Fault::caused("writing the inputs of an order", error))
    }

    pub(crate) fn parse(text: &str) -> Result<RunInputs, Fault> {
        serde_json::from_str(text).map_err(|error| Fault::caused("reading the inputs of an order", error))
    }
}

/// Holds what is moved on an account by somebody's decision, with its tax, against the limits of whoever makes it.
fn weigh(entry: &mut Entry, account: AccountId, moved: Cents) {
    entry.concerns(account);
    if !moved.is_zero() {
        let (class, direction) = (permissions::ADJUSTMENTS, Direction::of(moved));
        let cents = if moved < Cents::ZERO { -moved } else { moved };
        entry.weighs(Weight { class, direction, cents, account, approving: permissions::APPROVE });
    }
}

/// Locks a run and refuses it unless it is in one of the states that allow what is wanted.
pub(crate) async fn run_in(tx: &mut Tx, run: RunId, allowed: &[RunState]) -> Result<(BillRun, RunState), Failure> {
    let found = store::lock_run(tx, run).await?.ok_or_else(|| refused(RunRefused::UnknownRun))?;
    let progress = store::run_progress(tx, &found).await?;
    let state = found.state(&progress);
    if allowed.contains(&state) {
        return Ok((found, state));
    }
    refuse(RunRefused::WrongState { run: found.number, state: state.word() })
}

pub(crate) fn read_outcome<T: for<'de> Deserialize<'de>>(text: Option<&str>) -> Result<T, Fault> {
    let text = text.ok_or_else(|| Fault::new("a chunk that is done has no outcome"))?;
    serde_json::from_str(text).map_err(|error| Fault::caused("reading the outcome of a chunk", error))
}

pub(crate) fn write_outcome<T: Serialize>(outcome: &T) -> Result<String, Fault> {
    serde_json::to_string(outcome).map_err(|error| Fault::caused("writing the outcome of a chunk", error))
}
