//! The SQL of service points.

use std::collections::BTreeMap;

use db::{Fault, Read, Rows, Tx, Value};
use kernel::ServicePointId;

use crate::NewServicePoint;

/// Which of these references are known.
pub async fn service_points_by_reference(
    read: &mut Read,
    references: &[&str],
) -> Result<BTreeMap<String, ServicePointId>, Fault> {
    const SQL: &str = "
        select reference, service_point_id
        from service_point
        where reference in ({list})";
    let keys: Vec<Value> = references.iter().map(|reference| Value::from(*reference)).collect();
    let rows: Vec<(String, i64)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(reference, id)| (reference, ServicePointId(id))).collect())
}

/// The references of service points, for documents and lists.
pub async fn references_by_id(
    read: &mut Read,
    points: &[ServicePointId],
) -> Result<BTreeMap<ServicePointId, String>, Fault> {
    const SQL: &str = "
        select service_point_id, reference
        from service_point
        where service_point_id in ({list})";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<(i64, String)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(id, reference)| (ServicePointId(id), reference)).collect())
}

/// Records service points.
pub async fn insert_service_points(tx: &mut Tx, points: Vec<NewServicePoint>) -> Result<(), Fault> {
    let mut rows = Rows::new("service_point", &["service_point_id", "reference", "service", "address"]);
    for point in points {
        rows.push([point.id.into(), point.reference.into(), point.service.into(), point.address.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// The service each of these service points is there for.
pub async fn services_of_points(
    read: &mut Read,
    points: &[ServicePointId],
) -> Result<BTreeMap<ServicePointId, String>, Fault> {
    const SQL: &str = "
        select service_point_id, service
        from service_point
        where service_point_id in ({list})";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<(i64, String)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(id, service)| (ServicePointId(id), service)).collect())
}

/// The service points behind a reference, a page of them in the order of their references: for files that list all.
pub async fn service_points_after(
    read: &mut Read,
    after: &str,
    size: i64,
) -> Result<Vec<(String, ServicePointId)>, Fault> {
    const SQL: &str = "
        select reference, service_point_id
        from service_point
        where $1 < reference
        order by reference
        limit $2";
    let rows: Vec<(String, i64)> = read.all(SQL, vec![after.into(), size.into()]).await?;
    Ok(rows.into_iter().map(|(reference, id)| (reference, ServicePointId(id))).collect())
}
