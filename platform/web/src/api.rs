//! What answers of the API look like: one envelope, lists by cursor, keys that make a command count once.

mod parameters;
mod problems;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use kernel::DigestBuilder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

pub use parameters::{one_of, parameter_of};
pub use problems::Problems;

use crate::{Posted, Problem, Site, read_number};

/// One thing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Envelope<T> {
    /// The thing.
    pub data: T,
}

/// A piece of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The things, in a stated order.
    pub data: Vec<T>,
    /// Give it back as `cursor` for the next piece; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Which piece of a list is asked for: `?limit=50&cursor=…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// How many, 1 to 200; 50 when nothing is said.
    pub limit: usize,
    cursor: Option<Vec<u8>>,
    /// Which list it is, and which question: a cursor goes on where it was given, nowhere else.
    list: u32,
}

/// The body of a request that is JSON; of any other kind it is refused.
#[derive(Clone, Debug)]
pub struct JsonBody(pub Bytes);

/// The header `Idempotency-Key`: sent again, the same command is not carried out again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(pub String);

/// The most things of one piece.
const LIMIT_MAX: usize = 200;
/// How many things a piece has when nothing is said.
const LIMIT_UNSAID: usize = 50;
/// The longest cursor.
const CURSOR_MAX: usize = 1_000;
/// The longest idempotency key.
const KEY_MAX: usize = 200;

impl<T> Envelope<T> {
    /// Puts a thing into its envelope.
    pub fn of(data: T) -> Envelope<T> {
        Envelope { data }
    }
}

impl<T: Serialize> IntoResponse for Envelope<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

impl<T> List<T> {
    /// Makes a piece of what was read. Read one more than the limit: if it is there, the list goes on after the last
    /// thing kept, at the place `place` tells of it.
    pub fn of<P: Serialize>(mut read: Vec<T>, paging: &Paging, place: impl Fn(&T) -> P) -> List<T> {
        let goes_on = paging.limit < read.len();
        read.truncate(paging.limit);
        let last = if goes_on { read.last() } else { None };
        let text = last.and_then(|last| serde_json::to_vec(&(paging.list, place(last))).ok());
        List { next_cursor: text.map(|text| BASE64URL_NOPAD.encode(&text)), data: read }
    }
}

impl<T: Serialize> IntoResponse for List<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

impl Paging {
    /// The place after which to go on; `None` at the beginning. What was not made by [`List::of`] for the same question is
    /// refused.
    pub fn after<P: DeserializeOwned>(&self) -> Result<Option<P>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let (list, place) = serde_json::from_slice::<(u32, P)>(cursor).map_err(|_| wrong_cursor())?;
        if list == self.list { Ok(Some(place)) } else { Err(wrong_cursor()) }
    }

    fn read(path: &str, query: &str) -> Result<Paging, Problem> {
        let list = list_of(path, query);
        let query = Posted::parse(query.as_bytes())?;
        let limit = match query.text("limit") {
            "" => LIMIT_UNSAID,
            text => {
                let limit = read_number(text).and_then(|limit| usize::try_from(limit).ok());
                limit.filter(|limit| *limit <= LIMIT_MAX).ok_or_else(|| {
                    let why = format!("`limit` is a whole number from 1 to {LIMIT_MAX}.");
                    Problem::new(StatusCode::BAD_REQUEST, "limit_wrong", "This cannot be read", why)
                })?
            }
        };
        let cursor = match query.text("cursor") {
            "" => None,
            text if CURSOR_MAX < text.len() => return Err(wrong_cursor()),
            text => Some(BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| wrong_cursor())?),
        };
        Ok(Paging { limit, cursor, list })
    }
}

/// The same for the same list with the same filters, whichever piece of it is asked for.
fn list_of(path: &str, query: &str) -> u32 {
    let mut digest = DigestBuilder::new();
    digest.text(path);
    let is_filter = |part: &&str| !part.starts_with("cursor=") && !part.starts_with("limit=");
    query.split('&').filter(|part| !part.is_empty()).filter(is_filter).for_each(|part| {
        digest.text(part);
    });
    let [a, b, c, d, ..] = digest.finish().0;
    u32::from_be_bytes([a, b, c, d])
}

fn wrong_cursor() -> Problem {
    let why = "`cursor` is not one that this list gave for the same question.";
    Problem::new(StatusCode::BAD_REQUEST, "cursor_wrong", "This cannot be read", why)
}

impl FromRequestParts<Site> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _site: &Site) -> Result<Paging, Problem> {
        Paging::read(parts.uri.path(), parts.uri.query().unwrap_or_default())
    }
}

