//! The guard before every handler: who may, and whether a change comes from a form of ours. Everything else is denied.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{cookies, is_from_this_site, only_looks, signer};
use crate::{Access, Ask, Go, Posted, Problem, RouteKind, SECOND_FACTOR_PATH, SIGN_IN_PATH};

/// What one route asks of its visitors.
#[derive(Clone, Copy)]
pub(crate) struct Guard {
    pub(crate) access: Access,
    pub(crate) kind: RouteKind,
}

/// The largest body of a request, in bytes.
pub(crate) const BODY_MAX: usize = 1024 * 1024;

/// Lets through who may.
pub(crate) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.let_in(request).await {
        Ok(request) => next.run(request).await,
        Err(response) => response,
    }
}

impl Guard {
    async fn let_in(self, request: Request) -> Result<Request, Response> {
        let ask = request.extensions().get::<Ask>().expect("the edge puts it into every request").clone();
        match self.kind {
            RouteKind::Asset => Ok(request),
            RouteKind::Page => {
                self.check_access(&ask).map_err(|problem| to_sign_in(&ask, request.method(), problem))?;
                if only_looks(request.method()) {
                    return Ok(request);
                }
                check_form(ask, request).await.map_err(IntoResponse::into_response)
            }
            RouteKind::Api => self.let_program_in(ask, request).await.map_err(IntoResponse::into_response),
        }
    }

    /// The one place where it is decided who may use a route.
    fn check_access(self, ask: &Ask) -> Result<(), Problem> {
        if self.access == Access::Anyone {
            return Ok(());
        }
        let visitor = ask.who()?;
        match self.access {
            Access::Anyone | Access::SignedIn => Ok(()),
            Access::Needs(permission) if visitor.may(permission) => Ok(()),
            Access::Needs(permission) => Err(Problem::not_allowed(&[permission])),
            Access::NeedsAny(permissions) if permissions.iter().any(|permission| visitor.may(*permission)) => Ok(()),
            Access::NeedsAny(permissions) => Err(Problem::not_allowed(permissions)),
        }
    }

    /// Programs come with a token. A session counts for looking only: its cookie is sent by forged requests, too.
    async fn let_program_in(self, ask: Ask, mut request: Request) -> Result<Request, Problem> {
        let bearer = match bearer_of(request.headers()) {
            Some(token) => ask.site().gate().bearer(token).await?,
            None => ask.visitor().filter(|_| only_looks(request.method())).cloned(),
        };
        let ask = ask.with(|asked| asked.visitor = bearer);
        self.check_access(&ask)?;
        request.extensions_mut().insert(ask);
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, BODY_MAX).await.map_err(|_| too_large())?;
        Ok(Request::from_parts(parts, Body::from(bytes)))
    }
}

/// Who is not signed in goes to sign in, and comes back if all they did was look.
fn to_sign_in(ask: &Ask, method: &axum::http::Method, problem: Problem) -> Response {
    if problem.status != StatusCode::UNAUTHORIZED || !only_looks(method) {
        return problem.into_response();
    }
    if ask.visitor().is_some() {
        return Go::to(SECOND_FACTOR_PATH).into_response();
    }
    let query: Vec<(&str, &str)> = ask.query().pairs().collect();
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    let back = if query.is_empty() { ask.path().to_owned() } else { format!("{}?{query}", ask.path()) };
    match serde_urlencoded::to_string([("return_to", back)]) {
        Ok(back) if ask.path() != "/" => Go::to(&format!("{SIGN_IN_PATH}?{back}")).into_response(),
        _ => Go::to(SIGN_IN_PATH).into_response(),
    }
}

/// Reads a form and believes it only with the key of the session, or of the browser, that it was made for.
async fn check_form(ask: Ask, request: Request) -> Result<Request, Problem> {
    if !is_from_this_site(ask.site(), request.headers()) {
        return Err(Problem::forged_form());
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        let why = "Forms of this site are sent as application/x-www-form-urlencoded.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "form_unreadable", "This cannot be read", why));
    }
    let (mut parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY_MAX).await.map_err(|_| too_large())?;
    let posted = Posted::parse(&bytes)?;
    let key = posted.text("form_key");
    let is_ours = match ask.visitor() {
        Some(visitor) => !key.is_empty() && signer::is_same(&visitor.form_key, key),
        None => cookies::is_form_key(ask.site(), &parts.headers, key),
    };
    if !is_ours {
        return Err(Problem::forged_form());
    }
    parts.extensions.insert(ask.with(|asked| asked.posted = posted));
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn too_large() -> Problem {
    let why = "What was sent is larger than one megabyte.";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "This is too large", why)
}
