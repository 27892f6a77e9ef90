//! Records the versions of a rate schedule that council has adopted: proposed and scheduled in one.

use acts::{Act, Entry, Failure, Permission, Subject};
use kernel::RateVersionId;
use serde::{Deserialize, Serialize};

use super::recording::{check_places, each_alone, read_schedule, record};
use crate::permissions;

/// Records every version of a schedule that is not there yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdoptRates {
    /// The schedule in the language of `libs/rates`.
    pub text: String,
}

impl Act for AdoptRates {
    const KIND: &'static str = "revenue.adopt_rates";
    type Outcome = Vec<RateVersionId>;

    fn permission(&self) -> Permission {
        permissions::ADOPT_RATES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Vec<RateVersionId>, Failure> {
        entry.is_under(permissions::RATES);
        let schedule = read_schedule(entry, &self.text).await?;
        for version in &schedule.versions {
            entry.changes(format!("Rates of {} from {}", schedule.code, version.effective_on), "none", "adopted");
        }
        check_places(entry, &schedule).await?;
        let mut recorded = Vec::new();
        for (version, alone) in each_alone(&schedule) {
            recorded.extend(record(entry, version, &alone, None).await?);
        }
        Ok(recorded)
    }
}
