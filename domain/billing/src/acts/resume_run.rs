//! Goes on with a run of which parts were refused, once what stood in the way is put right.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse};
use db::Fault;
use kernel::RunId;
use serde::{Deserialize, Serialize};

use super::{RunRefused, run_in};
use crate::{RunState, permissions};

/// Opens the refused parts of the step a run is in, so that they are tried again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResumeRun {
    /// The run.
    pub run: RunId,
    /// The step that stopped.
    pub step: RunStep,
}

/// A step of a run that is carried out in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStep {
    /// Freezing items.
    Prepare,
    /// Trying bills.
    Trial,
    /// Writing bills.
    Post,
    /// Reversing bills.
    Cancel,
}

impl RunStep {
    /// The step that is under way while a run stands so.
    #[must_use]
    pub fn of(state: RunState) -> Option<RunStep> {
        match state {
            RunState::Preparing => Some(RunStep::Prepare),
            RunState::Trying => Some(RunStep::Trial),
            RunState::Posting => Some(RunStep::Post),
            RunState::Cancelling => Some(RunStep::Cancel),
            RunState::Prepared | RunState::Tried | RunState::Signed | RunState::Posted | RunState::Cancelled => None,
        }
    }

    /// What somebody must be allowed to give it.
    #[must_use]
    pub fn permission(self) -> Permission {
        match self {
            RunStep::Prepare | RunStep::Trial => permissions::PREPARE,
            RunStep::Post => permissions::POST,
            RunStep::Cancel => permissions::CANCEL,
        }
    }

    fn state(self) -> RunState {
        match self {
            RunStep::Prepare => RunState::Preparing,
            RunStep::Trial => RunState::Trying,
            RunStep::Post => RunState::Posting,
            RunStep::Cancel => RunState::Cancelling,
        }
    }
}

impl Act for ResumeRun {
    const KIND: &'static str = "billing.resume_run";
    type Outcome = ();

    fn permission(&self) -> Permission {
        self.step.permission()
    }

    fn subject(&self) -> Subject {
        Subject::run(self.run)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let (run, _) = run_in(entry, self.run, &[self.step.state()]).await?;
        let order = match self.step {
            RunStep::Prepare => Some(run.prepare_order),
            RunStep::Trial => run.trial_order,
            RunStep::Post => run.post_order,
            RunStep::Cancel => run.cancel_order,
        };
        let order = order.ok_or_else(|| Fault::new("a step under way has no order"))?;
        if jobs::reopen(entry, order).await? {
            return Ok(());
        }
        refuse(RunRefused::NothingStopped { run: run.number })
    }
}
