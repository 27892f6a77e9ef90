//! The register of a service point: the counts of its meters, in one line through rollovers and exchanges.

use std::fmt;

use chrono::NaiveDate;
use kernel::{MeterId, Unit};
use serde::{Deserialize, Serialize};

/// A meter at a service point, from a day until it was removed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Installation {
    /// The day it was put in.
    pub installed_on: NaiveDate,
    /// The day it was taken out; it may be read until then.
    pub removed_on: Option<NaiveDate>,
    /// Which meter.
    pub meter: MeterId,
    /// The number on its case.
    pub serial_number: String,
    /// What it measures in.
    pub unit: Unit,
    /// How many digits it shows: with 6 it counts to 999,999 and begins again.
    pub dials: u32,
    /// How many smallest steps of the unit one count is.
    pub steps_per_count: i64,
    /// What it showed when it was put in.
    pub install_count: i64,
    /// What it showed when it was taken out, if somebody wrote it down.
    pub removal_count: Option<i64>,
}

/// Who read a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadKind {
    /// The city, by its staff or by radio.
    Actual,
    /// The customer, who told the city.
    Customer,
}

/// A read that stands: the newest revision of its day, not withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MeterRead {
    /// The day the meter was read.
    pub read_on: NaiveDate,
    /// Which meter.
    pub meter: MeterId,
    /// What it showed.
    pub count: i64,
    /// Who read it.
    pub kind: ReadKind,
}

/// Something about the use of a period that a clerk should know or look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UseFinding {
    /// The meter began again from zero; this is in the figure.
    RolledOver {
        /// The first read after it did.
        read_on: NaiveDate,
    },
    /// A read is lower than one before and is passed over.
    NegativeRead {
        /// The day of the read.
        read_on: NaiveDate,
        /// What was read.
        count: i64,
        /// The last count that is believed.
        before: i64,
    },
    /// A count that the meter cannot show, or that is too far from the others to be counted; passed over.
    ImpossibleRead {
        /// The day of the read.
        read_on: NaiveDate,
        /// What was read.
        count: i64,
    },
    /// A read of a meter that was not installed here on that day; passed over.
    StrayRead {
        /// The day of the read.
        read_on: NaiveDate,
        /// What was read.
        count: i64,
    },
    /// A meter was exchanged, and what the old one had counted is not known.
    UnmeasuredExchange {
        /// The day the next meter was put in.
        on: NaiveDate,
    },
    /// A meter was exchanged for one that measures in another unit.
    UnitChanged {
        /// The day the next meter was put in.
        on: NaiveDate,
    },
    /// No read says what was used.
    NoRead,
}

impl ReadKind {
    /// The code used in tables and files.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ReadKind::Actual => "actual",
            ReadKind::Customer => "customer",
        }
    }

    /// The kind with that code.
    #[must_use]
    pub fn parse(code: &str) -> Option<ReadKind> {
        [ReadKind::Actual, ReadKind::Customer].into_iter().find(|kind| kind.code() == code)
    }
}

impl UseFinding {
    /// The stable code, such as `negative_read`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            UseFinding::RolledOver { .. } => "rolled_over",
            UseFinding::NegativeRead { .. } => "negative_read",
            UseFinding::ImpossibleRead { .. } => "impossible_read",
            UseFinding::StrayRead { .. } => "stray_read",
            UseFinding::UnmeasuredExchange { .. } => "unmeasured_exchange",
            UseFinding::UnitChanged { .. } => "unit_changed",
            UseFinding::NoRead => "no_read",
        }
    }
}

/// The figures behind the code, as a clerk reads them.
impl fmt::Display for UseFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UseFinding::RolledOver { read_on } => write!(f, "the meter passed zero before the read of {read_on}"),
            UseFinding::NegativeRead { read_on, count, before } => {
                write!(f, "the read {count} of {read_on} is lower than {before} before it and is not used")
            }
            UseFinding::ImpossibleRead { read_on, count } => {
                write!(f, "the meter cannot show {count}, the read of {read_on}, which is not used")
            }
            UseFinding::StrayRead { read_on, count } => {
                write!(f, "the read {count} of {read_on} is of a meter that was not here that day and is not used")
            }
            UseFinding::UnmeasuredExchange { on } => {
                write!(f, "the meter put in on {on} follows one whose last count is not known")
            }
            UseFinding::UnitChanged { on } => write!(f, "the meter put in on {on} measures in another unit"),
            UseFinding::NoRead => write!(f, "no read says what was used"),
        }
    }
}
