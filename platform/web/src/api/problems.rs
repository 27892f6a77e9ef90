//! `Problems`: the answers that every address of the API has in common, for its description.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

/// What every address of the API may answer instead of what was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let said = [
            ("400", "The request cannot be read."),
            ("401", "Nobody is signed in, or the token does not count any more."),
            ("403", "The permission is missing, or the token was not made for it."),
            ("404", "There is no such thing, or none that the token may know of."),
            ("413", "What was sent is too large."),
            ("414", "The address is longer than any of these."),
            ("415", "What was sent is of another kind than this address takes."),
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
