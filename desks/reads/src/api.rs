//! Service points, reads and meters, for programs with a token.

mod bodies;

use axum::http::Method;
use billing::{PointToRead, services_at_points};
use kernel::ServicePointId;
use metering::RouteStop;
use utoipa::OpenApi;
use web::{Access, Ask, At, Envelope, List, Paging, Problem, Problems, Route};

use crate::words::{point_named, walks};
use bodies::{
    InstalledMeter, MeterAtPlace, MeterInFull, PointInFull, PointUseBody, ReadBody, RouteBody, RouteStopBody,
    ServedBody, StopBody,
};

/// Every address of this desk for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    const LOOK: Access = Access::Needs(customers::permissions::SEE);
    let get = Method::GET;
    vec![
        Route::api(get.clone(), "/api/v1/points/{reference}", ("A service point, for programs", LOOK), point),
        Route::api(get.clone(), "/api/v1/points/{reference}/reads", ("Reads, for programs", LOOK), reads),
        Route::api(get.clone(), "/api/v1/meters/{serial}", ("A meter, for programs", LOOK), meter),
        Route::api(get.clone(), "/api/v1/routes", ("Routes, for programs", LOOK), routes),
        Route::api(get, "/api/v1/routes/{code}/stops", ("Stops of a route, for programs", LOOK), stops),
    ]
}

/// What this desk describes of the API.
#[derive(OpenApi)]
#[openapi(paths(point, reads, meter, routes, stops))]
struct Described;

/// The addresses of this desk for programs, described.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

/// A service point with its services, meters and use.
#[utoipa::path(
    get, path = "/api/v1/points/{reference}", tag = "points", operation_id = "get_point", security(("bearer" = [])),
    params(("reference" = String, Path, min_length = 1, example = "P000000-W", description = "The reference of the service point.")),
    responses((status = 200, description = "The service point.", body = Envelope<PointInFull>), Problems)
)]
async fn point(ask: Ask, At(reference): At<String>) -> Result<Envelope<PointInFull>, Problem> {
    let mut read = ask.read().await?;
    let mut point = point_named(&mut read, &reference).await?;
    let hides_people = !identity::cover(&ask, &mut read, [(point.id, &mut point.address)]).await?.is_empty();
    let mut services = services_at_points(&mut read, &[point.id]).await?;
    if hides_people {
        services.iter_mut().for_each(crate::points::unname);
    }
    let placements = metering::placements_at(&mut read, &[point.id]).await?.remove(&point.id).unwrap_or_default();
    let meters: Vec<kernel::MeterId> = placements.iter().map(|one| one.meter).collect();
    let meters = metering::meters_by_id(&mut read, &meters).await?;
    let mut accounts: Vec<kernel::AccountId> = services.iter().map(|one| one.account).collect();
    accounts.push(kernel::AccountId::CITY);
    accounts.sort_unstable();
    accounts.dedup();
    let uses = metering::uses_of_point(&mut read, point.id, &accounts).await?;
    let stop = match hides_people && !walks(&ask) {
        true => None,
        false => metering::stops_of(&mut read, &[point.id]).await?.remove(&point.id),
    };
    Ok(Envelope::of(PointInFull {
        reference: point.reference,
        service: point.service,
        address: point.address,
        stop: stop.as_ref().map(StopBody::of),
        services: services.iter().map(ServedBody::of).collect(),
        meters: placements.iter().filter_map(|one| InstalledMeter::of(one, meters.get(&one.meter)?)).collect(),
        uses: PointUseBody::standing(&uses, &services),
    }))
}

/// Every revision of every read of a service point, by day and revision.
#[utoipa::path(
    get, path = "/api/v1/points/{reference}/reads", tag = "points", operation_id = "list_reads",
    security(("bearer" = [])),
    params(
        ("reference" = String, Path, min_length = 1, example = "P000000-W", description = "The reference of the service point."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<ReadBody>), Problems)
)]
async fn reads(ask: Ask, At(reference): At<String>, paging: Paging) -> Result<List<ReadBody>, Problem> {
    let after: Option<(chrono::NaiveDate, i64)> = paging.after()?;
    let mut read = ask.read().await?;
    let point = point_named(&mut read, &reference).await?;
    let history = metering::read_history(&mut read, point.id).await?;
    let meters: Vec<kernel::MeterId> = history.iter().map(|one| one.meter).collect();
    let meters = metering::meters_by_id(&mut read, &meters).await?;
    let following = history.iter().filter(|one| after.is_none_or(|after| after < (one.read_on, one.revision)));
    let bodies = following.take(paging.limit + 1).map(|one| ReadBody::of(one, meters.get(&one.meter))).collect();
    Ok(List::of(bodies, &paging, ReadBody::place))
}

