//! Schedules a proposal: from its date on, it prices.

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::RateVersionId;
use serde::{Deserialize, Serialize};

use super::RatesRefused;
use super::recording::{check_places, read_schedule, record};
use crate::{permissions, store};

/// Makes a proposal hold from its date.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScheduleRates {
    /// The schedule.
    pub schedule: String,
    /// The first day.
    pub effective_on: NaiveDate,
    /// Which of the proposals of that date.
    pub proposal: i64,
}

impl Act for ScheduleRates {
    const KIND: &'static str = "revenue.schedule_rates";
    /// The version that was recorded; nothing when the same rates stand already.
    type Outcome = Option<RateVersionId>;

    fn permission(&self) -> Permission {
        permissions::ADOPT_RATES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Option<RateVersionId>, Failure> {
        entry.is_under(permissions::RATES);
        let field = format!("Rates of {} from {}", self.schedule, self.effective_on);
        entry.changes(field, "proposed", "in force");
        let asked = (self.schedule.as_str(), self.effective_on, self.proposal);
        // Nobody withdraws it while it is scheduled.
        store::lock_schedule(entry, &self.schedule).await?;
        let there = store::rate_proposal(entry, asked).await?;
        let unknown = || RatesRefused::NoSuchProposal {
            code: self.schedule.clone(),
            effective_on: self.effective_on,
            proposal: self.proposal,
        };
        let there = there.ok_or_else(|| refused(unknown()))?;
        if there.withdrawn.is_some() {
            let (code, effective_on) = (self.schedule.clone(), self.effective_on);
            return refuse(RatesRefused::Withdrawn { code, effective_on, proposal: self.proposal });
        }
        let schedule = read_schedule(entry, &there.text).await?;
        check_places(entry, &schedule).await?;
        let version = schedule.versions.first().ok_or_else(|| refused(unknown()))?;
        record(entry, version, &schedule, Some(self.proposal)).await
    }
}
