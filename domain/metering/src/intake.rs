//! Files of this room: meters with their installations, reads, and routes.

mod meters;
mod outlets;
mod reads;
mod routes;

pub use meters::Meters;
pub use reads::Reads;
pub use routes::Routes;

use chrono::NaiveDate;
use imports::{Record, Reject, Taken};

/// A day that has been: nobody has installed or read anything tomorrow.
fn past_day(record: &Record, field: &str, today: NaiveDate) -> Result<NaiveDate, Reject> {
    let day = record.day(field)?;
    if today < day {
        return Err(Reject::new(field, "date", format!("{day} is after today, {today}")));
    }
    Ok(day)
}

/// What becomes of a record that says what is on record, which came from `stored`.
fn told_again(field: &str, source: &str, stored: &str) -> Taken {
    if stored.strip_prefix(source).is_some_and(|rest| rest.starts_with('/')) {
        let line = stored.rsplit('/').next().unwrap_or(stored);
        return Taken::Rejected(Reject::new(field, "suspected_duplicate", format!("line {line} says the same")));
    }
    Taken::Unchanged
}