/// A meter and where it is and was.
#[utoipa::path(
    get, path = "/api/v1/meters/{serial}", tag = "points", operation_id = "get_meter", security(("bearer" = [])),
    params(("serial" = String, Path, min_length = 1, example = "SB200000", description = "The number on the case.")),
    responses((status = 200, description = "The meter.", body = Envelope<MeterInFull>), Problems)
)]
async fn meter(ask: Ask, At(serial): At<String>) -> Result<Envelope<MeterInFull>, Problem> {
    let mut read = ask.read().await?;
    let meter = metering::meters_by_serial(&mut read, &[&serial]).await?.remove(&serial);
    let meter = meter.ok_or_else(Problem::not_found)?;
    let placements = metering::placements_of(&mut read, &[meter.id]).await?.remove(&meter.id).unwrap_or_default();
    let points: Vec<ServicePointId> = placements.iter().map(|one| one.service_point).collect();
    let references = premises::references_by_id(&mut read, &points).await?;
    let place = |one: &metering::Placement| MeterAtPlace::of(one, references.get(&one.service_point));
    Ok(Envelope::of(MeterInFull::of(&meter, placements.iter().map(place).collect())))
}

/// The reading routes, by code.
#[utoipa::path(
    get, path = "/api/v1/routes", tag = "points", operation_id = "list_routes", security(("bearer" = [])), params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<RouteBody>), Problems)
)]
async fn routes(ask: Ask, paging: Paging) -> Result<List<RouteBody>, Problem> {
    let after: Option<String> = paging.after()?;
    let limit = i64::try_from(paging.limit + 1).unwrap_or(i64::MAX);
    let mut read = ask.read().await?;
    let routes = metering::routes_after(&mut read, after.as_deref().unwrap_or_default(), limit).await?;
    let bodies = routes.into_iter().map(|route| RouteBody { code: route.code, stops: route.stops }).collect();
    Ok(List::of(bodies, &paging, |route| route.code.clone()))
}

/// The stops of a route in the order in which they are read.
#[utoipa::path(
    get, path = "/api/v1/routes/{code}/stops", tag = "points", operation_id = "list_route_stops", security(("bearer" = [])),
    params(
        ("code" = String, Path, min_length = 1, example = "C1-01", description = "The code of the route."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<RouteStopBody>), Problems)
)]
async fn stops(ask: Ask, At(code): At<String>, paging: Paging) -> Result<List<RouteStopBody>, Problem> {
    let after: Option<(i64, i64)> = paging.after()?;
    let (sequence, point) = after.unwrap_or_default();
    let limit = i64::try_from(paging.limit + 1).unwrap_or(i64::MAX);
    let mut read = ask.read().await?;
    metering::route(&mut read, &code).await?.ok_or_else(Problem::not_found)?;
    let stops = metering::stops_after(&mut read, &code, (sequence, ServicePointId(point)), limit).await?;
    let points: Vec<ServicePointId> = stops.iter().map(|stop| stop.service_point).collect();
    let mut points = billing::points_to_read(&mut read, &points, ask.today()).await?;
    let hidden = identity::cover(&ask, &mut read, points.iter_mut().map(|one| (one.point, &mut one.address))).await?;
    let walks = walks(&ask);
    let body = |(stop, point): (&RouteStop, PointToRead)| {
        let shows = walks || !hidden.contains(&point.point);
        RouteStopBody {
            id: point.point.0,
            sequence: stop.sequence,
            service_point: if shows { point.reference } else { String::new() },
            address: if shows { point.address } else { String::new() },
            meter: point.meter.filter(|_| shows).map(|meter| meter.serial_number),
        }
    };
    // Every stop is a service point on record, so both lists are as long as each other.
    let bodies = stops.iter().zip(points).map(body).collect();
    Ok(List::of(bodies, &paging, |stop: &RouteStopBody| (stop.sequence, stop.id)))
}
