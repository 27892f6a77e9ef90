//! Supersedes rates that were scheduled and that no run has used: they are never billed.

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::RateVersionId;
use serde::{Deserialize, Serialize};

use super::RatesRefused;
use crate::{permissions, store};

/// Takes back the rates of a schedule from a date; the version before them goes on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SupersedeRates {
    /// The schedule.
    pub schedule: String,
    /// The first day they were to hold.
    pub effective_on: NaiveDate,
    /// Why.
    pub reason: String,
}

impl Act for SupersedeRates {
    const KIND: &'static str = "revenue.supersede_rates";
    type Outcome = RateVersionId;

    fn permission(&self) -> Permission {
        permissions::SUPERSEDE_RATES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<RateVersionId, Failure> {
        if self.reason.trim().is_empty() {
            return refuse(RatesRefused::NoReason);
        }
        let (code, effective_on) = (self.schedule.clone(), self.effective_on);
        // Runs under way hold the schedules; what they use is noted when they let go.
        store::lock_schedule(entry, &code).await?;
        let there = store::standing_version(entry, &code, effective_on).await?;
        let there = there.ok_or_else(|| refused(RatesRefused::NoSuchVersion { code: code.clone(), effective_on }))?;
        if let Some(run) = there.used_by {
            return refuse(RatesRefused::Used { code, effective_on, run });
        }
        entry.is_under(permissions::RATES);
        entry.changes(format!("Rates of {code} from {effective_on}"), "in force", "taken back");
        let act = entry.act;
        store::mark_superseded(entry, there.id, act, &self.reason).await?;
        Ok(there.id)
    }
}
