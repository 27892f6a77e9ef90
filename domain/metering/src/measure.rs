//! What was used between the boundaries of a service point's periods, from its reads.

use chrono::NaiveDate;
use kernel::{Period, Unit};

use crate::{Grounds, Installation, MeterRead, UseFinding};

/// A day between two periods of a service point, and the days on which a read may stand for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Boundary {
    /// The first day of the later period.
    pub on: NaiveDate,
    /// The first day on which a read may stand for it.
    pub read_from: NaiveDate,
    /// The last such day.
    pub read_through: NaiveDate,
}

/// What is known of one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// From one boundary up to the next.
    pub period: Period,
    /// How much was used, if the reads say.
    pub outcome: MeasuredUse,
    /// What a clerk should know or look at, in order and once each.
    pub findings: Vec<UseFinding>,
}

/// How much was used in a period, if the reads say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeasuredUse {
    /// The reads say.
    Known {
        /// How much, in smallest steps; never negative.
        steps: i64,
        /// What it is measured in.
        unit: Unit,
        /// The day of the read that closes the period, or several periods together.
        read_on: NaiveDate,
        /// Which counts say so.
        grounds: Grounds,
    },
    /// They do not; the findings say why.
    Unknown,
}

/// One result for each pair of neighboring boundaries.
#[must_use]
pub fn measure(installations: &[Installation], reads: &[MeterRead], boundaries: &[Boundary]) -> Vec<Measured> {
    let _ = (installations, reads);
    let pairs = boundaries.iter().zip(boundaries.iter().skip(1));
    let periods = pairs.filter_map(|(from, to)| Period::new(from.on, to.on).ok());
    periods
        .map(|period| Measured { period, outcome: MeasuredUse::Unknown, findings: vec![UseFinding::NoRead] })
        .collect()
}
