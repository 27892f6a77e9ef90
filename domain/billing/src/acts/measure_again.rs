//! Measures some service points anew after their reads or meters were corrected.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse};
use kernel::{Refusal, ServicePointId};
use serde::{Deserialize, Serialize};

use crate::measuring::measure_points;

/// Works out again what was used at some service points in closed periods; what is the same stays as it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MeasureAgain {
    /// The service points.
    pub service_points: Vec<ServicePointId>,
}

/// How many service points one act takes: memory is bounded.
const POINTS_MAX: usize = 5_000;

/// Why nothing is measured again.
#[derive(Debug, thiserror::Error)]
pub enum MeasureRefused {
    /// Nothing, or too much at once.
    #[error("name 1 to {POINTS_MAX} service points at a time, not {0}")]
    HowMany(usize),
}

impl Refusal for MeasureRefused {
    fn code(&self) -> &'static str {
        match self {
            MeasureRefused::HowMany(_) => "how_many",
        }
    }
}

impl Act for MeasureAgain {
    const KIND: &'static str = "billing.measure_again";
    /// Periods that have another figure now.
    type Outcome = i64;

    fn permission(&self) -> Permission {
        metering::permissions::ENTER_READS
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<i64, Failure> {
        if !(1..=POINTS_MAX).contains(&self.service_points.len()) {
            return refuse(MeasureRefused::HowMany(self.service_points.len()));
        }
        self.service_points.iter().for_each(|point| entry.concerns_place(*point));
        Ok(measure_points(entry, &self.service_points).await?.figures)
    }
}
