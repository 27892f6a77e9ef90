//! `/points/{reference}/exchange`: a meter is taken out and another put in.

use axum::http::StatusCode;
use billing::{PointToRead, points_to_read, sizes_left_behind};
use chrono::NaiveDate;
use kernel::Unit;
use metering::acts::{ExchangeMeter, MeterFacts};
use metering::{Installation, multiplier};
use web::shown::{count, date};
use web::{Alert, Answer, Ask, At, Carried, Choice, Facts, Field, Form, Problem, Section};

use crate::points::enter::measured;
use crate::words::{about, meter_href, point_href, point_named, sentence};

/// What meters of a town count in.
const UNITS: [&str; 5] = ["kgal", "ccf", "gallon", "cubic_foot", "cubic_meter"];

async fn loaded(ask: &Ask, reference: &str, on: NaiveDate) -> Result<PointToRead, Problem> {
    let mut read = ask.read().await?;
    let point = point_named(&mut read, reference).await?;
    let mut point = points_to_read(&mut read, &[point.id], on).await?.pop().ok_or_else(Problem::not_found)?;
    identity::cover(ask, &mut read, [(point.point, &mut point.address)]).await?;
    Ok(point)
}

/// The new meter is most likely like the old one.
fn form(ask: &Ask, point: &PointToRead) -> Form {
    let old: Option<&Installation> = point.meter.as_ref();
    let units = UNITS.iter().filter(|code| Unit::parse(code).is_ok()).map(|code| Choice::new(*code, unit_words(code)));
    let dials = old.map(|old| old.dials.to_string()).unwrap_or_default();
    let one_count = old.map(|old| multiplier(old.unit, old.steps_per_count)).unwrap_or_default();
    ask.form(&format!("{}/exchange", point_href(&point.reference)), "Exchange the meter")
        .because("a meter was exchanged")
        .field(Field::date("exchanged_on", "Exchanged on").required().value(ask.today().to_string()).answers(&[
            "after_today",
            "not_after_installation",
            "read_since",
            "installed_elsewhere",
        ]))
        .field(
            Field::whole("removal_count", "Last count of the old meter")
                .hint("Leave it empty only if nobody wrote it down: the use since the last read is then not known."),
        )
        .field(
            Field::text("serial_number", "Number on the case of the new meter")
                .required()
                .max(60)
                .answers(&["one_line", "differs"]),
        )
        .field(Field::whole("install_count", "First count of the new meter").required().value("0"))
        .field(Field::select("unit", "Counts in", units.collect()).required().value(unit_of(point)))
        .field(
            Field::text("multiplier", "One count is how much of it")
                .required()
                .max(20)
                .value(one_count)
                .hint("Such as 0.01 or 1.")
                .answers(&["meter_impossible"]),
        )
        .field(Field::whole("dials", "Digits it shows").required().value(dials))
        .field(Field::text("size", "Size").max(40).hint("Such as 5/8\". Leave it empty if it is not known."))
        .cancel(&point_href(&point.reference))
}

fn unit_words(code: &str) -> &'static str {
    Unit::parse(code).map_or("", Unit::symbol)
}

fn unit_of(point: &PointToRead) -> &'static str {
    point.unit().map_or("", Unit::code)
}

pub(crate) async fn show(ask: Ask, At(reference): At<String>) -> Answer {
    let point = loaded(&ask, &reference, ask.today()).await?;
    draw(&ask, &point, &form(&ask, &point), &[])
}

