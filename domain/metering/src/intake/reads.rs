//! Files of reads: what each meter showed on a day.

use std::collections::{BTreeMap, BTreeSet};

use acts::{Entry, Failure, Permission};
use async_trait::async_trait;
use chrono::NaiveDate;
use db::Fault;
use imports::{Field, Intake, Need, Record, Reject, Taken};
use kernel::{ActId, MeterId, ServicePointId};

use super::{past_day, told_again};
use crate::{Meter, Placement, ReadKind, ReadRecord, Seen, permissions, shown, store};

/// What meters showed.
pub struct Reads;

pub(super) const FIELDS: &[Field] = &[
    Field { name: "meter", need: Need::Always },
    Field { name: "service_point", need: Need::Maybe },
    Field { name: "read_on", need: Need::Always },
    Field { name: "count", need: Need::Always },
    Field { name: "kind", need: Need::Maybe },
    Field { name: "code", need: Need::Maybe },
];

/// A record that makes sense by itself.
struct Told<'r> {
    line: i64,
    meter: &'r str,
    service_point: &'r str,
    read_on: NaiveDate,
    count: i64,
    kind: ReadKind,
    code: &'r str,
}

/// What is on record of the meters that a chunk names, and what the chunk adds.
struct Known {
    act: ActId,
    points: BTreeMap<String, ServicePointId>,
    meters: BTreeMap<String, Meter>,
    of: BTreeMap<MeterId, Vec<Placement>>,
    reads: BTreeMap<(ServicePointId, NaiveDate), ReadRecord>,
    new_reads: Vec<ReadRecord>,
}

#[async_trait]
impl Intake for Reads {
    fn kind(&self) -> &'static str {
        "reads"
    }

    fn permission(&self) -> Permission {
        permissions::IMPORT
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn take(&self, entry: &mut Entry, source: &str, records: &[Record]) -> Result<Vec<Taken>, Failure> {
        let today = entry.today;
        let told: Vec<Result<Told<'_>, Reject>> = records.iter().map(|record| told(record, today)).collect();
        let sound: Vec<&Told<'_>> = told.iter().flatten().collect();
        let mut known = Known::load(entry, &sound).await?;
        let taken = told
            .into_iter()
            .map(|told| told.and_then(|told| known.take(&told, source)).unwrap_or_else(Taken::Rejected))
            .collect();
        store::insert_reads(entry, known.new_reads).await?;
        Ok(taken)
    }
}

/// What a record says, if it makes sense by itself.
fn told(record: &Record, today: NaiveDate) -> Result<Told<'_>, Reject> {
    let read_on = past_day(record, "read_on", today)?;
    let count = record.whole("count")?;
    let kind = match record.text("kind") {
        "" => ReadKind::Actual,
        code => ReadKind::parse(code).ok_or_else(|| {
            Reject::new("kind", "kind", format!("'{code}' is neither actual nor customer; leave estimates out"))
        })?,
    };
    Ok(Told {
        line: record.line,
        meter: record.text("meter"),
        service_point: record.text("service_point"),
        read_on,
        count,
        kind,
        code: record.text("code"),
    })
}

impl Known {
    async fn load(entry: &mut Entry, told: &[&Told<'_>]) -> Result<Known, Fault> {
        let distinct = |text: fn(&Told<'_>) -> String| -> BTreeSet<String> {
            told.iter().map(|told| text(told)).filter(|text| !text.is_empty()).collect()
        };
        let references = distinct(|told| told.service_point.to_owned());
        let references: Vec<&str> = references.iter().map(String::as_str).collect();
        let serial_numbers = distinct(|told| told.meter.to_owned());
        let serial_numbers: Vec<&str> = serial_numbers.iter().map(String::as_str).collect();
        let points = premises::service_points_by_reference(entry, &references).await?;
        let meters = store::meters_by_serial(entry, &serial_numbers).await?;
        let ids: Vec<MeterId> = meters.values().map(|meter| meter.id).collect();
        let of = store::placements_of(entry, &ids).await?;
        let places: BTreeSet<ServicePointId> = of.values().flatten().map(|placement| placement.service_point).collect();
        let places: Vec<ServicePointId> = places.into_iter().collect();
        let days = told.iter().map(|told| told.read_on);
        let reads = match (days.clone().min(), days.max()) {
            (Some(first), Some(last)) => store::newest_reads(entry, &places, (first, last)).await?,
            (None, _) | (_, None) => BTreeMap::new(),
        };
        Ok(Known { act: entry.act, points, meters, of, reads, new_reads: Vec::new() })
    }

    fn take(&mut self, told: &Told<'_>, source: &str) -> Result<Taken, Reject> {
        let Some(meter) = self.meters.get(told.meter) else {
            return Err(Reject::new("meter", "meter_unknown", format!("there is no meter '{}'", told.meter)));
        };
        let count =
            shown(told.count, meter.dials).map_err(|error| Reject::new("count", error.code(), error.to_string()))?;
        let seen = Some(Seen { count, kind: told.kind });
        let placement = self.placement(meter.id, told)?;
        let key = (placement.service_point, told.read_on);
        if let Some(stored) = self.reads.get(&key) {
            differing(stored, meter.id, seen, told.code)?;
            return Ok(told_again("meter", source, &stored.source));
        }
        let record = ReadRecord {
            service_point: placement.service_point,
            read_on: told.read_on,
            revision: 1,
            meter: meter.id,
            seen,
            code: told.code.to_owned(),
            source: format!("{source}/{}", told.line),
            reason: None,
            act: self.act,
        };
        self.reads.insert(key, record.clone());
        self.new_reads.push(record);
        Ok(Taken::New)
    }

    /// Where the meter was on the day. On the day it was moved it is read at its new place, unless the record says
    /// otherwise.
    fn placement(&self, meter: MeterId, told: &Told<'_>) -> Result<&Placement, Reject> {
        let not_installed = |words: String| Reject::new("meter", "meter_not_installed", words);
        let mut covering = self.of.get(&meter).into_iter().flatten().filter(|placement| placement.covers(told.read_on));
        if told.service_point.is_empty() {
            let words = || format!("meter '{}' was installed nowhere on {}", told.meter, told.read_on);
            return covering.next_back().ok_or_else(|| not_installed(words()));
        }
        let Some(point) = self.points.get(told.service_point) else {
            let message = format!("there is no service point '{}'", told.service_point);
            return Err(Reject::new("service_point", "service_point_unknown", message));
        };
        let words = || format!("meter '{}' was not at '{}' on {}", told.meter, told.service_point, told.read_on);
        covering.rfind(|placement| placement.service_point == *point).ok_or_else(|| not_installed(words()))
    }
}

/// A day that was read must be told the same way.
fn differing(stored: &ReadRecord, meter: MeterId, seen: Option<Seen>, code: &str) -> Result<(), Reject> {
    let differs = |field: &str, words: String| Err(Reject::new(field, "differs", words));
    let Some(told) = seen else { return Ok(()) };
    match stored.seen {
        None => differs("count", "the read of this day was withdrawn".to_owned()),
        Some(_) if stored.meter != meter => differs("meter", "another meter was read there on this day".to_owned()),
        Some(known) if known.count != told.count => {
            differs("count", format!("the read on record is {}; corrections are made singly", known.count))
        }
        Some(known) if known.kind != told.kind => {
            differs("kind", format!("the read on record is of kind {}", known.kind.code()))
        }
        Some(_) if stored.code != code => differs("code", format!("the read on record has the code '{}'", stored.code)),
        Some(_) => Ok(()),
    }
}
