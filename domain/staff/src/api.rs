//! The API of this room: staff, roles, the log and proposals, for programs with a token. Described by OpenAPI 3.1.

mod bodies;
mod entries;
mod members;
mod proposals;
mod town_roles;

use std::collections::BTreeMap;

use axum::http::{HeaderValue, Method, header};
use axum::response::IntoResponse;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi};
use web::{Access, Answer, Problem, ProblemBody, Route};

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
        Route::api(get.clone(), "/api/v1/openapi.json", ("The description of the API", Access::Anyone), describe),
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

/// The description of the API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Portreeve",
        description = "City billing. Amounts are whole cents, dates ISO 8601, lists are read piece by piece by their cursor. \
                       A change carries the header Idempotency-Key: sent again, it is not done again.",
        version = "1",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        members::list, members::one, town_roles::list, entries::list, entries::one, proposals::list, proposals::one,
        proposals::approve, proposals::refuse, proposals::send_back, proposals::withdraw,
    ),
    components(schemas(ProblemBody)),
    modifiers(&Bearer)
)]
struct Description;

/// Programs come with a token.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description =
            Some("A personal or service token. It counts only for the permissions it was made for.".to_owned());
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The description as stored beside the documents, and as programs get it.
///
/// # Panics
/// Never: it is made of words alone.
#[must_use]
pub fn openapi() -> String {
    let text = Description::openapi().to_pretty_json().expect("a description without numbers that JSON does not have");
    format!("{text}\n")
}

async fn describe() -> Answer {
    let mut response = openapi().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// What every address may answer instead.
struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let said = [
            ("400", "The request cannot be read."),
            ("401", "Nobody is signed in, or the token does not count any more."),
            ("403", "The permission is missing, or the token was not made for it."),
            ("404", "There is no such thing, or none that the token may know of."),
            ("422", "The rules refuse it; `code` tells which one."),
            ("429", "Too many requests in a short time."),
        ];
        let response = |words: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
            RefOr::T(ResponseBuilder::new().description(words).content("application/problem+json", content).build())
        };
        said.iter().map(|(status, words)| ((*status).to_owned(), response(words))).collect()
    }
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
