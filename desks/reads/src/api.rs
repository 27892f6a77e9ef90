//! Service points, reads and meters, for programs with a token.

mod bodies;

use axum::http::Method;
use billing::services_at_points;
use utoipa::OpenApi;
use web::{Access, Ask, At, Envelope, List, Paging, Problem, Problems, Route};

use crate::words::point_named;
use bodies::{InstalledMeter, MeterAtPlace, MeterInFull, PointInFull, PointUseBody, ReadBody, ServedBody};

/// Every address of this desk for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    const LOOK: Access = Access::Needs(customers::permissions::SEE);
    let get = Method::GET;
    vec![
        Route::api(get.clone(), "/api/v1/points/{reference}", ("A service point, for programs", LOOK), point),
        Route::api(get.clone(), "/api/v1/points/{reference}/reads", ("Reads, for programs", LOOK), reads),
        Route::api(get, "/api/v1/meters/{serial}", ("A meter, for programs", LOOK), meter),
    ]
}

/// What this desk describes of the API.
#[derive(OpenApi)]
#[openapi(paths(point, reads, meter))]
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
    Ok(Envelope::of(PointInFull {
        reference: point.reference,
        service: point.service,
        address: point.address,
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
    let points: Vec<kernel::ServicePointId> = placements.iter().map(|one| one.service_point).collect();
    let references = premises::references_by_id(&mut read, &points).await?;
    let place = |one: &metering::Placement| MeterAtPlace::of(one, references.get(&one.service_point));
    Ok(Envelope::of(MeterInFull::of(&meter, placements.iter().map(place).collect())))
}
