//! A service agreement ties an account to a service point for one service.

use chrono::NaiveDate;
use kernel::{AccountId, AgreementId, CycleId, Period, RateProfileId, ServicePointId};
use serde::{Deserialize, Serialize};

/// A service agreement as billing takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// Who is liable.
    pub account: AccountId,
    /// Where the service is delivered.
    pub service_point: ServicePointId,
    /// The rate schedule it is priced by.
    pub schedule: String,
    /// Its class and dimension values.
    pub profile: RateProfileId,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The day after the last, once it is stopped.
    pub stops_on: Option<NaiveDate>,
}

/// A service agreement about to begin.
#[derive(Clone, Debug)]
pub struct NewAgreement {
    /// The agreement.
    pub agreement: Agreement,
    /// The service.
    pub service: String,
    /// The cycle it is billed in.
    pub cycle: CycleId,
    /// Where the record comes from, such as `12/217`: order and line of an import. Empty where nobody says.
    pub source: String,
}

/// A billing cycle: which agreements are billed together, and when each is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Its id.
    pub id: CycleId,
    /// The code staff know it by.
    pub code: String,
    /// When an agreement is due.
    pub due_rule: DueRule,
    /// Days from the bill date to the due date.
    pub days_to_pay: i64,
}

/// When an agreement of a cycle is due for a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueRule {
    /// In every period; a missing read is an exception.
    EveryPeriod,
    /// In the periods that consumption was read for, such as every other month.
    WhenRead,
}

impl DueRule {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            DueRule::EveryPeriod => "every_period",
            DueRule::WhenRead => "when_read",
        }
    }

    /// The rule with that code.
    #[must_use]
    pub fn parse(code: &str) -> Option<DueRule> {
        [DueRule::EveryPeriod, DueRule::WhenRead].into_iter().find(|rule| rule.code() == code)
    }
}

impl Agreement {
    /// The days of a period that the agreement covers, if any.
    #[must_use]
    pub fn days_in(&self, period: Period) -> Option<Period> {
        let from = self.starts_on.max(period.from());
        let to = self.stops_on.map_or(period.to(), |stops_on| stops_on.min(period.to()));
        Period::new(from, to).ok()
    }
}
