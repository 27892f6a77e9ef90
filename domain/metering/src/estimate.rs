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

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};
    use kernel::Unit;
    use proptest::prelude::*;

    use super::*;

    fn period(from: &str, days: u64) -> Period {
        let from: NaiveDate = from.parse().unwrap();
        Period::new(from, from + Days::new(days)).unwrap()
    }

    fn past(from: &str, days: u64, steps: i64) -> PastUse {
        PastUse { period: period(from, days), steps, is_estimated: false }
    }

    #[test]
    #[rustfmt::skip]
    fn estimates_are_what_a_clerk_finds_by_hand() {
        use EstimateBy::{MeanOfThree, PreviousPeriod, SameMonthLastYear};
        let last_year = past("2024-03-03", 30, 100);
        let (december, january) = (past("2024-12-01", 31, 60), past("2025-01-01", 31, 60));
        let february = past("2025-02-01", 28, 60);
        let guessed = PastUse { is_estimated: true, ..february };
        let november = past("2024-11-01", 30, 3);
        // For March 2025, 31 days.
        type Row<'a> = (EstimateBy, &'a [PastUse], Option<(i64, EstimateBy)>);
        let rows: [Row; 12] = [
            // 100 × 31 ÷ 30 = 103.33
            (SameMonthLastYear, &[last_year, december, january, february], Some((103, SameMonthLastYear))),
            // 180 × 31 ÷ 90 = 62
            (SameMonthLastYear, &[december, january, february],            Some((62, MeanOfThree))),
            (MeanOfThree,       &[last_year, december, january, february], Some((62, MeanOfThree))),
            (MeanOfThree,       &[february, january, december],            Some((62, MeanOfThree))),
            // 60 × 31 ÷ 28 = 66.43
            (PreviousPeriod,    &[last_year, december, january, february], Some((66, PreviousPeriod))),
            (SameMonthLastYear, &[january, february],                      Some((66, PreviousPeriod))),
            (MeanOfThree,       &[january, guessed],                       Some((66, PreviousPeriod))),
            // (3 + 60 + 60) × 31 ÷ 92 = 41.45
            (MeanOfThree,       &[november, december, january, guessed],   Some((41, MeanOfThree))),
            // 31 ÷ 62 = 0.5, away from zero
            (PreviousPeriod,    &[past("2025-01-01", 59, 0), past("2024-12-29", 62, 1)], Some((0, PreviousPeriod))),
            (SameMonthLastYear, &[past("2024-03-10", 62, 1)],              Some((1, SameMonthLastYear))),
            // What begins later is not the past; a correction below zero foretells nothing.
            (PreviousPeriod,    &[past("2025-03-01", 31, 5)],              None),
            (PreviousPeriod,    &[past("2025-02-01", 28, -5)],             None),
        ];
        for (by, past, expected) in rows {
            let found = estimate(by, period("2025-03-01", 31), past).map(|found| (found.steps, found.by));
            assert_eq!(found, expected, "{by:?} of {past:?}");
        }
    }

    #[test]
    fn an_estimate_says_what_it_follows() {
        let guessed = PastUse { is_estimated: true, ..past("2025-02-01", 28, 60_000) };
        let found = estimate(EstimateBy::MeanOfThree, period("2025-03-01", 31), &[guessed]).unwrap();
        assert_eq!(found.words(), "the period before");
        assert_eq!(
            found.grounds().sentences(Unit::Kgal),
            [
                "No read: estimated by use per day in the period before",
                "From 2025-02-01 through 2025-02-28, 28 days: 6.00 kgal, itself an estimate",
            ]
        );
    }

    #[test]
    fn estimates_running_are_counted_from_the_end() {
        let (read, guess) = (past("2025-01-01", 31, 5), PastUse { is_estimated: true, ..past("2025-02-01", 28, 5) });
        let later = PastUse { period: period("2025-03-01", 31), ..guess };
        let rows: [(&[PastUse], i64); 5] = [
            (&[], 0),
            (&[read], 0),
            (&[read, guess], 1),
            (&[later, read, guess], 2),
            (&[guess, past("2025-03-01", 31, 5)], 0),
        ];
        for (past, expected) in rows {
            assert_eq!(estimates_in_a_row(past), expected, "{past:?}");
        }
    }

    #[test]
    fn choices_are_read_by_their_codes() {
        for (code, by) in [
            ("same_month_last_year", Some(EstimateBy::SameMonthLastYear)),
            ("mean_of_three", Some(EstimateBy::MeanOfThree)),
            ("previous_period", Some(EstimateBy::PreviousPeriod)),
            ("guess", None),
        ] {
            assert_eq!(EstimateBy::parse(code), by);
            assert!(by.is_none_or(|by| by.code() == code));
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_no_estimate_is_negative(
            past in prop::collection::vec((0..800_u64, 1..60_u64, any::<i64>(), any::<bool>()), 0..6),
        ) {
            let first: NaiveDate = "2023-01-01".parse().unwrap();
            let of = |(from, days, steps, is_estimated): (u64, u64, i64, bool)| {
                let from = first + Days::new(from);
                PastUse { period: Period::new(from, from + Days::new(days)).unwrap(), steps, is_estimated }
            };
            let past: Vec<PastUse> = past.into_iter().map(of).collect();
            let now = Period::new("2025-02-01".parse().unwrap(), NaiveDate::MAX).unwrap();
            for by in [EstimateBy::SameMonthLastYear, EstimateBy::MeanOfThree, EstimateBy::PreviousPeriod] {
                let found = estimate(by, now, &past);
                prop_assert!(found.is_none_or(|found| 0 <= found.steps && !found.from.is_empty()));
            }
        }
    }
}
