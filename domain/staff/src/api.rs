//! The API of this room: staff, roles, the log and proposals, for programs with a token.

mod bodies;
mod entries;
mod members;
mod proposals;
mod town_roles;

use axum::http::Method;
use utoipa::OpenApi;
use web::{Access, Problem, Problems, Route};

use crate::{APPROVE, MANAGE, REVIEW};

/// Who may ask for staff and roles.
const LOOK: Access = Access::NeedsAny(&[MANAGE, APPROVE, REVIEW, acts::permissions::READ]);
/// Who may ask for the log.
const READ_LOG: Access = Access::Needs(acts::permissions::READ);

/// Every address of this room for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    const SIGNED_IN: Access = Access::SignedIn;
    let (get, post) = (Method::GET, Method::POST);
    vec![
        Route::api(get.clone(), "/api/v1/staff", ("Staff, for programs", LOOK), members::list),
        Route::api(get.clone(), "/api/v1/staff/{code}", ("Somebody of the staff, for programs", LOOK), members::one),
        Route::api(get.clone(), "/api/v1/roles", ("Roles, for programs", LOOK), town_roles::list),
        Route::api(get.clone(), "/api/v1/acts", ("The log, for programs", READ_LOG), entries::list),
        Route::api(get.clone(), "/api/v1/acts/{id}", ("An entry of the log, for programs", READ_LOG), entries::one),
        Route::api(get.clone(), "/api/v1/proposals", ("Proposals, for programs", SIGNED_IN), proposals::list),
        Route::api(get, "/api/v1/proposals/{id}", ("A proposal, for programs", SIGNED_IN), proposals::one),
        Route::api(
            post.clone(),
            "/api/v1/proposals/{id}/approve",
            ("Approve a change, for programs", SIGNED_IN),
            proposals::approve,
        ),
        Route::api(
            post.clone(),
            "/api/v1/proposals/{id}/refuse",
            ("Refuse a change, for programs", SIGNED_IN),
            proposals::refuse,
        ),
        Route::api(
            post.clone(),
            "/api/v1/proposals/{id}/send-back",
            ("Send a change back, for programs", SIGNED_IN),
            proposals::send_back,
        ),
        Route::api(
            post,
            "/api/v1/proposals/{id}/withdraw",
            ("Take a change back, for programs", SIGNED_IN),
            proposals::withdraw,
        ),
    ]
}

/// What this room describes of the API.
#[derive(OpenApi)]
#[openapi(paths(
    members::list,
    members::one,
    town_roles::list,
    entries::list,
    entries::one,
    proposals::list,
    proposals::one,
    proposals::approve,
    proposals::refuse,
    proposals::send_back,
    proposals::withdraw,
))]
struct Description;

/// What this room describes of the API.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    let mut described = Description::openapi();
    let states = acts::ProposalState::ALL.map(acts::ProposalState::code);
    web::one_of(&mut described, ("list_proposals", "state"), states);
    described
}

/// A date of the query, `2026-07-01`.
fn date(ask: &web::Ask, name: &str) -> Result<Option<chrono::NaiveDate>, Problem> {
    match ask.query().text(name) {
        "" => Ok(None),
        text => {
            text.parse().map(Some).map_err(|_| Problem::bad_request(format!("`{name}` is a date such as 2026-07-01.")))
        }
    }
}