impl FromRequest<Site> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Site) -> Result<JsonBody, Problem> {
        let headers = request.headers();
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !is_json(kind) || headers.contains_key(header::CONTENT_ENCODING) {
            let why = "The body is sent as application/json in UTF-8, not compressed.";
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::new(status, "not_json", "This cannot be read", why));
        }
        // What is too large was refused before anything was read.
        let bytes = Bytes::from_request(request, site).await;
        bytes.map(JsonBody).map_err(|_| Problem::bad_request("The body could not be read."))
    }
}

/// Whether a content type is JSON (RFC 8259 knows no parameters; `charset=utf-8` is sent all the same).
fn is_json(kind: &str) -> bool {
    let (kind, parameters) = kind.split_once(';').unwrap_or((kind, ""));
    let parameters = parameters.trim().replace('"', "");
    kind.trim().eq_ignore_ascii_case("application/json")
        && (parameters.is_empty() || parameters.eq_ignore_ascii_case("charset=utf-8"))
}

impl FromRequestParts<Site> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _site: &Site) -> Result<IdempotencyKey, Problem> {
        let header = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_key =
            !header.is_empty() && header.len() <= KEY_MAX && header.bytes().all(|byte| byte.is_ascii_graphic());
        is_key.then(|| IdempotencyKey(header.to_owned())).ok_or_else(|| {
            let why = format!("A change needs the header Idempotency-Key: 1 to {KEY_MAX} visible ASCII characters.");
            Problem::new(StatusCode::BAD_REQUEST, "idempotency_key_missing", "A key is missing", why)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(query: &str) -> Result<Paging, &'static str> {
        Paging::read("/api/v1/things", query).map_err(|problem| problem.code)
    }

    #[test]
    fn a_list_is_read_piece_by_piece() {
        let all: Vec<i64> = (1..=7).collect();
        let (mut query, mut seen) = ("limit=3".to_owned(), Vec::new());
        loop {
            let paging = paging(&query).unwrap();
            let after = paging.after::<i64>().unwrap().unwrap_or(0);
            let read = all.iter().copied().filter(|number| after < *number).take(paging.limit + 1).collect();
            let list = List::of(read, &paging, |number| *number);
            seen.push(list.data.clone());
            let Some(cursor) = list.next_cursor else { break };
            query = format!("limit=3&cursor={cursor}");
        }
        assert_eq!(seen, [vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(paging("").unwrap().limit, 50);
        for query in ["limit=0", "limit=201", "limit=-1", "limit=99999999999999999999", "limit=x", "limit=%2B1"] {
            assert_eq!(paging(query), Err("limit_wrong"), "{query}");
        }
        for query in ["cursor=%%", "cursor=a b", "cursor=…"] {
            assert_eq!(paging(query), Err("cursor_wrong"), "{query}");
        }
        let forged = paging("cursor=Zm9v").unwrap();
        assert_eq!(forged.after::<i64>().map_err(|problem| problem.code), Err("cursor_wrong"));
    }

    #[test]
    fn a_cursor_goes_on_with_its_own_list_and_question_only() {
        let first = Paging::read("/api/v1/things", "state=open&limit=1").unwrap();
        let cursor = List::of(vec![4, 5], &first, |number| *number).next_cursor.unwrap();
        #[rustfmt::skip]
        let rows = [
            ("/api/v1/things", "state=open&limit=2&cursor=", Ok(Some(4))),
            ("/api/v1/things", "limit=9&state=open&cursor=", Ok(Some(4))),
            ("/api/v1/things", "state=done&cursor=",         Err("cursor_wrong")),
            ("/api/v1/things", "cursor=",                    Err("cursor_wrong")),
            ("/api/v1/others", "state=open&cursor=",         Err("cursor_wrong")),
        ];
        for (path, query, expected) in rows {
            let paging = Paging::read(path, &format!("{query}{cursor}")).unwrap();
            assert_eq!(paging.after::<i64>().map_err(|problem| problem.code), expected, "{path}?{query}");
        }
    }

    #[test]
    fn json_is_json() {
        #[rustfmt::skip]
        let rows = [
            ("application/json",                   true),
            ("Application/JSON; charset=utf-8",    true),
            ("application/json;charset=\"UTF-8\"", true),
            ("application/json; charset=latin1",   false),
            ("application/merge-patch+json",       false),
            ("text/plain",                         false),
            ("",                                   false),
        ];
        for (kind, expected) in rows {
            assert_eq!(is_json(kind), expected, "{kind}");
        }
    }
}
