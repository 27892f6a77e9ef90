//! What each account used in each closed period, from the reads of its service points.
//!
//! A service point is measured from its first agreement on, over all who answered for it: the days between two
//! boundaries (ends of periods, moves) get what the register counted between their reads, spread by days where a
//! boundary was not read. What cannot be known yet is estimated. So the outcome follows from the reads and agreements
//! alone, in whatever order they were recorded; only an estimate, once made, stays until a read takes its place.

use std::collections::{BTreeMap, BTreeSet};

use acts::Entry;
use chrono::{Days, NaiveDate};
use db::{Fault, Read};
use kernel::{AccountId, ConsumptionId, CycleId, Period, Quantity, RateProfileId, ServicePointId, Unit};
use metering::{
    Boundary, Installation, Measured, MeasuredUse, MeterRead, NewConsumption, PastUse, ReadRule, StandingUse, estimate,
    estimates_in_a_row, judge, measure,
};
use revenue::RateProfile;

use crate::again::refresh_bills_again;
use crate::calendar::CyclePeriod;
use crate::read_rule::{ClassReadRule, NO_RULE};
use crate::store::{self, PointService};

/// A read within so many days of a move stands for it.
const MOVE_DAYS: u64 = 3;

/// What came of measuring some service points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MeasuredCount {
    /// Periods of accounts that have a figure now, or another one.
    pub(crate) figures: i64,
    /// Those among them that are estimates.
    pub(crate) estimates: i64,
    /// Periods that have no figure and cannot be estimated.
    pub(crate) unknown: i64,
}

/// All that measuring depends on besides a service point's own rows.
pub(crate) struct Measuring {
    calendars: BTreeMap<CycleId, Vec<CyclePeriod>>,
    rules: BTreeMap<String, ClassReadRule>,
    profiles: BTreeMap<RateProfileId, RateProfile>,
}

/// Days for which one account answers within one closed period; the city itself when nobody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    account: AccountId,
    profile: Option<RateProfileId>,
    period: Period,
}

/// One service point with everything known about it.
struct Point<'a> {
    id: ServicePointId,
    services: &'a [PointService],
    installations: &'a [Installation],
    reads: &'a [MeterRead],
    standing: &'a [StandingUse],
}

/// Measures the metered ones of some service points anew and records what changed.
pub(crate) async fn measure_points(entry: &mut Entry, points: &[ServicePointId]) -> Result<MeasuredCount, Fault> {
    premises::lock_service_points(entry, points).await?;
    let (mut new, mut corrected, mut count) = (Vec::new(), BTreeSet::new(), MeasuredCount::default());
    for found in found_at(entry, points).await?.into_values() {
        count.unknown += found.unknown;
        corrected.extend(found.corrected);
        new.extend(found.figures);
    }
    let mut ids = entry.ids("consumption", new.len()).await?;
    let source = format!("reads, act {}", entry.act.0);
    for row in &mut new {
        row.id = ids.take();
        row.source.clone_from(&source);
        count.figures += i64::from(row.account != AccountId::CITY);
        count.estimates += i64::from(row.is_estimated && row.account != AccountId::CITY);
    }
    metering::insert_consumption(entry, new).await?;
    refresh_bills_again(entry, &corrected).await?;
    Ok(count)
}

/// What reads at some service points say that is not on record of their use: it was not worked out again yet.
pub(crate) async fn use_to_work_out(read: &mut Read, points: &[ServicePointId]) -> Result<Vec<NewConsumption>, Fault> {
    Ok(found_at(read, points).await?.into_values().flat_map(|found| found.figures).collect())
}

/// What is new about the metered ones of some service points.
async fn found_at(read: &mut Read, points: &[ServicePointId]) -> Result<BTreeMap<ServicePointId, Found>, Fault> {
    let by = Measuring::load(read).await?;
    let installations = metering::installations_of(read, points).await?;
    let metered: Vec<ServicePointId> = installations.keys().copied().collect();
    let reads = metering::reads_of(read, &metered).await?;
    let services = store::services_at(read, &metered).await?;
    let mut accounts: BTreeSet<AccountId> = services.iter().map(|service| service.account).collect();
    accounts.insert(AccountId::CITY);
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    let mut standing: BTreeMap<ServicePointId, Vec<StandingUse>> = BTreeMap::new();
    for used in metering::standing_uses(read, &accounts).await? {
        standing.entry(used.consumption.service_point).or_default().push(used);
    }
    let mut by_point: BTreeMap<ServicePointId, Vec<PointService>> = BTreeMap::new();
    for service in services {
        by_point.entry(service.service_point).or_default().push(service);
    }
    let mut all = BTreeMap::new();
    for (id, services) in &by_point {
        let point = Point {
            id: *id,
            services,
            installations: installations.get(id).map_or(&[][..], Vec::as_slice),
            reads: reads.get(id).map_or(&[][..], Vec::as_slice),
            standing: standing.get(id).map_or(&[][..], Vec::as_slice),
        };
        all.insert(*id, by.measure_point(&point)?);
    }
    Ok(all)
}

