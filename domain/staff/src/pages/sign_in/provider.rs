//! Single sign-on: leaving for the city's provider, and coming back.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use db::Fault;
use web::{Access, Alert, Answer, Ask, Problem, Route, SIGN_IN_PATH, Site, safe_return_to};

use super::{At, client, desk, go_on, part};
use crate::sign_in::Returning;

/// Where providers send people back to; entered there as the redirect address.
const RETURNED_PATH: &str = "/sign-in/returned";

/// How long the browser keeps what it left with, in seconds.
const KEPT_SECONDS: u32 = 600;

pub(super) fn routes() -> Vec<Route> {
    vec![
        // Leaving is a link, not a form: forms of this site are sent to this site only.
        Route::page("/sign-in/with/{place}", "Leave for single sign-on", Access::Anyone, leave),
        Route::page(RETURNED_PATH, "Come back from single sign-on", Access::Anyone, come_back),
    ]
}

/// Where to sign in with the provider at this place of the list.
pub(super) fn path(place: usize) -> String {
    format!("/sign-in/with/{place}")
}

async fn leave(ask: Ask, place: At<usize>) -> Answer {
    let place = part(place)?;
    let provider = desk(&ask).providers().get(place).ok_or_else(Problem::not_found)?;
    let return_to = safe_return_to(ask.query().text("return_to"));
    let begun = match desk(&ask).sso_begin(&provider.issuer, return_to, ask.now()).await {
        Ok(begun) => begun.map_err(|refused| Problem::refused(&refused))?,
        Err(fault) => return Err(unreachable(fault)),
    };
    let cookie = cookie(ask.site(), begun.state.text());
    let (Ok(url), Ok(cookie)) = (HeaderValue::from_str(&begun.url), HeaderValue::from_str(&cookie)) else {
        return Err(Problem::our_fault());
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, url);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

async fn come_back(ask: Ask, headers: HeaderMap) -> Answer {
    let refuse = |words: String| ask.go(SIGN_IN_PATH).saying(Alert::bad("You are not signed in").text(words)).answer();
    let query = ask.query();
    if query.has("error") {
        return refuse("The single sign-on was stopped before it was finished.".to_owned());
    }
    let returning = Returning {
        state: query.text("state"),
        state_of_browser: kept(ask.site(), &headers).unwrap_or_default(),
        code: query.text("code"),
    };
    let returned = match desk(&ask).sso_end(returning, &client(&ask, &headers), ask.now()).await {
        Ok(returned) => returned,
        Err(fault) => return Err(unreachable(fault)),
    };
    match go_on(&ask, returned.step, &returned.return_to).await? {
        Ok(go) => go.answer(),
        Err(refused) => refuse(refused.to_string()),
    }
}

/// What went wrong is in the log; on the screen stands what can be done.
fn unreachable(fault: Fault) -> Problem {
    let _logged = Problem::from(fault);
    let (title, why) =
        ("The single sign-on cannot be reached", "It did not answer, or answered something else than agreed.");
    Problem::new(StatusCode::BAD_GATEWAY, "single_sign_on_unreachable", title, why)
        .next("Try again in a minute, or sign in with your password.")
}

fn cookie_name(site: &Site) -> &'static str {
    if site.is_https() { "__Host-portreeve-leaving" } else { "portreeve-leaving" }
}

/// Ties the way back to this browser. `Lax`, because the way back begins on the provider's page.
fn cookie(site: &Site, state: &str) -> String {
    let secure = if site.is_https() { "; Secure" } else { "" };
    let name = cookie_name(site);
    format!("{name}={state}; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age={KEPT_SECONDS}")
}

/// What this browser left with; nothing when it was sent twice.
fn kept<'a>(site: &Site, headers: &'a HeaderMap) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(name, _)| *name == cookie_name(site)).map(|(_, value)| value);
    let value = values.next()?;
    values.next().is_none().then_some(value)
}
