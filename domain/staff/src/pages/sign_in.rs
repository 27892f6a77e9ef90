//! Signing in, one's own profile, and helping others to sign in.
//!
//! Sessions, passwords and codes are kept by [`SignIn`]; what is done for somebody else goes through the door.

mod enter;
mod own_password;
mod own_second_factor;
mod own_tokens;
mod profile;
mod provider;
mod qr;
mod second_code;
mod staff_sign_in;
mod welcome;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, header};
use db::Fault;
use web::{Ask, Go, Problem, Route, safe_return_to};

use crate::pages::PermissionBook;
use crate::sign_in::{Client, Session, SignIn, SignInRefused, Step};

/// A part of an address; what cannot be read is an address that does not exist.
type At<T> = Result<Path<T>, PathRejection>;

/// Every page of signing in. The site needs [`SignIn`] and [`PermissionBook`] among its parts.
#[must_use]
pub fn sign_in_routes() -> Vec<Route> {
    [
        enter::routes(),
        second_code::routes(),
        welcome::routes(),
        provider::routes(),
        profile::routes(),
        own_password::routes(),
        own_second_factor::routes(),
        own_tokens::routes(),
        staff_sign_in::routes(),
    ]
    .concat()
}

/// Where sign-ins are kept.
fn desk(ask: &Ask) -> &SignIn {
    ask.site().part::<SignIn>()
}

/// What a permission allows, in a sentence; its own code when no room has it any more.
fn permission_words(ask: &Ask, code: &str) -> String {
    let words = ask.site().part::<PermissionBook>().words(code);
    if words == code { code.to_owned() } else { capital(words) }
}

/// With a capital letter in front.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// From where somebody comes.
fn client(ask: &Ask, headers: &HeaderMap) -> Client {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Client { address: ask.client().to_string(), agent: agent.to_owned() }
}

/// The session somebody came with, if it still counts.
async fn session(ask: &Ask) -> Result<Option<Session>, Fault> {
    match ask.session_token() {
        Some(token) => desk(ask).session(token, ask.now()).await,
        None => Ok(None),
    }
}

/// The session of whoever gave all factors they have.
async fn own_session(ask: &Ask) -> Result<Session, Problem> {
    session(ask).await?.filter(|session| session.is_whole).ok_or_else(Problem::not_signed_in)
}

/// The value of a part of the address.
fn part<T>(at: At<T>) -> Result<T, Problem> {
    at.map(|Path(value)| value).map_err(|_| Problem::not_found())
}

/// Leads on who has shown a factor. The session they came with ends, so that none is left behind in this browser.
async fn go_on(ask: &Ask, step: Step, return_to: &str) -> Result<Result<Go, SignInRefused>, Fault> {
    let return_to = safe_return_to(return_to);
    let (token, path) = match step {
        Step::In(token) => (token, return_to.to_owned()),
        Step::NeedsSecondFactor(token) => (token, with_return(web::SECOND_FACTOR_PATH, return_to)),
        Step::Refused(refused) => return Ok(Err(refused)),
    };
    if let Some(old) = ask.session_token() {
        desk(ask).sign_out(old, ask.now()).await?;
    }
    Ok(Ok(Go::to(&path).with_session(token.text())))
}

/// An address that remembers where to go afterwards.
fn with_return(path: &str, return_to: &str) -> String {
    match serde_urlencoded::to_string([("return_to", return_to)]) {
        Ok(query) if return_to != "/" => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}
