//! Service points about to be read: what was read last, what is usual, and whether a new count would look odd.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, CycleId, Period, Quantity, RateProfileId, ServicePointId, Unit};
use metering::{
    Boundary, Installation, Judgment, MeasuredUse, MeterRead, PastUse, ReadKind, ReadRule, UseFinding, judge, measure,
    shown,
};

use crate::read_rule::NO_RULE;
use crate::{CyclePeriod, store};

/// Which service points of a cycle are walked, and in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Along {
    /// All of them, in the order in which they were recorded.
    Cycle,
    /// The stops of a route, in its order.
    Route(String),
    /// Those on no route, in the order in which they were recorded.
    NoRoute,
}

/// A place in a walk over the service points of a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkPlace {
    /// Which walk.
    pub along: Along,
    /// The number of the stop; 0 before the first one, and where there are no numbers.
    pub sequence: i64,
    /// The service point; 0 before the first one.
    pub point: ServicePointId,
}

impl WalkPlace {
    /// Before the first service point of a walk.
    #[must_use]
    pub fn first(along: Along) -> WalkPlace {
        WalkPlace { along, sequence: 0, point: ServicePointId(0) }
    }
}

/// The service points of a cycle that nobody has read in a reading window, a page of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// The points, in the order of the walk.
    pub points: Vec<ServicePointId>,
    /// Behind which place to go on; none when the walk is at its end.
    pub next: Option<WalkPlace>,
    /// How many points with a meter were looked at.
    pub looked: i64,
}

/// A service point with a meter, as whoever reads it or enters its read needs it.
#[derive(Clone, Debug)]
pub struct PointToRead {
    /// Which.
    pub point: ServicePointId,
    /// Its reference.
    pub reference: String,
    /// Where it is.
    pub address: String,
    /// Who answers for it on the day, and their number.
    pub account: Option<(AccountId, String)>,
    /// The meter that is there on the day.
    pub meter: Option<Installation>,
    /// The last read that stands before the day.
    pub last: Option<MeterRead>,
    installations: Vec<Installation>,
    reads: Vec<MeterRead>,
    past: Vec<PastUse>,
    rule: ReadRule,
}

/// What a new count says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// What was used since the last read, if the counts say.
    pub used: Option<Quantity>,
    /// What somebody should look at before it is believed, in sentences.
    pub odd: Vec<String>,
}

/// Points looked at in one go.
const BATCH: i64 = 500;
/// The most points looked at for one page.
const LOOKED_MAX: i64 = 20_000;
/// Days that use is told for.
const USUAL_DAYS: i64 = 30;

/// The points behind a place that a cycle serves on the last day of a period and that have a meter without a read within
/// the period's reading window.
pub async fn unread_points(
    read: &mut Read,
    period: &CyclePeriod,
    after: &WalkPlace,
    size: usize,
) -> Result<Unread, Fault> {
    let (mut unread, mut after, mut last, mut walked) = (Unread::default(), after.clone(), None, 0);
    // What is walked past counts, too: other cycles' stops of a route, and what is on a route where that is left out.
    while walked < LOOKED_MAX {
        let batch = batch_after(read, period, &after).await?;
        let Some(end) = batch.end else { return Ok(unread) };
        walked += BATCH;
        for place in to_read(read, period, batch.places).await? {
            unread.looked += 1;
            if place.was_read {
                continue;
            }
            if unread.points.len() == size {
                unread.next = last;
                return Ok(unread);
            }
            unread.points.push(place.point);
            last = Some(WalkPlace { along: after.along.clone(), sequence: place.sequence, point: place.point });
        }
        after = end;
    }
    unread.next = Some(after);
    Ok(unread)
}

/// A piece of a walk.
struct Batch {
    places: Vec<(i64, ServicePointId)>,
    /// Where the next one begins; none when there was nothing left.
    end: Option<WalkPlace>,
}

