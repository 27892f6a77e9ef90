//! When a cycle is read and billed, and when its bills are due.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate, Weekday};
use kernel::{CycleId, Period};

/// One period of a cycle's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CyclePeriod {
    /// The cycle.
    pub cycle: CycleId,
    /// The days of service.
    pub period: Period,
    /// The first day on which a read closes the period.
    pub read_from: NaiveDate,
    /// The last.
    pub read_through: NaiveDate,
    /// The date on its bills.
    pub bill_on: NaiveDate,
    /// Whether its reads were closed, so that what was used in it is known or estimated.
    pub is_closed: bool,
}

/// Days on which nothing is due, and how many days each class has to pay.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Days on which city hall is closed.
    pub holidays: BTreeSet<NaiveDate>,
    /// Class to days from the bill date; other classes have those of their cycle.
    pub days_to_pay: BTreeMap<String, i64>,
}

impl Terms {
    /// Whether city hall is open on a day.
    #[must_use]
    pub fn is_open(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !self.holidays.contains(&day)
    }

    /// The day a bill is due: so many days after its date, moved off weekends and holidays to the next day.
    #[must_use]
    pub fn due_on(&self, bill_on: NaiveDate, days: i64) -> NaiveDate {
        let mut due = bill_on + Days::new(u64::try_from(days).unwrap_or(0));
        while !self.is_open(due) {
            due = due + Days::new(1);
        }
        due
    }

    /// How many days a bill gives to pay: the longest of its classes, since it has one due date.
    #[must_use]
    pub fn days_for<'a>(&self, classes: impl Iterator<Item = &'a str>, of_cycle: i64) -> i64 {
        let days = classes.map(|class| self.days_to_pay.get(class).copied().unwrap_or(of_cycle));
        days.max().unwrap_or(of_cycle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_is_due_when_city_hall_is_open() {
        let holidays = ["2025-07-04", "2025-07-07"].map(|day| day.parse().unwrap()).into();
        let terms = Terms { holidays, days_to_pay: [("COM".to_owned(), 14)].into() };
        // bill date | days | due date: a Friday that is a holiday is followed by a weekend and another holiday
        for (bill_on, days, due_on) in [
            ("2014-03-31", 21, "2014-04-21"),
            ("2014-03-01", 21, "2014-03-24"),
            ("2014-03-02", 21, "2014-03-24"),
            ("2025-06-13", 21, "2025-07-08"),
        ] {
            assert_eq!(terms.due_on(bill_on.parse().unwrap(), days).to_string(), due_on, "billed {bill_on}");
        }
        assert_eq!(terms.days_for(["RES", "COM"].into_iter(), 21), 21, "the longest of its classes");
        assert_eq!(terms.days_for(["COM"].into_iter(), 21), 14);
        assert_eq!(terms.days_for([].into_iter(), 21), 21);
    }
}
