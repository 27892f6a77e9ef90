//! Meters, reads and routes on record, in the form in which they are imported.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::NaiveDate;
use db::{Fault, Read};
use imports::{Field, Outlet, Page};
use kernel::{MeterId, ServicePointId};

use super::{Meters, Reads, Routes, meters, reads, routes};
use crate::{Meter, multiplier, store};

/// How many service points a page looks at.
const PAGE_POINTS: i64 = 500;

#[async_trait]
impl Outlet for Meters {
    fn kind(&self) -> &'static str {
        "meters"
    }

    fn fields(&self) -> &'static [Field] {
        meters::FIELDS
    }

    async fn page(&self, read: &mut Read, _on: NaiveDate, after: &str) -> Result<Page, Fault> {
        let points = premises::service_points_after(read, after, PAGE_POINTS).await?;
        let ids: Vec<ServicePointId> = points.iter().map(|(_, id)| *id).collect();
        let placed = store::placements_at(read, &ids).await?;
        let known = meters_of(read, placed.values().flatten().map(|placement| placement.meter)).await?;
        let mut rows = Vec::new();
        for (reference, point) in &points {
            for placement in placed.get(point).into_iter().flatten() {
                let meter = known_meter(&known, placement.meter)?;
                let text = |value: Option<String>| value.unwrap_or_default();
                rows.push(BTreeMap::from([
                    ("meter", meter.serial_number.clone()),
                    ("unit", meter.unit.code().to_owned()),
                    ("dials", meter.dials.to_string()),
                    ("multiplier", multiplier(meter.unit, meter.steps_per_count)),
                    ("size", meter.size.clone()),
                    ("service_point", reference.clone()),
                    ("installed_on", placement.installed_on.to_string()),
                    ("install_count", placement.install_count.to_string()),
                    ("removed_on", text(placement.removed_on.map(|day| day.to_string()))),
                    ("removal_count", text(placement.removal_count.map(|count| count.to_string()))),
                ]));
            }
        }
        Ok(Page { rows, next: next(points) })
    }
}

#[async_trait]
impl Outlet for Reads {
    fn kind(&self) -> &'static str {
        "reads"
    }

    fn fields(&self) -> &'static [Field] {
        reads::FIELDS
    }

    /// Reads that were withdrawn are left out.
    async fn page(&self, read: &mut Read, on: NaiveDate, after: &str) -> Result<Page, Fault> {
        let points = premises::service_points_after(read, after, PAGE_POINTS).await?;
        let ids: Vec<ServicePointId> = points.iter().map(|(_, id)| *id).collect();
        let first = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a day of the calendar");
        let newest = store::newest_reads(read, &ids, (first, on)).await?;
        let known = meters_of(read, newest.values().map(|record| record.meter)).await?;
        let mut rows = Vec::new();
        for (reference, point) in &points {
            let days = (*point, NaiveDate::MIN)..=(*point, NaiveDate::MAX);
            for (_, record) in newest.range(days) {
                let Some(seen) = record.seen else { continue };
                rows.push(BTreeMap::from([
                    ("meter", known_meter(&known, record.meter)?.serial_number.clone()),
                    ("service_point", reference.clone()),
                    ("read_on", record.read_on.to_string()),
                    ("count", seen.count.to_string()),
                    ("kind", seen.kind.code().to_owned()),
                    ("code", record.code.clone()),
                ]));
            }
        }
        Ok(Page { rows, next: next(points) })
    }
}

#[async_trait]
impl Outlet for Routes {
    fn kind(&self) -> &'static str {
        "routes"
    }

    fn fields(&self) -> &'static [Field] {
        routes::FIELDS
    }

    async fn page(&self, read: &mut Read, _on: NaiveDate, after: &str) -> Result<Page, Fault> {
        let points = premises::service_points_after(read, after, PAGE_POINTS).await?;
        let ids: Vec<ServicePointId> = points.iter().map(|(_, id)| *id).collect();
        let mut stops = store::stops_of(read, &ids).await?;
        let row = |(reference, point): &(String, ServicePointId)| {
            let stop = stops.remove(point)?;
            Some(BTreeMap::from([
                ("service_point", reference.clone()),
                ("route", stop.route),
                ("sequence", stop.sequence.to_string()),
            ]))
        };
        Ok(Page { rows: points.iter().filter_map(row).collect(), next: next(points) })
    }
}

/// Where the next page begins.
fn next(points: Vec<(String, ServicePointId)>) -> Option<String> {
    points.into_iter().next_back().map(|(reference, _)| reference)
}

async fn meters_of(read: &mut Read, meters: impl Iterator<Item = MeterId>) -> Result<BTreeMap<MeterId, Meter>, Fault> {
    let meters: BTreeSet<MeterId> = meters.collect();
    let meters: Vec<MeterId> = meters.into_iter().collect();
    store::meters_by_id(read, &meters).await
}

fn known_meter(known: &BTreeMap<MeterId, Meter>, id: MeterId) -> Result<&Meter, Fault> {
    known.get(&id).ok_or_else(|| Fault::impossible_row("meter", "meter_id", id.0))
}
