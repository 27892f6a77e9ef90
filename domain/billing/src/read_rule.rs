//! By which rules the reads of a class are judged and estimated: a town's data.

use kernel::{Decimal, Quantity, QuantityError, Unit};
use metering::{EstimateBy, ReadRule};
use serde::{Deserialize, Serialize};

/// The rule of one class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassReadRule {
    /// The class.
    pub class: String,
    /// Use below this share of what is usual is looked at, in percent.
    pub low_percent: i64,
    /// Use above this share of what is usual is looked at, in percent.
    pub high_percent: i64,
    /// Differences below this many units are not looked at.
    pub least: Decimal,
    /// So many periods running without use are looked at.
    pub zero_periods: i64,
    /// More estimates running than this are looked at.
    pub estimates_in_a_row: i64,
    /// By what a period that was not read is estimated first.
    pub estimate_by: String,
}

impl ClassReadRule {
    /// How a period is estimated; `None` when no such way is known.
    #[must_use]
    pub fn way(&self) -> Option<EstimateBy> {
        EstimateBy::parse(&self.estimate_by)
    }

    /// The rule for meters of a unit.
    pub(crate) fn in_unit(&self, unit: Unit) -> Result<ReadRule, QuantityError> {
        Ok(ReadRule {
            low_percent: self.low_percent,
            high_percent: self.high_percent,
            least: Quantity::parse(&self.least.normalize().to_string(), unit)?.steps,
            zero_periods: self.zero_periods,
            estimates_in_a_row: self.estimates_in_a_row,
            estimate_by: self.way().unwrap_or(EstimateBy::MeanOfThree),
        })
    }
}

/// What holds for a class without a rule of its own: nothing is looked at, and estimates follow the mean of three.
pub(crate) const NO_RULE: ReadRule = ReadRule {
    low_percent: 0,
    high_percent: i64::MAX,
    least: i64::MAX,
    zero_periods: i64::MAX,
    estimates_in_a_row: i64::MAX,
    estimate_by: EstimateBy::MeanOfThree,
};
