//! Meters, where each was installed, and what was read of it: the rows that measuring is made from.

use chrono::NaiveDate;
use kernel::{ActId, MeterId, Quantity, ServicePointId, Unit};

use crate::ReadKind;

/// A meter, wherever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    /// Its id.
    pub id: MeterId,
    /// The number on its case; unique.
    pub serial_number: String,
    /// What it measures in.
    pub unit: Unit,
    /// How many digits it shows, 1 to 12.
    pub dials: u32,
    /// How many smallest steps of the unit one count is.
    pub steps_per_count: i64,
    /// The size as the trade writes it, such as `5/8"`; empty where it is not known.
    pub size: String,
    /// Where the record comes from, such as `12/217`: order and line of an import.
    pub source: String,
}

/// A meter at a service point, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Where.
    pub service_point: ServicePointId,
    /// The day it was put in.
    pub installed_on: NaiveDate,
    /// Which meter.
    pub meter: MeterId,
    /// What it showed then.
    pub install_count: i64,
    /// The day it was taken out.
    pub removed_on: Option<NaiveDate>,
    /// What it showed then, if somebody wrote it down.
    pub removal_count: Option<i64>,
    /// Where the record comes from.
    pub source: String,
}

/// One revision of what was read at a service point on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRecord {
    /// Where.
    pub service_point: ServicePointId,
    /// The day.
    pub read_on: NaiveDate,
    /// From 1; a correction counts on.
    pub revision: i64,
    /// Which meter.
    pub meter: MeterId,
    /// What it showed and who read it; nothing when the read is withdrawn.
    pub seen: Option<Seen>,
    /// The reader's code, such as `locked`; empty where there was none.
    pub code: String,
    /// Where the record comes from.
    pub source: String,
    /// Why it takes the place of the revision before.
    pub reason: Option<String>,
    /// What recorded it.
    pub act: ActId,
}

/// What a meter showed, and who read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The count.
    pub count: i64,
    /// Who read it.
    pub kind: ReadKind,
}

/// The most digits a meter shows.
pub const DIALS_MAX: u32 = 12;
/// A whole turn of a meter in smallest steps stays below this; sums over a city stay within 64 bits.
const TURN_MAX: i64 = 1_000_000_000_000_000;

/// Why a meter cannot be as it is described.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeterError {
    /// No meter shows so many digits.
    #[error("a meter shows 1 to {DIALS_MAX} digits, not {0}")]
    Dials(i64),
    /// What one count is must be a number above zero that the unit can be counted in.
    #[error("one count cannot be '{multiplier}' of {unit}: {why}")]
    Multiplier {
        /// What was given.
        multiplier: String,
        /// The code of the unit.
        unit: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

/// Why a count cannot have been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// No meter counts below zero.
    #[error("a meter does not show {0}: it is below zero")]
    Negative(i64),
    /// More digits than the meter has.
    #[error("{count} has more digits than the meter, which shows {dials}")]
    TooManyDigits {
        /// What was given.
        count: i64,
        /// How many digits the meter shows.
        dials: u32,
    },
}

impl CountError {
    /// The stable code, also the name of the rule in rejects.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            CountError::Negative(_) => "negative",
            CountError::TooManyDigits { .. } => "too_many_digits",
        }
    }
}

/// The number of digits of a meter.
pub fn dials(number: i64) -> Result<u32, MeterError> {
    let dials = u32::try_from(number).ok().filter(|dials| (1..=DIALS_MAX).contains(dials));
    dials.ok_or(MeterError::Dials(number))
}

/// How many smallest steps of the unit one count is: 0.01 ccf a count is 1,000 steps of 0.00001 ccf.
pub fn steps_per_count(multiplier: &str, unit: Unit, dials: u32) -> Result<i64, MeterError> {
    let wrong = |why: String| MeterError::Multiplier { multiplier: multiplier.to_owned(), unit: unit.code(), why };
    let steps = Quantity::parse(multiplier, unit).map_err(|error| wrong(error.to_string()))?.steps;
    if steps < 1 {
        return Err(wrong("it is not above zero".to_owned()));
    }
    let turn = 10_i64.checked_pow(dials).and_then(|counts| counts.checked_mul(steps));
    match turn.filter(|turn| *turn <= TURN_MAX) {
        Some(_) => Ok(steps),
        None => Err(wrong(format!("with {dials} digits that is beyond any meter"))),
    }
}

/// How much of its unit one count of a meter is, as files write it.
#[must_use]
pub fn multiplier(unit: Unit, steps_per_count: i64) -> String {
    Quantity { steps: steps_per_count, unit }.to_string()
}

/// A count that a meter with so many digits can show.
pub fn shown(count: i64, dials: u32) -> Result<i64, CountError> {
    if count < 0 {
        return Err(CountError::Negative(count));
    }
    if 10_i64.checked_pow(dials).is_some_and(|end| end <= count) {
        return Err(CountError::TooManyDigits { count, dials });
    }
    Ok(count)
}

