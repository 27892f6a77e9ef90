//! `UnlockPeriod`: a locked month is opened again.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use kernel::Month;
use serde::{Deserialize, Serialize};

use super::PeriodRefused;
use crate::{PERIODS, UNLOCK_PERIOD, store};

/// Opens a locked GL month again; the log keeps who did it and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnlockPeriod {
    /// The month.
    #[serde(with = "super::month_text")]
    pub month: Month,
}

impl Act for UnlockPeriod {
    const KIND: &'static str = "finance.unlock_period";
    type Outcome = ();

    fn permission(&self) -> Permission {
        UNLOCK_PERIOD
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        if store::hold_month(entry, self.month).await? != Some(true) {
            return refuse(PeriodRefused::NotLocked { month: self.month });
        }
        entry.is_under(PERIODS);
        entry.changes(format!("Month {} of the books", self.month), "locked", "open");
        store::set_month(entry, self.month, false).await?;
        Ok(())
    }
}
