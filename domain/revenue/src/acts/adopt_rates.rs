//! Records the versions of a rate schedule that council has adopted.

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::{RateVersionId, Refusal};
use rates::Schedule;
use serde::{Deserialize, Serialize};

use crate::{permissions, store};

/// Records every version of a schedule that is not there yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdoptRates {
    /// The schedule in the language of `libs/rates`.
    pub text: String,
}

/// Why a schedule is refused.
#[derive(Debug, thiserror::Error)]
pub enum RatesRefused {
    /// The text cannot be read; it says where and why.
    #[error("{0}")]
    Text(rates::TextRefused),
    /// A version contradicts itself or has a gap.
    #[error("version {effective_on}: {flaw}")]
    Version {
        /// The version.
        effective_on: NaiveDate,
        /// What is wrong.
        flaw: rates::RateError,
    },
    /// A charge names a revenue code that has no place in the books.
    #[error(
        "version {effective_on}: charge '{charge}' names revenue code '{revenue}', which has no place in the books"
    )]
    RevenueNotPlaced {
        /// The version.
        effective_on: NaiveDate,
        /// The charge.
        charge: String,
        /// The revenue code.
        revenue: String,
    },
    /// The schedule prices another service than it did before.
    #[error("schedule '{code}' prices {there}, not {given}")]
    OtherService {
        /// The schedule.
        code: String,
        /// The service it prices.
        there: String,
        /// The service in the text.
        given: String,
    },
    /// A version of that date is there with other rates; bills may depend on it.
    #[error("schedule '{code}' already has other rates from {effective_on}")]
    OtherRates {
        /// The schedule.
        code: String,
        /// The version.
        effective_on: NaiveDate,
    },
}

impl Refusal for RatesRefused {
    fn code(&self) -> &'static str {
        match self {
            RatesRefused::Text(_) => "rates_unreadable",
            RatesRefused::Version { .. } => "rates_inconsistent",
            RatesRefused::RevenueNotPlaced { .. } => "revenue_code_not_placed",
            RatesRefused::OtherService { .. } => "service_differs",
            RatesRefused::OtherRates { .. } => "version_exists",
        }
    }
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
        let schedule = Schedule::parse(&self.text).map_err(|error| refused(RatesRefused::Text(error)))?;
        let lines = store::lines(entry).await?;
        for version in &schedule.versions {
            let effective_on = version.effective_on;
            version.compile().map_err(|flaw| refused(RatesRefused::Version { effective_on, flaw }))?;
            if let Some(charge) = version.charges.iter().find(|charge| !lines.contains_key(&charge.revenue)) {
                let (charge, revenue) = (charge.name.clone(), charge.revenue.clone());
                return refuse(RatesRefused::RevenueNotPlaced { effective_on, charge, revenue });
            }
        }
        let code = schedule.code.clone();
        if let Some(there) = store::schedule_codes(entry).await?.remove(&code)
            && there != schedule.service
        {
            return refuse(RatesRefused::OtherService { code, there, given: schedule.service });
        }
        let there = store::version_texts(entry).await?;
        let act = entry.act;
        let mut recorded = Vec::new();
        for version in &schedule.versions {
            let alone = Schedule { versions: vec![version.clone()], ..schedule.clone() };
            let same = there
                .iter()
                .find(|text| text.schedule_code == schedule.code && text.effective_on == version.effective_on);
            match same {
                None => recorded.push(store::insert_version(entry, act, &alone).await?),
                Some(text) if text.schedule_text == alone.to_text() => {}
                Some(_) => {
                    return refuse(RatesRefused::OtherRates { code, effective_on: version.effective_on });
                }
            }
        }
        Ok(recorded)
    }
}
