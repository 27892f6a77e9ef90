//! The SQL of meters and where they were installed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value, packed_day};
use kernel::{MeterId, ServicePointId, Unit};

use crate::{Installation, Meter, Placement};

#[derive(sqlx::FromRow)]
struct MeterRow {
    meter_id: i64,
    serial_number: String,
    unit: String,
    dials: i64,
    steps_per_count: i64,
    size: String,
    source: String,
}

#[derive(sqlx::FromRow)]
struct PlacementRow {
    service_point_id: i64,
    installed_on: NaiveDate,
    meter_id: i64,
    install_count: i64,
    removed_on: Option<NaiveDate>,
    removal_count: Option<i64>,
    source: String,
}

#[derive(sqlx::FromRow)]
struct InstallationRow {
    service_point_id: i64,
    installed_on: NaiveDate,
    removed_on: Option<NaiveDate>,
    meter_id: i64,
    serial_number: String,
    unit: String,
    dials: i64,
    steps_per_count: i64,
    install_count: i64,
    removal_count: Option<i64>,
}

impl MeterRow {
    fn meter(self) -> Result<Meter, Fault> {
        let impossible = |column| Fault::impossible_row("meter", column, self.meter_id);
        Ok(Meter {
            id: MeterId(self.meter_id),
            unit: Unit::parse(&self.unit).map_err(|_| impossible("unit"))?,
            dials: u32::try_from(self.dials).map_err(|_| impossible("dials"))?,
            steps_per_count: self.steps_per_count,
            serial_number: self.serial_number,
            size: self.size,
            source: self.source,
        })
    }
}

impl PlacementRow {
    fn placement(self) -> Placement {
        Placement {
            service_point: ServicePointId(self.service_point_id),
            installed_on: self.installed_on,
            meter: MeterId(self.meter_id),
            install_count: self.install_count,
            removed_on: self.removed_on,
            removal_count: self.removal_count,
            source: self.source,
        }
    }
}

impl InstallationRow {
    fn installation(self) -> Result<(ServicePointId, Installation), Fault> {
        let impossible = |column| Fault::impossible_row("meter", column, self.meter_id);
        let installation = Installation {
            installed_on: self.installed_on,
            removed_on: self.removed_on,
            meter: MeterId(self.meter_id),
            unit: Unit::parse(&self.unit).map_err(|_| impossible("unit"))?,
            dials: u32::try_from(self.dials).map_err(|_| impossible("dials"))?,
            steps_per_count: self.steps_per_count,
            serial_number: self.serial_number,
            install_count: self.install_count,
            removal_count: self.removal_count,
        };
        Ok((ServicePointId(self.service_point_id), installation))
    }
}

