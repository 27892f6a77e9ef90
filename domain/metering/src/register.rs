//! The register of a service point: the counts of its meters, in one line through rollovers and exchanges.

use std::fmt;

use chrono::NaiveDate;
use kernel::{MeterId, Unit};
use serde::{Deserialize, Serialize};

use crate::Taken;

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
    /// There was no read at the beginning, so the figure is everything since the meter was put in, well before.
    SinceInstalled {
        /// The day it was put in.
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
            UseFinding::SinceInstalled { .. } => "since_installed",
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
            UseFinding::SinceInstalled { on } => write!(f, "the figure is all use since the meter was put in on {on}"),
            UseFinding::NoRead => write!(f, "no read says what was used"),
        }
    }
}

/// The counts of a service point that are believed, as one line that only rises.
///
/// The same line comes out of the same installations and reads, in whatever order they are given.
#[derive(Debug, Default)]
pub(crate) struct Register<'a> {
    /// The installations, in the order in which the meters followed each other.
    pub(crate) installations: Vec<&'a Installation>,
    /// The believed counts, by installation, then by day.
    pub(crate) readings: Vec<Reading>,
    /// What was not believed, with its day.
    pub(crate) passed_over: Vec<(NaiveDate, UseFinding)>,
    /// Where the line is broken.
    pub(crate) breaks: Vec<Break>,
    /// The days on which anything was read, believed or not.
    pub(crate) read_days: Vec<NaiveDate>,
}

/// One believed count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) on: NaiveDate,
    pub(crate) count: i64,
    pub(crate) taken: Taken,
    /// Which of the installations.
    pub(crate) installation: usize,
    /// Readings of one stretch can be compared; a break begins the next one.
    pub(crate) stretch: usize,
    /// Smallest steps since the stretch began; never less than in the reading before.
    pub(crate) total: i64,
    /// How often this meter began again from zero since it was put in.
    pub(crate) rollovers: i64,
}

/// A place where nobody knows how the line goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Break {
    /// The first installation behind it.
    pub(crate) installation: usize,
    /// The day that one was put in.
    pub(crate) on: NaiveDate,
    pub(crate) finding: UseFinding,
}

/// How one count follows another of the same meter.
enum Advance {
    Forward(i64),
    RolledOver(i64),
    Backward,
}

impl Installation {
    /// How many counts there are before the meter begins again: a million with 6 dials.
    fn range(&self) -> i64 {
        // Nobody makes a meter with more; 18 digits still fit.
        10_i64.pow(self.dials.min(18))
    }

    /// The highest count it can show.
    pub(crate) fn highest_count(&self) -> i64 {
        self.range() - 1
    }

    fn can_show(&self, count: i64) -> bool {
        (0..self.range()).contains(&count)
    }

    /// From one count to the next, both of which the meter can show.
    ///
    /// A lower count is a rollover when the meter went on by less than a quarter of its range, which it can only
    /// from its top quarter: with 6 dials from 998,712 to 12 (1,300 on), not from 998,712 to 400,000 nor from
    /// 500,000 to 12.
    fn advance(&self, before: i64, count: i64) -> Advance {
        if before <= count {
            return Advance::Forward(count - before);
        }
        let on = count + (self.range() - before);
        if on < (self.range() + 3) / 4 { Advance::RolledOver(on) } else { Advance::Backward }
    }
}

