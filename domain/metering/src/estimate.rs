//! What a period without a read probably used, from what was used before.

use kernel::Period;
use serde::{Deserialize, Serialize};

use crate::judge::{Total, before, last_three_read, same_month_last_year};
use crate::{Grounds, PastPart, PastUse};

/// From what a period without a read is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EstimateBy {
    /// The period that began a year before, give or take 15 days.
    SameMonthLastYear,
    /// The last three periods that are not estimates, together.
    MeanOfThree,
    /// The period before, whether read or estimated.
    PreviousPeriod,
}

/// What a period probably used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// How much, in smallest steps; never negative.
    pub steps: i64,
    /// From what: the town's choice, or what was there instead.
    pub by: EstimateBy,
    /// The earlier periods it was worked out from, oldest first.
    pub from: Vec<PastUse>,
}

/// What a period probably used, or `None` when nothing is known of earlier ones.
///
/// The town's choice comes first, then the mean of the last three reads, then the period before. Use per day times
/// days, rounded half away from zero: 100 steps in 30 days are 103 in 31 (103.3).
#[must_use]
pub fn estimate(by: EstimateBy, period: Period, past: &[PastUse]) -> Option<Estimate> {
    let past = before(period, past);
    let choices = [by, EstimateBy::MeanOfThree, EstimateBy::PreviousPeriod];
    choices.into_iter().find_map(|by| {
        let from = match by {
            EstimateBy::SameMonthLastYear => same_month_last_year(period, &past).map(|past| vec![past]),
            EstimateBy::MeanOfThree => last_three_read(&past).map(Vec::from),
            EstimateBy::PreviousPeriod => past.last().map(|past| vec![*past]),
        }?;
        let total = Total::of(&from);
        // Corrections can make a past period negative; nobody is billed a negative guess.
        let twice = (0 <= total.steps).then_some(2 * total.steps * i128::from(period.days()))?;
        let steps = i64::try_from((twice + total.days) / (2 * total.days)).ok()?;
        Some(Estimate { steps, by, from })
    })
}

/// How many of the last periods running are estimates.
#[must_use]
pub fn estimates_in_a_row(past: &[PastUse]) -> i64 {
    let mut past: Vec<&PastUse> = past.iter().collect();
    past.sort_by_key(|past| (past.period, past.is_estimated));
    past.iter().rev().take_while(|past| past.is_estimated).map(|_| 1).sum()
}

impl Estimate {
    /// From what, in words: `the same month last year`.
    #[must_use]
    pub fn words(&self) -> &'static str {
        self.by.words()
    }

    /// Why the period's consumption is what it is.
    #[must_use]
    pub fn grounds(&self) -> Grounds {
        let part =
            |past: &PastUse| PastPart { period: past.period, steps: past.steps, is_estimated: past.is_estimated };
        Grounds::Estimated { by: self.by, from: self.from.iter().map(part).collect() }
    }
}

impl EstimateBy {
    /// The code used in tables and files.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            EstimateBy::SameMonthLastYear => "same_month_last_year",
            EstimateBy::MeanOfThree => "mean_of_three",
            EstimateBy::PreviousPeriod => "previous_period",
        }
    }

    /// The choice with that code.
    #[must_use]
    pub fn parse(code: &str) -> Option<EstimateBy> {
        let all = [EstimateBy::SameMonthLastYear, EstimateBy::MeanOfThree, EstimateBy::PreviousPeriod];
        all.into_iter().find(|by| by.code() == code)
    }

    /// The choice in words, for a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            EstimateBy::SameMonthLastYear => "the same month last year",
            EstimateBy::MeanOfThree => "the mean of the last three reads",
            EstimateBy::PreviousPeriod => "the period before",
        }
    }
}
