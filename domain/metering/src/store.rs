//! The SQL of this room, by subject.

mod consumption;
mod registered;
mod revisions;

use chrono::NaiveDate;

pub use consumption::{
    amounts_between, consumption_between, consumption_grounds, consumption_rows, insert_consumption, period_starts,
    periods_of, revised_between, sources_between, units_in_use, uses_between,
};
pub use registered::{RegisteredUse, registered_between};
pub use revisions::{NotedUse, StandingUse, noted_between, revised_accounts, standing_uses};

/// The day of a packed row: `20140301`.
fn packed_day(number: i64) -> Option<NaiveDate> {
    let part = |number: i64| u32::try_from(number).ok();
    NaiveDate::from_ymd_opt(i32::try_from(number / 10_000).ok()?, part(number / 100 % 100)?, part(number % 100)?)
}
