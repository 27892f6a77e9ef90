//! `LockPeriod`: nothing more is posted into a month.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use kernel::Month;
use serde::{Deserialize, Serialize};

use super::PeriodRefused;
use crate::{LOCK_PERIOD, store};

/// Locks a GL month, once everything on its way into it has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockPeriod {
    /// The month.
    #[serde(with = "super::month_text")]
    pub month: Month,
}

impl Act for LockPeriod {
    const KIND: &'static str = "finance.lock_period";
    type Outcome = ();

    fn permission(&self) -> Permission {
        LOCK_PERIOD
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        store::insert_month(entry, self.month).await?;
        if store::hold_month(entry, self.month).await? == Some(true) {
            return refuse(PeriodRefused::AlreadyLocked { month: self.month });
        }
        store::set_month(entry, self.month, true).await?;
        Ok(())
    }
}