/// The next service points of a walk that the cycle of a period serves on its last day.
async fn batch_after(read: &mut Read, period: &CyclePeriod, after: &WalkPlace) -> Result<Batch, Fault> {
    let served = (period.cycle, last_day(period));
    let (walked, places) = match &after.along {
        Along::Cycle => {
            let points = store::points_served_after(read, served, after.point, BATCH).await?;
            let walked: Vec<(i64, ServicePointId)> = points.into_iter().map(|point| (0, point)).collect();
            (walked.last().copied(), walked)
        }
        Along::NoRoute => {
            let points = store::points_served_after(read, served, after.point, BATCH).await?;
            let stops = metering::stops_of(read, &points).await?;
            let off = points.iter().filter(|point| !stops.contains_key(point)).map(|point| (0, *point));
            (points.last().map(|point| (0, *point)), off.collect())
        }
        Along::Route(code) => {
            let stops = metering::stops_after(read, code, (after.sequence, after.point), BATCH).await?;
            let walked: Vec<(i64, ServicePointId)> =
                stops.into_iter().map(|stop| (stop.sequence, stop.service_point)).collect();
            let points: Vec<ServicePointId> = walked.iter().map(|(_, point)| *point).collect();
            let here = store::points_served_among(read, served, &points).await?;
            let end = walked.last().copied();
            (end, walked.into_iter().filter(|(_, point)| here.contains(point)).collect())
        }
    };
    let end = walked.map(|(sequence, point)| WalkPlace { along: after.along.clone(), sequence, point });
    Ok(Batch { places, end })
}

/// A service point with a meter, and whether it was read.
struct PlaceToRead {
    sequence: i64,
    point: ServicePointId,
    was_read: bool,
}

/// Those that have a meter on the last day of a period, in the order given.
async fn to_read(
    read: &mut Read,
    period: &CyclePeriod,
    places: Vec<(i64, ServicePointId)>,
) -> Result<Vec<PlaceToRead>, Fault> {
    let on = last_day(period);
    let points: Vec<ServicePointId> = places.iter().map(|(_, point)| *point).collect();
    let placed = metering::placements_at(read, &points).await?;
    let metered: Vec<(i64, ServicePointId)> = places
        .into_iter()
        .filter(|(_, point)| placed.get(point).is_some_and(|all| all.iter().any(|one| one.covers(on))))
        .collect();
    let points: Vec<ServicePointId> = metered.iter().map(|(_, point)| *point).collect();
    let newest = metering::newest_reads(read, &points, (period.read_from, period.read_through)).await?;
    let were_read: BTreeSet<ServicePointId> =
        newest.iter().filter(|(_, record)| record.seen.is_some()).map(|((point, _), _)| *point).collect();
    let place = |(sequence, point)| PlaceToRead { sequence, point, was_read: were_read.contains(&point) };
    Ok(metered.into_iter().map(place).collect())
}

fn last_day(period: &CyclePeriod) -> NaiveDate {
    period.period.to().pred_opt().unwrap_or(period.period.to())
}

/// How far the walks of a period are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteToRead {
    /// The code of the route; none for the service points on no route.
    pub route: Option<String>,
    /// Its service points with a meter that the cycle serves on the last day of the period.
    pub stops: i64,
    /// How many of them nobody has read yet.
    pub unread: i64,
}

/// The routes of a period's service points by code, what is on no route at the end. Every service point of the cycle is looked at,
/// a batch at a time.
pub async fn routes_to_read(read: &mut Read, period: &CyclePeriod) -> Result<Vec<RouteToRead>, Fault> {
    let (mut counts, mut after): (BTreeMap<Option<String>, (i64, i64)>, _) =
        (BTreeMap::new(), WalkPlace::first(Along::Cycle));
    loop {
        let batch = batch_after(read, period, &after).await?;
        let Some(end) = batch.end else { break };
        let points: Vec<ServicePointId> = batch.places.iter().map(|(_, point)| *point).collect();
        let mut stops = metering::stops_of(read, &points).await?;
        for place in to_read(read, period, batch.places).await? {
            let (all, unread) = counts.entry(stops.remove(&place.point).map(|stop| stop.route)).or_default();
            *all += 1;
            *unread += i64::from(!place.was_read);
        }
        after = end;
    }
    let off = counts.remove(&None).map(|counts| (None, counts));
    let route = |(route, (stops, unread))| RouteToRead { route, stops, unread };
    Ok(counts.into_iter().chain(off).map(route).collect())
}

