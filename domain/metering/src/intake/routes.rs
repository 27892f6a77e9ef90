//! Files of routes: which service point is read after which. What a file says of a place that is on a route moves it.

use std::collections::{BTreeMap, BTreeSet};

use acts::{Entry, Failure, Permission};
use async_trait::async_trait;
use imports::{Field, Intake, Need, Record, Reject, Taken};
use kernel::ServicePointId;

use crate::{RouteStop, StopError, permissions, route_code, sequence, store};

/// Which service point is read after which.
pub struct Routes;

pub(super) const FIELDS: &[Field] = &[
    Field { name: "service_point", need: Need::Always },
    Field { name: "route", need: Need::Always },
    Field { name: "sequence", need: Need::Always },
];

#[async_trait]
impl Intake for Routes {
    fn kind(&self) -> &'static str {
        "routes"
    }

    fn permission(&self) -> Permission {
        permissions::IMPORT
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn take(&self, entry: &mut Entry, source: &str, records: &[Record]) -> Result<Vec<Taken>, Failure> {
        let named: BTreeSet<&str> = records.iter().map(|record| record.text("service_point")).collect();
        let named: Vec<&str> = named.into_iter().collect();
        let points = premises::service_points_by_reference(entry, &named).await?;
        let ids: Vec<ServicePointId> = points.values().copied().collect();
        store::lock_stops(entry, &ids).await?;
        let mut known = store::stops_of(entry, &ids).await?;
        let mut put: BTreeMap<ServicePointId, RouteStop> = BTreeMap::new();
        let mut taken = Vec::with_capacity(records.len());
        for record in records {
            let told = told(record, (entry.act, source), &points);
            let became = told.and_then(|told| {
                let became = became(known.get(&told.service_point), &told, source)?;
                if matches!(became, Taken::New | Taken::Changed) {
                    known.insert(told.service_point, told.clone());
                    put.insert(told.service_point, told);
                }
                Ok(became)
            });
            taken.push(became.unwrap_or_else(Taken::Rejected));
        }
        store::put_stops(entry, put.into_values().collect()).await?;
        Ok(taken)
    }
}

/// What a record says, if it makes sense by itself.
fn told(
    record: &Record,
    (act, source): (kernel::ActId, &str),
    points: &BTreeMap<String, ServicePointId>,
) -> Result<RouteStop, Reject> {
    let wrong = |field: &str, error: StopError| Reject::new(field, error.code(), error.to_string());
    let route = route_code(record.text("route")).map_err(|error| wrong("route", error))?;
    let sequence = sequence(record.whole("sequence")?).map_err(|error| wrong("sequence", error))?;
    let reference = record.text("service_point");
    let service_point = points.get(reference).copied().ok_or_else(|| {
        Reject::new("service_point", "service_point_unknown", format!("there is no service point '{reference}'"))
    })?;
    Ok(RouteStop { service_point, route: route.to_owned(), sequence, source: format!("{source}/{}", record.line), act })
}

/// What becomes of a record, by what is on record of its service point.
fn became(known: Option<&RouteStop>, told: &RouteStop, source: &str) -> Result<Taken, Reject> {
    let Some(known) = known else { return Ok(Taken::New) };
    if (&known.route, known.sequence) == (&told.route, told.sequence) {
        return Ok(super::told_again("service_point", source, &known.source));
    }
    // Within one file neither line is the right one by being the later.
    if known.source.strip_prefix(source).is_some_and(|rest| rest.starts_with('/')) {
        let line = known.source.rsplit('/').next().unwrap_or(&known.source);
        let words = format!("line {line} puts it on route {} as stop {}", known.route, known.sequence);
        return Err(Reject::new("service_point", "service_point_twice", words));
    }
    Ok(Taken::Changed)
}
