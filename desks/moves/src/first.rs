//! `/moves/service`: starts one service with its terms: where nobody was served before, or to complete what a file left
//! open.

use std::collections::BTreeMap;

use billing::acts::{Moved, StartService};
use customers::permissions::CHANGE;
use db::Read;
use web::shown::{capital, date};
use web::{Answer, Ask, Carried, Choice, Field, Form, Problem, address};

use crate::words::account_href;

/// Schedules of this service price charges by code, which nobody is served with.
const FEES: &str = "fees";

/// What the lists of the form offer.
struct Terms {
    schedules: Vec<revenue::ScheduleTitle>,
    cycles: Vec<(String, String)>,
    classes: BTreeMap<String, String>,
}

impl Terms {
    async fn load(read: &mut Read) -> Result<Terms, Problem> {
        let mut schedules = revenue::schedule_titles(read).await?;
        schedules.retain(|one| one.service != FEES);
        let titles: BTreeMap<kernel::CycleId, String> = billing::cycle_titles(read).await?.into_iter().collect();
        let cycles = billing::cycles(read).await?.into_iter();
        let cycles = cycles.map(|cycle| (cycle.code, titles.get(&cycle.id).cloned().unwrap_or_default()));
        Ok(Terms { schedules, cycles: cycles.collect(), classes: revenue::class_titles(read).await? })
    }

    /// The service a schedule prices.
    fn service(&self, schedule: &str) -> String {
        let found = self.schedules.iter().find(|one| one.code == schedule);
        found.map_or_else(String::new, |one| one.service.clone())
    }

    fn form(&self, ask: &Ask) -> Form {
        let sent = if ask.posted().is_empty() { ask.query() } else { ask.posted() };
        let said = |name: &str| sent.text(name).to_owned();
        // Of a service that a file names without its schedule, only those of the service are offered.
        let service = said("service");
        let fits = |one: &&revenue::ScheduleTitle| service.is_empty() || one.service == service;
        let schedules = self.schedules.iter().filter(fits);
        let schedules = schedules
            .map(|one| Choice::new(&one.code, format!("{}: {} ({})", capital(&one.service), one.title, one.code)));
        let named = |(code, title): (&String, &String)| Choice::new(code, format!("{title} ({code})"));
        let cycles = self.cycles.iter().map(|(code, title)| named((code, title)));
        let day = Some(said("on")).filter(|day| !day.is_empty()).unwrap_or_else(|| ask.today().to_string());
        ask.form("/moves/service", "Start the service")
            .field(Field::hidden("service", service.clone()))
            .field(
                Field::text("account", "Account that will be liable")
                    .max(40)
                    .required()
                    .value(said("account"))
                    .hint("Its number, such as 100042-4.")
                    .answers(&["account_unknown"]),
            )
            .field(
                Field::text("point", "Service point")
                    .max(60)
                    .required()
                    .value(said("point"))
                    .hint("Its reference, such as P000012-W.")
                    .answers(&["service_point_unknown", "place_taken"]),
            )
            .field(
                Field::select("schedule", "Service and rates", schedules.collect())
                    .required()
                    .value(said("schedule"))
                    .answers(&["schedule_unknown"]),
            )
            .field(
                Field::select("cycle", "Billing cycle", cycles.collect())
                    .required()
                    .value(said("cycle"))
                    .answers(&["cycle_unknown", "no_calendar"]),
            )
            .field(
                Field::select("class", "Customer class", self.classes.iter().map(named).collect())
                    .required()
                    .value(said("class"))
                    .answers(&["class_unknown"]),
            )
            .field(
                Field::text("dimensions", "What else the rates ask")
                    .max(200)
                    .value(said("dimensions"))
                    .hint("Such as meter_size=5/8\";zone=1. Leave it empty where they ask nothing."),
            )
            .field(Field::date("on", "First day").required().value(day))
            .field(Field::reason().hint("Such as who called, and when."))
            .cancel("/moves")
    }
}

/// `meter_size=5/8";zone=1` as names with values; nothing where it is not of that form.
fn dimensions(text: &str) -> Option<BTreeMap<String, String>> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        (!name.is_empty() && !value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
    };
    text.split(';').filter(|part| !part.trim().is_empty()).map(pair).collect()
}

pub(crate) async fn show(ask: Ask) -> Answer {
    let terms = Terms::load(&mut ask.read().await?).await?;
    draw(&ask, &terms.form(&ask))
}

pub(crate) async fn send(ask: Ask) -> Answer {
    let terms = Terms::load(&mut ask.read().await?).await?;
    let mut form = terms.form(&ask);
    let dimensions = dimensions(&form.text("dimensions"));
    if dimensions.is_none() {
        form.refuse_field("dimensions", "Write each as name=value, such as meter_size=1\", with a semicolon between.");
    }
    if let (true, Some(starts_on), Some(dimensions)) = (form.is_good(), form.date("on"), dimensions) {
        let act = StartService {
            account: form.text("account"),
            service_point: form.text("point"),
            service: terms.service(&form.text("schedule")),
            schedule: form.text("schedule"),
            cycle: form.text("cycle"),
            class: form.text("class"),
            dimensions,
            starts_on,
            reason: form.text("reason"),
        };
        let carried: Carried<Moved> = form.carry_out(&ask, &act).await?;
        let path = match &carried {
            Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
            Carried::Done(_) | Carried::Refused => account_href(&act.account),
        };
        let words = format!("{} at {} starts on {}", capital(&act.service), act.service_point, date(&starts_on));
        if let Some(go) = carried.go(&path, words) {
            return go.answer();
        }
    }
    draw(&ask, &form)
}

fn draw(ask: &Ask, form: &Form) -> Answer {
    let page = ask.page("Start a service").crumbs(&[("Moves", "/moves")]).lead(
        "One service with its rates, cycle and class: where nobody was served before, or to complete what a file left \
         open for this place and day.",
    );
    let page = match ask.may(CHANGE) {
        true => page.action("Open an account first", &address("/moves/account", &[("point", &form.text("point"))])),
        false => page,
    };
    match form.has_errors() {
        true => page.form(form).status(axum::http::StatusCode::UNPROCESSABLE_ENTITY).answer(),
        false => page.form(form).answer(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_else_the_rates_ask_is_read_as_files_write_it() {
        let two: BTreeMap<String, String> =
            [("meter_size", "5/8\""), ("zone", "1")].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        #[rustfmt::skip]
        let rows = [
            ("",                          Some(BTreeMap::new())),
            ("meter_size=5/8\";zone=1",   Some(two.clone())),
            (" meter_size = 5/8\" ; zone=1;", Some(two)),
            ("meter_size",                None),
            ("=1",                        None),
            ("zone=",                     None),
        ];
        for (text, expected) in rows {
            assert_eq!(dimensions(text), expected, "{text}");
        }
    }
}
