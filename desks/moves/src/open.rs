//! `/moves/account`: opens an account without moving anybody: for whoever is served for the first time at a new place, or
//! owes something that is no service.

use axum::http::StatusCode;
use billing::permissions::MOVES;
use customers::acts::Opened;
use web::{Alert, Answer, Ask, Carried, Field, Form, address};

use crate::opening::{account, judge_lines, judge_somebody, mailing, somebody};
use crate::words::account_href;

fn form(ask: &Ask) -> Form {
    let sent = if ask.posted().is_empty() { ask.query() } else { ask.posted() };
    let form = ask.form("/moves/account", "Open the account").field(Field::hidden("point", sent.text("point")).max(60));
    let form = somebody(form)
        .field(Field::date("on", "First day").required().value(ask.today().to_string()).answers(&["day_too_far"]));
    mailing(form, None).field(Field::reason().hint("Such as who came in, and what they showed.")).cancel("/moves")
}

pub(crate) async fn show(ask: Ask) -> Answer {
    draw(&ask, &form(&ask))
}

pub(crate) async fn send(ask: Ask) -> Answer {
    let mut form = form(&ask);
    if !form.has_errors() {
        judge_somebody(&mut form);
        judge_lines(&mut form, "mail");
    }
    if let Some(opened_on) = form.date("on").filter(|_| form.is_good()) {
        let carried: Carried<Opened> = form.carry_out(&ask, &account(&form, opened_on)).await?;
        if let Carried::Done(done) = &carried {
            return after(&ask, &done.outcome.number, &form.text("point"));
        }
        let path = match &carried {
            Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
            Carried::Done(_) | Carried::Refused => String::new(),
        };
        if let Some(go) = carried.go(&path, "") {
            return go.answer();
        }
    }
    draw(&ask, &form)
}

/// Whoever came from a place goes on with it; others see the account, and may.
fn after(ask: &Ask, number: &str, point: &str) -> Answer {
    let alert = Alert::good(format!("Account {number} is opened"));
    let service = address("/moves/service", &[("point", point), ("account", number)]);
    let go = match (point.is_empty(), ask.may(MOVES)) {
        (false, true) => ask.go(&service).saying(alert),
        (true, true) => ask.go(&account_href(number)).saying(alert.link("Start its first service", service)),
        (_, false) => ask.go(&account_href(number)).saying(alert),
    };
    go.answer()
}

fn draw(ask: &Ask, form: &Form) -> Answer {
    let page = ask.page("Open an account").crumbs(&[("Moves", "/moves")]).lead(
        "For whoever has no account yet and takes over no service: a new place, or a charge that is no service. Whoever \
         moves in where somebody lived is moved in instead, and their account is opened with that.",
    );
    let page = page.action("Move somebody in", "/moves/new?kind=start").form(form);
    match form.has_errors() {
        true => page.status(StatusCode::UNPROCESSABLE_ENTITY).answer(),
        false => page.answer(),
    }
}
