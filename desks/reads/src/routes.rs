//! `/routes`: the walks in which meters are read.

pub(crate) mod of_period;
pub(crate) mod stops;

use axum::http::StatusCode;
use db::Read;
use metering::permissions::ROUTES;
use web::shown::count;
use web::{Answer, Ask, Cell, Column, Columns, Form, Section};

use crate::points::route::{act_of, place_fields};
use crate::words::route_href;

fn form(ask: &Ask) -> Form {
    let point = web::Field::text("service_point", "Service point").required().max(60);
    let point = point.hint("Its reference, such as P000000-W.").answers(&["service_point_unknown"]);
    let [route, number] = place_fields(None);
    let form = ask.form("/routes", "Put on the route").because("a stop was added").field(point);
    form.field(route.required()).field(number.required())
}

pub(crate) async fn show(ask: Ask) -> Answer {
    let form = ask.may(ROUTES).then(|| form(&ask));
    draw(&ask, &mut ask.read().await?, form).await
}

pub(crate) async fn send(ask: Ask) -> Answer {
    let mut form = form(&ask);
    if form.is_good() {
        let act = act_of(&form, &form.text("service_point"));
        let route = form.text("route");
        let carried = form.carry_out(&ask, &act).await?;
        let words = format!("{} is on route {route}", form.text("service_point"));
        if let Some(go) = carried.go(&route_href(&route), words) {
            return go.answer();
        }
    }
    draw(&ask, &mut ask.read().await?, Some(form)).await
}

async fn draw(ask: &Ask, read: &mut Read, form: Option<Form>) -> Answer {
    let window = ask.window();
    let all = metering::route_count(read).await?;
    let routes = metering::routes_at(read, (window.offset(), window.size())).await?;
    let table = ask
        .table("routes", "Routes")
        .column(Column::text("route", "Route"))
        .column(Column::count("stops", "Stops"))
        .column(Column::count("first", "First number"))
        .column(Column::count("last", "Last number"))
        .empty("No service point is on a route yet. Routes come in as a file, or one service point at a time.")
        .windowed(usize::try_from(all).unwrap_or(0))
        .rows(routes.iter().map(|route| {
            [
                Cell::text(&route.code).link(route_href(&route.code)),
                Cell::count(route.stops),
                Cell::count(route.first),
                Cell::count(route.last),
            ]
        }));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let lead = match all {
        0 => "In which order the meters are read.".to_owned(),
        _ => format!("In which order the meters are read: {}.", web::shown::counted(all, "route", "routes")),
    };
    let page = ask.page("Routes").lead(lead).action("Periods to read", "/reads");
    let page = match form.as_ref().is_some_and(Form::has_errors) {
        true => page.status(StatusCode::UNPROCESSABLE_ENTITY),
        false => page,
    };
    match form {
        Some(form) => {
            let side = vec![Section::new("put", "Put a service point on a route").with(&form)];
            page.body(&Columns { main: vec![Section::bare().with(&table)], side }).answer()
        }
        None => page.body(&table).answer(),
    }
}

/// A number of a stop as it is shown in a list.
fn number(sequence: i64) -> String {
    count(&sequence)
}
