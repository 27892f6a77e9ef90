//! Marks the bills of a run as given out: from then on they are billed again, never cancelled as a whole.

use ::acts::{Act, Entry, Failure, Permission, Subject};
use kernel::RunId;
use serde::{Deserialize, Serialize};

use super::run_in;
use crate::{RunState, permissions, store};

/// Marks the bills of a posted run as given to the customers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssueRun {
    /// The run.
    pub run: RunId,
}

impl Act for IssueRun {
    const KIND: &'static str = "billing.issue_run";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::ISSUE
    }

    fn subject(&self) -> Subject {
        Subject::run(self.run)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let (run, _) = run_in(entry, self.run, &[RunState::Posted]).await?;
        if run.issued.is_none() {
            let act = entry.act;
            store::mark_issued(entry, run.id, act).await?;
        }
        Ok(())
    }
}
