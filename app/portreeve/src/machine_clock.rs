//! `MachineClock`: the business date is that of the machine, and goes on at midnight.

use acts::{Clock, SystemClock};
use chrono::{DateTime, NaiveDate, Utc};

/// The clock of programs that run for days and were not told a business date.
pub struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock { today: NaiveDate::MIN }.now()
    }

    #[expect(clippy::disallowed_methods, reason = "nobody said which date it is, so it is the machine's")]
    fn today(&self) -> NaiveDate {
        chrono::Local::now().date_naive()
    }
}
