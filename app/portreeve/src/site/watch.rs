//! `/health`, `/ready` and `/metrics`: for programs that watch over the machine.

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::IntoResponse;
use web::{Access, Answer, Ask, Problem, Route};

use crate::commands::{is_ready, metrics_text};
use crate::office::Office;

/// What is asked every few seconds; the first two say nothing but yes or no.
pub fn routes() -> Vec<Route> {
    vec![
        Route::api(Method::GET, "/health", ("Whether the program runs", Access::Anyone), health),
        Route::api(Method::GET, "/ready", ("Whether the town can work", Access::Anyone), ready),
        Route::api(Method::GET, "/metrics", ("The town in numbers", Access::Anyone), metrics),
    ]
}

async fn health() -> &'static str {
    "ok\n"
}

async fn ready(ask: Ask) -> Answer {
    match is_ready(&office(&ask)).await {
        Ok(true) => Ok("ready\n".into_response()),
        Ok(false) => Ok((StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()),
        Err(fault) => {
            tracing::error!(%fault, "the town cannot work");
            Ok((StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response())
        }
    }
}

/// For programs on this machine, and for who watches over the town. Behind a proxy everybody may seem to be on this
/// machine, so there it takes the permission.
async fn metrics(ask: Ask) -> Answer {
    let is_from_here = ask.client().is_loopback() && !ask.site().is_https();
    if !is_from_here && !ask.may(staff::OBSERVE) {
        return Err(Problem::not_allowed(&[staff::OBSERVE]));
    }
    let mut response = metrics_text(&office(&ask)).await?.into_response();
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

fn office(ask: &Ask) -> Office {
    Office { door: ask.site().door().clone() }
}
