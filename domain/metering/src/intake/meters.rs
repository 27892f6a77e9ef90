//! Files of meters: one record for each time a meter was installed at a service point.

use std::collections::{BTreeMap, BTreeSet};

use acts::{Entry, Failure, Permission};
use async_trait::async_trait;
use chrono::NaiveDate;
use db::Fault;
use imports::{Field, Intake, Need, Record, Reject, Taken};
use kernel::{MeterId, ServicePointId, Unit};

use super::{past_day, told_again};
use crate::{Meter, Placement, dials, permissions, shown, steps_per_count, store};

/// Meters and where they are or were.
pub struct Meters;

pub(super) const FIELDS: &[Field] = &[
    Field { name: "meter", need: Need::Always },
    Field { name: "unit", need: Need::Always },
    Field { name: "dials", need: Need::Always },
    Field { name: "multiplier", need: Need::Always },
    Field { name: "size", need: Need::Maybe },
    Field { name: "service_point", need: Need::Always },
    Field { name: "installed_on", need: Need::Always },
    Field { name: "install_count", need: Need::Always },
    Field { name: "removed_on", need: Need::Maybe },
    Field { name: "removal_count", need: Need::Maybe },
];

/// A record that makes sense by itself.
struct Told<'r> {
    meter: Meter,
    service_point: &'r str,
    placement: Placement,
}

/// What is on record of the meters and places that a chunk names, and what the chunk adds.
struct Known {
    points: BTreeMap<String, ServicePointId>,
    meters: BTreeMap<String, Meter>,
    at: BTreeMap<ServicePointId, Vec<Placement>>,
    of: BTreeMap<MeterId, Vec<Placement>>,
    new_meters: Vec<Meter>,
    new_placements: Vec<Placement>,
    /// Ids that this chunk may still give.
    ids: kernel::IdBlock,
}

#[async_trait]
impl Intake for Meters {
    fn kind(&self) -> &'static str {
        "meters"
    }

    fn permission(&self) -> Permission {
        permissions::IMPORT
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn take(&self, entry: &mut Entry, source: &str, records: &[Record]) -> Result<Vec<Taken>, Failure> {
        let mut known = Known::load(entry, records).await?;
        let mut taken = Vec::with_capacity(records.len());
        for record in records {
            let told = told(record, source, entry.today);
            taken.push(told.and_then(|told| known.take(told, source)).unwrap_or_else(Taken::Rejected));
        }
        store::insert_meters(entry, known.new_meters).await?;
        store::insert_placements(entry, known.new_placements).await?;
        Ok(taken)
    }
}

/// What a record says, if it makes sense by itself.
fn told<'r>(record: &'r Record, source: &str, today: NaiveDate) -> Result<Told<'r>, Reject> {
    let stored_source = format!("{source}/{}", record.line);
    let unit = Unit::parse(record.text("unit"));
    let unit = unit.map_err(|error| Reject::new("unit", "unit", error.to_string()))?;
    let dials = dials(record.whole("dials")?);
    let dials = dials.map_err(|error| Reject::new("dials", "whole_number", error.to_string()))?;
    let steps_per_count = steps_per_count(record.text("multiplier"), unit, dials);
    let steps_per_count = steps_per_count.map_err(|error| Reject::new("multiplier", "decimal", error.to_string()))?;
    let installed_on = past_day(record, "installed_on", today)?;
    let count = |field: &str| -> Result<i64, Reject> {
        shown(record.whole(field)?, dials).map_err(|error| Reject::new(field, error.code(), error.to_string()))
    };
    let install_count = count("install_count")?;
    let removed_on = match record.text("removed_on") {
        "" => None,
        _ => Some(past_day(record, "removed_on", today)?),
    };
    if let Some(removed_on) = removed_on.filter(|removed_on| *removed_on < installed_on) {
        let message = format!("{removed_on} is before {installed_on}, on which the meter was installed");
        return Err(Reject::new("removed_on", "stops_before_start", message));
    }
    let removal_count = match (record.text("removal_count"), removed_on) {
        ("", _) => None,
        (_, Some(_)) => Some(count("removal_count")?),
        (_, None) => return Err(Reject::new("removed_on", "present", "a removal count needs the day of the removal")),
    };
    Ok(Told {
        meter: Meter {
            id: MeterId(0),
            serial_number: record.text("meter").to_owned(),
            unit,
            dials,
            steps_per_count,
            size: record.text("size").to_owned(),
            source: stored_source.clone(),
        },
        service_point: record.text("service_point"),
        placement: Placement {
            service_point: ServicePointId(0),
            installed_on,
            meter: MeterId(0),
            install_count,
            removed_on,
            removal_count,
            source: stored_source,
        },
    })
}

