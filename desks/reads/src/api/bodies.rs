//! What programs are told of service points, reads and meters. Days are ISO dates; amounts are texts with their unit.

use billing::ServedService;
use chrono::NaiveDate;
use metering::{Meter, Placement, PointUse, ReadKind, ReadRecord, RouteStop, multiplier};
use serde::Serialize;
use utoipa::ToSchema;

/// A service point with everything that is on record of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PointInFull {
    /// Its reference.
    pub(super) reference: String,
    /// The service it is there for.
    pub(super) service: String,
    /// Where it is; may be empty.
    pub(super) address: String,
    /// Where it comes on its reading route; nothing where it is on none.
    pub(super) stop: Option<StopBody>,
    /// Who was and is served here with what.
    pub(super) services: Vec<ServedBody>,
    /// The meters there were, the earliest first.
    pub(super) meters: Vec<InstalledMeter>,
    /// What was used, period by period, as it stands.
    pub(super) uses: Vec<PointUseBody>,
}

/// A place in the walk of a route.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StopBody {
    /// The code of the route.
    #[schema(example = "C1-01")]
    route: String,
    /// The number of the stop.
    #[schema(example = 10, minimum = 1, maximum = 999_999)]
    sequence: i64,
}

impl StopBody {
    pub(super) fn of(stop: &RouteStop) -> StopBody {
        StopBody { route: stop.route.clone(), sequence: stop.sequence }
    }
}

/// A reading route.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RouteBody {
    /// Its code.
    #[schema(example = "C1-01")]
    pub(super) code: String,
    /// How many stops it has.
    #[schema(example = 40, minimum = 1)]
    pub(super) stops: i64,
}

/// A stop of a route.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RouteStopBody {
    /// The service point, for the cursor of the list.
    #[serde(skip)]
    pub(super) id: i64,
    /// The number of the stop.
    #[schema(example = 10, minimum = 1, maximum = 999_999)]
    pub(super) sequence: i64,
    /// The reference of the service point; empty where its neighbors would tell where a protected person lives.
    #[schema(example = "P000000-W")]
    pub(super) service_point: String,
    /// Where it is; may be empty.
    pub(super) address: String,
    /// The meter that is there today; nothing where there is none.
    pub(super) meter: Option<String>,
}

/// A service of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServedBody {
    /// The number of the account; empty where it is confidential who is served.
    account: String,
    service: String,
    schedule: String,
    class: String,
    cycle: String,
    starts_on: NaiveDate,
    /// The day after the last, once it is stopped.
    stops_on: Option<NaiveDate>,
}

/// A meter at the service point.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InstalledMeter {
    serial_number: String,
    unit: &'static str,
    /// How much of the unit one count is.
    one_count: String,
    installed_on: NaiveDate,
    install_count: i64,
    removed_on: Option<NaiveDate>,
    removal_count: Option<i64>,
}

/// What was used in a period.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PointUseBody {
    /// The number of the account; nothing where the place was vacant, empty where it is confidential who is served.
    account: Option<String>,
    from_on: NaiveDate,
    /// The day after the last.
    to_on: NaiveDate,
    /// How much, as an exact number of the unit.
    quantity: String,
    unit: &'static str,
    is_estimated: bool,
    revision: i64,
    /// What was found about it.
    findings: Vec<String>,
}

/// One revision of a read.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReadBody {
    read_on: NaiveDate,
    /// From 1; the newest of a day counts.
    revision: i64,
    meter: String,
    /// What the meter showed; nothing when the read is withdrawn.
    count: Option<i64>,
    /// `actual`, `customer`, or `withdrawn`.
    kind: &'static str,
    code: String,
    reason: Option<String>,
    /// The entry of the log that recorded it.
    entry: i64,
}

/// A meter and where it is and was.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MeterInFull {
    serial_number: String,
    unit: &'static str,
    /// How much of the unit one count is.
    one_count: String,
    dials: u32,
    size: String,
    places: Vec<MeterAtPlace>,
}

/// A place of a meter.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MeterAtPlace {
    point: String,
    installed_on: NaiveDate,
    install_count: i64,
    removed_on: Option<NaiveDate>,
    removal_count: Option<i64>,
}

impl ServedBody {
    pub(super) fn of(one: &ServedService) -> ServedBody {
        ServedBody {
            account: one.number.clone(),
            service: one.service.clone(),
            schedule: one.schedule.clone(),
            class: one.class.clone(),
            cycle: one.cycle_code.clone(),
            starts_on: one.starts_on,
            stops_on: one.stops_on,
        }
    }
}

impl InstalledMeter {
    pub(super) fn of(one: &Placement, meter: &Meter) -> Option<InstalledMeter> {
        Some(InstalledMeter {
            serial_number: meter.serial_number.clone(),
            unit: meter.unit.code(),
            one_count: multiplier(meter.unit, meter.steps_per_count),
            installed_on: one.installed_on,
            install_count: one.install_count,
            removed_on: one.removed_on,
            removal_count: one.removal_count,
        })
    }
}

impl PointUseBody {
    /// The newest revision of each account and first day.
    pub(super) fn standing(uses: &[PointUse], services: &[ServedService]) -> Vec<PointUseBody> {
        let is_newest = |one: &&PointUse| {
            let same = |other: &&PointUse| (other.account, other.period.from()) == (one.account, one.period.from());
            uses.iter().filter(same).all(|other| other.revision <= one.revision)
        };
        let body = |one: &PointUse| PointUseBody {
            account: services.iter().find(|service| service.account == one.account).map(|one| one.number.clone()),
            from_on: one.period.from(),
            to_on: one.period.to(),
            quantity: one.quantity.to_string(),
            unit: one.quantity.unit.code(),
            is_estimated: one.is_estimated,
            revision: one.revision,
            findings: one.findings.lines().map(str::to_owned).collect(),
        };
        uses.iter().filter(is_newest).map(body).collect()
    }
}

impl ReadBody {
    pub(super) fn of(one: &ReadRecord, meter: Option<&Meter>) -> ReadBody {
        let kind = match one.seen.map(|seen| seen.kind) {
            Some(ReadKind::Actual) => "actual",
            Some(ReadKind::Customer) => "customer",
            None => "withdrawn",
        };
        ReadBody {
            read_on: one.read_on,
            revision: one.revision,
            meter: meter.map(|meter| meter.serial_number.clone()).unwrap_or_default(),
            count: one.seen.map(|seen| seen.count),
            kind,
            code: one.code.clone(),
            reason: one.reason.clone(),
            entry: one.act.0,
        }
    }

    /// Its place in the list.
    pub(super) fn place(&self) -> (NaiveDate, i64) {
        (self.read_on, self.revision)
    }
}

impl MeterInFull {
    pub(super) fn of(meter: &Meter, places: Vec<MeterAtPlace>) -> MeterInFull {
        MeterInFull {
            serial_number: meter.serial_number.clone(),
            unit: meter.unit.code(),
            one_count: multiplier(meter.unit, meter.steps_per_count),
            dials: meter.dials,
            size: meter.size.clone(),
            places,
        }
    }
}

impl MeterAtPlace {
    pub(super) fn of(one: &Placement, reference: Option<&String>) -> MeterAtPlace {
        MeterAtPlace {
            point: reference.cloned().unwrap_or_default(),
            installed_on: one.installed_on,
            install_count: one.install_count,
            removed_on: one.removed_on,
            removal_count: one.removal_count,
        }
    }
}
