//! `/profile/second-factor`: setting up an authenticator app, and turning it off.
//!
//! Open to whoever has given all factors they have: people who still owe a second one must come here to set it up.

use askama::Template;
use axum::http::StatusCode;
use web::{Access, Alert, Answer, Ask, Facts, Field, Form, Page, Problem, Route, SIGN_IN_PATH, Steps, Tone};

use super::profile::PROFILE;
use super::qr::Qr;
use super::{desk, own_session, session};
use crate::sign_in::{Factors, Session, SignInRefused, TotpSetup};

/// Where a second factor is set up.
pub(super) const SET_UP_PATH: &str = "/profile/second-factor";
const START_PATH: &str = "/profile/second-factor/start";
const CONFIRM_PATH: &str = "/profile/second-factor/confirm";
const STOP_PATH: &str = "/profile/second-factor/stop";

const STEPS: [&str; 3] = ["Get an app", "Scan and confirm", "Keep recovery codes"];

#[derive(Template)]
#[template(path = "sign_in/factor_start.html")]
struct Start {
    steps: Steps,
    form: Form,
}

#[derive(Template)]
#[template(path = "sign_in/factor_scan.html")]
struct Scan<'a> {
    steps: Steps,
    qr: Option<Qr>,
    secret: &'a str,
    form: &'a Form,
    again: Form,
}

#[derive(Template)]
#[template(path = "sign_in/factor_codes.html")]
struct Codes {
    steps: Steps,
    town: String,
    name: String,
    on: String,
    codes: Vec<String>,
}

#[derive(Template)]
#[template(path = "sign_in/factor_on.html")]
struct On<'a> {
    facts: Facts,
    form: &'a Form,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page(SET_UP_PATH, "The own second factor", Access::Anyone, show),
        Route::form(START_PATH, "Begin to set up a second factor", Access::Anyone, start),
        Route::form(CONFIRM_PATH, "Confirm a second factor", Access::Anyone, confirm),
        Route::form(STOP_PATH, "Turn the own second factor off", Access::Anyone, stop),
    ]
}

async fn show(ask: Ask) -> Answer {
    match session(&ask).await? {
        Some(session) if session.is_whole => {}
        Some(_) => return ask.go(web::SECOND_FACTOR_PATH).answer(),
        None => return ask.go(SIGN_IN_PATH).answer(),
    }
    let session = own_session(&ask).await?;
    let factors = desk(&ask).factors(session.actor.id).await?;
    if factors.totp_since.is_some() {
        return on_page(&ask, factors, &stop_form(&ask));
    }
    match setup_under_way(&ask, &session).await? {
        Some(setup) => scan_page(&ask, &setup, &confirm_form(&ask)),
        None => start_page(&ask),
    }
}

async fn start(ask: Ask) -> Answer {
    let session = own_session(&ask).await?;
    match desk(&ask).start_totp(&session, ask.now()).await? {
        Ok(_) | Err(SignInRefused::SecondFactorIsOn) => ask.go(SET_UP_PATH).answer(),
        Err(refused) => Err(Problem::refused(&refused)),
    }
}

async fn confirm(ask: Ask) -> Answer {
    let session = own_session(&ask).await?;
    let mut form = confirm_form(&ask);
    if form.is_good() {
        match desk(&ask).confirm_totp(&session, &form.text("code"), ask.now()).await? {
            Ok(codes) => return codes_page(&ask, &session, codes),
            Err(SignInRefused::SecondFactorIsOn) => {
                let alert =
                    Alert::warning("The second factor is on already").text("Recovery codes are shown once only.");
                return ask.go(SET_UP_PATH).saying(alert).answer();
            }
            Err(refused) => form.refuse_by(&refused),
        }
    }
    match setup_under_way(&ask, &session).await? {
        Some(setup) => scan_page(&ask, &setup, &form),
        None => ask.go(SET_UP_PATH).answer(),
    }
}

