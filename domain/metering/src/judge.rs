//! Is a figure believable: use per day against last year, or against the last three reads.

use std::fmt;

use chrono::{Months, NaiveDate};
use kernel::Period;

use crate::EstimateBy;

/// How closely a town looks at the use of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRule {
    /// Use below this many percent of what is expected is low.
    pub low_percent: i64,
    /// Use above this many percent of what is expected is high.
    pub high_percent: i64,
    /// A difference of fewer smallest steps, over the whole period, is not looked at.
    pub least: i64,
    /// Nothing used in so many periods running is looked at; with 0, never.
    pub zero_periods: i64,
    /// After so many estimates running, somebody has to read the meter.
    pub estimates_in_a_row: i64,
    /// How a period without a read is estimated.
    pub estimate_by: EstimateBy,
}

/// What was used in an earlier period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastUse {
    /// The days it was used in.
    pub period: Period,
    /// How much, in smallest steps.
    pub steps: i64,
    /// Whether the figure is an estimate.
    pub is_estimated: bool,
}

/// What use is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The period that began a year before, give or take 15 days.
    SameMonthLastYear,
    /// The last three periods that are not estimates, together.
    MeanOfThree,
}

/// Why a figure should be looked at before it is billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgment {
    /// More than expected.
    High {
        /// Use per day in percent of that of the basis, cut to a whole number; `None` when the basis used nothing.
        percent: Option<i64>,
        /// What it was compared with.
        of: Basis,
    },
    /// Less than expected.
    Low {
        /// Use per day in percent of that of the basis, cut to a whole number.
        percent: i64,
        /// What it was compared with.
        of: Basis,
    },
    /// Nothing was used for several periods: perhaps the meter stands still.
    Zero {
        /// How many periods running, with this one.
        periods: i64,
    },
}

/// What should be looked at before these steps are billed; nothing, when there is nothing to compare with.
///
/// High and low are use per day against the same month last year, or else against the last three periods that
/// are not estimates. With 100 steps in 30 days last year, a limit of 200 percent and 31 days now, 206 steps pass
/// and 207 do not (100 × 31 ÷ 30 × 2 = 206.7).
#[must_use]
pub fn judge(rule: &ReadRule, period: Period, steps: i64, past: &[PastUse]) -> Vec<Judgment> {
    let past = before(period, past);
    let mut judgments: Vec<Judgment> = against_past(rule, period, steps, &past).into_iter().collect();
    if steps == 0 {
        let zeros = 1 + past.iter().rev().take_while(|past| past.steps == 0).count();
        let periods = i64::try_from(zeros).unwrap_or(i64::MAX);
        if 1 <= rule.zero_periods && rule.zero_periods <= periods {
            judgments.push(Judgment::Zero { periods });
        }
    }
    judgments
}

/// High or low; cross multiplied, so that nothing is rounded before it is compared.
fn against_past(rule: &ReadRule, period: Period, steps: i64, past: &[PastUse]) -> Option<Judgment> {
    let (of, basis) = match same_month_last_year(period, past) {
        Some(same) => (Basis::SameMonthLastYear, Total::of(&[same])),
        None => (Basis::MeanOfThree, Total::of(&last_three_read(past)?)),
    };
    if basis.steps < 0 {
        return None;
    }
    // Both sides are steps × days of the basis: what was used, and what use like that of the basis would be.
    let used = i128::from(steps) * basis.days;
    let expected = basis.steps * i128::from(period.days());
    if (used - expected).abs() < i128::from(rule.least).saturating_mul(basis.days) {
        return None;
    }
    let percent = |used: i128| i64::try_from(used * 100 / expected).unwrap_or(i64::MAX);
    let is_above = |limit: i64| expected.saturating_mul(i128::from(limit)) < used * 100;
    let is_below = |limit: i64| used * 100 < expected.saturating_mul(i128::from(limit));
    if expected == 0 {
        return (0 < used).then_some(Judgment::High { percent: None, of });
    }
    if is_above(rule.high_percent) {
        Some(Judgment::High { percent: Some(percent(used)), of })
    } else if is_below(rule.low_percent) {
        Some(Judgment::Low { percent: percent(used), of })
    } else {
        None
    }
}

/// Several periods together.
pub(crate) struct Total {
    pub(crate) steps: i128,
    pub(crate) days: i128,
}

impl Total {
    pub(crate) fn of(past: &[PastUse]) -> Total {
        let steps = past.iter().map(|past| i128::from(past.steps)).sum();
        let days = past.iter().map(|past| i128::from(past.period.days())).sum();
        Total { steps, days }
    }
}

/// The periods that end before this one begins, oldest first.
pub(crate) fn before(period: Period, past: &[PastUse]) -> Vec<PastUse> {
    let mut past: Vec<PastUse> = past.iter().copied().filter(|past| past.period.to() <= period.from()).collect();
    past.sort_by_key(|past| (past.period, past.steps, past.is_estimated));
    past
}

/// The period whose first day is nearest to a year before, and at most 15 days from it; of two equally near, the
/// earlier.
pub(crate) fn same_month_last_year(period: Period, past: &[PastUse]) -> Option<PastUse> {
    const NEAR_DAYS: i64 = 15;
    let a_year_before = period.from().checked_sub_months(Months::new(12))?;
    let distance = |past: &PastUse| days_apart(past.period.from(), a_year_before);
    let nearest = past.iter().min_by_key(|past| distance(past));
    nearest.copied().filter(|past| distance(past) <= NEAR_DAYS)
}

/// The last three periods that are not estimates.
pub(crate) fn last_three_read(past: &[PastUse]) -> Option<[PastUse; 3]> {
    let mut read = past.iter().rev().copied().filter(|past| !past.is_estimated);
    let (last, middle, first) = (read.next()?, read.next()?, read.next()?);
    Some([first, middle, last])
}

/// How many days lie between two days, whichever comes first.
pub(crate) fn days_apart(one: NaiveDate, other: NaiveDate) -> i64 {
    (one - other).num_days().abs()
}

impl Basis {
    /// The basis in words, for a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Basis::SameMonthLastYear => "the same month last year",
            Basis::MeanOfThree => "the mean of the last three reads",
        }
    }
}

impl Judgment {
    /// The stable code, such as `high_use`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Judgment::High { .. } => "high_use",
            Judgment::Low { .. } => "low_use",
            Judgment::Zero { .. } => "zero_use",
        }
    }
}

/// The figures behind the code, as a clerk reads them.
impl fmt::Display for Judgment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Judgment::High { percent: Some(percent), of } | Judgment::Low { percent, of } => {
                write!(f, "use per day is {percent} % of {}", of.words())
            }
            Judgment::High { percent: None, of } => write!(f, "there is use now and was none in {}", of.words()),
            Judgment::Zero { periods: 1 } => write!(f, "no use in this period"),
            Judgment::Zero { periods } => write!(f, "no use in {periods} periods running"),
        }
    }
}