/// What looks odd about an exchange: the last count of the old meter, and what would not follow the size of the new one.
async fn odd(ask: &Ask, reference: &str, act: &ExchangeMeter) -> Result<Vec<String>, Problem> {
    let then = loaded(ask, reference, act.exchanged_on).await?;
    let Some(old) = &then.meter else { return Ok(Vec::new()) };
    let last = act.removal_count.filter(|last| metering::shown(*last, old.dials).is_ok());
    let mut odd = last.map(|last| then.look(last, act.exchanged_on).odd).unwrap_or_default();
    let mut read = ask.read().await?;
    let meters = metering::meters_by_id(&mut read, &[old.meter]).await?;
    let size = act.meter.size.as_str();
    if !size.is_empty() && meters.get(&old.meter).is_some_and(|old| old.size != size) {
        odd.extend(sizes_left_behind(&mut read, then.point, (size, act.exchanged_on)).await?);
    }
    Ok(odd)
}

/// The box that says that what looks odd is right: of this count, day and size, and of no other.
fn sure_name(act: &ExchangeMeter) -> String {
    let last = act.removal_count.map(|last| last.to_string()).unwrap_or_default();
    let size = act.meter.size.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    format!("sure-{}-{last}-{size}", act.exchanged_on)
}

pub(crate) async fn send(ask: Ask, At(reference): At<String>) -> Answer {
    let point = loaded(&ask, &reference, ask.today()).await?;
    let mut form = form(&ask, &point);
    if form.is_good()
        && let (Some(exchanged_on), Some(install_count), Some(dials), Ok(unit)) = (
            form.date("exchanged_on"),
            form.whole("install_count"),
            form.whole("dials"),
            Unit::parse(&form.text("unit")),
        )
    {
        let serial_number = form.text("serial_number");
        let mut act = ExchangeMeter {
            service_point: reference.clone(),
            exchanged_on,
            removal_count: form.whole("removal_count"),
            meter: MeterFacts {
                serial_number: serial_number.clone(),
                unit,
                dials,
                multiplier: form.text("multiplier"),
                size: form.text("size"),
            },
            install_count,
            is_right: None,
        };
        let odd = odd(&ask, &reference, &act).await?;
        // A day ahead is refused however sure somebody is.
        if !odd.is_empty() && exchanged_on <= ask.today() {
            let name = sure_name(&act);
            form = form.field(Field::check(&name, "It is right, though it looks odd"));
            if !form.is_checked(&name) {
                return draw(&ask, &point, &form, &odd);
            }
            act.is_right = Some(true);
        }
        let carried = form.carry_out(&ask, &act).await?;
        let words = format!("Meter {serial_number} is in since {}", date(&exchanged_on));
        if let Carried::Done(_) = &carried {
            let measured = measured(&ask, point.point).await?;
            return ask.go(&point_href(&reference)).saying(measured.alert(&words)).answer();
        }
        if let Some(go) = carried.go(&point_href(&reference), words) {
            return go.answer();
        }
    }
    draw(&ask, &point, &form, &[])
}

fn draw(ask: &Ask, point: &PointToRead, form: &Form, odd: &[String]) -> Answer {
    let href = point_href(&point.reference);
    let facts = Facts::new().fact("Address", &point.address);
    let facts = match &point.meter {
        Some(old) => facts
            .link("Meter there now", old.serial_number.clone(), meter_href(&old.serial_number))
            .fact("Put in", format!("{} at {}", date(&old.installed_on), count(&old.install_count)))
            .fact("Digits", old.dials.to_string()),
        None => facts.fact("Meter there now", "none"),
    };
    let last = point.last.as_ref().map(|last| format!("{} on {}", count(&last.count), date(&last.read_on)));
    let facts = facts
        .fact("Last read", last.unwrap_or_default())
        .fact("Usual in 30 days", point.usual().map(about).unwrap_or_default());
    let page = ask.page("Exchange a meter").crumbs(&[(&point.reference, &href)]);
    let page = odd.iter().fold(page, |page, words| {
        let page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
        page.alert(Alert::warning("This looks odd; it is not saved yet").text(sentence(words)))
    });
    let lead = "The use before the exchange follows from the last count of the old meter, the use after from the first of \
                the new one.";
    page.lead(lead).body(&Section::bare().with(&facts)).form(form).answer()
}
