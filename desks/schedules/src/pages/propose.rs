//! `/rates/{schedule}/propose`: the text of new rates, checked against the town before it is proposed.

use axum::http::StatusCode;
use chrono::{Datelike, NaiveDate};
use kernel::Digest;
use rates::{Schedule, TextRefused};
use revenue::acts::ProposeRates;
use web::shown::date;
use web::{Alert, Answer, Ask, At, Carried, Field, Form, Page, Problem, Section, Steps, encoded};

use crate::change::counted;
use crate::check::{Checked, Errors, repeats};
use crate::loaded::{Loaded, schedule_href};
use crate::names::Names;

/// Letters of a text; the largest real tariff has 60 thousand.
const TEXT_MAX: usize = 200_000;
/// The codes of refusals that the text answers for.
const TEXT_CODES: &[&str] = &[
    "rates_unreadable",
    "rates_inconsistent",
    "service_differs",
    "revenue_code_not_placed",
    "tax_not_placed",
    "expense_not_placed",
    "tax_without_bearer",
    "ledger_account_not_open",
];
/// How rates come into force.
pub(crate) const STEPS: [&str; 5] = ["Write and check", "Propose", "Approved by another", "In force", "First bill"];

/// Where rates are proposed: for a schedule that is there, or a new one.
struct Place {
    loaded: Option<Loaded>,
    path: String,
    names: Names,
}

impl Place {
    async fn load(ask: &Ask, code: Option<&str>) -> Result<Place, Problem> {
        let mut read = ask.read().await?;
        let names = Names::load(&mut read).await?;
        Ok(match code {
            Some(code) => {
                let loaded = Loaded::one(&mut read, code).await?;
                Place { path: format!("{}/propose", loaded.href()), loaded: Some(loaded), names }
            }
            None => Place { loaded: None, path: "/rates/propose".to_owned(), names },
        })
    }

    fn page(&self, ask: &Ask, step: usize) -> Page {
        let title = match &self.loaded {
            Some(loaded) => format!("Propose new rates: {}", loaded.title),
            None => "Propose a new schedule".to_owned(),
        };
        let page = ask.page(&title).lead(
            "A proposal prices nothing. It is checked first, tried on the real accounts, and holds once another person approved it.",
        );
        let page = match &self.loaded {
            Some(loaded) => page.crumbs(&[("Rates", "/rates"), (&loaded.title, &loaded.href())]),
            None => page.crumbs(&[("Rates", "/rates")]),
        };
        page.body(&Steps::new(&STEPS, step))
    }

    /// The text the work begins with: that of the last version, from the first of the month after next.
    fn first_text(&self, today: NaiveDate) -> String {
        let Some(last) = self.loaded.as_ref().and_then(|loaded| loaded.standing().next_back()) else {
            return String::new();
        };
        let mut schedule = last.schedule.clone();
        let begins = first_of_month(today, 2).max(first_of_month(last.effective_on(), 1));
        for version in &mut schedule.versions {
            version.effective_on = begins;
        }
        schedule.to_text()
    }

    fn text_field(&self) -> Field {
        let hint = "Change the date it holds from, the ordinance, and the prices. Or paste a whole text over it.";
        Field::lines("text", "Text of the rates").hint(hint).required().max(TEXT_MAX).answers(TEXT_CODES)
    }

    /// The form that only checks.
    fn check_form(&self, ask: &Ask) -> Form {
        self.check_again(ask, &self.first_text(ask.today()))
    }

    /// The same for a text that came another way.
    fn check_again(&self, ask: &Ask, text: &str) -> Form {
        let cancel = self.loaded.as_ref().map_or_else(|| "/rates".to_owned(), Loaded::href);
        let form = ask.form(&format!("{}/check", self.path), "Check the text");
        form.field(self.text_field().value(text)).cancel(&cancel)
    }

    /// The form that proposes what was checked: the digest says which text that was.
    fn propose_form(&self, ask: &Ask, (action, text): (&str, &str)) -> Form {
        let cancel = self.loaded.as_ref().map_or_else(|| "/rates".to_owned(), Loaded::href);
        let seen = Digest::of(text.as_bytes()).to_string();
        ask.form(action, "Propose these rates")
            .field(self.text_field().value(text))
            .field(Field::hidden("seen", seen))
            .field(Field::reason())
            .cancel(&cancel)
    }

    /// The schedule a text holds, if it is the one of this page.
    fn read(&self, text: &str) -> Result<Schedule, Wrong> {
        let schedule = Schedule::parse(text).map_err(Wrong::Text)?;
        match &self.loaded {
            Some(loaded) if loaded.code != schedule.code => Err(Wrong::OtherSchedule(schedule.code)),
            Some(_) | None => Ok(schedule),
        }
    }
}

/// Why a text is not checked further.
enum Wrong {
    Text(TextRefused),
    OtherSchedule(String),
}

fn first_of_month(day: NaiveDate, later: u32) -> NaiveDate {
    let first = day.with_day(1).unwrap_or(day);
    first.checked_add_months(chrono::Months::new(later)).unwrap_or(first)
}

pub(crate) async fn show(ask: Ask, At(code): At<String>) -> Answer {
    begin(&ask, Some(&code)).await
}

pub(crate) async fn show_new(ask: Ask) -> Answer {
    begin(&ask, None).await
}

async fn begin(ask: &Ask, code: Option<&str>) -> Answer {
    let place = Place::load(ask, code).await?;
    let form = Wide::of(&place.check_form(ask));
    place.page(ask, 1).body(&form).answer()
}