/// Some service points as they are to be read on a day, in the order given; unknown ones are left out.
pub async fn points_to_read(
    read: &mut Read,
    points: &[ServicePointId],
    on: NaiveDate,
) -> Result<Vec<PointToRead>, Fault> {
    let known = premises::points_by_id(read, points).await?;
    let installations = metering::installations_of(read, points).await?;
    let reads = metering::reads_of(read, points).await?;
    let services = store::services_at(read, points).await?;
    let answers: BTreeMap<ServicePointId, (AccountId, RateProfileId)> = services
        .iter()
        .filter(|one| one.is_measured && one.starts_on <= on && one.stops_on.is_none_or(|stops_on| on <= stops_on))
        .map(|one| (one.service_point, (one.account, one.profile)))
        .collect();
    // Where nobody answers, what is usual is what it was for who answered last.
    let mut left: BTreeMap<ServicePointId, (NaiveDate, AccountId, RateProfileId)> = BTreeMap::new();
    for one in services.iter().filter(|one| one.is_measured && !answers.contains_key(&one.service_point)) {
        let Some(stops_on) = one.stops_on.filter(|stops_on| *stops_on < on) else { continue };
        let newest = left.entry(one.service_point).or_insert((stops_on, one.account, one.profile));
        *newest = (*newest).max((stops_on, one.account, one.profile));
    }
    let left = |point: &ServicePointId| left.get(point).map(|(_, account, profile)| (*account, *profile));
    let accounts = answers.values().copied().chain(points.iter().filter_map(left));
    let accounts: BTreeSet<AccountId> = accounts.map(|(account, _)| account).collect();
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    let numbers = customers::accounts_by_id(read, &accounts).await?;
    let mut past: BTreeMap<(AccountId, ServicePointId), Vec<PastUse>> = BTreeMap::new();
    for used in metering::standing_uses(read, &accounts).await? {
        let (steps, is_estimated) = (used.consumption.quantity.steps, used.consumption.is_estimated);
        let of = (used.consumption.account, used.consumption.service_point);
        past.entry(of).or_default().push(PastUse { period: used.period, steps, is_estimated });
    }
    let (rules, profiles) = (store::read_rules(read).await?, revenue::all_profiles(read).await?);
    let mut found = Vec::with_capacity(points.len());
    for point in points {
        let Some(known) = known.get(point) else { continue };
        let installations = installations.get(point).cloned().unwrap_or_default();
        let reads = reads.get(point).cloned().unwrap_or_default();
        let meter = installations.iter().rfind(|one| covers(one, on)).cloned();
        let answers = answers.get(point).copied();
        let known_by = answers.or_else(|| left(point));
        let class = known_by.and_then(|(_, profile)| profiles.get(&profile)).map(|profile| profile.class.as_str());
        let rule = match (class.and_then(|class| rules.get(class)), &meter) {
            (Some(rule), Some(meter)) => {
                rule.in_unit(meter.unit).map_err(|error| Fault::caused("reading a read rule", error))?
            }
            _ => NO_RULE,
        };
        let account = answers
            .map(|(account, _)| (account, numbers.get(&account).map(|one| one.number.to_string()).unwrap_or_default()));
        found.push(PointToRead {
            point: *point,
            reference: known.reference.clone(),
            address: known.address.clone(),
            past: known_by.and_then(|(account, _)| past.remove(&(account, *point))).unwrap_or_default(),
            account,
            last: reads.iter().rfind(|one| one.read_on < on).cloned(),
            meter,
            installations,
            reads,
            rule,
        });
    }
    Ok(found)
}

