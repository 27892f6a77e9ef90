//! `/profile/tokens`: access tokens, by which programs of one's own use the API.

use askama::Template;
use chrono::{Days, NaiveDate};
use web::{Access, Alert, Answer, Ask, Choice, Field, Form, Problem, Route};

use super::profile::PROFILE;
use super::{At, desk, own_session, part, permission_words};
use crate::sign_in::{NewToken, TOKEN_DAYS_MAX, TokenSeen};

const PATH: &str = "/profile/tokens";

/// A new token lasts so long when nothing else is chosen.
const DAYS: u64 = 90;

#[derive(Template)]
#[template(path = "sign_in/tokens.html")]
struct Tokens<'a> {
    tokens: Vec<TokenLine>,
    may_make: bool,
    form: &'a Form,
}

struct TokenLine {
    name: String,
    scopes: Vec<String>,
    made: String,
    through: String,
    is_over: bool,
    used: String,
    end: Form,
}

#[derive(Template)]
#[template(path = "sign_in/token_made.html")]
struct Made<'a> {
    token: &'a str,
    path: &'static str,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page(PATH, "Own access tokens", Access::SignedIn, show),
        Route::form(PATH, "Make an own access token", Access::SignedIn, make),
        Route::form("/profile/tokens/{id}/end", "End an own access token", Access::SignedIn, end),
    ]
}

async fn show(ask: Ask) -> Answer {
    let form = form(&ask);
    page(&ask, &form).await
}

async fn make(ask: Ask) -> Answer {
    let session = own_session(&ask).await?;
    let mut form = form(&ask);
    if form.is_good() {
        let new = NewToken {
            name: form.text("name"),
            scopes: form.all("scopes").into_iter().collect(),
            expires_on: form.date("expires_on").unwrap_or(ask.today()),
        };
        let known = desk(&ask).tokens_of(session.actor.id).await?;
        if known.iter().any(|token| token.name == new.name) {
            // Also what a form sent twice comes to.
            form.refuse_field("name", "Name: you have a token of this name; end it first, or choose another name");
            return page(&ask, &form).await;
        }
        match desk(&ask).new_token(session.actor.id, &new, ask.now(), ask.today()).await? {
            Ok(token) => return made(&ask, &new.name, token.text()),
            Err(refused) => form.refuse_by(&refused),
        }
    }
    page(&ask, &form).await
}

async fn end(ask: Ask, id: At<i64>) -> Answer {
    let session = own_session(&ask).await?;
    match desk(&ask).end_token(session.actor.id, part(id)?, ask.now()).await? {
        true => ask
            .go(PATH)
            .saying(Alert::good("The token was ended").text("Programs that use it get no answer from now on."))
            .answer(),
        false => Err(Problem::not_found()),
    }
}

fn form(ask: &Ask) -> Form {
    let today = ask.today();
    let own = ask.visitor().map(|visitor| visitor.permissions.clone()).unwrap_or_default();
    let choices = own.iter().map(|code| Choice::new(code, permission_words(ask, code)).hint(code)).collect();
    let name = Field::text("name", "Name").hint("What will use it, such as “Meter dashboard”.").required().max(100);
    let day = later(today, DAYS);
    let last = later(today, TOKEN_DAYS_MAX.unsigned_abs());
    let hint = format!("At the latest {}.", web::shown::date(&last));
    ask.form(PATH, "Make token")
        .field(name.answers(&["token_name"]))
        .field(Field::checks("scopes", "What it may do", choices).required().answers(&["token_scopes"]))
        .field(
            Field::date("expires_on", "Last day")
                .value(day.to_string())
                .hint(hint)
                .required()
                .answers(&["token_expiry"]),
        )
}

fn later(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_add_days(Days::new(days)).unwrap_or(today)
}

fn line(ask: &Ask, token: TokenSeen) -> TokenLine {
    let path = format!("{PATH}/{}/end", token.token_id);
    TokenLine {
        name: token.name,
        scopes: token.scopes.iter().map(|code| permission_words(ask, code)).collect(),
        made: ask.when(token.made_at),
        through: web::shown::date(&token.expires_on),
        is_over: token.expires_on < ask.today(),
        used: token.used_at.map_or_else(|| "never".to_owned(), |at| ask.when(at)),
        end: ask.form(&path, "End").danger().small(),
    }
}

async fn page(ask: &Ask, form: &Form) -> Answer {
    let tokens = desk(ask).tokens_of(ask.who()?.actor.id).await?;
    let tokens = tokens.into_iter().map(|token| line(ask, token)).collect();
    let may_make = !ask.who()?.permissions.is_empty();
    let page = ask.page("Access tokens").crumbs(&[PROFILE]);
    let page =
        page.lead("With a token a program uses the API in your name, within what you choose here and may do yourself.");
    let page = match form.has_errors() {
        true => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY),
        false => page,
    };
    page.body(&Tokens { tokens, may_make, form }).answer()
}

fn made(ask: &Ask, name: &str, token: &str) -> Answer {
    let alert =
        Alert::warning("Copy it now").text("The token is shown this one time. Whoever has it can act in your name.");
    ask.page("Token made")
        .crumbs(&[PROFILE, ("Access tokens", PATH)])
        .lead(name)
        .alert(alert)
        .body(&Made { token, path: PATH })
        .answer()
}
