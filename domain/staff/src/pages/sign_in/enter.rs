//! `/sign-in` and `/sign-out`: by name and password, or by the city's single sign-on.

use askama::Template;
use axum::http::HeaderMap;
use web::{Access, Alert, Answer, Ask, Field, Form, Route, SIGN_IN_PATH, SIGN_OUT_PATH, safe_return_to};

use super::{client, desk, go_on, provider, with_return};

/// The form, and the other ways in.
#[derive(Template)]
#[template(path = "sign_in/enter.html")]
struct Enter<'a> {
    form: &'a Form,
    ways: Vec<Way<'a>>,
}

/// A provider of single sign-on, as a button.
struct Way<'a> {
    name: &'a str,
    href: String,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page(SIGN_IN_PATH, "Sign in", Access::Anyone, show),
        Route::form(SIGN_IN_PATH, "Sign in", Access::Anyone, enter),
        Route::form(SIGN_OUT_PATH, "Sign out", Access::Anyone, leave),
    ]
}

async fn show(ask: Ask) -> Answer {
    if ask.visitor().is_some_and(|visitor| visitor.is_whole) {
        return ask.go(ask.query().text("return_to")).answer();
    }
    page(&ask, &form(&ask))
}

async fn enter(ask: Ask, headers: HeaderMap) -> Answer {
    let mut form = form(&ask);
    if form.is_good() {
        let (code, password) = (form.text("code"), form.secret("password"));
        let step = desk(&ask).sign_in(&code, &password, &client(&ask, &headers), ask.now()).await?;
        match go_on(&ask, step, &form.text("return_to")).await? {
            Ok(go) => return go.answer(),
            Err(refused) => form.refuse_by(&refused),
        }
    }
    page(&ask, &form)
}

fn form(ask: &Ask) -> Form {
    ask.form(SIGN_IN_PATH, "Sign in")
        .field(Field::text("code", "Sign-in name").required().max(100).autocomplete("username").focused())
        .field(Field::secret("password", "Password").required().autocomplete("current-password"))
        .field(Field::hidden("return_to", safe_return_to(ask.query().text("return_to"))).max(1_000))
}

fn page(ask: &Ask, form: &Form) -> Answer {
    let return_to = safe_return_to(ask.query().text("return_to"));
    let way = |(place, name)| Way { name, href: with_return(&provider::path(place), return_to) };
    let names = desk(ask).providers().iter().map(|provider| provider.name.as_str());
    let ways = names.enumerate().map(way).collect();
    let page = ask.page("Sign in").lead("Billing and customer service").narrow();
    let page = if form.has_errors() { page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY) } else { page };
    page.body(&Enter { form, ways }).answer()
}

async fn leave(ask: Ask) -> Answer {
    if let Some(token) = ask.session_token() {
        desk(&ask).sign_out(token, ask.now()).await?;
    }
    ask.go(SIGN_IN_PATH).without_session().saying(Alert::good("You are signed out")).answer()
}