impl<'a> Register<'a> {
    /// Puts the counts of all meters in one line.
    pub(crate) fn new(installations: &'a [Installation], reads: &[MeterRead]) -> Register<'a> {
        let mut meters: Vec<&Installation> = installations.iter().collect();
        meters.sort_unstable();
        meters.dedup();
        let mut reads: Vec<&MeterRead> = reads.iter().collect();
        reads.sort_unstable();
        reads.dedup();
        let mut of_meters: Vec<Vec<&MeterRead>> = vec![Vec::new(); meters.len()];
        let mut register = Register { installations: meters, ..Register::default() };
        for read in reads {
            register.read_days.push(read.read_on);
            match register.installations.iter().position(|meter| meter.was_here(read)) {
                Some(place) => of_meters[place].push(read),
                None => register.pass_over(read.read_on, stray(read)),
            }
        }
        for (place, reads) in of_meters.iter().enumerate() {
            register.join(place);
            register.follow(place, reads);
        }
        register
    }

    /// Ties a meter to the one before it, or begins a new stretch.
    fn join(&mut self, place: usize) {
        let Installation { installed_on: on, install_count: count, .. } = *self.installations[place];
        let last = self.readings.last().copied();
        let broken = (0 < place).then(|| self.break_before(place)).flatten();
        let stretch = last.map_or(0, |last| last.stretch + usize::from(broken.is_some()));
        let total = if broken.is_some() { 0 } else { last.map_or(0, |last| last.total) };
        self.breaks.extend(broken.map(|finding| Break { installation: place, on, finding }));
        if self.installations[place].can_show(count) {
            let taken = Taken::Installed;
            self.readings.push(Reading { on, count, taken, installation: place, stretch, total, rollovers: 0 });
        } else {
            self.pass_over(on, UseFinding::ImpossibleRead { read_on: on, count });
        }
    }

    /// Why the meter at this place cannot be tied to the one before it.
    fn break_before(&self, place: usize) -> Option<UseFinding> {
        let (old, new) = (self.installations[place - 1], self.installations[place]);
        let on = new.installed_on;
        let removed =
            self.readings.last().filter(|last| last.installation == place - 1 && last.taken == Taken::Removed);
        if removed.is_none_or(|removed| on < removed.on) || !new.can_show(new.install_count) {
            Some(UseFinding::UnmeasuredExchange { on })
        } else if old.unit != new.unit {
            Some(UseFinding::UnitChanged { on })
        } else {
            None
        }
    }

    /// Adds the reads of one meter and its removal, as far as they are believed.
    fn follow(&mut self, place: usize, reads: &[&MeterRead]) {
        let meter = self.installations[place];
        for read in reads {
            let taken = match read.kind {
                ReadKind::Actual => Taken::Read,
                ReadKind::Customer => Taken::CustomerRead,
            };
            self.add(place, (read.read_on, read.count, taken));
        }
        if let (Some(on), Some(count)) = (meter.removed_on, meter.removal_count)
            && meter.installed_on <= on
        {
            self.add(place, (on, count, Taken::Removed));
        }
    }

    /// Adds one count to the line, or passes it over.
    fn add(&mut self, place: usize, (on, count, taken): (NaiveDate, i64, Taken)) {
        let meter = self.installations[place];
        let impossible = UseFinding::ImpossibleRead { read_on: on, count };
        if !meter.can_show(count) {
            return self.pass_over(on, impossible);
        }
        let last = self.readings.last().copied();
        let Some(last) = last.filter(|last| last.installation == place) else {
            // What the meter showed when it was put in is not known, so its first read begins the stretch.
            let stretch = last.map_or(0, |last| last.stretch + 1);
            let first = Reading { on, count, taken, installation: place, stretch, total: 0, rollovers: 0 };
            return self.readings.push(first);
        };
        let (counts, rollovers) = match meter.advance(last.count, count) {
            Advance::Forward(counts) => (counts, last.rollovers),
            Advance::RolledOver(counts) => (counts, last.rollovers + 1),
            Advance::Backward => {
                return self.pass_over(on, UseFinding::NegativeRead { read_on: on, count, before: last.count });
            }
        };
        let steps = i128::from(counts) * i128::from(meter.steps_per_count.max(0));
        match i64::try_from(i128::from(last.total) + steps) {
            Ok(total) => self.readings.push(Reading { on, count, taken, total, rollovers, ..last }),
            Err(_) => self.pass_over(on, impossible),
        }
    }

    fn pass_over(&mut self, on: NaiveDate, finding: UseFinding) {
        self.passed_over.push((on, finding));
    }
}

impl Installation {
    /// Whether the read can be one of this meter at this place.
    fn was_here(&self, read: &MeterRead) -> bool {
        let was_gone = self.removed_on.is_some_and(|removed_on| removed_on < read.read_on);
        self.meter == read.meter && self.installed_on <= read.read_on && !was_gone
    }
}

fn stray(read: &MeterRead) -> UseFinding {
    UseFinding::StrayRead { read_on: read.read_on, count: read.count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_told_with_their_figures() {
        let on: NaiveDate = "2025-02-01".parse().unwrap();
        let rows = [
            (
                UseFinding::RolledOver { read_on: on },
                "rolled_over: the meter passed zero before the read of 2025-02-01",
            ),
            (
                UseFinding::NegativeRead { read_on: on, count: 90, before: 100 },
                "negative_read: the read 90 of 2025-02-01 is lower than 100 before it and is not used",
            ),
            (
                UseFinding::ImpossibleRead { read_on: on, count: -1 },
                "impossible_read: the meter cannot show -1, the read of 2025-02-01, which is not used",
            ),
            (
                UseFinding::StrayRead { read_on: on, count: 9 },
                "stray_read: the read 9 of 2025-02-01 is of a meter that was not here that day and is not used",
            ),
            (
                UseFinding::UnmeasuredExchange { on },
                "unmeasured_exchange: the meter put in on 2025-02-01 follows one whose last count is not known",
            ),
            (UseFinding::UnitChanged { on }, "unit_changed: the meter put in on 2025-02-01 measures in another unit"),
            (
                UseFinding::SinceInstalled { on },
                "since_installed: the figure is all use since the meter was put in on 2025-02-01",
            ),
            (UseFinding::NoRead, "no_read: no read says what was used"),
        ];
        for (finding, expected) in rows {
            assert_eq!(format!("{}: {finding}", finding.code()), expected);
        }
    }

    #[test]
    fn kinds_are_read_by_their_codes() {
        let rows = [("actual", Some(ReadKind::Actual)), ("customer", Some(ReadKind::Customer)), ("withdrawn", None)];
        for (code, kind) in rows {
            assert_eq!(ReadKind::parse(code), kind);
            assert!(kind.is_none_or(|kind| kind.code() == code));
        }
    }
}
