//! The guard before every handler: who may, and whether a change comes from a form of ours. Everything else is denied.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use futures_util::StreamExt;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{cookies, is_from_this_site, only_looks, signer};
use crate::{
    Access, Ask, Go, LargestFile, Posted, Problem, RouteKind, SECOND_FACTOR_PATH, SIGN_IN_PATH, Site, multipart,
};

/// What one route asks of its visitors.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) access: Access,
    pub(crate) kind: RouteKind,
    pub(crate) takes_files: bool,
    pub(crate) parameters: Option<Arc<[String]>>,
}

/// The largest body of a request, in bytes.
pub(crate) const BODY_MAX: usize = 1024 * 1024;

/// What a form with a file holds besides the file, in bytes.
const BESIDE_FILE: usize = 64 * 1024;
/// How many files are taken at once: they are held in memory.
const FILES_AT_ONCE: usize = 4;
static FILES: Semaphore = Semaphore::const_new(FILES_AT_ONCE);
/// How long a file may take to come in.
const FILE_PATIENCE: Duration = Duration::from_secs(300);
/// So many times the largest file is still read, and dropped: a browser shows no answer while it is sending.
const READ_PAST: usize = 5;

/// Holds a place among the files that are taken at once.
#[derive(Clone)]
struct Held {
    _place: Arc<SemaphorePermit<'static>>,
}

/// Lets through who may.
pub(crate) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.let_in(request).await {
        Ok(request) => {
            // The place is given back when the handler is done with the file.
            let _held = request.extensions().get::<Held>().cloned();
            next.run(request).await
        }
        Err(response) => response,
    }
}

impl Guard {
    async fn let_in(&self, request: Request) -> Result<Request, Response> {
        let ask = request.extensions().get::<Ask>().expect("the edge puts it into every request").clone();
        match self.kind {
            RouteKind::Asset => Ok(request),
            RouteKind::Page => {
                self.check_access(&ask).map_err(|problem| to_sign_in(&ask, request.method(), problem))?;
                if only_looks(request.method()) {
                    return Ok(request);
                }
                self.check_form(ask, request).await.map_err(IntoResponse::into_response)
            }
            RouteKind::Api => self.let_program_in(ask, request).await.map_err(IntoResponse::into_response),
        }
    }

    /// The one place where it is decided who may use a route.
    fn check_access(&self, ask: &Ask) -> Result<(), Problem> {
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

    /// A filter that is misspelled would let everything through.
    fn check_parameters(&self, query: &Posted) -> Result<(), Problem> {
        let Some(known) = &self.parameters else { return Ok(()) };
        match query.pairs().find(|(name, _)| !known.iter().any(|known| known == name)) {
            Some((name, _)) => Err(unknown_parameter(name, known)),
            None => Ok(()),
        }
    }

    /// Programs come with a token. A session counts for looking only: its cookie is sent by forged requests, too.
    async fn let_program_in(&self, ask: Ask, mut request: Request) -> Result<Request, Problem> {
        let bearer = match bearer_of(request.headers()) {
            Some(token) => ask.site().gate().bearer(token).await?,
            None => ask.visitor().filter(|_| only_looks(request.method())).cloned(),
        };
        let ask = ask.with(|asked| asked.visitor = bearer);
        self.check_access(&ask)?;
        self.check_parameters(ask.query())?;
        request.extensions_mut().insert(ask);
        if only_looks(request.method()) {
            return Ok(request);
        }
        let site = request.extensions().get::<Ask>().map(|ask| ask.site().clone());
        let (request, _) = self.read_body(site.as_ref(), request).await?;
        Ok(request)
    }

    /// Reads a form and believes it only with the key of the session, or of the browser, that it was made for.
    async fn check_form(&self, ask: Ask, request: Request) -> Result<Request, Problem> {
        if !is_from_this_site(ask.site(), request.headers()) {
            return Err(Problem::forged_form());
        }
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = multipart::boundary(kind).filter(|_| self.takes_files).map(str::to_owned);
        if boundary.is_none() && !kind.starts_with("application/x-www-form-urlencoded") {
            let why = "Forms of this site are sent as application/x-www-form-urlencoded.";
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "form_unreadable",
                "This cannot be read",
                why,
            ));
        }
        let (mut request, bytes) = self.read_body(Some(ask.site()), request).await?;
        let posted = match boundary {
            Some(boundary) => Posted::parse_parts(&bytes, &boundary)?,
            None => Posted::parse(&bytes)?,
        };
        let key = posted.text("form_key");
        let is_ours = match ask.visitor() {
            Some(visitor) => !key.is_empty() && signer::is_same(&visitor.form_key, key),
            None => cookies::is_form_key(ask.site(), request.headers(), key),
        };
        if !is_ours {
            return Err(Problem::forged_form());
        }
        request.extensions_mut().insert(ask.with(|asked| asked.posted = posted));
        Ok(request)
    }

    /// Reads the body, bounded; where files are taken, as large as one, and not too many at once.
    async fn read_body(&self, site: Option<&Site>, request: Request) -> Result<(Request, Bytes), Problem> {
        let (mut parts, body) = request.into_parts();
        let largest = site.filter(|_| self.takes_files).and_then(|site| site.part_if_any::<LargestFile>());
        let bytes = match largest {
            None => to_bytes(body, BODY_MAX).await.map_err(|_| too_large("one megabyte"))?,
            Some(LargestFile(largest)) => {
                let reading = async {
                    let place = FILES.acquire().await.map_err(|_| Problem::our_fault())?;
                    let read = read_up_to(body, largest.saturating_add(BESIDE_FILE)).await?;
                    Ok::<_, Problem>((place, read))
                };
                let (place, read) = tokio::time::timeout(FILE_PATIENCE, reading).await.map_err(|_| too_slow())??;
                parts.extensions.insert(Held { _place: Arc::new(place) });
                read.ok_or_else(|| too_large(&format!("{} MB, the most that is taken", largest / 1_000_000)))?
            }
        };
        Ok((Request::from_parts(parts, Body::from(bytes.clone())), bytes))
    }
}

/// Reads a body; `None` when there is more than so much.
async fn read_up_to(body: Body, most: usize) -> Result<Option<Bytes>, Problem> {
    let mut stream = body.into_data_stream();
    let (mut held, mut length) = (Vec::new(), 0_usize);
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Problem::bad_request("What was sent broke off."))?;
        length = length.saturating_add(piece.len());
        if length <= most {
            held.extend_from_slice(&piece);
        } else {
            held = Vec::new();
            if most.saturating_mul(READ_PAST) < length {
                break;
            }
        }
    }
    Ok((length <= most).then(|| Bytes::from(held)))
}

fn too_slow() -> Problem {
    let why = "The file did not come in within five minutes, or too many others were coming in.";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "This took too long", why).next("Send it again.")
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

fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn unknown_parameter(name: &str, known: &[String]) -> Problem {
    let name: String = name.chars().take(NAME_SHOWN).collect();
    let known: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
    let why = match known.as_slice() {
        [] => format!("`{name}` is no parameter of this address: it takes none."),
        known => format!("`{name}` is no parameter of this address: it takes {}.", known.join(", ")),
    };
    Problem::new(StatusCode::BAD_REQUEST, "parameter_unknown", "This cannot be read", why)
}

/// So many characters of an unknown name are said back.
const NAME_SHOWN: usize = 40;

fn too_large(than: &str) -> Problem {
    let why = format!("What was sent is larger than {than}.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "This is too large", why)
}
