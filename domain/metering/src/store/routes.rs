//! The SQL of routes.

use std::collections::BTreeMap;

use db::{Fault, Read, Rows, Tx, Value};
use kernel::{ActId, ServicePointId};

use crate::{Route, RouteStop};

#[derive(sqlx::FromRow)]
struct StopRow {
    service_point_id: i64,
    route: String,
    stop_no: i64,
    source: String,
    act_id: i64,
}

impl StopRow {
    fn stop(self) -> RouteStop {
        RouteStop {
            service_point: ServicePointId(self.service_point_id),
            route: self.route,
            sequence: self.stop_no,
            source: self.source,
            act: ActId(self.act_id),
        }
    }
}

/// Records where service points come in the walk, whatever was on record of them.
pub(crate) async fn put_stops(tx: &mut Tx, stops: Vec<RouteStop>) -> Result<(), Fault> {
    let points: Vec<ServicePointId> = stops.iter().map(|stop| stop.service_point).collect();
    remove_stops(tx, &points).await?;
    let mut rows = Rows::new("route_stop", &["service_point_id", "route", "stop_no", "source", "act_id"]);
    for stop in stops {
        let RouteStop { service_point, route, sequence, source, act } = stop;
        rows.push([service_point.into(), route.into(), sequence.into(), source.into(), act.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Holds what is on record of some service points until the transaction ends.
pub(crate) async fn lock_stops(tx: &mut Tx, points: &[ServicePointId]) -> Result<(), Fault> {
    const SQL: &str = "
        select service_point_id
        from route_stop
        where service_point_id in ({list})
        order by service_point_id
        for update";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let _: Vec<(i64,)> = tx.listed(SQL, &keys).await?;
    Ok(())
}

/// Takes service points off their routes.
pub(crate) async fn remove_stops(tx: &mut Tx, points: &[ServicePointId]) -> Result<(), Fault> {
    const SQL: &str = "
        delete from route_stop
        where service_point_id in ({list})
        returning service_point_id";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let _: Vec<(i64,)> = tx.listed(SQL, &keys).await?;
    Ok(())
}

/// Where some service points come in the walk; those on no route are left out.
pub async fn stops_of(
    read: &mut Read,
    points: &[ServicePointId],
) -> Result<BTreeMap<ServicePointId, RouteStop>, Fault> {
    const SQL: &str = "
        select service_point_id, route, stop_no, source, act_id
        from route_stop
        where service_point_id in ({list})";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<StopRow> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(StopRow::stop).map(|stop| (stop.service_point, stop)).collect())
}

/// The stops of a route behind one, in the order of the walk; from the first on behind `(0, ServicePointId(0))`.
pub async fn stops_after(
    read: &mut Read,
    route: &str,
    (sequence, point): (i64, ServicePointId),
    limit: i64,
) -> Result<Vec<RouteStop>, Fault> {
    const SQL: &str = "
        select service_point_id, route, stop_no, source, act_id
        from route_stop
        where route = $1 and $2 <= stop_no and ($2 < stop_no or $3 < service_point_id)
        order by stop_no, service_point_id
        limit $4";
    let args = vec![route.into(), sequence.into(), point.into(), limit.into()];
    let rows: Vec<StopRow> = read.all(SQL, args).await?;
    Ok(rows.into_iter().map(StopRow::stop).collect())
}

/// Stops of a route, in the order of the walk, from an offset on.
pub async fn stops_at(read: &mut Read, route: &str, (offset, limit): (usize, usize)) -> Result<Vec<RouteStop>, Fault> {
    const SQL: &str = "
        select service_point_id, route, stop_no, source, act_id
        from route_stop
        where route = $1
        order by stop_no, service_point_id
        limit $2 offset $3";
    let small = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let rows: Vec<StopRow> = read.all(SQL, vec![route.into(), small(limit).into(), small(offset).into()]).await?;
    Ok(rows.into_iter().map(StopRow::stop).collect())
}

/// The routes from an offset on, by code.
pub async fn routes_at(read: &mut Read, (offset, limit): (usize, usize)) -> Result<Vec<Route>, Fault> {
    const SQL: &str = "
        select route, count(*), min(stop_no), max(stop_no)
        from route_stop
        group by route
        order by route
        limit $1 offset $2";
    let small = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let rows: Vec<(String, i64, i64, i64)> = read.all(SQL, vec![small(limit).into(), small(offset).into()]).await?;
    Ok(rows.into_iter().map(|(code, stops, first, last)| Route { code, stops, first, last }).collect())
}

/// How many routes there are.
pub async fn route_count(read: &mut Read) -> Result<i64, Fault> {
    Ok(read.number("select count(distinct route) from route_stop", vec![]).await?.unwrap_or(0))
}

/// Every route behind a code, by code.
pub async fn routes_after(read: &mut Read, after: &str, limit: i64) -> Result<Vec<Route>, Fault> {
    const SQL: &str = "
        select route, count(*), min(stop_no), max(stop_no)
        from route_stop
        where $1 < route
        group by route
        order by route
        limit $2";
    let rows: Vec<(String, i64, i64, i64)> = read.all(SQL, vec![after.into(), limit.into()]).await?;
    Ok(rows.into_iter().map(|(code, stops, first, last)| Route { code, stops, first, last }).collect())
}

/// One route.
pub async fn route(read: &mut Read, code: &str) -> Result<Option<Route>, Fault> {
    const SQL: &str = "
        select count(*), coalesce(min(stop_no), 0), coalesce(max(stop_no), 0)
        from route_stop
        where route = $1";
    let found: Option<(i64, i64, i64)> = read.one(SQL, vec![code.into()]).await?;
    let (stops, first, last) = found.unwrap_or_default();
    Ok((0 < stops).then(|| Route { code: code.to_owned(), stops, first, last }))
}