/// Records meters.
pub async fn insert_meters(tx: &mut Tx, meters: Vec<Meter>) -> Result<(), Fault> {
    let mut rows =
        Rows::new("meter", &["meter_id", "serial_number", "unit", "dials", "steps_per_count", "size", "source"]);
    for meter in meters {
        rows.push([
            meter.id.into(),
            meter.serial_number.into(),
            meter.unit.code().into(),
            i64::from(meter.dials).into(),
            meter.steps_per_count.into(),
            meter.size.into(),
            meter.source.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Which of these meters are known.
pub async fn meters_by_serial(read: &mut Read, serial_numbers: &[&str]) -> Result<BTreeMap<String, Meter>, Fault> {
    const SQL: &str = "
        select meter_id, serial_number, unit, dials, steps_per_count, size, source
        from meter
        where serial_number in ({list})";
    let keys: Vec<Value> = serial_numbers.iter().map(|number| Value::from(*number)).collect();
    let rows: Vec<MeterRow> = read.listed(SQL, &keys).await?;
    let meters = rows.into_iter().map(|row| Ok((row.serial_number.clone(), row.meter()?)));
    meters.collect()
}

/// Meters by id.
pub async fn meters_by_id(read: &mut Read, meters: &[MeterId]) -> Result<BTreeMap<MeterId, Meter>, Fault> {
    const SQL: &str = "
        select meter_id, serial_number, unit, dials, steps_per_count, size, source
        from meter
        where meter_id in ({list})";
    let keys: Vec<Value> = meters.iter().map(|meter| Value::from(*meter)).collect();
    let rows: Vec<MeterRow> = read.listed(SQL, &keys).await?;
    rows.into_iter().map(|row| Ok((MeterId(row.meter_id), row.meter()?))).collect()
}

/// Records where meters were installed.
pub async fn insert_placements(tx: &mut Tx, placements: Vec<Placement>) -> Result<(), Fault> {
    let columns =
        ["service_point_id", "installed_on", "meter_id", "install_count", "removed_on", "removal_count", "source"];
    let mut rows = Rows::new("meter_installation", &columns);
    for placement in placements {
        rows.push([
            placement.service_point.into(),
            placement.installed_on.into(),
            placement.meter.into(),
            placement.install_count.into(),
            placement.removed_on.into(),
            placement.removal_count.into(),
            placement.source.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Records that the meter at a service point was taken out.
pub(crate) async fn end_placement(tx: &mut Tx, placement: &Placement) -> Result<(), Fault> {
    const SQL: &str = "
        update meter_installation
        set removed_on = $3, removal_count = $4
        where service_point_id = $1 and installed_on = $2 and removed_on is null";
    let args = vec![
        placement.service_point.into(),
        placement.installed_on.into(),
        placement.removed_on.into(),
        placement.removal_count.into(),
    ];
    tx.run_once(SQL, args).await
}

/// Records what a meter showed when it was taken out.
pub(crate) async fn set_removal_count(tx: &mut Tx, placement: &Placement) -> Result<(), Fault> {
    const SQL: &str = "
        update meter_installation
        set removal_count = $3
        where service_point_id = $1 and installed_on = $2 and removed_on is not null";
    let args = vec![placement.service_point.into(), placement.installed_on.into(), placement.removal_count.into()];
    tx.run_once(SQL, args).await
}

/// Records that it was another meter that was put in at a service point.
pub(crate) async fn correct_placement(tx: &mut Tx, placement: &Placement) -> Result<(), Fault> {
    const SQL: &str = "
        update meter_installation
        set meter_id = $3, install_count = $4
        where service_point_id = $1 and installed_on = $2";
    let args = vec![
        placement.service_point.into(),
        placement.installed_on.into(),
        placement.meter.into(),
        placement.install_count.into(),
    ];
    tx.run_once(SQL, args).await
}

/// Holds the installations at a service point until the transaction ends.
pub(crate) async fn lock_placements(tx: &mut Tx, point: ServicePointId) -> Result<(), Fault> {
    const SQL: &str = "
        select count(*)
        from (
            select installed_on
            from meter_installation
            where service_point_id = $1
            order by installed_on
            for update
        ) held";
    tx.hold(SQL, vec![point.into()]).await
}

/// Where the meters of some service points were, by place, the earliest first.
pub async fn placements_at(
    read: &mut Read,
    points: &[ServicePointId],
) -> Result<BTreeMap<ServicePointId, Vec<Placement>>, Fault> {
    const SQL: &str = "
        select service_point_id, installed_on, meter_id, install_count, removed_on, removal_count, source
        from meter_installation
        where service_point_id in ({list})
        order by service_point_id, installed_on";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<PlacementRow> = read.listed(SQL, &keys).await?;
    let mut found: BTreeMap<ServicePointId, Vec<Placement>> = BTreeMap::new();
    for placement in rows.into_iter().map(PlacementRow::placement) {
        found.entry(placement.service_point).or_default().push(placement);
    }
    Ok(found)
}

/// Where some meters were, by meter, the earliest first.
pub async fn placements_of(read: &mut Read, meters: &[MeterId]) -> Result<BTreeMap<MeterId, Vec<Placement>>, Fault> {
    const SQL: &str = "
        select service_point_id, installed_on, meter_id, install_count, removed_on, removal_count, source
        from meter_installation
        where meter_id in ({list})
        order by meter_id, installed_on, service_point_id";
    let keys: Vec<Value> = meters.iter().map(|meter| Value::from(*meter)).collect();
    let rows: Vec<PlacementRow> = read.listed(SQL, &keys).await?;
    let mut found: BTreeMap<MeterId, Vec<Placement>> = BTreeMap::new();
    for placement in rows.into_iter().map(PlacementRow::placement) {
        found.entry(placement.meter).or_default().push(placement);
    }
    Ok(found)
}

/// What measuring takes of the meters of some service points, the earliest first.
pub async fn installations_of(
    read: &mut Read,
    points: &[ServicePointId],
) -> Result<BTreeMap<ServicePointId, Vec<Installation>>, Fault> {
    const SQL: &str = "
        select i.service_point_id, i.installed_on, i.removed_on, i.meter_id, m.serial_number, m.unit, m.dials,
               m.steps_per_count, i.install_count, i.removal_count
        from meter_installation i
        join meter m on m.meter_id = i.meter_id
        where i.service_point_id in ({list})
        order by i.service_point_id, i.installed_on";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<InstallationRow> = read.listed(SQL, &keys).await?;
    let mut found: BTreeMap<ServicePointId, Vec<Installation>> = BTreeMap::new();
    for row in rows {
        let (point, installation) = row.installation()?;
        found.entry(point).or_default().push(installation);
    }
    Ok(found)
}

/// The same for service points `from..to`, in one row: for work on a whole city.
pub async fn installations_between(
    read: &mut Read,
    (from, to): (ServicePointId, ServicePointId),
) -> Result<BTreeMap<ServicePointId, Vec<Installation>>, Fault> {
    // Serial numbers are text, so they stand last in their row; no text of ours holds a line end.
    const SQL: &str = "
        select m.unit, string_agg(format('%s %s %s %s %s %s %s %s %s', i.service_point_id,
                                         replace(cast(i.installed_on as text), '-', ''),
                                         replace(cast(i.removed_on as text), '-', ''), i.meter_id, m.dials,
                                         m.steps_per_count, i.install_count, i.removal_count, m.serial_number), '\n')
        from meter_installation i
        join meter m on m.meter_id = i.meter_id
        where $1 <= i.service_point_id and i.service_point_id < $2
        group by m.unit";
    let packed: Vec<(String, Option<String>)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    let mut found: BTreeMap<ServicePointId, Vec<Installation>> = BTreeMap::new();
    for (unit, packed) in packed {
        let unit = Unit::parse(&unit).map_err(|_| Fault::impossible_row("meter", "unit", &unit))?;
        for row in packed.iter().flat_map(|packed| packed.split('\n')) {
            let unpacked = unpacked_installation(row, unit);
            let (point, installation) =
                unpacked.ok_or_else(|| Fault::impossible_row("meter_installation", "installed_on", row))?;
            found.entry(point).or_default().push(installation);
        }
    }
    for installations in found.values_mut() {
        installations.sort_unstable_by_key(|installation| installation.installed_on);
    }
    Ok(found)
}

/// One packed row; `None` where it is not as it was packed.
fn unpacked_installation(row: &str, unit: Unit) -> Option<(ServicePointId, Installation)> {
    let mut fields = row.splitn(9, ' ');
    let mut number = || -> Option<Option<i64>> {
        let field = fields.next()?;
        if field.is_empty() { Some(None) } else { field.parse().ok().map(Some) }
    };
    let (point, installed_on, removed_on) = (number()??, number()??, number()?);
    let (meter, dials, steps_per_count) = (number()??, number()??, number()??);
    let (install_count, removal_count) = (number()??, number()?);
    let removed_on = match removed_on {
        Some(day) => Some(packed_day(day)?),
        None => None,
    };
    let installation = Installation {
        installed_on: packed_day(installed_on)?,
        removed_on,
        meter: MeterId(meter),
        serial_number: fields.next()?.to_owned(),
        unit,
        dials: u32::try_from(dials).ok()?,
        steps_per_count,
        install_count,
        removal_count,
    };
    Some((ServicePointId(point), installation))
}
