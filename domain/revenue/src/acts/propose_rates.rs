//! Proposes a rate schedule: it is read, checked and kept, and prices nothing.

use acts::{Act, Entry, Failure, Permission, Subject};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::recording::{each_alone, read_schedule};
use crate::{permissions, store};

/// Proposes every version of a schedule; each gets a number among the proposals of its date.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProposeRates {
    /// The schedule in the language of `libs/rates`.
    pub text: String,
}

/// A version that was proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// The schedule.
    pub schedule: String,
    /// The first day it is to hold.
    pub effective_on: NaiveDate,
    /// Its number, from 1.
    pub proposal: i64,
}

impl Act for ProposeRates {
    const KIND: &'static str = "revenue.propose_rates";
    type Outcome = Vec<Proposed>;

    fn permission(&self) -> Permission {
        permissions::PROPOSE_RATES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Vec<Proposed>, Failure> {
        let schedule = read_schedule(entry, &self.text).await?;
        let mut proposed = Vec::new();
        for (version, alone) in each_alone(&schedule) {
            let effective_on = version.effective_on;
            let number = store::next_proposal(entry, &alone.code, effective_on).await?;
            let (act, proposed_on) = (entry.act, entry.today);
            let new = store::NewProposal { schedule: &alone, effective_on, number, proposed_on, act };
            store::insert_proposal(entry, new).await?;
            proposed.push(Proposed { schedule: alone.code, effective_on, proposal: number });
        }
        Ok(proposed)
    }
}
