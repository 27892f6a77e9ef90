//! The description of the API, put together from what the rooms and desks tell of theirs. OpenAPI 3.1.

use axum::http::{HeaderValue, Method, header};
use axum::response::IntoResponse;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{OpenApi as Described, RefOr};
use utoipa::{Modify, OpenApi};
use web::{Access, Answer, ProblemBody, Route};

/// What all of the API has in common.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Portreeve",
        description = "City billing. Amounts are whole cents, dates ISO 8601, lists are read piece by piece by their cursor. \
                       A query with a parameter that an address does not have is refused. \
                       A change carries the header Idempotency-Key: sent again, it is not done again.",
        version = "1",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemBody)),
    modifiers(&Bearer)
)]
struct Frame;

/// Programs come with a token.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, description: &mut Described) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description =
            Some("A personal or service token. It counts only for the permissions it was made for.".to_owned());
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// What every part of the house tells of its API.
fn parts() -> Vec<Described> {
    vec![
        staff::api::description(),
        accounts::description(),
        bills::description(),
        runs::description(),
        reads::description(),
        moves::description(),
        search::description(),
        identity::description(),
        attachments::description(),
        webhooks::description(),
        schedules::description(),
        books::description(),
        super::changes::description(),
    ]
}

/// The description itself.
pub fn routes() -> Vec<Route> {
    vec![Route::api(Method::GET, "/api/v1/openapi.json", ("The description of the API", Access::Anyone), describe)]
}

/// Routes of the API with the parameters that the description tells of them: a query with any other is refused.
#[must_use]
pub fn as_described(routes: Vec<Route>) -> Vec<Route> {
    let whole = whole();
    let told = |route: Route| match whole.paths.paths.get(route.path).and_then(|item| operation(item, &route.method)) {
        Some(operation) => route.with_parameters(of_query(operation)),
        None => route,
    };
    routes.into_iter().map(told).collect()
}

fn operation<'a>(item: &'a PathItem, method: &Method) -> Option<&'a Operation> {
    match *method {
        Method::GET => item.get.as_ref(),
        Method::POST => item.post.as_ref(),
        _ => None,
    }
}

fn of_query(operation: &Operation) -> impl Iterator<Item = String> {
    operation.parameters.iter().flatten().filter_map(|one| match one {
        RefOr::T(one) if one.parameter_in == ParameterIn::Query => Some(one.name.clone()),
        RefOr::T(_) | RefOr::Ref(_) => None,
    })
}

fn whole() -> Described {
    parts().into_iter().fold(Frame::openapi(), |mut whole, part| {
        whole.merge(part);
        whole
    })
}

/// The description as stored beside the documents, and as programs get it.
///
/// # Panics
/// Never: it is made of words alone.
#[must_use]
pub fn openapi() -> String {
    let text = with_keys(whole()).to_pretty_json().expect("a description without numbers that JSON does not have");
    format!("{text}\n")
}

/// The example of a key names its operation: two changes under one key would not both be done.
fn with_keys(mut whole: Described) -> Described {
    let posts = whole.paths.paths.values().filter_map(|path| path.post.as_ref());
    let has_key = |one: &&Operation| {
        let mut parameters = one.parameters.iter().flatten();
        parameters.any(|one| matches!(one, RefOr::T(one) if one.name == KEY))
    };
    let named: Vec<String> = posts.filter(has_key).filter_map(|one| one.operation_id.clone()).collect();
    for operation in named {
        let schema = web::parameter_of(&mut whole, (&operation, KEY));
        if schema.examples.is_empty() {
            schema.examples.push(format!("example-{operation}").into());
        }
    }
    whole
}

/// The header that makes a change count once.
const KEY: &str = "Idempotency-Key";

async fn describe() -> Answer {
    let mut response = openapi().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use web::RouteKind;

    /// Written anew with `UPDATE_SNAPSHOTS=1`.
    #[test]
    fn the_description_is_the_one_beside_the_documents() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/developers/openapi.json");
        let described = super::openapi();
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(&path, &described).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        let words = "docs/developers/openapi.json is not the API; write it anew with UPDATE_SNAPSHOTS=1";
        assert!(stored == described, "{words}");
        let json: serde_json::Value = serde_json::from_str(&described).unwrap();
        assert!(json["openapi"].as_str().unwrap().starts_with("3.1"));
        let described: Vec<&String> = json["paths"].as_object().unwrap().keys().collect();
        let routes = crate::site::routes();
        let versioned = routes.iter().filter(|route| route.kind == RouteKind::Api && route.path.starts_with("/api/"));
        for route in versioned.filter(|route| route.path != "/api/v1/openapi.json") {
            assert!(described.iter().any(|path| *path == route.path), "{} is not described", route.path);
        }
    }
}
