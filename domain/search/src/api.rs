//! `/api/v1/search`: what people find, for programs with a token.

use axum::http::Method;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Ask, List, Paging, Problem, Problems, Route};

use crate::pages::{find_all, question};

/// Every address of this room for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    vec![Route::api(Method::GET, "/api/v1/search", ("Search, for programs", Access::SignedIn), search)]
}

/// What this room describes of the API.
#[derive(OpenApi)]
#[openapi(paths(search), components(schemas(FoundThing)))]
struct Described;

/// What this room describes of the API.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

/// Something that was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FoundThing {
    /// What it is, such as `Account`, `Meter` or `Bill`.
    what: String,
    /// What it is called.
    name: String,
    /// What tells it apart: number, address, amount.
    note: String,
    /// How it stands, where that is not as one expects.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    /// Its page.
    href: String,
    /// How far off it is, from 0: what was asked for is exactly its name.
    distance: u8,
    /// Whether everything that was asked for is there as it was typed: nothing begun, nothing mistyped.
    is_sure: bool,
}

/// Finds accounts, meters, bills and people of the staff, the best first.
#[utoipa::path(
    get, path = "/api/v1/search", tag = "search", operation_id = "search", security(("bearer" = [])),
    params(
        ("q" = Option<String>, Query, max_length = 100, example = "Agave Hollow", description = "Words of a name or address, or a number; 100 letters are read."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 200, example = 20, description = "How many, 1 to 200; 50 when nothing is said."),
    ),
    responses((status = 200, description = "What was found.", body = List<FoundThing>), Problems)
)]
async fn search(ask: Ask, paging: Paging) -> Result<List<FoundThing>, Problem> {
    let found = find_all(&ask, &question(&ask), paging.limit).await?;
    let thing = |found: web::Found| FoundThing {
        what: found.what.to_owned(),
        name: found.name,
        note: found.note,
        state: found.state.map(|(_, words)| words),
        href: found.href,
        distance: found.distance,
        is_sure: found.is_sure,
    };
    Ok(List { data: found.into_iter().map(thing).collect(), next_cursor: None })
}
