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
        let periods = zeros_running(period, &past);
        if 1 <= rule.zero_periods && rule.zero_periods <= periods {
            judgments.push(Judgment::Zero { periods });
        }
    }
    judgments
}

/// How many periods without a gap used nothing, of which the given one is the last.
fn zeros_running(period: Period, past: &[PastUse]) -> i64 {
    let (mut zeros, mut next_on) = (1, period.from());
    for past in past.iter().rev().take_while(|past| past.steps == 0) {
        if past.period.to() != next_on {
            break;
        }
        (zeros, next_on) = (zeros + 1, past.period.from());
    }
    zeros
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn period(from: &str, days: u64) -> Period {
        let from: NaiveDate = from.parse().unwrap();
        Period::new(from, from + chrono::Days::new(days)).unwrap()
    }

    fn past(from: &str, days: u64, steps: i64) -> PastUse {
        PastUse { period: period(from, days), steps, is_estimated: false }
    }

    fn guess(from: &str, days: u64, steps: i64) -> PastUse {
        PastUse { is_estimated: true, ..past(from, days, steps) }
    }

    fn shown(judgments: &[Judgment]) -> String {
        judgments.iter().map(|found| format!("{}: {found}", found.code())).collect::<Vec<_>>().join("; ")
    }

    const RULE: ReadRule = ReadRule {
        low_percent: 50,
        high_percent: 200,
        least: 20,
        zero_periods: 2,
        estimates_in_a_row: 2,
        estimate_by: EstimateBy::SameMonthLastYear,
    };

    #[test]
    #[rustfmt::skip]
    fn use_is_compared_per_day_with_the_same_month_last_year() {
        // 31 days now; last year | now | judgment
        let rows = [
            (past("2024-03-01", 31, 100), 200, ""),
            (past("2024-03-01", 31, 100), 201, "high_use: use per day is 201 % of the same month last year"),
            (past("2024-03-01", 31, 100),  50, ""),
            (past("2024-03-01", 31, 100),  49, "low_use: use per day is 49 % of the same month last year"),
            // 100 in 30 days are 103.33 in 31; twice that is 206.67.
            (past("2024-03-01", 30, 100), 206, ""),
            (past("2024-03-01", 30, 100), 207, "high_use: use per day is 200 % of the same month last year"),
            // Differences below 20 are not looked at.
            (past("2024-03-01", 31,   8),  27, ""),
            (past("2024-03-01", 31,   8),  28, "high_use: use per day is 350 % of the same month last year"),
            (past("2024-03-01", 31,  19),   0, ""),
            (past("2024-03-01", 31,  20),   0, "low_use: use per day is 0 % of the same month last year"),
            (past("2024-03-01", 31,   0),  20, "high_use: there is use now and was none in the same month last year"),
            (past("2024-03-01", 31,   0),   0, ""),
            (past("2024-02-15", 31, 100), 300, "high_use: use per day is 300 % of the same month last year"),
            (past("2024-03-16", 31, 100), 300, "high_use: use per day is 300 % of the same month last year"),
            // 16 days away is another month.
            (past("2024-02-14", 31, 100), 300, ""),
            (past("2024-03-17", 31, 100), 300, ""),
            (past("2024-03-01", 31, -50), 300, ""),
        ];
        for (last_year, now, expected) in rows {
            let found = judge(&RULE, period("2025-03-01", 31), now, &[last_year]);
            assert_eq!(shown(&found), expected, "{last_year:?}, then {now}");
        }
    }

    #[test]
    fn use_is_compared_with_three_reads_where_last_year_is_not_known() {
        let (a, b, c) = (past("2024-10-01", 31, 70), past("2024-11-01", 30, 90), past("2024-12-01", 31, 116));
        let by_guess = guess("2025-01-01", 31, 900);
        // 276 in 92 days are 3 a day, 93 in 31 days.
        let rows: [(&[PastUse], i64, &str); 6] = [
            (&[a, b, c, by_guess], 186, ""),
            (&[a, b, c, by_guess], 187, "high_use: use per day is 201 % of the mean of the last three reads"),
            (&[by_guess, c, a, b], 46, "low_use: use per day is 49 % of the mean of the last three reads"),
            (
                &[past("2024-09-01", 30, 9_000), a, b, c],
                187,
                "high_use: use per day is 201 % of the mean of the last three reads",
            ),
            (&[b, c, by_guess], 9_000, ""),
            (&[], 9_000, ""),
        ];
        for (past, now, expected) in rows {
            assert_eq!(shown(&judge(&RULE, period("2025-02-01", 31), now, past)), expected, "{past:?}, then {now}");
        }
    }

    #[test]
    fn nothing_used_is_counted_in_periods_running() {
        let (some, none, later) = (past("2024-12-01", 31, 9), past("2025-01-01", 31, 0), past("2025-03-01", 31, 9));
        let never = ReadRule { zero_periods: 0, ..RULE };
        let at_once = ReadRule { zero_periods: 1, ..RULE };
        let rows: [(&ReadRule, i64, &[PastUse], &str); 8] = [
            (&RULE, 0, &[some, none], "zero_use: no use in 2 periods running"),
            (&RULE, 0, &[later, none, some], "zero_use: no use in 2 periods running"),
            (&RULE, 1, &[some, none], ""),
            (&RULE, 0, &[none, some, past("2025-01-02", 30, 3)], ""),
            (&RULE, 0, &[], ""),
            (&RULE, 0, &[past("2025-01-01", 30, 0)], ""),
            (&at_once, 0, &[some], "zero_use: no use in this period"),
            (&never, 0, &[some, none], ""),
        ];
        for (rule, now, past, expected) in rows {
            assert_eq!(shown(&judge(rule, period("2025-02-01", 28), now, past)), expected, "{past:?}, then {now}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(
            steps in any::<i64>(), limits in prop::array::uniform4(any::<i64>()),
            past in prop::collection::vec((0..900_i64, 1..60_u64, any::<i64>(), any::<bool>()), 0..6),
        ) {
            let [low_percent, high_percent, least, zero_periods] = limits;
            let rule = ReadRule { low_percent, high_percent, least, zero_periods, ..RULE };
            let first: NaiveDate = "2023-01-01".parse().unwrap();
            let of = |(from, days, steps, is_estimated): &(i64, u64, i64, bool)| {
                let from = first + chrono::TimeDelta::days(*from);
                PastUse { period: Period::new(from, from + chrono::Days::new(*days)).unwrap(), steps: *steps, is_estimated: *is_estimated }
            };
            let past: Vec<PastUse> = past.iter().map(of).collect();
            let mut backward = past.clone();
            backward.reverse();
            let ever = Period::new(NaiveDate::MIN, NaiveDate::MAX).unwrap();
            for period in [period("2025-02-01", 28), ever] {
                let found = judge(&rule, period, steps, &past);
                prop_assert_eq!(&found, &judge(&rule, period, steps, &backward));
                prop_assert!(found.len() <= 2);
            }
        }

        #[test]
        fn use_as_ever_is_never_looked_at(daily in 0..1_000_000_i64, days in prop::array::uniform4(28..33_u64)) {
            let mut from: NaiveDate = "2024-10-01".parse().unwrap();
            let mut past = Vec::new();
            for days in days {
                let period = Period::new(from, from + chrono::Days::new(days)).unwrap();
                past.push(PastUse { period, steps: daily * period.days(), is_estimated: false });
                from = period.to();
            }
            let now = past.pop().unwrap();
            let found = judge(&RULE, now.period, now.steps, &past);
            prop_assert!(found.iter().all(|found| found.code() == "zero_use"), "{:?}", found);
        }
    }
}
