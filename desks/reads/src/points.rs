//! `/points/{reference}`: one service point, from who answers for it to every revision of every read.

pub(crate) mod correct;
pub(crate) mod enter;
mod loaded;
mod parts;
pub(crate) mod route;

use axum::http::StatusCode;
use billing::acts::MeasureAgain;
use metering::permissions::{ENTER_READS, EXCHANGE, ROUTES};
use web::{Alert, Answer, Ask, At, Columns, Form};

use crate::words::{meter_href, point_href, point_named};
use loaded::Loaded;
pub(crate) use loaded::unname;

pub(crate) async fn show(ask: Ask, At(reference): At<String>) -> Answer {
    let loaded = Loaded::load(&ask, &reference).await?;
    draw(&ask, &loaded, None)
}

fn measure_form(ask: &Ask, reference: &str) -> Form {
    let action = format!("{}/measure", point_href(reference));
    ask.form(&action, "Work use out again").because("use is worked out from the corrected reads").small()
}

fn draw(ask: &Ask, loaded: &Loaded, form: Option<Form>) -> Answer {
    let point = &loaded.point;
    let href = point_href(&point.reference);
    let reads = parts::reads_table(ask, loaded);
    if let Some(file) = reads.file()? {
        return Ok(file);
    }
    let lead = match point.address.is_empty() {
        true => format!("{} service.", web::shown::capital(&point.service)),
        false => format!("{} at {}.", web::shown::capital(&point.service), point.address),
    };
    let mut page = ask.page(&format!("Service point {}", point.reference)).lead(lead).crumbs(&[("Meters", "/meters")]);
    if loaded.now.is_some() && ask.may(ENTER_READS) {
        page = page.action("Enter a read", &format!("{href}/read"));
    }
    if loaded.now.is_some() && ask.may(EXCHANGE) {
        page = page.action("Exchange the meter", &format!("{href}/exchange"));
    }
    if ask.may(ROUTES) {
        page = page.action("Route", &format!("{href}/route"));
    }
    if ask.may(billing::permissions::MOVES) {
        page = page.action("Move", &web::address("/moves/new", &[("point", &point.reference)]));
    }
    let mut main = Vec::new();
    if loaded.is_stale() {
        let mut words = Alert::warning("Reads changed since the use was worked out");
        words = words.text("Closing the reads of the next period does it, too; bills follow when they are made again.");
        page = page.alert(words);
        if ask.may(ENTER_READS) {
            let form = form.unwrap_or_else(|| measure_form(ask, &point.reference));
            main.push(web::Section::bare().with(&form));
        }
    }
    page = match parts::again_alert(ask, loaded) {
        Some(alert) => page.alert(alert),
        None => page,
    };
    main.extend(parts::use_section(loaded));
    main.push(parts::reads_section(&reads, loaded));
    main.push(parts::services_section(ask, loaded));
    let mut side = vec![parts::facts_section(ask, loaded)];
    side.extend(parts::meters_sections(ask, loaded));
    page.body(&Columns { main, side }).answer()
}

pub(crate) async fn measure(ask: Ask, At(reference): At<String>) -> Answer {
    let point = point_named(&mut ask.read().await?, &reference).await?;
    let mut form = measure_form(&ask, &reference);
    if form.is_good() {
        let carried = form.carry_out(&ask, &MeasureAgain { service_points: vec![point.id] }).await?;
        let words = match &carried {
            web::Carried::Done(done) if done.outcome == 0 => "Nothing is different".to_owned(),
            web::Carried::Done(done) => {
                format!("{} another figure now", web::shown::counted(done.outcome, "period has", "periods have"))
            }
            web::Carried::Waiting(_) | web::Carried::Refused => String::new(),
        };
        if let Some(go) = carried.go(&point_href(&reference), words) {
            return go.answer();
        }
    }
    let page = ask.page("Work use out again").crumbs(&[(&reference, &point_href(&reference))]);
    page.form(&form).status(StatusCode::UNPROCESSABLE_ENTITY).answer()
}

/// The page of the meter that is at a service point.
fn meter_link(serial_number: &str) -> String {
    meter_href(serial_number)
}
