//! How far rates are: proposed, scheduled, superseded or locked; derived, never stored.

use chrono::NaiveDate;
use db::{Fault, Read};

use crate::store;

/// What stands about the rates of a schedule from a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRates {
    /// The schedule.
    pub schedule: String,
    /// The first day.
    pub effective_on: NaiveDate,
    /// The number of the proposal it was scheduled from, or that waits; none for rates recorded without one.
    pub proposal: Option<i64>,
    /// How far it is.
    pub state: RatesState,
}

/// How far the rates of a date are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RatesState {
    /// They price nothing yet.
    Proposed,
    /// They will price what is billed from their date, and may still be superseded.
    Scheduled,
    /// A bill run has used them; they never change again.
    Locked {
        /// The number of the first run.
        run: i64,
    },
    /// They were replaced before any run used them.
    Superseded {
        /// Why.
        reason: String,
    },
    /// They were proposed and taken back before they were scheduled.
    Withdrawn {
        /// Why.
        reason: String,
    },
}

impl RatesState {
    /// The word an analyst reads.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            RatesState::Proposed => "proposed",
            RatesState::Scheduled => "scheduled",
            RatesState::Locked { .. } => "locked",
            RatesState::Superseded { .. } => "superseded",
            RatesState::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// All rates there are, by schedule, date and the order in which they were recorded.
pub async fn listed_rates(read: &mut Read) -> Result<Vec<ListedRates>, Fault> {
    let mut listed = store::version_states(read).await?;
    for one in store::rate_proposals(read, None).await? {
        if one.version.is_some() {
            continue;
        }
        let state = match one.withdrawn {
            Some((_, reason)) => RatesState::Withdrawn { reason },
            None => RatesState::Proposed,
        };
        let (schedule, effective_on) = (one.schedule, one.effective_on);
        listed.push(ListedRates { schedule, effective_on, proposal: Some(one.number), state });
    }
    // What was recorded without a proposal comes first; the order of the versions of a date stays.
    listed.sort_by(|one, next| (&one.schedule, one.effective_on).cmp(&(&next.schedule, next.effective_on)));
    Ok(listed)
}