fn covers(one: &Installation, day: NaiveDate) -> bool {
    one.installed_on <= day && one.removed_on.is_none_or(|removed_on| day <= removed_on)
}

impl PointToRead {
    /// The unit of the meter.
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        self.meter.as_ref().map(|meter| meter.unit)
    }

    /// What is usual in 30 days, from the last twelve figures that were read.
    #[must_use]
    pub fn usual(&self) -> Option<Quantity> {
        let unit = self.unit()?;
        let read: Vec<&PastUse> = self.past.iter().rev().filter(|one| !one.is_estimated).take(12).collect();
        let days: i64 = read.iter().map(|one| one.period.days()).sum();
        let steps: i128 = read.iter().map(|one| i128::from(one.steps)).sum();
        if days == 0 {
            return None;
        }
        let usual = (steps * i128::from(USUAL_DAYS) + i128::from(days) / 2) / i128::from(days);
        Some(Quantity { steps: i64::try_from(usual).ok()?, unit })
    }

    /// The read of a day, if there is one that stands.
    #[must_use]
    pub fn read_of(&self, on: NaiveDate) -> Option<&MeterRead> {
        self.reads.iter().find(|one| one.read_on == on)
    }

    /// What a count read on a day would say: the use since the last read, and what is odd about it.
    #[must_use]
    pub fn look(&self, count: i64, on: NaiveDate) -> Looked {
        let Some(meter) = &self.meter else {
            return Looked { used: None, odd: vec![format!("no meter was there on {on}")] };
        };
        if let Err(error) = shown(count, meter.dials) {
            return Looked { used: None, odd: vec![error.to_string()] };
        }
        let since = self.last.as_ref().map_or(meter.installed_on, |last| last.read_on.max(meter.installed_on));
        let Ok(period) = Period::new(since, on) else { return Looked::default() };
        let mut reads: Vec<MeterRead> = self.reads.iter().filter(|one| one.read_on < on).cloned().collect();
        reads.push(MeterRead { read_on: on, meter: meter.meter, count, kind: ReadKind::Actual });
        let boundary = |day| Boundary { on: day, read_from: day, read_through: day };
        let measured = measure(&self.installations, &reads, &[boundary(period.from()), boundary(period.to())]);
        let Some(measured) = measured.into_iter().next() else { return Looked::default() };
        let told = measured.findings.iter().filter(|finding| **finding != UseFinding::NoRead);
        let mut odd: Vec<String> = told.map(ToString::to_string).collect();
        let used = match measured.outcome {
            MeasuredUse::Known { steps, unit, .. } => {
                // Little or no use is nothing odd where nobody answers.
                let is_told = |one: &&Judgment| self.account.is_some() || matches!(one, Judgment::High { .. });
                let judged = judge(&self.rule, period, steps, &self.past);
                odd.extend(judged.iter().filter(is_told).map(ToString::to_string));
                Some(Quantity { steps, unit })
            }
            MeasuredUse::Unknown => None,
        };
        Looked { used, odd }
    }
}

