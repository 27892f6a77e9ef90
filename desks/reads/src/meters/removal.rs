//! `/points/{reference}/removal/{day}`: what a meter showed when it was taken out.

use chrono::NaiveDate;
use metering::acts::SetRemovalCount;
use metering::{Meter, Placement};
use web::shown::{count, date};
use web::{Answer, Ask, At, Carried, Facts, Field, Form, Problem, Section};

use crate::points::enter::measured;
use crate::words::{meter_href, point_href, point_named};

/// The meter that was taken out.
struct Loaded {
    reference: String,
    removed_on: NaiveDate,
    placement: Placement,
    meter: Option<Meter>,
}

impl Loaded {
    async fn load(ask: &Ask, reference: &str, day: &str) -> Result<Loaded, Problem> {
        let removed_on: NaiveDate = day.parse().map_err(|_| Problem::not_found())?;
        let mut read = ask.read().await?;
        let point = point_named(&mut read, reference).await?;
        let placements = metering::placements_at(&mut read, &[point.id]).await?.remove(&point.id).unwrap_or_default();
        let placement = placements.into_iter().find(|one| one.removed_on == Some(removed_on));
        let placement = placement.ok_or_else(Problem::not_found)?;
        let meter = metering::meters_by_id(&mut read, &[placement.meter]).await?.remove(&placement.meter);
        Ok(Loaded { reference: reference.to_owned(), removed_on, placement, meter })
    }

    fn form(&self, ask: &Ask) -> Form {
        let known = self.placement.removal_count.map(|known| known.to_string()).unwrap_or_default();
        ask.form(ask.path(), "Record the last count")
            .field(
                Field::whole("count", "Last count")
                    .value(known)
                    .hint("Leave it empty when it is not known after all.")
                    .answers(&["negative", "too_many_digits", "nothing_new"]),
            )
            .field(Field::reason().hint("How it was found out, such as the work order or the meter on the shelf."))
            .cancel(&point_href(&self.reference))
    }
}

pub(crate) async fn show(ask: Ask, At((reference, day)): At<(String, String)>) -> Answer {
    let loaded = Loaded::load(&ask, &reference, &day).await?;
    draw(&ask, &loaded, &loaded.form(&ask))
}

pub(crate) async fn send(ask: Ask, At((reference, day)): At<(String, String)>) -> Answer {
    let loaded = Loaded::load(&ask, &reference, &day).await?;
    let mut form = loaded.form(&ask);
    if form.is_good() {
        let (service_point, removed_on) = (reference.clone(), loaded.removed_on);
        let act =
            SetRemovalCount { service_point, removed_on, count: form.whole("count"), reason: form.text("reason") };
        let carried = form.carry_out(&ask, &act).await?;
        let path = match &carried {
            Carried::Done(_) => {
                let measured = measured(&ask, loaded.placement.service_point).await?;
                let alert = measured.alert("The last count is recorded");
                return ask.go(&point_href(&reference)).saying(alert).answer();
            }
            Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
            Carried::Refused => point_href(&reference),
        };
        if let Some(go) = carried.go(&path, "") {
            return go.answer();
        }
    }
    draw(&ask, &loaded, &form)
}

fn draw(ask: &Ask, loaded: &Loaded, form: &Form) -> Answer {
    let facts = Facts::new().link("Service point", loaded.reference.clone(), point_href(&loaded.reference));
    let facts = match &loaded.meter {
        Some(meter) => facts.link("Meter", meter.serial_number.clone(), meter_href(&meter.serial_number)),
        None => facts,
    };
    let known = loaded.placement.removal_count.map_or_else(|| "not known".to_owned(), |known| count(&known));
    let facts = facts.fact("Taken out", date(&loaded.removed_on)).fact("Last count on record", known);
    let page = ask.page("Last count of a meter").crumbs(&[(&loaded.reference, &point_href(&loaded.reference))]);
    let lead = "It changes what was used before the exchange. A second person may have to agree.";
    page.lead(lead).body(&Section::bare().with(&facts)).form(form).answer()
}
