//! `Assignment`: a role that somebody has for some days, as their own or for somebody absent.

use chrono::NaiveDate;
use kernel::ActorId;

/// A stretch of days with its last one, or without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days {
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day; `None` while no end is known.
    pub through_on: Option<NaiveDate>,
}

/// A role somebody has. `through` is themself, or whom they stand in for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// Whose role it is.
    pub through: ActorId,
    /// The code of the role.
    pub role: String,
    /// When.
    pub days: Days,
}

impl Days {
    /// From a day on.
    #[must_use]
    pub fn from(from_on: NaiveDate) -> Days {
        Days { from_on, through_on: None }
    }

    /// Whether the first day is not after the last.
    #[must_use]
    pub fn is_forward(self) -> bool {
        self.through_on.is_none_or(|through_on| self.from_on <= through_on)
    }

    /// Whether a day is one of these.
    #[must_use]
    pub fn hold(self, day: NaiveDate) -> bool {
        self.from_on <= day && self.through_on.is_none_or(|through_on| day <= through_on)
    }

    /// Whether some of these days are still to come, today included.
    #[must_use]
    pub fn reach(self, today: NaiveDate) -> bool {
        self.through_on.is_none_or(|through_on| today <= through_on)
    }

    /// The days that both have.
    #[must_use]
    pub fn shared(self, other: Days) -> Option<Days> {
        let through_on = match (self.through_on, other.through_on) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        let shared = Days { from_on: self.from_on.max(other.from_on), through_on };
        shared.is_forward().then_some(shared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: u32, through: Option<u32>) -> Days {
        let day = |day| NaiveDate::from_ymd_opt(2026, 7, day).unwrap();
        Days { from_on: day(from), through_on: through.map(day) }
    }

    #[test]
    fn days_are_shared_when_one_day_is_in_both() {
        #[rustfmt::skip]
        let rows = [
            (days(1, Some(5)), days(5, Some(9)), Some(days(5, Some(5)))),
            (days(1, Some(4)), days(5, Some(9)), None),
            (days(1, None),    days(5, Some(9)), Some(days(5, Some(9)))),
            (days(1, None),    days(5, None),    Some(days(5, None))),
            (days(7, None),    days(1, Some(6)), None),
        ];
        for (one, two, expected) in rows {
            assert_eq!(one.shared(two), expected, "{one:?} {two:?}");
            assert_eq!(two.shared(one), expected, "{two:?} {one:?}");
        }
    }
}