async fn stop(ask: Ask) -> Answer {
    let session = own_session(&ask).await?;
    let mut form = stop_form(&ask);
    if form.is_good() {
        match desk(&ask).stop_totp(&session, &form.text("code"), ask.now()).await? {
            Ok(()) => {
                let alert = Alert::good("The second factor was turned off").text("Your recovery codes are void.");
                return ask.go(SET_UP_PATH).saying(alert).answer();
            }
            Err(SignInRefused::SecondFactorIsOff) => return ask.go(SET_UP_PATH).answer(),
            Err(refused) => form.refuse_by(&refused),
        }
    }
    let factors = desk(&ask).factors(session.actor.id).await?;
    on_page(&ask, factors, &form)
}

async fn setup_under_way(ask: &Ask, session: &Session) -> Result<Option<TotpSetup>, Problem> {
    let setup = desk(ask).setup_under_way(session, ask.now()).await?;
    setup.map_err(|refused| Problem::refused(&refused))
}

fn confirm_form(ask: &Ask) -> Form {
    let field = Field::code("code", "Code the app shows").required().hint("Six digits, new every 30 seconds.");
    ask.form(CONFIRM_PATH, "Confirm").field(field.answers(&["wrong_code"]))
}

fn stop_form(ask: &Ask) -> Form {
    let field = Field::text("code", "Code of the app, or a recovery code").max(40).required().autocomplete("off");
    ask.form(STOP_PATH, "Turn off").danger().field(field.answers(&["wrong_code"]))
}

/// The page as people see it who work here already, or who must set a second factor up before anything else.
fn frame(ask: &Ask, title: &str) -> Page {
    match ask.visitor().is_some_and(|visitor| visitor.is_whole) {
        true => ask.page(title).crumbs(&[PROFILE]),
        false => ask.page(title).narrow(),
    }
}

fn start_page(ask: &Ask) -> Answer {
    let is_in = ask.visitor().is_some_and(|visitor| visitor.is_whole);
    let lead = match is_in {
        true => "A second factor keeps others out who learn your password.",
        false => "Your work can move money or decide what people owe. So you sign in with a password and a code.",
    };
    let body = Start { steps: Steps::new(&STEPS, 1), form: ask.form(START_PATH, "I have an app") };
    frame(ask, "Set up a second factor").lead(lead).body(&body).answer()
}

fn scan_page(ask: &Ask, setup: &TotpSetup, form: &Form) -> Answer {
    let (qr, again) = (Qr::of(&setup.url), ask.form(START_PATH, "Begin again with another code").small());
    let body = Scan { steps: Steps::new(&STEPS, 2), qr, secret: &setup.secret_text, form, again };
    judged(frame(ask, "Set up a second factor"), form).body(&body).answer()
}

fn codes_page(ask: &Ask, session: &Session, codes: Vec<String>) -> Answer {
    let body = Codes {
        steps: Steps::new(&STEPS, 3),
        town: ask.site().town().name.clone(),
        name: session.actor.code.clone(),
        on: web::shown::date(&ask.today()),
        codes,
    };
    frame(ask, "Keep your recovery codes").alert(Alert::good("The second factor is on")).body(&body).answer()
}

fn on_page(ask: &Ask, factors: Factors, form: &Form) -> Answer {
    let tone = if factors.recovery_codes < 3 { Tone::Warning } else { Tone::Plain };
    let facts = Facts::new()
        .tag("Authenticator app", Tone::Good, "on")
        .fact("Since", factors.totp_since.map(|since| ask.when(since)).unwrap_or_default())
        .tag("Recovery codes left", tone, factors.recovery_codes.to_string());
    judged(frame(ask, "Second factor"), form).body(&On { facts, form }).answer()
}

/// A form that went wrong says so in the status, too.
fn judged(page: Page, form: &Form) -> Page {
    if form.has_errors() { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page }
}
