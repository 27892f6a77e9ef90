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
        let field = format!("Rates of {} from {}", self.schedule, self.effective_on);
        entry.changes(field, "proposed", in_force_words(self.effective_on, there.proposed_on));
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

/// What whoever approves reads: by the day of the proposal, so that it says the same whenever it is asked.
fn in_force_words(effective_on: NaiveDate, proposed_on: NaiveDate) -> String {
    if proposed_on <= effective_on {
        return "in force".to_owned();
    }
    format!(
        "in force from a day that was past when they were proposed, on {proposed_on}; bills posted by then stay as they are"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_approves_reads_that_the_first_day_was_past() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        assert_eq!(in_force_words(day("2026-07-01"), day("2026-07-01")), "in force");
        let past = in_force_words(day("2026-06-30"), day("2026-07-01"));
        assert!(past.contains("was past when they were proposed, on 2026-07-01"), "{past}");
    }
}