/// What is new about one service point.
struct Found {
    figures: Vec<NewConsumption>,
    /// Those whose use was told by reads before and is told otherwise now: bills may charge what it was.
    corrected: BTreeSet<AccountId>,
    unknown: i64,
}

impl Measuring {
    async fn load(read: &mut Read) -> Result<Measuring, Fault> {
        let mut calendars: BTreeMap<CycleId, Vec<CyclePeriod>> = BTreeMap::new();
        for period in store::cycle_periods(read).await? {
            calendars.entry(period.cycle).or_default().push(period);
        }
        Ok(Measuring { calendars, rules: store::read_rules(read).await?, profiles: revenue::all_profiles(read).await? })
    }

    fn measure_point(&self, point: &Point<'_>) -> Result<Found, Fault> {
        let pieces = self.pieces(point.services);
        let measured = measure(point.installations, point.reads, &self.boundaries(point.services, &pieces));
        let mut found = Found { figures: Vec::new(), corrected: BTreeSet::new(), unknown: 0 };
        let mut past: BTreeMap<AccountId, Vec<PastUse>> = BTreeMap::new();
        for (piece, measured) in pieces.iter().zip(&measured) {
            let of_account = past.entry(piece.account).or_default();
            let standing =
                point.standing.iter().rev().find(|used| {
                    used.consumption.account == piece.account && used.is_of(point.id, piece.period.from())
                });
            let before = found.figures.len();
            match self.figure(point, (*piece, measured), standing, of_account)? {
                Figure::New(row) => {
                    of_account.push(past_use(piece.period, row.quantity.steps, row.is_estimated));
                    found.figures.push(*row);
                }
                Figure::Stands(steps, is_estimated) => of_account.push(past_use(piece.period, steps, is_estimated)),
                Figure::Unknown(not_billed) => {
                    found.unknown += 1;
                    found.figures.extend(not_billed.map(|row| *row));
                }
            }
            if before < found.figures.len() && piece.profile.is_some() && standing.is_some_and(was_known) {
                found.corrected.insert(piece.account);
            }
        }
        Ok(found)
    }

