//! `/rates/{schedule}/{date}/take-back`: rates that no run has used are taken back, and the version before goes on.

use revenue::acts::SupersedeRates;
use web::shown::date;
use web::{Answer, Ask, At, Carried, Field, Form, Problem};

use crate::loaded::{Loaded, day};
use crate::version::of_address;

/// The codes of refusals that the form as a whole answers for.
const CODES: &[&str] = &["reason_missing"];

fn form(ask: &Ask, path: &str) -> Form {
    let reason = Field::reason().answers(CODES);
    ask.form(ask.path(), "Take these rates back").danger().field(reason).cancel(path)
}

async fn load(ask: &Ask, code: &str, date: &str) -> Result<Loaded, Problem> {
    let mut read = ask.read().await?;
    let loaded = Loaded::one(&mut read, code).await?;
    of_address(&loaded, date)?;
    Ok(loaded)
}

fn draw(ask: &Ask, loaded: &Loaded, (day, form): (chrono::NaiveDate, &Form)) -> Answer {
    let lead = format!(
        "The rates of {} from {} would not price any bill; those before them go on. Another person has to agree.",
        loaded.title,
        date(&day)
    );
    let href = loaded.version_href(day);
    let page = ask.page("Take rates back").lead(lead);
    page.crumbs(&[("Rates", "/rates"), (&loaded.title, &loaded.href()), (&date(&day), &href)]).form(form).answer()
}

pub(crate) async fn show(ask: Ask, At((code, date)): At<(String, String)>) -> Answer {
    let loaded = load(&ask, &code, &date).await?;
    let day = day(&date)?;
    let form = form(&ask, &loaded.version_href(day));
    draw(&ask, &loaded, (day, &form))
}

pub(crate) async fn send(ask: Ask, At((code, date)): At<(String, String)>) -> Answer {
    let loaded = load(&ask, &code, &date).await?;
    let day = day(&date)?;
    let href = loaded.version_href(day);
    let mut form = form(&ask, &href);
    if form.is_good() {
        let act = SupersedeRates { schedule: code, effective_on: day, reason: form.text("reason") };
        let carried = form.carry_out(&ask, &act).await?;
        let path = match &carried {
            Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
            Carried::Done(_) | Carried::Refused => href,
        };
        if let Some(go) = carried.go(&path, "The rates are taken back") {
            return go.answer();
        }
    }
    draw(&ask, &loaded, (day, &form))
}
