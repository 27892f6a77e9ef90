//! What answers of the API look like: one envelope, lists by cursor, keys that make a command count once.

mod parameters;
mod problems;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

pub use parameters::{one_of, parameter_of};
pub use problems::Problems;

use crate::{Posted, Problem, Site};

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
}

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
        let text = last.and_then(|last| serde_json::to_vec(&place(last)).ok());
        List { next_cursor: text.map(|text| BASE64URL_NOPAD.encode(&text)), data: read }
    }
}

impl<T: Serialize> IntoResponse for List<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

impl Paging {
    /// The place after which to go on; `None` at the beginning. What was not made by [`List::of`] is refused.
    pub fn after<P: DeserializeOwned>(&self) -> Result<Option<P>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        serde_json::from_slice(cursor).map(Some).map_err(|_| wrong_cursor())
    }

    fn read(query: &Posted) -> Result<Paging, Problem> {
        let limit = match query.text("limit") {
            "" => LIMIT_UNSAID,
            text => text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit)).ok_or_else(|| {
                let why = format!("`limit` is a whole number from 1 to {LIMIT_MAX}.");
                Problem::new(StatusCode::BAD_REQUEST, "limit_wrong", "This cannot be read", why)
            })?,
        };
        let cursor = match query.text("cursor") {
            "" => None,
            text if CURSOR_MAX < text.len() => return Err(wrong_cursor()),
            text => Some(BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| wrong_cursor())?),
        };
        Ok(Paging { limit, cursor })
    }
}

fn wrong_cursor() -> Problem {
    let why = "`cursor` is not one that a list of this API gave.";
    Problem::new(StatusCode::BAD_REQUEST, "cursor_wrong", "This cannot be read", why)
}

impl FromRequestParts<Site> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _site: &Site) -> Result<Paging, Problem> {
        Paging::read(&Posted::parse(parts.uri.query().unwrap_or_default().as_bytes())?)
    }
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
        Paging::read(&Posted::parse(query.as_bytes()).unwrap()).map_err(|problem| problem.code)
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
        for query in ["limit=0", "limit=201", "limit=-1", "limit=99999999999999999999", "limit=x"] {
            assert_eq!(paging(query), Err("limit_wrong"), "{query}");
        }
        for query in ["cursor=%%", "cursor=a b", "cursor=…"] {
            assert_eq!(paging(query), Err("cursor_wrong"), "{query}");
        }
        let forged = paging("cursor=Zm9v").unwrap();
        assert_eq!(forged.after::<i64>().map_err(|problem| problem.code), Err("cursor_wrong"));
    }
}
