//! The SQL of service points; parcels, premises and owners have files of their own.

mod look_points;
mod look_search;
mod owners;
mod places;

use std::collections::BTreeMap;

use db::{Fault, Read, Rows, Tx, Value};
use kernel::{PremiseId, ServicePointId};

pub use look_points::points_by_id;
pub use look_search::addresses_between;
pub use owners::owners_on;
pub(crate) use owners::{NewOwner, insert_owners, owners_of};
pub(crate) use places::{
    NewParcel, insert_parcels, insert_premises, insert_property_use, parcels_by_number, premises_by_id,
};
pub use places::{premises_by_reference, property_uses};

use crate::{NewServicePoint, ServicePoint};

#[derive(sqlx::FromRow)]
struct PointRow {
    service_point_id: i64,
    reference: String,
    service: String,
    address: String,
    premise_id: Option<i64>,
    source: String,
}

/// A service point of premises, about to be recorded.
pub(crate) struct PlacedPoint {
    pub(crate) point: NewServicePoint,
    pub(crate) premise: PremiseId,
    pub(crate) source: String,
}

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

/// Holds service points until the transaction ends: whoever decides who has a service there, or what was used, is alone.
pub async fn lock_service_points(tx: &mut Tx, points: &[ServicePointId]) -> Result<(), Fault> {
    const SQL: &str = "
        select service_point_id
        from service_point
        where service_point_id in ({list})
        order by service_point_id
        for no key update";
    let mut points = points.to_vec();
    points.sort_unstable();
    points.dedup();
    let keys: Vec<Value> = points.into_iter().map(Value::from).collect();
    let _: Vec<(i64,)> = tx.listed(SQL, &keys).await?;
    Ok(())
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

/// Service points in full, by reference.
pub async fn points_by_reference(
    read: &mut Read,
    references: &[&str],
) -> Result<BTreeMap<String, ServicePoint>, Fault> {
    const SQL: &str = "
        select service_point_id, reference, service, address, premise_id, source
        from service_point
        where reference in ({list})";
    let keys: Vec<Value> = references.iter().map(|reference| Value::from(*reference)).collect();
    let rows: Vec<PointRow> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|row| (row.reference.clone(), point_of(row))).collect())
}

/// The service points of premises, by reference.
pub async fn points_of_premise(read: &mut Read, premise: PremiseId) -> Result<Vec<ServicePoint>, Fault> {
    const SQL: &str = "
        select service_point_id, reference, service, address, premise_id, source
        from service_point
        where premise_id = $1
        order by reference";
    let rows: Vec<PointRow> = read.all(SQL, vec![premise.into()]).await?;
    Ok(rows.into_iter().map(point_of).collect())
}

/// The service points behind a reference, in the order of their references.
pub(crate) async fn point_page(read: &mut Read, after: &str, limit: i64) -> Result<Vec<ServicePoint>, Fault> {
    const SQL: &str = "
        select service_point_id, reference, service, address, premise_id, source
        from service_point
        where $1 < reference
        order by reference
        limit $2";
    let rows: Vec<PointRow> = read.all(SQL, vec![after.into(), limit.into()]).await?;
    Ok(rows.into_iter().map(point_of).collect())
}

/// Where service points are, on one line each; empty where it is not known.
pub async fn addresses_by_id(
    read: &mut Read,
    points: &[ServicePointId],
) -> Result<BTreeMap<ServicePointId, String>, Fault> {
    const SQL: &str = "
        select service_point_id, address
        from service_point
        where service_point_id in ({list})";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<(i64, String)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(id, address)| (ServicePointId(id), address)).collect())
}

/// Records service points of premises.
pub(crate) async fn insert_placed_points(tx: &mut Tx, points: Vec<PlacedPoint>) -> Result<(), Fault> {
    let columns = ["service_point_id", "reference", "service", "address", "premise_id", "source"];
    let mut rows = Rows::new("service_point", &columns);
    for PlacedPoint { point, premise, source } in points {
        rows.push([
            point.id.into(),
            point.reference.into(),
            point.service.into(),
            point.address.into(),
            premise.into(),
            source.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Notes the premises of a service point that had none.
pub(crate) async fn place_point(tx: &mut Tx, point: &ServicePoint) -> Result<(), Fault> {
    const SQL: &str = "
        update service_point
        set premise_id = $2, address = $3, source = $4
        where service_point_id = $1 and premise_id is null";
    let (address, source) = (point.address.as_str(), point.source.as_str());
    tx.run_once(SQL, vec![point.id.into(), point.premise.into(), address.into(), source.into()]).await
}

fn point_of(row: PointRow) -> ServicePoint {
    ServicePoint {
        id: ServicePointId(row.service_point_id),
        reference: row.reference,
        service: row.service,
        address: row.address,
        premise: row.premise_id.map(PremiseId),
        source: row.source,
    }
}
