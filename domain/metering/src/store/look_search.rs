//! Serial numbers of meters by service point, for walks over all and for screens.

use db::{Fault, Read, Value};
use kernel::ServicePointId;

/// The serial numbers of the meters that are or were at service points `from..to`.
pub async fn serials_between(
    read: &mut Read,
    (from, to): (ServicePointId, ServicePointId),
) -> Result<Vec<(ServicePointId, String)>, Fault> {
    const SQL: &str = "
        select i.service_point_id, m.serial_number
        from meter_installation i
        join meter m on m.meter_id = i.meter_id
        where $1 <= i.service_point_id and i.service_point_id < $2
        order by i.service_point_id, i.installed_on";
    let rows: Vec<(i64, String)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    Ok(rows.into_iter().map(|(point, serial)| (ServicePointId(point), serial)).collect())
}

/// The serial numbers of the meters that are or were at some service points.
pub async fn serials_at(read: &mut Read, points: &[ServicePointId]) -> Result<Vec<(ServicePointId, String)>, Fault> {
    const SQL: &str = "
        select i.service_point_id, m.serial_number
        from meter_installation i
        join meter m on m.meter_id = i.meter_id
        where i.service_point_id in ({list})
        order by i.service_point_id, i.installed_on";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<(i64, String)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(point, serial)| (ServicePointId(point), serial)).collect())
}
