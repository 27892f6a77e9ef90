//! What was used between the boundaries of a service point's periods, from its reads.

use chrono::NaiveDate;
use kernel::{Period, Unit};

use crate::judge::days_apart;
use crate::register::{Reading, Register};
use crate::{Grounds, Installation, MeterPart, MeterRead, Share, Taken, UseFinding};

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

/// One result for each pair of neighboring boundaries, in order.
///
/// The use between two boundaries that were read is the difference of the register between their reads. When
/// boundaries between them were not read, it is spread over the periods by days: 10 counts over 31 and 30 days are
/// 5.0820 and 4.9180. Neither the order of the reads nor that of the installations or boundaries matters.
#[must_use]
pub fn measure(installations: &[Installation], reads: &[MeterRead], boundaries: &[Boundary]) -> Vec<Measured> {
    let mut boundaries = boundaries.to_vec();
    boundaries.sort_unstable();
    boundaries.dedup_by_key(|boundary| boundary.on);
    let register = Register::new(installations, reads);
    let pairs = boundaries.iter().zip(boundaries.iter().skip(1));
    let periods = pairs.filter_map(|(from, to)| Period::new(from.on, to.on).ok());
    let unread = |period| Measured { period, outcome: MeasuredUse::Unknown, findings: vec![UseFinding::NoRead] };
    let mut measured: Vec<Measured> = periods.map(unread).collect();
    for broken in &register.breaks {
        if let Some(measured) = measured.iter_mut().find(|measured| measured.period.contains(broken.on)) {
            measured.findings.push(broken.finding.clone());
        }
    }
    let chosen = readings_of_boundaries(&register, &boundaries);
    let read: Vec<(usize, usize)> =
        chosen.into_iter().enumerate().filter_map(|(boundary, reading)| Some((boundary, reading?))).collect();
    for ((first, from), (last, to)) in read.iter().zip(read.iter().skip(1)) {
        let periods = &mut measured[*first..*last];
        settle(&register, (*from, *to), periods);
        let Reading { on, taken, stretch, .. } = register.readings[*from];
        let is_long_ago = taken == Taken::Installed && on < boundaries[*first].read_from;
        if is_long_ago && stretch == register.readings[*to].stretch {
            periods.iter_mut().for_each(|measured| measured.explain(&[UseFinding::SinceInstalled { on }]));
        }
    }
    for (on, finding) in &register.passed_over {
        if let Some(period) = period_closed_by(*on, &boundaries) {
            measured[period].findings.push(finding.clone());
        }
    }
    for measured in &mut measured {
        measured.findings.sort_unstable();
        measured.findings.dedup();
    }
    measured
}

/// Which reading stands for each boundary, if any; later boundaries have later readings.
fn readings_of_boundaries(register: &Register, boundaries: &[Boundary]) -> Vec<Option<usize>> {
    let mut candidates: Vec<Vec<usize>> = vec![Vec::new(); boundaries.len()];
    for (place, reading) in register.readings.iter().enumerate() {
        // One read never stands for two boundaries: nothing would have been used between them.
        if reading.taken.is_read()
            && let Some(boundary) = boundary_near(reading.on, boundaries)
        {
            candidates[boundary].push(place);
        }
    }
    let mut last = None;
    let mut chosen = Vec::with_capacity(boundaries.len());
    for (boundary, candidates) in boundaries.iter().zip(candidates) {
        let nearness = |place: &usize| {
            let Reading { on, taken, .. } = register.readings[*place];
            (days_apart(on, boundary.on), taken, on, *place)
        };
        let nearest = candidates.into_iter().min_by_key(nearness);
        let reading =
            if chosen.is_empty() { nearest.or_else(|| installed_before(register, boundary)) } else { nearest };
        let reading = reading.filter(|place| last < Some(*place));
        last = reading.or(last);
        chosen.push(reading);
    }
    chosen
}

/// The boundary nearest to a day among those for which a read of that day may stand; of two, the earlier.
fn boundary_near(day: NaiveDate, boundaries: &[Boundary]) -> Option<usize> {
    let places = 0..boundaries.len();
    let open = places.filter(|place| boundaries[*place].read_from <= day && day <= boundaries[*place].read_through);
    open.min_by_key(|place| days_apart(day, boundaries[*place].on))
}

