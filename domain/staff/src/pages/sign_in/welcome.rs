//! `/welcome/{token}`: the page of a one-time link, where somebody chooses a password.

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use secrets::PASSWORD_MIN;
use web::{Access, Alert, Answer, Ask, Empty, Field, Form, Route, SIGN_IN_PATH};

use super::{At, client, desk, go_on, part};
use crate::sign_in::{LinkHolder, SignInRefused};

/// Why a new password was refused, to be said beside it.
pub(super) const PASSWORD_CODES: &[&str] =
    &["password_too_short", "password_too_long", "password_guessable", "password_breached"];

/// What makes a password good, and the form.
#[derive(Template)]
#[template(path = "sign_in/welcome.html")]
struct Welcome<'a> {
    form: &'a Form,
    code: &'a str,
    shortest: usize,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page("/welcome/{token}", "One-time link", Access::Anyone, show),
        Route::form("/welcome/{token}", "Choose a password by a one-time link", Access::Anyone, choose),
    ]
}

async fn show(ask: Ask, token: At<String>) -> Answer {
    let token = part(token)?;
    match desk(&ask).link_holder(&token, ask.now()).await? {
        Some(holder) => page(&ask, &form(&ask), &holder),
        None => expired(&ask),
    }
}

async fn choose(ask: Ask, token: At<String>, headers: HeaderMap) -> Answer {
    let token = part(token)?;
    let Some(holder) = desk(&ask).link_holder(&token, ask.now()).await? else { return expired(&ask) };
    let mut form = form(&ask);
    check_twice(&mut form);
    if form.is_good() {
        let password = form.secret("password");
        let step = desk(&ask).use_link(&token, &password, &client(&ask, &headers), ask.now()).await?;
        match go_on(&ask, step, "/").await? {
            Ok(go) => return go.saying(Alert::good("Your password is set")).answer(),
            Err(SignInRefused::LinkExpired) => return expired(&ask),
            Err(refused) => form.refuse_by(&refused),
        }
    }
    page(&ask, &form, &holder)
}

/// The two fields in which a new password is given.
pub(super) fn new_password(form: Form) -> Form {
    let field = Field::secret("password", "New password").required().max(400).autocomplete("new-password");
    form.field(field.answers(PASSWORD_CODES))
        .field(Field::secret("again", "New password, once more").required().max(400).autocomplete("new-password"))
}

/// Notes it when the two do not agree.
pub(super) fn check_twice(form: &mut Form) {
    if form.secret("password") != form.secret("again") {
        form.refuse_field("again", "New password, once more: this is not the same as above");
    }
}

fn form(ask: &Ask) -> Form {
    new_password(ask.form(ask.path(), "Set password and sign in"))
}

fn page(ask: &Ask, form: &Form, holder: &LinkHolder) -> Answer {
    let page = ask.page("Choose a password").lead(format!("Welcome, {}.", holder.name)).narrow();
    let page = if form.has_errors() { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page };
    page.body(&Welcome { form, code: &holder.code, shortest: PASSWORD_MIN }).answer()
}

fn expired(ask: &Ask) -> Answer {
    let empty = Empty::new("It works once, within a day, and only the newest one works.")
        .text("Ask whoever gave it to you for a new one. If you have a password already, sign in with it.")
        .action("Sign in", SIGN_IN_PATH);
    ask.page("This link has expired or was used before").narrow().status(StatusCode::GONE).body(&empty).answer()
}
