//! `/meters/{serial}`: one meter, and where it is and was.

pub(crate) mod exchange;
pub(crate) mod removal;
pub(crate) mod swap;

use kernel::ServicePointId;
use metering::multiplier;
use metering::permissions::EXCHANGE;
use web::shown::count;
use web::{Alert, Answer, Ask, At, Cell, Column, Columns, Facts, Field, LookUp, Problem, Section, Tone};

use crate::words::{meter_href, point_href};

/// Looks a meter up by the number on its case, or a service point by its reference.
pub(crate) async fn find(ask: Ask) -> Answer {
    let wanted = ask.query().text("number").to_owned();
    let page = ask.page("Meters").lead("A meter by the number on its case, or a service point by its reference.");
    let page = match ask.may(EXCHANGE) {
        true => page.action("Two meters at each other's place", "/meters/swap"),
        false => page,
    };
    let field = Field::text("number", "Number or reference").value(&wanted).focused();
    let look_up = LookUp::new(&ask, "Find a meter", "Find").field(field);
    if wanted.is_empty() {
        return page.body(&look_up).answer();
    }
    let mut read = ask.read().await?;
    if !metering::meters_by_serial(&mut read, &[&wanted]).await?.is_empty() {
        return ask.go(&meter_href(&wanted)).answer();
    }
    if !premises::service_points_by_reference(&mut read, &[&wanted]).await?.is_empty() {
        return ask.go(&point_href(&wanted)).answer();
    }
    let alert = Alert::bad("Nothing found")
        .text("No meter has this number, and no service point this reference.")
        .link("Search for an address instead", web::address("/search", &[("q", &wanted)]));
    page.alert(alert).body(&look_up).answer()
}

pub(crate) async fn show(ask: Ask, At(serial): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let meter = metering::meters_by_serial(&mut read, &[&serial]).await?.remove(&serial).ok_or_else(no_meter)?;
    let placements = metering::placements_of(&mut read, &[meter.id]).await?.remove(&meter.id).unwrap_or_default();
    let points: Vec<ServicePointId> = placements.iter().map(|one| one.service_point).collect();
    let mut points = premises::points_by_id(&mut read, &points).await?;
    identity::cover(&ask, &mut read, points.values_mut().map(|one| (one.id, &mut one.address))).await?;
    let now = placements.iter().rfind(|one| one.covers(ask.today()) && one.removed_on.is_none());
    let now = now.and_then(|one| points.get(&one.service_point));
    let table = ask
        .table("places", "Where it was")
        .column(Column::text("point", "Service point"))
        .column(Column::date("installed_on", "Put in"))
        .column(Column::count("install_count", "Count then"))
        .column(Column::date("removed_on", "Taken out"))
        .column(Column::count("removal_count", "Last count"))
        .empty("It was never installed.")
        .plain()
        .rows(placements.iter().rev().map(|one| {
            let point = points.get(&one.service_point);
            let reference = point.map(|point| point.reference.clone()).unwrap_or_default();
            let removal = match (one.removed_on, one.removal_count) {
                (None, _) => Cell::empty(),
                (Some(_), Some(last)) => Cell::count(last),
                (Some(_), None) => Cell::empty().note("not known"),
            };
            let removal = match one.removed_on {
                Some(removed_on) if ask.may(EXCHANGE) => {
                    removal.link(format!("{}/removal/{removed_on}", point_href(&reference)))
                }
                _ => removal,
            };
            [
                Cell::text(&reference)
                    .link(point_href(&reference))
                    .note(point.map(|point| point.address.clone()).unwrap_or_default()),
                one.installed_on.into(),
                Cell::count(one.install_count),
                one.removed_on.into(),
                removal,
            ]
        }));
    let facts = Facts::new().fact("Number", &meter.serial_number).fact("Size", &meter.size);
    let facts = facts
        .fact("Digits", meter.dials.to_string())
        .fact("Highest count", count(&(10_i64.pow(meter.dials) - 1)))
        .fact("One count is", format!("{} {}", multiplier(meter.unit, meter.steps_per_count), meter.unit.symbol()));
    let facts = match now {
        Some(point) => facts.link("Where it is", point.reference.clone(), point_href(&point.reference)),
        None => facts.tag("Where it is", Tone::Plain, "not installed"),
    };
    let mut page = ask.page(&format!("Meter {}", meter.serial_number)).crumbs(&[("Meters", "/meters")]);
    if let Some(point) = now.filter(|_| ask.may(EXCHANGE)) {
        page = page
            .action("Exchange it", &format!("{}/exchange", point_href(&point.reference)))
            .action("It is at another place", &web::address("/meters/swap", &[("point", &point.reference)]));
    }
    let main = vec![Section::new("places-part", "Where it is and was").with(&table)];
    page.body(&Columns { main, side: vec![Section::bare().with(&facts)] }).answer()
}

fn no_meter() -> Problem {
    let why = "No meter has this number.";
    let next = "Look at the number on its case again; letters and zeros in front count.";
    Problem { why: why.to_owned(), next: next.to_owned(), ..Problem::not_found() }
}