/// The periods of all cycles whose reads are to be entered or closed by a day: of each cycle those behind the last one
/// that was closed; where none was, the last that began to be read. By cycle and first day.
#[must_use]
pub fn periods_to_close(periods: &[CyclePeriod], today: NaiveDate) -> Vec<CyclePeriod> {
    let mut by_cycle: BTreeMap<CycleId, Vec<CyclePeriod>> = BTreeMap::new();
    for one in periods.iter().filter(|one| one.read_from <= today) {
        by_cycle.entry(one.cycle).or_default().push(*one);
    }
    let mut open = Vec::new();
    for periods in by_cycle.values_mut() {
        periods.sort_by_key(|one| one.period.from());
        match periods.iter().rposition(|one| one.is_closed) {
            Some(last) => open.extend_from_slice(&periods[last + 1..]),
            None => open.extend(periods.last()),
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use kernel::MeterId;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn point() -> PointToRead {
        let meter = Installation {
            installed_on: day("2025-01-01"),
            removed_on: None,
            meter: MeterId(7),
            serial_number: "SB7".into(),
            unit: Unit::Kgal,
            dials: 4,
            steps_per_count: 100,
            install_count: 0,
            removal_count: None,
        };
        let read = |on, count| MeterRead { read_on: day(on), meter: MeterId(7), count, kind: ReadKind::Actual };
        let past =
            |from, to, steps| PastUse { period: Period::new(day(from), day(to)).unwrap(), steps, is_estimated: false };
        let reads = vec![read("2026-04-01", 9_900), read("2026-05-01", 9_990)];
        PointToRead {
            point: ServicePointId(1),
            reference: "P1".into(),
            address: String::new(),
            account: Some((AccountId(7), "7-1".into())),
            last: reads.last().cloned(),
            meter: Some(meter.clone()),
            installations: vec![meter],
            reads,
            past: vec![
                past("2026-02-01", "2026-03-01", 2_800),
                past("2026-03-01", "2026-04-01", 3_100),
                past("2026-04-01", "2026-05-01", 3_000),
            ],
            rule: ReadRule { low_percent: 50, high_percent: 200, least: 100, zero_periods: 2, ..NO_RULE },
        }
    }

    #[test]
    fn a_count_is_looked_at_before_it_is_saved() {
        let unit = point().unit().unwrap();
        // With 100 steps a count, 30 days of 100 steps a day are 30 counts. Four dials go from 9,999 to 0.
        #[rustfmt::skip]
        let rows: [(i64, Option<i64>, &str); 5] = [
            (20,     Some(3_000), "the meter"),
            (60,     Some(7_000), "use per day is 233 %"),
            (9_995,  Some(500),   "use per day is 16 %"),
            (9_000,  None,        "9000"),
            (10_000, None,        "more digits"),
        ];
        for (count, steps, odd) in rows {
            let looked = point().look(count, day("2026-05-31"));
            assert_eq!(looked.used, steps.map(|steps| Quantity { steps, unit }), "{count}: {looked:?}");
            assert!(looked.odd.iter().any(|words| words.contains(odd)), "{count}: {:?}", looked.odd);
        }
    }

    #[test]
    fn much_use_is_odd_where_nobody_answers_and_little_is_not() {
        let vacant = PointToRead { account: None, ..point() };
        assert_eq!(vacant.look(9_995, day("2026-05-31")).odd, [""; 0]);
        let odd = vacant.look(60, day("2026-05-31")).odd;
        assert!(odd.iter().any(|words| words.contains("use per day is 233 %")), "{odd:?}");
    }

    #[test]
    fn usual_use_is_told_for_thirty_days() {
        // 8,900 steps in 89 days are 3,000 in 30.
        assert_eq!(point().usual(), Some(Quantity { steps: 3_000, unit: Unit::Kgal }));
    }

    #[test]
    fn what_is_to_close_lies_behind_what_was_closed() {
        let period = |cycle, from: &str, to: &str, is_closed| CyclePeriod {
            cycle: CycleId(cycle),
            period: Period::new(day(from), day(to)).unwrap(),
            read_from: day(to) - chrono::Days::new(3),
            read_through: day(to) + chrono::Days::new(2),
            bill_on: day(to) + chrono::Days::new(5),
            is_closed,
        };
        let calendar = [
            period(1, "2026-01-01", "2026-02-01", false),
            period(1, "2026-02-01", "2026-03-01", true),
            period(1, "2026-03-01", "2026-04-01", false),
            period(1, "2026-04-01", "2026-05-01", false),
            period(1, "2026-05-01", "2026-06-01", false),
            period(2, "2026-02-08", "2026-03-08", false),
            period(2, "2026-03-08", "2026-04-08", false),
        ];
        let open = periods_to_close(&calendar, day("2026-04-30"));
        let firsts: Vec<String> = open.iter().map(|one| one.period.from().to_string()).collect();
        assert_eq!(firsts, ["2026-03-01", "2026-04-01", "2026-03-08"]);
    }
}
