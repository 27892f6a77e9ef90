//! `router`: all routes behind one edge, with a guard before each handler.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::edge::{Edge, Guard, edge, guard};
use crate::{Problem, Route, Site, assets};

/// Where one signs in.
pub const SIGN_IN_PATH: &str = "/sign-in";
/// Where one gives the second factor.
pub const SECOND_FACTOR_PATH: &str = "/sign-in/code";
/// Where the button of the header signs out, by a form.
pub const SIGN_OUT_PATH: &str = "/sign-out";

/// Puts a site's routes together. What no route names does not exist; what a route does not allow is denied.
///
/// # Panics
/// When two routes have the same method and path.
pub fn router(site: Site, mut routes: Vec<Route>) -> Router {
    routes.extend(assets::routes());
    let edge_state = Edge::new(&site, &routes);
    let mut router = Router::new();
    for route in routes {
        let Route { access, kind, takes_files, parameters, .. } = route;
        let guard_state = Guard { access, kind, takes_files, parameters };
        router = router.route(route.path, route.handler.route_layer(from_fn_with_state(guard_state, guard)));
    }
    router
        .fallback(async || Problem::not_found())
        // The guard has bounded every body already.
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn_with_state(edge_state, edge))
        .with_state(site)
}

/// A handler met a defect: nothing was committed, and the next request is not concerned.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn after_panic(panic: Box<dyn std::any::Any + Send>) -> Response {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(defect = words.unwrap_or("without words"), "a handler panicked");
    Problem::our_fault().into_response()
}