pub(crate) async fn check(ask: Ask, At(code): At<String>) -> Answer {
    look(&ask, Some(&code)).await
}

pub(crate) async fn check_new(ask: Ask) -> Answer {
    look(&ask, None).await
}

async fn look(ask: &Ask, code: Option<&str>) -> Answer {
    let place = Place::load(ask, code).await?;
    let form = place.check_form(ask);
    if form.has_errors() {
        return place.page(ask, 1).status(StatusCode::UNPROCESSABLE_ENTITY).body(&Wide::of(&form)).answer();
    }
    let text = form.text("text");
    match place.read(&text) {
        Err(wrong) => unreadable(ask, &place, (&text, &wrong), &form),
        Ok(schedule) => {
            let propose = place.propose_form(ask, (&place.path, &text));
            checked(ask, &place, schedule, (&propose, None)).await
        }
    }
}

/// The text cannot be read: where, and why.
fn unreadable(ask: &Ask, place: &Place, (text, wrong): (&str, &Wrong), form: &Form) -> Answer {
    let page = place.page(ask, 1).status(StatusCode::UNPROCESSABLE_ENTITY);
    let page = match wrong {
        Wrong::Text(refused) => {
            let errors = Errors::of(text, refused);
            let heading = format!("The text cannot be used: {}", counted(errors.count(), "error", "errors"));
            let alert = Alert::bad(heading).text("Nothing was proposed. Correct the lines below, and check again.");
            page.alert(alert).body(&Section::new("errors", "What is wrong").with(&errors))
        }
        Wrong::OtherSchedule(other) => {
            let alert = Alert::bad(format!("This is the text of another schedule, '{other}'"));
            page.alert(alert.link("Propose it there", format!("{}/propose", schedule_href(other))))
        }
    };
    page.body(&Wide::of(form)).answer()
}

/// What the check found, with the form that proposes.
async fn checked(ask: &Ask, place: &Place, schedule: Schedule, (form, alert): (&Form, Option<Alert>)) -> Answer {
    let mut read = ask.read().await?;
    let is_repeated = repeats(place.loaded.as_ref(), &schedule);
    let checked = Checked::of(ask, &mut read, schedule, place.loaded.as_ref()).await?;
    let mut page = place.page(ask, if form.has_errors() { 1 } else { 2 });
    page = page.alert(alert.unwrap_or_else(|| checked.alert()));
    if form.has_errors() {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    if is_repeated {
        page = page.body(&web::Words::new("The town has exactly these rates already: nothing would change."));
    }
    if let [one] = &checked.schedule.versions[..] {
        let words = format!("These rates would hold from {}: {}.", date(&one.effective_on), one.ordinance);
        page = page.body(&web::Words::new(words));
    } else {
        let count = counted(checked.schedule.versions.len(), "version", "versions");
        page = page.body(&web::Words::new(format!("The text has {count}; each becomes a proposal of its own.")));
    }
    for section in checked.sections(ask, &place.names) {
        page = page.body(&section);
    }
    page.body(&Section::new("propose", "Propose it").with(&Wide::of(form))).answer()
}

pub(crate) async fn send(ask: Ask, At(code): At<String>) -> Answer {
    put(&ask, Some(&code)).await
}

pub(crate) async fn send_new(ask: Ask) -> Answer {
    put(&ask, None).await
}

async fn put(ask: &Ask, code: Option<&str>) -> Answer {
    let place = Place::load(ask, code).await?;
    let mut form = place.propose_form(ask, (&place.path, ""));
    let text = form.text("text");
    let schedule = match place.read(&text) {
        Ok(schedule) => schedule,
        Err(wrong) => {
            let form = place.check_again(ask, &text);
            return unreadable(ask, &place, (&text, &wrong), &form);
        }
    };
    if ask.posted().text("seen") != Digest::of(text.as_bytes()).to_string() {
        // Another text than the one that was checked: it is checked first.
        let again = place.propose_form(ask, (&format!("{}?again=1", place.path), &text));
        let alert = Alert::warning("The text was changed since it was checked; nothing was proposed")
            .text("Below is what the check finds now. Propose it once you have looked.");
        return checked(ask, &place, schedule, (&again, Some(alert))).await;
    }
    if form.is_good() {
        let carried = form.carry_out(ask, &ProposeRates { text }).await?;
        let path = match &carried {
            Carried::Done(done) => done.outcome.first().map_or_else(
                || "/rates".to_owned(),
                |one| format!("/rates/proposals/{}/{}/{}", encoded(&one.schedule), one.effective_on, one.proposal),
            ),
            Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
            Carried::Refused => String::new(),
        };
        if let Some(go) = carried.go(&path, "The rates are proposed. They price nothing yet") {
            return go.answer();
        }
    }
    checked(ask, &place, schedule, (&form, None)).await
}

/// A form as wide as the page, whose text stands in letters of one width.
#[derive(Clone, Debug, askama::Template)]
#[template(path = "wide.html")]
struct Wide {
    form: String,
}

impl askama::filters::HtmlSafe for Wide {}

impl Wide {
    fn of(form: &Form) -> Wide {
        Wide { form: form.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_rates_begin_with_a_month() {
        // day | months later | first day
        let rows = [("2026-07-15", 2, "2026-09-01"), ("2026-11-30", 2, "2027-01-01"), ("2026-12-01", 1, "2027-01-01")];
        for (day, later, first) in rows {
            let day: NaiveDate = day.parse().unwrap();
            assert_eq!(first_of_month(day, later).to_string(), first, "{day}");
        }
    }
}
