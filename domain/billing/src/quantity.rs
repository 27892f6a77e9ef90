//! A quantity of an agreement, such as dwelling units, a water allocation or a winter average.

use chrono::NaiveDate;
use kernel::{AccountId, AgreementId, Decimal};
use serde::{Deserialize, Serialize};

/// One record of a quantity; of those that begin by the bill date, the last one counts.
///
/// A correction is the next revision of the same day; nothing is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantityRecord {
    /// Whose agreement it is.
    pub account: AccountId,
    /// The agreement.
    pub agreement: AgreementId,
    /// The name that rates know it by.
    pub name: String,
    /// The first bill date for which it holds.
    pub from_on: NaiveDate,
    /// From 1.
    pub revision: i64,
    /// The number; without one the default of the rates holds.
    pub amount: Option<Decimal>,
    /// Who found it.
    pub source: QuantitySource,
    /// Why it is this number.
    pub grounds: String,
}

/// Who found the number of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuantitySource {
    /// A person entered it.
    Entered,
    /// A person decided on an appeal against a winter average.
    Appeal,
    /// It was worked out from the winter's use.
    WinterAverage,
}

impl QuantitySource {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            QuantitySource::Entered => "entered",
            QuantitySource::Appeal => "appeal",
            QuantitySource::WinterAverage => "winter_average",
        }
    }

    /// The source with that code.
    #[must_use]
    pub fn parse(code: &str) -> Option<QuantitySource> {
        let all = [QuantitySource::Entered, QuantitySource::Appeal, QuantitySource::WinterAverage];
        all.into_iter().find(|known| known.code() == code)
    }
}
