//! `/moves/stop`: puts a stop off to a later day, or takes it back.

use billing::acts::ChangeStop;
use billing::{ServedService, services_of_account};
use chrono::NaiveDate;
use web::shown::{capital, counted, date};
use web::{Answer, Ask, Carried, Cell, Choice, Column, Field, Form, Problem, Section};

use crate::steps::who::account_named;
use crate::words::{account_href, before, point_href};

/// What stops on a day.
struct Loaded {
    number: String,
    stopped_on: NaiveDate,
    services: Vec<ServedService>,
}

impl Loaded {
    async fn of(ask: &Ask) -> Result<Loaded, Problem> {
        let sent = if ask.posted().is_empty() { ask.query() } else { ask.posted() };
        let stopped_on: NaiveDate = sent.text("stopped").parse().map_err(|_| Problem::not_found())?;
        let mut read = ask.read().await?;
        let found = account_named(&mut read, sent.text("account")).await?;
        let (account, number) = found.ok_or_else(Problem::not_found)?;
        let mut services = services_of_account(&mut read, account).await?;
        services.retain(|one| one.stops_on == Some(stopped_on));
        let places = services.iter_mut().map(|one| (one.service_point, &mut one.address));
        identity::cover(ask, &mut read, places).await?;
        Ok(Loaded { number, stopped_on, services })
    }

    fn form(&self, ask: &Ask) -> Form {
        let mut places: Vec<&str> = self.services.iter().map(|one| one.reference.as_str()).collect();
        places.dedup();
        let kinds = vec![
            Choice::new("later", "They stop later").hint("Say the new last day below."),
            Choice::new("never", "They do not stop").hint("The services go on without an end."),
        ];
        let form = ask
            .form("/moves/stop", "Change it")
            .field(Field::hidden("account", &self.number))
            .field(Field::hidden("stopped", self.stopped_on.to_string()));
        let form = match places.len() {
            0 | 1 => form,
            _ => {
                let choices = places.into_iter().map(|place| Choice::new(place, place)).collect();
                form.field(Field::select("point", "Where", choices).unchosen("All of them"))
            }
        };
        form.field(Field::radios("what", "What happens instead", kinds).required())
            .field(Field::date("last", "New last day of service").answers(&["no_later_day"]))
            .field(Field::reason().hint("Such as who called, and when."))
            .cancel(&account_href(&self.number))
    }
}

pub(crate) async fn show(ask: Ask) -> Answer {
    let loaded = Loaded::of(&ask).await?;
    draw(&ask, &loaded, &loaded.form(&ask))
}

pub(crate) async fn send(ask: Ask) -> Answer {
    let loaded = Loaded::of(&ask).await?;
    let mut form = loaded.form(&ask);
    let is_later = form.text("what") == "later";
    let last = form.date("last");
    if form.is_good() && is_later && last.is_none() {
        form.refuse_field("last", "New last day of service: enter a date, such as 7/1/2026");
    }
    if form.is_good() {
        let act = ChangeStop {
            account: loaded.number.clone(),
            service_point: Some(ask.posted().text("point").to_owned()).filter(|point| !point.is_empty()),
            stopped_on: loaded.stopped_on,
            stops_on: last.filter(|_| is_later).and_then(|last| last.succ_opt()),
            reason: form.text("reason"),
        };
        let carried = form.carry_out(&ask, &act).await?;
        let (path, words) = match &carried {
            Carried::Done(done) => {
                let services = counted(done.outcome, "service goes", "services go");
                let until = act.stops_on.map_or_else(String::new, |on| format!(" through {}", date(&before(on))));
                (account_href(&loaded.number), format!("{services} on{until}"))
            }
            Carried::Waiting(waiting) => (format!("/approvals/{}", waiting.proposal.0), String::new()),
            Carried::Refused => (String::new(), String::new()),
        };
        if let Some(go) = carried.go(&path, words) {
            return go.answer();
        }
    }
    // Looked at again, in case somebody changed it meanwhile.
    let loaded = Loaded::of(&ask).await?;
    draw(&ask, &loaded, &form)
}

fn draw(ask: &Ask, loaded: &Loaded, form: &Form) -> Answer {
    let page = ask
        .page("Put off or take back a stop")
        .crumbs(&[("Moves", "/moves"), (&loaded.number, &account_href(&loaded.number))]);
    let last = date(&before(loaded.stopped_on));
    let page = page.lead(format!(
        "Services of account {} whose last day is {last}. They can go on while these days are on no bill and nobody \
         else has the place.",
        loaded.number
    ));
    let table = ask
        .table("stopping", "What stops")
        .plain()
        .column(Column::text("service", "Service"))
        .column(Column::text("point", "Service point"))
        .column(Column::date("from", "First day"))
        .column(Column::date("last", "Last day"))
        .empty("Nothing of the account stops on this day any more.")
        .rows(loaded.services.iter().map(|one| {
            [
                Cell::text(capital(&one.service)),
                Cell::text(&one.reference).link(point_href(&one.reference)).note(one.address.clone()),
                one.starts_on.into(),
                before(loaded.stopped_on).into(),
            ]
        }));
    let page = page.body(&Section::bare().with(&table));
    if loaded.services.is_empty() {
        return page.answer();
    }
    match form.has_errors() {
        true => page.form(form).status(axum::http::StatusCode::UNPROCESSABLE_ENTITY).answer(),
        false => page.form(form).answer(),
    }
}
