//! `/reads/missing`: the service points of a cycle that nobody has read in the reading window.

use std::collections::BTreeMap;

use billing::{Along, PointToRead, WalkPlace, points_to_read, unread_points};
use kernel::ServicePointId;
use metering::RouteStop;
use metering::permissions::ENTER_READS;
use web::shown::{count, date};
use web::{Alert, Answer, Ask, Cell, Column, Links};

use crate::words::{
    Named, about, account_href, along_words, meter_href, place, place_words, point_href, route_href, walks,
};

/// Points of one page.
const PAGE: usize = 100;
/// Points of one file, more than a large city reads in one cycle.
const FILE_MAX: usize = 60_000;

pub(crate) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::load(&ask, &mut read).await?;
    let is_file = ask.window().file.is_some();
    let size = if is_file { FILE_MAX } else { PAGE };
    let from = place(ask.query());
    let mut unread = unread_points(&mut read, &named.period, &from, size).await?;
    // A page ends after so many points looked at; a file goes on to the last.
    while let (true, Some(next)) = (is_file && unread.points.len() < FILE_MAX, &unread.next) {
        let more = unread_points(&mut read, &named.period, next, FILE_MAX - unread.points.len()).await?;
        unread.points.extend(more.points);
        unread.next = more.next;
    }
    if is_file && unread.next.is_some() {
        let words = format!(
            "A file has {} service points at most, and more are not read yet.",
            count(&i64::try_from(FILE_MAX).unwrap_or(i64::MAX))
        );
        let page = ask.page("Not read yet").crumbs(&[("Reads", "/reads")]);
        return page.alert(Alert::warning(words)).answer();
    }
    let mut points = points_to_read(&mut read, &unread.points, named.period.read_through).await?;
    let hidden = identity::cover(&ask, &mut read, points.iter_mut().map(|one| (one.point, &mut one.address))).await?;
    let mut stops = metering::stops_of(&mut read, &unread.points).await?;
    if !walks(&ask) {
        stops.retain(|point, _| !hidden.contains(point));
        points.retain(|one| !(hidden.contains(&one.point) && matches!(from.along, Along::Route(_))));
    }
    let [(_, route), _] = place_words(&from);
    let table = ask
        .table("missing", "Service points not read yet")
        .column(Column::text("route", "Route"))
        .column(Column::count("stop", "Stop"))
        .column(Column::text("point", "Service point"))
        .column(Column::text("address", "Address"))
        .column(Column::text("account", "Account"))
        .column(Column::text("meter", "Meter"))
        .column(Column::date("last_on", "Last read"))
        .column(Column::count("last", "Count then"))
        .column(Column::text("usual", "Usual in 30 days"))
        .empty("Every service point of this period has a read.")
        .keeping("cycle", &named.cycle.code)
        .keeping("route", &route)
        .rows(points.iter().map(|point| row(point, &stops)));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let window = format!("{} through {}", date(&named.period.read_from), date(&named.period.read_through));
    let along = along_words(&from.along).map(|words| format!("{words}. ")).unwrap_or_default();
    let lead = format!("{along}{}. Read from {window}.", named.words());
    let page = ask.page("Not read yet").crumbs(&[("Reads", "/reads")]).lead(lead);
    let page = match ask.may(ENTER_READS) && !points.is_empty() {
        true => page.action("Enter reads", &named.href_at("/reads/enter", &WalkPlace::first(from.along.clone()))),
        false => page,
    };
    let page = page.action("By route", &named.href("/reads/routes"));
    let page = match (&unread.next, points.is_empty()) {
        (Some(_), true) => page.alert(Alert::info(format!("{} looked at, all read", count(&unread.looked)))),
        _ => page,
    };
    let mut links = Links::new("More service points");
    if let Some(next) = unread.next {
        links = links.next("Go on", named.href_at("/reads/missing", &next));
    }
    page.body(&table).body(&links).answer()
}

fn row(point: &PointToRead, stops: &BTreeMap<ServicePointId, RouteStop>) -> [Cell; 9] {
    let account = match &point.account {
        Some((_, number)) => Cell::text(number).link(account_href(number)),
        None => Cell::text("vacant"),
    };
    let meter = point
        .meter
        .as_ref()
        .map_or_else(Cell::empty, |meter| Cell::text(&meter.serial_number).link(meter_href(&meter.serial_number)));
    let stop = stops.get(&point.point);
    [
        stop.map_or_else(Cell::empty, |stop| Cell::text(&stop.route).link(route_href(&stop.route))),
        stop.map_or_else(Cell::empty, |stop| Cell::count(stop.sequence)),
        Cell::text(&point.reference).link(point_href(&point.reference)),
        Cell::text(&point.address),
        account,
        meter,
        point.last.as_ref().map(|last| last.read_on).into(),
        point.last.as_ref().map_or_else(Cell::empty, |last| Cell::count(last.count)),
        Cell::text(point.usual().map(about).unwrap_or_default()),
    ]
}
