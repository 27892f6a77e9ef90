//! Withdraws a proposal that was not scheduled: it stays on record, and can never be put in force.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::RatesRefused;
use crate::{permissions, store};

/// Takes back a proposal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WithdrawRates {
    /// The schedule.
    pub schedule: String,
    /// The first day the rates were to hold.
    pub effective_on: NaiveDate,
    /// Which of the proposals of that date.
    pub proposal: i64,
    /// Why.
    pub reason: String,
}

impl Act for WithdrawRates {
    const KIND: &'static str = "revenue.withdraw_rates";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::PROPOSE_RATES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        if self.reason.trim().is_empty() {
            return refuse(RatesRefused::NoReason);
        }
        let asked = (self.schedule.as_str(), self.effective_on, self.proposal);
        let (code, effective_on, proposal) = (self.schedule.clone(), self.effective_on, self.proposal);
        store::lock_schedule(entry, &code).await?;
        let Some(there) = store::rate_proposal(entry, asked).await? else {
            return refuse(RatesRefused::NoSuchProposal { code, effective_on, proposal });
        };
        if there.withdrawn.is_some() {
            return refuse(RatesRefused::Withdrawn { code, effective_on, proposal });
        }
        if there.version.is_some() {
            return refuse(RatesRefused::ProposalScheduled { code, effective_on, proposal });
        }
        let act = entry.act;
        store::insert_withdrawal(entry, asked, (act, &self.reason)).await?;
        Ok(())
    }
}