impl Known {
    async fn load(entry: &mut Entry, records: &[Record]) -> Result<Known, Fault> {
        let texts = |field: &str| -> Vec<&str> {
            let texts: BTreeSet<&str> = records.iter().map(|record| record.text(field)).collect();
            texts.into_iter().filter(|text| !text.is_empty()).collect()
        };
        let serial_numbers = texts("meter");
        let points = premises::service_points_by_reference(entry, &texts("service_point")).await?;
        let meters = store::meters_by_serial(entry, &serial_numbers).await?;
        let places: Vec<ServicePointId> = points.values().copied().collect();
        let ids: Vec<MeterId> = meters.values().map(|meter| meter.id).collect();
        let at = store::placements_at(entry, &places).await?;
        let of = store::placements_of(entry, &ids).await?;
        let ids = entry.ids("meter", serial_numbers.len() - meters.len()).await?;
        Ok(Known { points, meters, at, of, new_meters: Vec::new(), new_placements: Vec::new(), ids })
    }

    fn take(&mut self, told: Told<'_>, source: &str) -> Result<Taken, Reject> {
        let Told { meter, service_point, placement } = told;
        let Some(point) = self.points.get(service_point).copied() else {
            let message = format!("there is no service point '{service_point}'");
            return Err(Reject::new("service_point", "service_point_unknown", message));
        };
        let known = self.meters.get(&meter.serial_number);
        if let Some(known) = known {
            differing_fact(known, &meter)?;
        }
        let id = known.map(|known| known.id);
        let here = self.at.entry(point).or_default();
        if let Some(earlier) = here.iter().find(|earlier| earlier.installed_on == placement.installed_on) {
            if id == Some(earlier.meter) {
                differing_day(earlier, &placement)?;
                return Ok(told_again("service_point", source, &earlier.source));
            }
            return Err(place_taken(service_point, earlier));
        }
        if let Some(other) = here.iter().find(|other| other.overlaps(&placement)) {
            return Err(place_taken(service_point, other));
        }
        let elsewhere = id.and_then(|id| self.of.get(&id)).into_iter().flatten();
        if let Some(other) = elsewhere.into_iter().find(|other| other.overlaps(&placement)) {
            let message = format!("the meter is at another service point {}", days(other));
            return Err(Reject::new("meter", "installed_elsewhere", message));
        }
        let id = match id {
            Some(id) => id,
            None => {
                let meter = Meter { id: self.ids.take(), ..meter };
                self.new_meters.push(meter.clone());
                let id = meter.id;
                self.meters.insert(meter.serial_number.clone(), meter);
                id
            }
        };
        let placement = Placement { service_point: point, meter: id, ..placement };
        here.push(placement.clone());
        self.of.entry(id).or_default().push(placement.clone());
        self.new_placements.push(placement);
        Ok(Taken::New)
    }
}

/// A meter that is known must be the same in every record.
fn differing_fact(known: &Meter, told: &Meter) -> Result<(), Reject> {
    let differs = |field: &str, stored: &dyn std::fmt::Display| {
        Err(Reject::new(field, "differs", format!("meter '{}' is on record with {stored}", known.serial_number)))
    };
    if known.unit != told.unit {
        return differs("unit", &known.unit.code());
    }
    if known.dials != told.dials {
        return differs("dials", &known.dials);
    }
    if known.steps_per_count != told.steps_per_count {
        return differs("multiplier", &crate::multiplier(known.unit, known.steps_per_count));
    }
    if known.size != told.size {
        return differs("size", &format!("'{}'", known.size));
    }
    Ok(())
}

/// An installation that is known must be told the same way.
fn differing_day(known: &Placement, told: &Placement) -> Result<(), Reject> {
    let text = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
    let differs =
        |field: &str, stored: String| Err(Reject::new(field, "differs", format!("on record is {stored} instead")));
    if known.install_count != told.install_count {
        return differs("install_count", known.install_count.to_string());
    }
    if known.removed_on != told.removed_on {
        return differs("removed_on", text(known.removed_on.map(|day| day.to_string())));
    }
    if known.removal_count != told.removal_count {
        return differs("removal_count", text(known.removal_count.map(|count| count.to_string())));
    }
    Ok(())
}

fn place_taken(service_point: &str, other: &Placement) -> Reject {
    let message = format!("service point '{service_point}' has a meter {}", days(other));
    Reject::new("service_point", "place_taken", message)
}

fn days(placement: &Placement) -> String {
    let through = placement.removed_on.map_or_else(|| "on".to_owned(), |removed_on| format!("through {removed_on}"));
    format!("from {} {through}", placement.installed_on)
}