impl Placement {
    /// Whether the meter could be read there on a day: from the day it was put in through that on which it was taken
    /// out.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.installed_on <= day && self.removed_on.is_none_or(|removed_on| day <= removed_on)
    }

    /// Whether two cannot both be so for one meter or one place. On the day of an exchange both are there.
    #[must_use]
    pub fn overlaps(&self, other: &Placement) -> bool {
        let begins_before_end_of =
            |first: &Placement, second: &Placement| second.removed_on.is_none_or(|end| first.installed_on < end);
        self.installed_on == other.installed_on
            || (begins_before_end_of(self, other) && begins_before_end_of(other, self))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn placed(installed_on: &str, removed_on: Option<&str>) -> Placement {
        Placement {
            service_point: ServicePointId(1),
            installed_on: day(installed_on),
            meter: MeterId(1),
            install_count: 0,
            removed_on: removed_on.map(day),
            removal_count: None,
            source: String::new(),
        }
    }

    #[test]
    fn one_count_is_so_many_steps() {
        #[rustfmt::skip]
        let rows = [
            // multiplier | unit           | dials | steps, or what is said
            ("0.01",      Unit::Ccf,         6,      Ok(1_000)),
            ("1",         Unit::Ccf,         4,      Ok(100_000)),
            ("10",        Unit::Gallon,      7,      Ok(100)),
            ("0.001",     Unit::Kgal,        9,      Ok(10)),
            ("100",       Unit::CubicFoot,   5,      Ok(100_000)),
            ("0",         Unit::Ccf,         6,      Err("it is not above zero")),
            ("-1",        Unit::Ccf,         6,      Err("it is not above zero")),
            ("0.000001",  Unit::Ccf,         6,      Err("finer than the smallest step")),
            ("1,000",     Unit::Gallon,      6,      Err("is not a quantity")),
            ("1000",      Unit::Ccf,         12,     Err("beyond any meter")),
            ("9000000000",Unit::Kgal,        12,     Err("beyond any meter")),
        ];
        for (text, unit, dials, expected) in rows {
            match (steps_per_count(text, unit, dials), expected) {
                (Ok(steps), Ok(expected)) => {
                    assert_eq!(steps, expected, "{text}");
                    assert_eq!(multiplier(unit, steps), text);
                }
                (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{text}: {error}"),
                (found, expected) => panic!("{text}: {found:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn a_meter_shows_what_its_digits_allow() {
        #[rustfmt::skip]
        let rows = [
            // count | dials | what is wrong
            (0,        1,      None),
            (9,        1,      None),
            (10,       1,      Some("too_many_digits")),
            (999_999,  6,      None),
            (1_000_000,6,      Some("too_many_digits")),
            (-1,       6,      Some("negative")),
        ];
        for (count, dials, wrong) in rows {
            assert_eq!(shown(count, dials).err().map(|error| error.code()), wrong, "{count} on {dials}");
        }
        for (number, is_right) in [(0, false), (1, true), (12, true), (13, false), (-6, false), (i64::MAX, false)] {
            assert_eq!(dials(number).is_ok(), is_right, "{number}");
        }
    }

    #[test]
    fn two_are_never_there_at_once_but_on_the_day_of_an_exchange() {
        #[rustfmt::skip]
        let rows = [
            // first                            | second                             | overlap
            (("2020-01-01", Some("2021-01-01")), ("2021-01-01", None),                false),
            (("2020-01-01", Some("2021-01-02")), ("2021-01-01", None),                true),
            (("2020-01-01", None),               ("2021-01-01", None),                true),
            (("2020-01-01", Some("2020-06-01")), ("2021-01-01", Some("2022-01-01")),  false),
            (("2020-01-01", Some("2020-01-01")), ("2020-01-01", None),                true),
        ];
        for ((from, to), (other_from, other_to), expected) in rows {
            let (first, second) = (placed(from, to), placed(other_from, other_to));
            assert_eq!(first.overlaps(&second), expected, "{from} and {other_from}");
            assert_eq!(second.overlaps(&first), expected, "{other_from} and {from}");
        }
        let first = placed("2020-01-01", Some("2021-01-01"));
        for (on, expected) in [("2019-12-31", false), ("2020-01-01", true), ("2021-01-01", true), ("2021-01-02", false)]
        {
            assert_eq!(first.covers(day(on)), expected, "{on}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_has_no_more_digits_than_the_meter(count in any::<i64>(), digits in 1..=DIALS_MAX) {
            let fits = 0 <= count && count.to_string().len() <= digits as usize;
            prop_assert_eq!(shown(count, digits).is_ok(), fits);
        }

        #[test]
        fn a_multiplier_reads_back(steps in 1..1_000_000_i64) {
            let text = multiplier(Unit::Ccf, steps);
            prop_assert_eq!(steps_per_count(&text, Unit::Ccf, 6), Ok(steps));
        }
    }
}
