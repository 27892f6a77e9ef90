//! What pages of this desk say in the same words: days, quantities, codes.

use chrono::NaiveDate;
use kernel::{Cents, Period, Quantity, Unit};
use web::shown;

/// A day as the town writes it.
pub(crate) fn day(day: NaiveDate) -> String {
    shown::date(&day)
}

/// The last day of service in a period.
pub(crate) fn last_day(period: Period) -> NaiveDate {
    period.to().pred_opt().unwrap_or(period.to())
}

/// The days of a period as customers read them: `Jun 1, 2026 to Jun 30, 2026, 30 days`.
pub(crate) fn days(period: Period) -> String {
    format!("{} to {}, {}", day(period.from()), day(last_day(period)), count_of_days(period))
}

/// How many days.
pub(crate) fn count_of_days(period: Period) -> String {
    shown::counted(period.days(), "day", "days")
}

/// So many smallest steps, with the unit.
pub(crate) fn steps(steps: i64, unit: Unit) -> String {
    shown::quantity(&Quantity { steps, unit })
}

/// An amount as more or less: `$4.00 more`.
pub(crate) fn more_or_less(cents: Cents) -> String {
    match cents.0.cmp(&0) {
        std::cmp::Ordering::Less => format!("{} less", (-cents).dollars()),
        std::cmp::Ordering::Equal => "the same".to_owned(),
        std::cmp::Ordering::Greater => format!("{} more", cents.dollars()),
    }
}

/// A code as words: `after_hours` is `After hours`.
pub(crate) fn capital_words(code: &str) -> String {
    shown::capital(&code.replace(['_', '-', '.'], " "))
}
