//! `/search/while-typing`: the list below the search box, as a fragment that the page's script puts there.

use askama::Template;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse};
use web::shown::counted;
use web::{Answer, Ask, Found, Problem, address};

use super::{find_all, question};

/// The most that stands below the box.
const SHOWN_MAX: usize = 8;

#[derive(Template)]
#[template(path = "pages/typing.html")]
struct Typing {
    told: String,
    found: Vec<Found>,
    all: Option<String>,
}

pub(super) async fn show(ask: Ask, headers: HeaderMap) -> Answer {
    let question = question(&ask);
    // Opened by itself, a fragment is no page.
    if headers.get("sec-fetch-dest").is_some_and(|dest| dest == "document") {
        return ask.go(&address("/search", &[("q", &question)])).answer();
    }
    let mut found = find_all(&ask, &question, SHOWN_MAX + 1).await?;
    let has_more = SHOWN_MAX < found.len();
    found.truncate(SHOWN_MAX);
    let number = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let told = match found.is_empty() {
        true => "Nothing found".to_owned(),
        false if has_more => format!("More than {} results", number),
        false => counted(number, "result", "results"),
    };
    let all = has_more.then(|| address("/search", &[("q", &question)]));
    let html = Typing { told, found, all }.render().map_err(|error| {
        tracing::error!(%error, "a template cannot be rendered");
        Problem::our_fault()
    })?;
    Ok(Html(html).into_response())
}