    /// Who answered for a service point in which days of closed periods, without gaps: a vacant place is the city's.
    fn pieces(&self, services: &[PointService]) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for service in services.iter().filter(|service| service.is_measured) {
            let closed = self.calendars.get(&service.cycle).map_or(&[][..], Vec::as_slice);
            for one in closed.iter().filter(|one| one.is_closed) {
                let to = service.stops_on.map_or(one.period.to(), |stops_on| stops_on.min(one.period.to()));
                let Ok(period) = Period::new(service.starts_on.max(one.period.from()), to) else { continue };
                if let Some(last) = pieces.last()
                    && let Ok(vacant) = Period::new(last.period.to(), period.from())
                {
                    pieces.push(Piece { account: AccountId::CITY, profile: None, period: vacant });
                }
                pieces.push(Piece { account: service.account, profile: Some(service.profile), period });
            }
        }
        pieces
    }

    /// The days between pieces, each with the days on which a read stands for it.
    fn boundaries(&self, services: &[PointService], pieces: &[Piece]) -> Vec<Boundary> {
        let (Some(first), Some(service)) = (pieces.first(), services.iter().find(|service| service.is_measured)) else {
            return Vec::new();
        };
        let days = std::iter::once(first.period.from()).chain(pieces.iter().map(|piece| piece.period.to()));
        let cycles: BTreeSet<CycleId> = services.iter().map(|service| service.cycle).collect();
        let window = |on: NaiveDate| {
            let calendars = cycles.iter().filter_map(|cycle| self.calendars.get(cycle)).flatten();
            let end = calendars.clone().find(|one| one.period.to() == on);
            // The first period of a calendar has none before it: it is read as many days around as at its end.
            let begin = calendars.clone().find(|one| one.period.from() == on);
            match (end, begin) {
                (Some(one), _) => Boundary { on, read_from: one.read_from, read_through: one.read_through },
                (None, Some(one)) if service.starts_on < on => {
                    let shift = |day: NaiveDate| on + (day - one.period.to());
                    Boundary { on, read_from: shift(one.read_from), read_through: shift(one.read_through) }
                }
                (None, Some(_) | None) => {
                    let days = Days::new(MOVE_DAYS);
                    Boundary { on, read_from: on - days, read_through: on + days }
                }
            }
        };
        days.map(window).collect()
    }

    fn figure(
        &self,
        point: &Point<'_>,
        (piece, measured): (Piece, &Measured),
        standing: Option<&StandingUse>,
        past: &[PastUse],
    ) -> Result<Figure, Fault> {
        let unit = point.installations.first().map_or(Unit::Each, |one| one.unit);
        let rule = self.rule(piece, unit)?;
        let mut findings: Vec<String> =
            measured.findings.iter().map(|finding| format!("{}: {finding}", finding.code())).collect();
        let mut row = NewConsumption {
            id: ConsumptionId(0),
            account: piece.account,
            service_point: point.id,
            register: 1,
            revision: standing.map_or(1, |standing| standing.revision + 1),
            period: piece.period,
            read_on: piece.period.to(),
            quantity: Quantity::zero(unit),
            source: String::new(),
            is_estimated: false,
            is_vacant: piece.profile.is_none(),
            registered_steps: None,
            findings: String::new(),
            grounds: String::new(),
        };
        match &measured.outcome {
            MeasuredUse::Known { steps, unit, read_on, grounds } => {
                let quantity = Quantity { steps: *steps, unit: *unit };
                if let Some(same) = standing.filter(|standing| is_same(standing, piece, quantity)) {
                    return Ok(Figure::Stands(same.consumption.quantity.steps, false));
                }
                if piece.profile.is_some() {
                    let judged = judge(&rule, piece.period, *steps, past);
                    findings.extend(judged.iter().map(|judgment| format!("{}: {judgment}", judgment.code())));
                }
                row.quantity = quantity;
                row.read_on = *read_on;
                row.registered_steps = Some(*steps);
                row.grounds = grounds.to_text();
            }
            MeasuredUse::Unknown => {
                let same = standing.filter(|one| one.consumption.is_estimated && one.period == piece.period);
                let Some(estimated) = estimate(rule.estimate_by, piece.period, past) else {
                    // A figure that no read stands behind is not billed any more, though none takes its place.
                    let was_read = standing.filter(|standing| standing.is_read);
                    row.is_estimated = true;
                    row.findings = was_read.map_or("", |was| not_known_any_more(was, piece)).to_owned();
                    return Ok(Figure::Unknown(was_read.map(|_| Box::new(row))));
                };
                if let Some(same) = same {
                    return Ok(Figure::Stands(same.consumption.quantity.steps, true));
                }
                let running = estimates_in_a_row(past) + 1;
                if rule.estimates_in_a_row < running {
                    findings.push(format!("estimated_often: {running} periods running"));
                }
                row.quantity = Quantity { steps: estimated.steps, unit };
                row.is_estimated = true;
                row.grounds = estimated.grounds().to_text();
            }
        }
        row.findings = findings.join("\n");
        Ok(Figure::New(Box::new(row)))
    }

    fn rule(&self, piece: Piece, unit: Unit) -> Result<ReadRule, Fault> {
        let class = piece.profile.and_then(|profile| self.profiles.get(&profile)).map(|profile| &profile.class);
        match class.and_then(|class| self.rules.get(class)) {
            Some(rule) => rule.in_unit(unit).map_err(|error| Fault::caused("reading a read rule", error)),
            None => Ok(NO_RULE),
        }
    }
}

/// What is known of a piece.
enum Figure {
    New(Box<NewConsumption>),
    Stands(i64, bool),
    /// Nothing is known; where something was, a figure that must not be billed.
    Unknown(Option<Box<NewConsumption>>),
}

/// What is found about a use that reads told and tell no more: it keeps the bill back, as nothing read does.
fn not_known_any_more(was: &StandingUse, piece: Piece) -> &'static str {
    match was.period == piece.period {
        true => "no_consumption: no read says any more what was used, and there is nothing to estimate by",
        false => {
            "no_consumption: the days are others than before, no read near their last day says what was used in them, \
             and there is nothing to estimate by"
        }
    }
}

/// Whether a figure is, or was before it was estimated, one that is no estimate.
fn was_known(standing: &StandingUse) -> bool {
    i64::try_from(standing.estimates.len()).is_ok_and(|estimates| estimates < standing.revision)
}

fn is_same(standing: &StandingUse, piece: Piece, quantity: Quantity) -> bool {
    let was = &standing.consumption;
    !was.is_estimated && was.quantity == quantity && standing.period == piece.period
}

fn past_use(period: Period, steps: i64, is_estimated: bool) -> PastUse {
    PastUse { period, steps, is_estimated }
}
