//! `Clock`: the only source of instants and of the office's business date.

use chrono::{DateTime, NaiveDate, Utc};

/// Tells the instant, for the record, and the business date, for the rules.
pub trait Clock: Send + Sync {
    /// When an act is entered.
    fn now(&self) -> DateTime<Utc>;
    /// The office's business date.
    fn today(&self) -> NaiveDate;
}

/// The machine's clock; the business date is given when the program starts.
pub struct SystemClock {
    /// The office's business date.
    pub today: NaiveDate,
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the machine's clock is read")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn today(&self) -> NaiveDate {
        self.today
    }
}

/// A clock that stands still, for tests.
pub struct FixedClock(pub DateTime<Utc>);

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }

    fn today(&self) -> NaiveDate {
        self.0.date_naive()
    }
}
