//! When each cycle of Saguaro Bend is served, read and billed; the same as `[[calendars]]` of its town file.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use kernel::{Month, Period};

/// Code and the day of the month on which its periods begin.
pub const CYCLES: [(&str, u32); 4] = [("C1", 1), ("C2", 8), ("C3", 15), ("C4", 22)];
/// How many months are read.
pub const MONTHS: usize = 12;
/// Days before the end of a period on which reading begins.
pub const READ_DAYS_BEFORE: u64 = 3;
/// Days after the end of a period on which reading ends.
pub const READ_DAYS_AFTER: u64 = 2;
/// Days from the end of a period to its bill date.
const BILLED_DAYS_AFTER: u64 = 5;

/// A cycle's year.
#[derive(Clone, Debug)]
pub struct CycleYear {
    /// Its code.
    pub code: &'static str,
    /// Its service periods, one a month.
    pub periods: Vec<Period>,
}

impl CycleYear {
    /// The year of a cycle that begins in a month.
    pub fn of((code, day): (&'static str, u32), first: Month) -> CycleYear {
        let begins_on = first.first_on() + Days::new(u64::from(day) - 1);
        let month = |number: usize| {
            let from = begins_on + Months::new(u32::try_from(number).unwrap_or(0));
            Period::new(from, from + Months::new(1)).expect("a month later is later")
        };
        CycleYear { code, periods: (0..MONTHS).map(month).collect() }
    }

    /// The first day of its year.
    pub fn begins_on(&self) -> NaiveDate {
        self.periods[0].from()
    }

    /// The day on which a block of houses is read for a period: the same place in the window each month, or the next
    /// on which there are readers, or the one before.
    pub fn read_on(&self, period: usize, block: usize) -> NaiveDate {
        let window = READ_DAYS_BEFORE + READ_DAYS_AFTER + 1;
        let offset = u64::try_from(block).unwrap_or(0) / 4 % window;
        let begins_on = self.periods[period].to() - Days::new(READ_DAYS_BEFORE);
        let mut days = (offset..window).chain((0..offset).rev()).map(|offset| begins_on + Days::new(offset));
        days.find(|day| are_meters_read(*day)).expect("some day of six is neither Sunday nor New Year's Day")
    }

    /// The bill date of a period.
    pub fn bill_on(&self, period: usize) -> NaiveDate {
        self.periods[period].to() + Days::new(BILLED_DAYS_AFTER)
    }
}

fn are_meters_read(day: NaiveDate) -> bool {
    day.weekday() != Weekday::Sun && (day.month(), day.day()) != (1, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_is_read_in_the_window_on_a_day_with_readers() {
        for cycle in CYCLES {
            let year = CycleYear::of(cycle, Month::parse("2025-01").unwrap());
            for (number, period) in year.periods.iter().enumerate() {
                for block in 0..40 {
                    let day = year.read_on(number, block);
                    let window = period.to() - Days::new(3)..=period.to() + Days::new(2);
                    assert!(window.contains(&day), "{day} of {period}");
                    assert_ne!(day.weekday(), Weekday::Sun, "{day}");
                    assert_ne!(day.to_string(), "2026-01-01", "New Year's Day");
                }
            }
        }
    }

    #[test]
    fn periods_run_from_a_day_of_the_month_to_the_same_of_the_next() {
        let said = |(code, day), number: usize| {
            let year = CycleYear::of((code, day), Month::parse("2025-01").unwrap());
            (year.periods[number].to_string(), year.bill_on(number).to_string())
        };
        #[rustfmt::skip]
        let rows = [
            (("C1", 1),   0, "2025-01-01..2025-02-01", "2025-02-06"),
            (("C2", 8),   1, "2025-02-08..2025-03-08", "2025-03-13"),
            (("C4", 22), 11, "2025-12-22..2026-01-22", "2026-01-27"),
        ];
        for (cycle, number, period, billed) in rows {
            assert_eq!(said(cycle, number), (period.to_owned(), billed.to_owned()), "{cycle:?}");
        }
    }
}
