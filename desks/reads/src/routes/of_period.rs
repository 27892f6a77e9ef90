//! `/reads/routes`: how far each walk of a period is.

use billing::{Along, RouteToRead, WalkPlace, routes_to_read};
use metering::permissions::ENTER_READS;
use web::shown::{count, date};
use web::{Answer, Ask, Cell, Column, Tone};

use crate::words::{Named, route_href};

pub(crate) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::load(&ask, &mut read).await?;
    let routes = routes_to_read(&mut read, &named.period).await?;
    let from = named.period.period.from().to_string();
    let table = ask
        .table("routes", "Routes of the period")
        .column(Column::text("route", "Route"))
        .column(Column::count("stops", "Stops"))
        .column(Column::count("unread", "Not read yet"))
        .column(Column::text("state", "State"))
        .column(Column::text("list", "Reading list"))
        .column(Column::text("next", "What to do"))
        .empty("The cycle serves no service point with a meter on the last day of this period.")
        .keeping("cycle", &named.cycle.code)
        .keeping("from", &from)
        .rows(routes.iter().map(|route| row(&ask, &named, route)));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let unread: i64 = routes.iter().map(|route| route.unread).sum();
    let all: i64 = routes.iter().map(|route| route.stops).sum();
    let window = format!("{} through {}", date(&named.period.read_from), date(&named.period.read_through));
    let lead = format!("{}. Read from {window}. {} of {} not read yet.", named.words(), count(&unread), count(&all));
    let page = ask.page("Reads by route").crumbs(&[("Reads", "/reads")]).lead(lead);
    let page = page.action("All that is missing", &named.href("/reads/missing")).action("All routes", "/routes");
    page.body(&table).answer()
}

fn row(ask: &Ask, named: &Named, route: &RouteToRead) -> [Cell; 6] {
    let (name, along) = match &route.route {
        Some(code) => (Cell::text(code).link(route_href(code)), Along::Route(code.clone())),
        None => (Cell::text("on no route"), Along::NoRoute),
    };
    let first = WalkPlace::first(along);
    let state = match (route.unread, route.unread == route.stops) {
        (0, _) => Cell::tag(Tone::Good, "read"),
        (_, true) => Cell::tag(Tone::Plain, "not begun"),
        (_, false) => Cell::tag(Tone::Info, "being read"),
    };
    let (list, next) = match route.unread {
        0 => (Cell::empty(), Cell::empty()),
        _ => (
            Cell::text("Reading list").link(named.href_at("/reads/missing", &first)),
            match ask.may(ENTER_READS) {
                true => Cell::text("Enter reads").link(named.href_at("/reads/enter", &first)),
                false => Cell::empty(),
            },
        ),
    };
    [name, Cell::count(route.stops), Cell::count(route.unread), state, list, next]
}
