//! `PeriodLocks`: which GL months are locked, and where a correction goes instead.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use kernel::Month;

use crate::PostingRefused;

/// The GL months into which nothing may be posted any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeriodLocks {
    locked: BTreeSet<Month>,
}

impl PeriodLocks {
    /// These months locked, all others open.
    #[must_use]
    pub fn new(locked: impl IntoIterator<Item = Month>) -> PeriodLocks {
        PeriodLocks { locked: locked.into_iter().collect() }
    }

    /// Locks one more month; locking it again changes nothing.
    pub fn lock(&mut self, month: Month) {
        self.locked.insert(month);
    }

    /// Whether the month is locked.
    #[must_use]
    pub fn is_locked(&self, month: Month) -> bool {
        self.locked.contains(&month)
    }

    /// The locked months, in order.
    pub fn locked(&self) -> impl Iterator<Item = Month> + '_ {
        self.locked.iter().copied()
    }

    /// Refuses a GL date in a locked month.
    pub fn check(&self, gl_on: NaiveDate) -> Result<(), PostingRefused> {
        if self.is_locked(Month::of(gl_on)) { Err(PostingRefused::PeriodLocked { gl_on }) } else { Ok(()) }
    }

    /// The first day in an open month, not before `from`: the GL date of a correction (decision 7).
    ///
    /// With March and April locked, a correction of March 15 is dated May 1; one of February 10 stays.
    #[must_use]
    pub fn earliest_open_on(&self, from: NaiveDate) -> NaiveDate {
        let mut month = Month::of(from);
        while self.is_locked(month) {
            month = month.next();
        }
        from.max(month.first_on())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_goes_to_the_earliest_open_period() {
        let locks =
            PeriodLocks::new(["2014-03", "2014-04", "2014-06", "2014-12"].map(|text| Month::parse(text).unwrap()));
        let rows = [
            ("2014-02-10", "2014-02-10"),
            ("2014-03-15", "2014-05-01"),
            ("2014-04-30", "2014-05-01"),
            ("2014-05-31", "2014-05-31"),
            ("2014-06-01", "2014-07-01"),
            ("2014-12-31", "2015-01-01"),
        ];
        for (from, expected) in rows {
            let from: NaiveDate = from.parse().unwrap();
            let open_on = locks.earliest_open_on(from);
            assert_eq!(open_on.to_string(), expected, "{from}");
            assert_eq!(locks.check(open_on), Ok(()));
            assert_eq!(locks.check(from).is_ok(), open_on == from, "{from}");
        }
    }
}
