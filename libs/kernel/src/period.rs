//! `Period` and `Month`: half-open spans of days, so that neighbors never overlap.

use std::fmt;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// The days from `from` up to but not including `to`; at least one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Period {
    /// Invariant: `from < to`.
    from: NaiveDate,
    to: NaiveDate,
}

/// A calendar month, written `2014-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Invariant: the first day of the month.
    first_on: NaiveDate,
}

/// A span that is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The end is not after the beginning.
    #[error("a period from {from} to {to} has no day in it")]
    Empty {
        /// The first day.
        from: NaiveDate,
        /// The day after the last.
        to: NaiveDate,
    },
    /// Not `YYYY-MM`.
    #[error("'{0}' is not a month such as 2014-03")]
    NotAMonth(String),
}

impl Period {
    /// The days from `from` up to but not including `to`.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<Period, PeriodError> {
        if from < to { Ok(Period { from, to }) } else { Err(PeriodError::Empty { from, to }) }
    }

    /// The first day.
    #[must_use]
    pub fn from(self) -> NaiveDate {
        self.from
    }

    /// The day after the last.
    #[must_use]
    pub fn to(self) -> NaiveDate {
        self.to
    }

    /// How many days; at least 1.
    #[must_use]
    pub fn days(self) -> i64 {
        (self.to - self.from).num_days()
    }

    /// Whether the day lies within.
    #[must_use]
    pub fn contains(self, day: NaiveDate) -> bool {
        self.from <= day && day < self.to
    }

    /// The days both have, if any.
    #[must_use]
    pub fn overlap(self, other: Period) -> Option<Period> {
        Period::new(self.from.max(other.from), self.to.min(other.to)).ok()
    }
}

/// Reading back checks the order of the days again.
impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
        #[derive(Deserialize)]
        struct Ends {
            from: NaiveDate,
            to: NaiveDate,
        }
        let ends = Ends::deserialize(deserializer)?;
        Period::new(ends.from, ends.to).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

impl Month {
    /// The month a day lies in.
    #[must_use]
    pub fn of(day: NaiveDate) -> Month {
        Month { first_on: day.with_day(1).expect("every month has a first day") }
    }

    /// Reads `2014-03`, for years 1900 to 2999.
    pub fn parse(text: &str) -> Result<Month, PeriodError> {
        let not_a_month = || PeriodError::NotAMonth(text.to_owned());
        let (year, month) = text.split_once('-').ok_or_else(not_a_month)?;
        if year.len() != 4 || month.len() != 2 {
            return Err(not_a_month());
        }
        let year: i32 = year.parse().map_err(|_| not_a_month())?;
        let month: u32 = month.parse().map_err(|_| not_a_month())?;
        match NaiveDate::from_ymd_opt(year, month, 1) {
            Some(first_on) if (1900..3000).contains(&year) => Ok(Month { first_on }),
            _ => Err(not_a_month()),
        }
    }

    /// The first day.
    #[must_use]
    pub fn first_on(self) -> NaiveDate {
        self.first_on
    }

    /// The last day.
    #[must_use]
    pub fn last_on(self) -> NaiveDate {
        self.period().to().pred_opt().expect("a month does not begin time")
    }

    /// All days of the month.
    #[must_use]
    pub fn period(self) -> Period {
        Period { from: self.first_on, to: self.next().first_on }
    }

    /// The month after this one.
    #[must_use]
    pub fn next(self) -> Month {
        Month { first_on: self.first_on.checked_add_months(Months::new(1)).expect("dates end in the year 262142") }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first_on.year(), self.first_on.month())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(offset: i64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2014, 1, 1).unwrap() + chrono::Duration::days(offset)
    }

    #[test]
    fn a_month_knows_its_days() {
        let month = Month::parse("2016-02").unwrap();
        assert_eq!((month.period().days(), month.last_on().to_string().as_str()), (29, "2016-02-29"));
        for text in ["2014-13", "2014-3", "14-03", "2014/03", "", "0000-01", "-214-01"] {
            assert!(Month::parse(text).is_err(), "{text} was taken for a month");
        }
    }

    proptest! {
        #[test]
        fn cutting_a_period_keeps_every_day_once(from in 0..500_i64, first in 1..300_i64, second in 1..300_i64) {
            let whole = Period::new(day(from), day(from + first + second)).unwrap();
            let cut = day(from + first);
            let left = Period::new(whole.from(), cut).unwrap();
            let right = Period::new(cut, whole.to()).unwrap();
            prop_assert_eq!(left.days() + right.days(), whole.days());
            prop_assert_eq!(left.overlap(right), None);
            prop_assert_eq!(left.overlap(whole), Some(left));
        }

        #[test]
        fn an_overlap_is_what_both_contain(a in 0..60_i64, b in 1..60_i64, c in 0..60_i64, d in 1..60_i64, at in 0..130_i64) {
            let left = Period::new(day(a), day(a + b)).unwrap();
            let right = Period::new(day(c), day(c + d)).unwrap();
            let both = left.contains(day(at)) && right.contains(day(at));
            prop_assert_eq!(left.overlap(right).is_some_and(|days| days.contains(day(at))), both);
        }
    }
}
