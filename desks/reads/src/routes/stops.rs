//! `/routes/{code}`: the stops of a route in the order in which they are read, with their numbers to change.

use std::collections::{BTreeMap, BTreeSet};

use acts::Failure;
use askama::Template;
use axum::http::StatusCode;
use billing::{PointToRead, points_to_read};
use db::Read;
use kernel::ServicePointId;
use metering::acts::{PlaceInWalk, STOPS_MAX, SetRouteStops, StopAt};
use metering::permissions::ROUTES;
use metering::{Route, RouteStop};
use secrets::Token;
use web::shown::{counted, date};
use web::{Alert, Answer, Ask, At, Cell, Column, Links, Problem, Table, address};

use super::number;
use crate::words::{meter_href, point_href, sentence, walks};

/// Between two stops that were numbered anew.
const STEP: i64 = 10;
/// The longest number that is sent back.
const TYPED_MAX: usize = 20;

/// One stop with the box of its number.
struct StopRow {
    id: i64,
    reference: String,
    href: String,
    address: String,
    meter: String,
    last_on: String,
    typed: String,
    /// The number that was there when the page was drawn.
    was: String,
    words: String,
}

/// The page of many boxes.
#[derive(Template)]
#[template(path = "routes/stops.html")]
struct Sheet {
    form_key: String,
    key: String,
    action: String,
    can_renumber: bool,
    rows: Vec<StopRow>,
}

/// A route with the stops of one page.
struct Loaded {
    route: Route,
    stops: Vec<RouteStop>,
    points: BTreeMap<ServicePointId, PointToRead>,
    /// Those of which the visitor is told only that there is a stop.
    hidden: BTreeSet<ServicePointId>,
}

impl Loaded {
    async fn load(ask: &Ask, read: &mut Read, code: &str) -> Result<Loaded, Problem> {
        let route = metering::route(read, code).await?.ok_or_else(no_route)?;
        let window = ask.window();
        let stops = metering::stops_at(read, code, (window.offset(), window.size())).await?;
        let points: Vec<ServicePointId> = stops.iter().map(|stop| stop.service_point).collect();
        let mut points = points_to_read(read, &points, ask.today()).await?;
        let mut hidden = identity::cover(ask, read, points.iter_mut().map(|one| (one.point, &mut one.address))).await?;
        if walks(ask) {
            hidden.clear();
        }
        let points = points.into_iter().map(|point| (point.point, point)).collect();
        Ok(Loaded { route, stops, points, hidden })
    }

    fn href(&self, ask: &Ask) -> String {
        match ask.window().page {
            1 => ask.path().to_owned(),
            page => address(ask.path(), &[("page", &page.to_string())]),
        }
    }

    fn rows(&self) -> Vec<StopRow> {
        let row = |stop: &RouteStop| {
            let point = self.points.get(&stop.service_point)?;
            Some(StopRow {
                id: point.point.0,
                reference: point.reference.clone(),
                href: point_href(&point.reference),
                address: point.address.clone(),
                meter: point.meter.as_ref().map(|meter| meter.serial_number.clone()).unwrap_or_default(),
                last_on: point.last.as_ref().map(|last| date(&last.read_on)).unwrap_or_default(),
                typed: stop.sequence.to_string(),
                was: stop.sequence.to_string(),
                words: String::new(),
            })
        };
        self.stops.iter().filter_map(row).collect()
    }

    fn table(&self, ask: &Ask) -> Table {
        let row = |stop: &RouteStop| {
            let point = self.points.get(&stop.service_point)?;
            if self.hidden.contains(&stop.service_point) {
                let covered = Cell::text("Confidential");
                return Some([Cell::count(stop.sequence), covered, Cell::empty(), Cell::empty(), Cell::empty()]);
            }
            let meter = point.meter.as_ref().map_or_else(Cell::empty, |meter| {
                Cell::text(&meter.serial_number).link(meter_href(&meter.serial_number))
            });
            Some([
                Cell::count(stop.sequence),
                Cell::text(&point.reference).link(point_href(&point.reference)),
                Cell::text(&point.address),
                meter,
                point.last.as_ref().map(|last| last.read_on).into(),
            ])
        };
        ask.table("stops", "Stops of the route")
            .column(Column::count("stop", "Stop"))
            .column(Column::text("point", "Service point"))
            .column(Column::text("address", "Address"))
            .column(Column::text("meter", "Meter"))
            .column(Column::date("last_on", "Last read"))
            .windowed(usize::try_from(self.route.stops).unwrap_or(0))
            .rows(self.stops.iter().filter_map(row))
    }
}

fn no_route() -> Problem {
    let why = "No service point is on a route of this code.";
    let next = "A route begins with its first service point: put one on it.";
    Problem { why: why.to_owned(), next: next.to_owned(), ..Problem::not_found() }
}

pub(crate) async fn show(ask: Ask, At(code): At<String>) -> Answer {
    let loaded = Loaded::load(&ask, &mut ask.read().await?, &code).await?;
    let rows = loaded.rows();
    draw(&ask, &loaded, rows, Vec::new())
}

