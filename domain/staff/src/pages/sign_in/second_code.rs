//! The second step of signing in: a code of the app, or one of the recovery codes.

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use web::{Access, Alert, Answer, Ask, Field, Form, Route, SECOND_FACTOR_PATH, SIGN_IN_PATH, Steps, safe_return_to};

use super::own_second_factor::SET_UP_PATH;
use super::{client, desk, go_on, session};
use crate::sign_in::SignInRefused;

/// The form, and the way to the other kind of code.
#[derive(Template)]
#[template(path = "sign_in/second_code.html")]
struct SecondCode<'a> {
    steps: Steps,
    form: &'a Form,
    other_href: String,
    other_words: &'static str,
}

/// Which kind of code is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    App,
    Recovery,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page(SECOND_FACTOR_PATH, "Second step of signing in", Access::Anyone, show),
        Route::form(SECOND_FACTOR_PATH, "Second step of signing in", Access::Anyone, enter),
    ]
}

impl Kind {
    fn of(words: &str) -> Kind {
        if words == "recovery" { Kind::Recovery } else { Kind::App }
    }

    fn code(self) -> &'static str {
        match self {
            Kind::App => "app",
            Kind::Recovery => "recovery",
        }
    }
}

async fn show(ask: Ask) -> Answer {
    match session(&ask).await? {
        None => ask.go(SIGN_IN_PATH).answer(),
        // Nothing more can be asked here: they are in, or still have to set a second factor up.
        Some(session) if session.is_whole => {
            let is_in = ask.visitor().is_some_and(|visitor| visitor.is_whole);
            ask.go(if is_in { "/" } else { SET_UP_PATH }).answer()
        }
        Some(_) => page(&ask, &form(&ask, Kind::of(ask.query().text("with"))), Kind::of(ask.query().text("with"))),
    }
}

async fn enter(ask: Ask, headers: HeaderMap) -> Answer {
    let kind = Kind::of(ask.posted().text("with"));
    let mut form = form(&ask, kind);
    if form.is_good() {
        let token = ask.session_token().unwrap_or_default();
        let step = desk(&ask).second_factor(token, &form.text("second"), &client(&ask, &headers), ask.now()).await?;
        match go_on(&ask, step, &form.text("return_to")).await? {
            Ok(go) => return go.answer(),
            Err(SignInRefused::NotSignedIn) => {
                let alert =
                    Alert::warning("Please begin again").text("The first step of your sign-in was too long ago.");
                return ask.go(SIGN_IN_PATH).without_session().saying(alert).answer();
            }
            Err(refused) => form.refuse_by(&refused),
        }
    }
    page(&ask, &form, kind)
}

fn form(ask: &Ask, kind: Kind) -> Form {
    let field = match kind {
        Kind::App => Field::code("second", "Code").hint("Six digits, new every 30 seconds."),
        Kind::Recovery => Field::text("second", "Recovery code").max(40).autocomplete("off").hint("Each works once."),
    };
    ask.form(SECOND_FACTOR_PATH, "Continue")
        .field(field.required().focused().answers(&["wrong_code"]))
        .field(Field::hidden("with", kind.code()))
        .field(Field::hidden("return_to", safe_return_to(ask.query().text("return_to"))).max(1_000))
        .cancel(SIGN_IN_PATH)
}

fn page(ask: &Ask, form: &Form, kind: Kind) -> Answer {
    let return_to = match ask.posted().text("return_to") {
        "" => safe_return_to(ask.query().text("return_to")),
        sent => safe_return_to(sent),
    };
    let (lead, other, other_words) = match kind {
        Kind::App => ("Enter the code your authenticator app shows now.", "recovery", "Use a recovery code instead"),
        Kind::Recovery => ("Enter one of the recovery codes you kept.", "app", "Use a code of the app instead"),
    };
    let query = serde_urlencoded::to_string([("with", other), ("return_to", return_to)]).unwrap_or_default();
    let body = SecondCode {
        steps: Steps::new(&["Password", "Code"], 2),
        form,
        other_href: format!("{SECOND_FACTOR_PATH}?{query}"),
        other_words,
    };
    let page = ask.page("Confirm that it is you").lead(lead).narrow();
    let page = if form.has_errors() { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page };
    page.body(&body).answer()
}
