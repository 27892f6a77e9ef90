//! Service points in full by their ids, for screens.

use std::collections::BTreeMap;

use db::{Fault, Read, Value};
use kernel::ServicePointId;

use super::{PointRow, point_of};
use crate::ServicePoint;

/// Service points in full.
pub async fn points_by_id(
    read: &mut Read,
    points: &[ServicePointId],
) -> Result<BTreeMap<ServicePointId, ServicePoint>, Fault> {
    const SQL: &str = "
        select service_point_id, reference, service, address, premise_id, source
        from service_point
        where service_point_id in ({list})";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<PointRow> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|row| (ServicePointId(row.service_point_id), point_of(row))).collect())
}
