//! Moves, for programs with a token.

use axum::http::Method;
use billing::{MoveSide, account_moves};
use chrono::NaiveDate;
use kernel::{AccountId, Period};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Ask, List, Paging, Problem, Problems, Route};

/// Every address of this desk for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    const LOOK: Access = Access::Needs(customers::permissions::SEE);
    vec![Route::api(Method::GET, "/api/v1/moves", ("Moves, for programs", LOOK), list)]
}

/// What this desk describes of the API.
#[derive(OpenApi)]
#[openapi(paths(list))]
struct Described;

/// The addresses of this desk for programs, described.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    let mut described = Described::openapi();
    web::one_of(&mut described, ("list_moves", "side"), ["in", "out"]);
    described
}

/// Services of an account that begin or end on a day.
#[derive(Debug, Serialize, ToSchema)]
struct MoveBody {
    /// The first day, or the day after the last.
    on: NaiveDate,
    /// The number of the account.
    account: String,
    /// How many services.
    services: i64,
    /// The reference of one of the service points.
    point: String,
}

/// The most days asked for at once.
const DAYS_MAX: i64 = 366;

/// Whose services begin, or end, within some days: the latest first.
#[utoipa::path(
    get, path = "/api/v1/moves", tag = "moves", operation_id = "list_moves", security(("bearer" = [])),
    params(
        ("side" = Option<String>, Query, example = "out", description = "`in`, as when nothing is said, or `out`."),
        ("from" = NaiveDate, Query, example = "2025-02-01", description = "The first day."),
        ("to" = NaiveDate, Query, example = "2026-01-01", description = "The day after the last; at most 366 days on."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<MoveBody>), Problems)
)]
async fn list(ask: Ask, paging: Paging) -> Result<List<MoveBody>, Problem> {
    let day = |name: &str| -> Result<NaiveDate, Problem> {
        let wrong = || Problem::bad_request(format!("`{name}` is a date such as 2026-07-01."));
        ask.query().text(name).parse().map_err(|_| wrong())
    };
    let days = Period::new(day("from")?, day("to")?).ok().filter(|days| days.days() <= DAYS_MAX);
    let days = days.ok_or_else(|| Problem::bad_request("`to` comes after `from`, at most 366 days."))?;
    let side = match ask.query().text("side") {
        "" | "in" => MoveSide::Starts,
        "out" => MoveSide::Stops,
        _ => return Err(Problem::bad_request("`side` is in or out.")),
    };
    let offset = usize::try_from(paging.after::<i64>()?.unwrap_or(0)).unwrap_or(0);
    let mut read = ask.read().await?;
    let moves = account_moves(&mut read, side, days, (offset, paging.limit + 1)).await?;
    let accounts: Vec<AccountId> = moves.iter().map(|one| one.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    let points: Vec<kernel::ServicePointId> = moves.iter().map(|one| one.service_point).collect();
    let points = premises::references_by_id(&mut read, &points).await?;
    let bodies = moves.iter().map(|one| MoveBody {
        on: one.on,
        account: accounts.get(&one.account).map(|account| account.number.to_string()).unwrap_or_default(),
        services: one.services,
        point: points.get(&one.service_point).cloned().unwrap_or_default(),
    });
    let next = i64::try_from(offset + paging.limit).unwrap_or(i64::MAX);
    Ok(List::of(bodies.collect(), &paging, |_| next))
}