pub(crate) async fn send(ask: Ask, At(code): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let loaded = Loaded::load(&ask, &mut read, &code).await?;
    let is_anew = ask.posted().text("step") == "tens";
    let mut rows = loaded.rows();
    let wanted = match is_anew {
        true => numbered_anew(&mut read, &code).await?,
        false => typed(&ask, &mut rows, &code),
    };
    drop(read);
    let Some(stops) = wanted else {
        let alert = Alert::bad("Nothing is saved")
            .text("A number is wrong, or somebody else changed the walk meanwhile: rows say which. Look at the numbers again.");
        return draw(&ask, &loaded, rows, vec![alert]);
    };
    if stops.is_empty() {
        return ask.go(&loaded.href(&ask)).saying(Alert::info("Every stop has its number already")).answer();
    }
    let by = ask.who()?.by("the walk was changed", ask.posted().text("key"));
    match ask.site().door().carry_out(&by, &SetRouteStops { stops }).await {
        Ok(done) => {
            let words = format!("{} elsewhere in the walk now", counted(done.outcome, "stop is", "stops are"));
            let is_left = metering::route(&mut ask.read().await?, &code).await?.is_some();
            let path = if is_left { loaded.href(&ask) } else { "/routes".to_owned() };
            ask.go(&path).saying(Alert::good(words)).answer()
        }
        Err(Failure::Refused(refusal)) => {
            let alert = Alert::bad("Nothing is saved").text(sentence(&refusal.to_string()));
            draw(&ask, &loaded, rows, vec![alert])
        }
        Err(Failure::Waiting(waiting)) => ask.go(&format!("/approvals/{}", waiting.proposal.0)).answer(),
        Err(Failure::Fault(fault)) => Err(Problem::from(fault)),
    }
}

/// The numbers as they were typed, where another one was typed than was there; nothing where one cannot be read, or somebody changed
/// it meanwhile. An empty box takes a service point off the route.
fn typed(ask: &Ask, rows: &mut [StopRow], code: &str) -> Option<Vec<StopAt>> {
    let sent = ask.posted().all("point");
    // What was moved off this page meanwhile has no row that could say so.
    let mut is_good = sent.iter().all(|id| rows.iter().any(|row| row.id.to_string() == *id));
    let mut stops = Vec::new();
    for row in rows.iter_mut().filter(|row| sent.contains(&row.id.to_string())) {
        let name = format!("stop-{}", row.id);
        let text: String = ask.posted().text(&name).chars().filter(|one| !one.is_control()).take(TYPED_MAX).collect();
        let seen = ask.posted().text(&format!("was-{}", row.id));
        if text == seen {
            continue;
        }
        row.typed.clone_from(&text);
        if seen != row.was {
            row.words = format!("Somebody else gave it the number {} meanwhile.", row.was);
            is_good = false;
            continue;
        }
        let digits: String = text.chars().filter(|one| !matches!(one, ',' | ' ')).collect();
        let at = match digits.as_str() {
            "" => None,
            digits => match digits.parse().ok().and_then(|number| metering::sequence(number).ok()) {
                Some(sequence) => Some(PlaceInWalk { route: code.to_owned(), sequence }),
                None => {
                    row.words = format!("Enter a whole number from 1 to {}.", number(metering::SEQUENCE_MAX));
                    is_good = false;
                    continue;
                }
            },
        };
        let seen = row.was.parse().ok().map(|sequence| PlaceInWalk { route: code.to_owned(), sequence });
        stops.push(StopAt { service_point: row.reference.clone(), at, seen });
    }
    is_good.then_some(stops)
}

/// All stops by tens, in the order in which they are; those that have their number already are left out.
async fn numbered_anew(read: &mut Read, code: &str) -> Result<Option<Vec<StopAt>>, Problem> {
    let all = metering::stops_at(read, code, (0, STOPS_MAX + 1)).await?;
    let points: Vec<ServicePointId> = all.iter().map(|stop| stop.service_point).collect();
    let references = premises::references_by_id(read, &points).await?;
    let mut stops = Vec::new();
    for (stop, sequence) in all.iter().zip((1..).map(|number| number * STEP)) {
        let Some(reference) = references.get(&stop.service_point) else { continue };
        if stop.sequence != sequence {
            let place = |sequence| Some(PlaceInWalk { route: code.to_owned(), sequence });
            let (at, seen) = (place(sequence), place(stop.sequence));
            stops.push(StopAt { service_point: reference.clone(), at, seen });
        }
    }
    Ok(Some(stops))
}

fn draw(ask: &Ask, loaded: &Loaded, rows: Vec<StopRow>, alerts: Vec<Alert>) -> Answer {
    let table = loaded.table(ask);
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let code = &loaded.route.code;
    let lead = format!("{}, read in the order of their numbers.", counted(loaded.route.stops, "stop", "stops"));
    let page = ask.page(&format!("Route {code}")).crumbs(&[("Routes", "/routes")]).lead(lead);
    let page = match alerts.is_empty() {
        true => page,
        false => page.status(StatusCode::UNPROCESSABLE_ENTITY),
    };
    let page = alerts.into_iter().fold(page, web::Page::alert);
    if !ask.may(ROUTES) {
        return page.body(&table).answer();
    }
    let sheet = Sheet {
        form_key: ask.form_key().to_owned(),
        key: Token::new(ask.site().random()).text().to_owned(),
        action: loaded.href(ask),
        can_renumber: usize::try_from(loaded.route.stops).is_ok_and(|stops| stops <= STOPS_MAX),
        rows,
    };
    page.body(&sheet).body(&ways(ask, loaded)).answer()
}

/// The pages of a long route, and its file.
fn ways(ask: &Ask, loaded: &Loaded) -> Links {
    let window = ask.window();
    let page = |number: usize| address(ask.path(), &[("page", &number.to_string())]);
    let mut links = Links::new("More of the route");
    if 1 < window.page {
        links = links.link("Earlier stops", page(window.page - 1));
    }
    if window.offset() + window.size() < usize::try_from(loaded.route.stops).unwrap_or(0) {
        links = links.next("Later stops", page(window.page + 1));
    }
    links.link("CSV", address(ask.path(), &[("as", "csv")])).link("Spreadsheet", address(ask.path(), &[("as", "xlsx")]))
}
