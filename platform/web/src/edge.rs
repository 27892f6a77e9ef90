//! The edge of the site: what happens to every request before and after its handler.

mod cookies;
mod draw;
mod guard;
mod headers;
mod pace;
mod signer;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use tracing::Instrument;

pub(crate) use guard::{Guard, guard};
pub(crate) use pace::Paces;
pub use pace::neighborhood;
pub(crate) use signer::Signer;

use crate::ask::Asked;
use crate::at::{OF_LINES, has_controls};
use crate::route::Route;
use crate::{Access, Ask, Menu, Posted, Problem, RouteKind, Site, Visitor};

/// What the edge knows besides the site.
#[derive(Clone)]
pub(crate) struct Edge {
    pub(crate) site: Site,
    pub(crate) menu: Arc<[MenuItem]>,
    pub(crate) has_search: bool,
    pub(crate) paces: Arc<Paces>,
}

/// A page the menu leads to.
pub(crate) struct MenuItem {
    pub(crate) title: &'static str,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) menu: Menu,
}

/// The longest address with its query.
const ADDRESS_MAX: usize = 4_000;

impl Edge {
    pub(crate) fn new(site: &Site, routes: &[Route]) -> Edge {
        let item =
            |route: &Route| MenuItem { title: route.title, path: route.path, access: route.access, menu: route.menu };
        Edge {
            site: site.clone(),
            menu: routes.iter().filter(|route| route.menu != Menu::No).map(item).collect(),
            has_search: routes.iter().any(|route| route.path == "/search"),
            paces: Arc::new(Paces::new(site.pace())),
        }
    }
}

/// Numbers the request, finds out who asks, hands it on, and draws what comes back.
pub(crate) async fn edge(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let (parts, body) = request.into_parts();
    let route = parts.extensions.get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let ask = match look_at(&edge, &parts).await {
        Ok(ask) => ask,
        Err((ask, problem)) => return draw::finish(&edge, &ask, &method, problem.into_response()),
    };
    let response = if edge.paces.allows(ask.client(), begun) {
        let mut request = Request::from_parts(parts, body);
        request.extensions_mut().insert(ask.clone());
        // Whatever is logged on the way can be found by the request's number.
        next.run(request).instrument(tracing::error_span!("request", id = ask.request_id())).await
    } else {
        let why = "Too many requests came from your address in a short time.";
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests", why)
            .next("Wait a few seconds, then try again.")
            .into_response()
    };
    let status = response.status().as_u16();
    metrics::counter!("portreeve_requests", "answer" => class(status)).increment(1);
    let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    metrics::counter!("portreeve_request_milliseconds").increment(took_ms);
    // The route as it is listed: an address may hold names.
    tracing::info!(request.id = ask.request_id(), method = %method, route, status, took_ms, "answered");
    draw::finish(&edge, &ask, &method, response)
}

/// The class of a status, so that there are few numbers to keep.
fn class(status: u16) -> &'static str {
    match status / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "other",
    }
}

/// Reads everything about a request that does not depend on its route.
async fn look_at(edge: &Edge, request: &Parts) -> Result<Ask, (Ask, Problem)> {
    let site = edge.site.clone();
    let path = request.uri.path();
    let query = request.uri.query().unwrap_or_default();
    let session_token = cookies::read(&request.headers, cookies::session_name(&site)).map(str::to_owned);
    let ask = Ask::new(Asked {
        visitor: None,
        form_key: String::new(),
        path: path.chars().take(ADDRESS_MAX).collect(),
        query: Posted::default(),
        posted: Posted::default(),
        client: client(&site, request),
        request_id: HEXLOWER.encode(&site.random().bytes::<8>()),
        session_token,
        alert: cookies::alert(&site, &request.headers),
        site,
    });
    if ADDRESS_MAX < path.len() + query.len() {
        let why = "The address is longer than any of ours.";
        return Err((ask, Problem::new(StatusCode::URI_TOO_LONG, "address_too_long", "This cannot be read", why)));
    }
    // A program is told; what people paste into a box is read without them.
    if path.starts_with("/api/") && has_controls(query, &OF_LINES) {
        return Err((ask, Problem::bad_request("The address has characters that cannot be stored.")));
    }
    let query = match Posted::parse(query.as_bytes()) {
        Ok(query) => query.without_controls(),
        Err(problem) => return Err((ask, problem)),
    };
    let visitor = match visitor(&ask).await {
        Ok(visitor) => visitor,
        Err(problem) => return Err((ask, problem)),
    };
    let form_key = match &visitor {
        Some(visitor) => visitor.form_key.clone(),
        None => cookies::form_key(&ask, &request.headers),
    };
    Ok(ask.with(|asked| {
        asked.query = query;
        asked.visitor = visitor;
        asked.form_key = form_key;
    }))
}

/// Who is behind the session cookie. Files that are the same for everybody ask no database.
async fn visitor(ask: &Ask) -> Result<Option<Visitor>, Problem> {
    match ask.session_token() {
        Some(token) if !ask.path().starts_with("/assets/") && token.len() <= cookies::VALUE_MAX => {
            Ok(ask.site().gate().visitor(token).await?)
        }
        _ => Ok(None),
    }
}

/// The visitor's address: the connection's, or what the proxy in front of it tells last.
fn client(site: &Site, request: &Parts) -> IpAddr {
    let peer = request.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let told = || {
        let header = request.headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        header.rsplit(',').next()?.trim().parse().ok()
    };
    if site.is_https() { told().unwrap_or(peer) } else { peer }
}

/// Whether a request for a change comes from a page of this site, as far as the browser tells.
fn is_from_this_site(site: &Site, headers: &HeaderMap) -> bool {
    let told = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if told("sec-fetch-site").is_some_and(|from| from != "same-origin" && from != "none") {
        return false;
    }
    let Some(origin) = told("origin") else { return true };
    match (site.public_url(), told("host")) {
        (Some(url), _) => origin == url,
        (None, Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (None, None) => false,
    }
}

/// Whether a method only looks.
fn only_looks(method: &Method) -> bool {
    *method == Method::GET || *method == Method::HEAD
}

/// Whether an answer is for programs, when no route says so: below `/api/`.
fn kind_of(path: &str) -> RouteKind {
    if path.starts_with("/api/") { RouteKind::Api } else { RouteKind::Page }
}