/// What a meter showed when it was put in, where nothing was read at the first boundary.
///
/// It counts when the meter was put in within the days of the boundary, or is the first one here and was not read
/// before.
fn installed_before(register: &Register, boundary: &Boundary) -> Option<usize> {
    let is_before = |reading: &Reading| reading.taken == Taken::Installed && reading.on <= boundary.on;
    let place = register.readings.iter().rposition(is_before)?;
    let reading = register.readings[place];
    let is_new = boundary.read_from <= reading.on;
    let is_first = reading.installation == 0 && register.read_days.iter().all(|day| boundary.on < *day);
    (is_new || is_first).then_some(place)
}

/// The period whose end a read of this day would have been, or else in which it lies.
fn period_closed_by(day: NaiveDate, boundaries: &[Boundary]) -> Option<usize> {
    let later = match boundary_near(day, boundaries) {
        Some(boundary) => boundary.max(1),
        None => boundaries.iter().position(|boundary| day <= boundary.on).filter(|boundary| 1 <= *boundary)?,
    };
    (later < boundaries.len()).then_some(later - 1)
}

/// Says what was used in the periods between two readings.
fn settle(register: &Register, (from, to): (usize, usize), periods: &mut [Measured]) {
    let readings = &register.readings[from..=to];
    let (first, last) = (register.readings[from], register.readings[to]);
    let crossed = first.installation + 1..=last.installation;
    if first.stretch != last.stretch {
        let breaks = register.breaks.iter().filter(|broken| crossed.contains(&broken.installation));
        let findings: Vec<UseFinding> = breaks.map(|broken| broken.finding.clone()).collect();
        return periods.iter_mut().for_each(|measured| measured.explain(&findings));
    }
    let neighbors = readings.iter().zip(&readings[1..]);
    let turned =
        neighbors.filter(|(one, next)| one.installation == next.installation && one.rollovers < next.rollovers);
    let findings: Vec<UseFinding> = turned.map(|(_, next)| UseFinding::RolledOver { read_on: next.on }).collect();
    let parts = parts_of(register, readings);
    let days: Vec<i64> = periods.iter().map(|measured| measured.period.days()).collect();
    let (of_steps, of_days) = (last.total - first.total, days.iter().sum());
    let is_spread = 1 < periods.len();
    for (measured, steps) in periods.iter_mut().zip(kernel::split(of_steps, &days)) {
        let share = is_spread.then_some(Share { days: measured.period.days(), of_days, steps, of_steps });
        let grounds = Grounds::Read { parts: parts.clone(), share };
        let unit = register.installations[last.installation].unit;
        measured.outcome = MeasuredUse::Known { steps, unit, read_on: last.on, grounds };
        measured.explain(&findings);
    }
}

impl Measured {
    /// Puts findings in the place of `no_read`.
    fn explain(&mut self, findings: &[UseFinding]) {
        self.findings.retain(|finding| *finding != UseFinding::NoRead);
        self.findings.extend_from_slice(findings);
    }
}

/// What each meter counted; a meter that only stood there for a moment is left out where another tells more.
fn parts_of(register: &Register, readings: &[Reading]) -> Vec<MeterPart> {
    let by_meter = readings.chunk_by(|one, next| one.installation == next.installation);
    let parts: Vec<MeterPart> = by_meter
        .filter_map(|readings| {
            let (first, last) = (readings.first()?, readings.last()?);
            let meter = register.installations[first.installation];
            Some(MeterPart {
                serial_number: meter.serial_number.clone(),
                from_on: first.on,
                from_count: first.count,
                from_taken: first.taken,
                to_on: last.on,
                to_count: last.count,
                to_taken: last.taken,
                rollovers: last.rollovers - first.rollovers,
                highest_count: meter.highest_count(),
                steps: last.total - first.total,
            })
        })
        .collect();
    let telling = parts.iter().filter(|part| part.from_on < part.to_on || part.steps != 0);
    let telling: Vec<MeterPart> = telling.cloned().collect();
    if telling.is_empty() { parts } else { telling }
}
