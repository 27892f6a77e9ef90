//! `/points/{reference}/route`: where a service point comes when the meters are read.

use metering::acts::{PlaceInWalk, SetRouteStops, StopAt};
use metering::{ROUTE_MAX, RouteStop};
use web::{Answer, Ask, At, Facts, Field, Form, Problem, Section};

use crate::words::{point_href, point_named, route_href};

/// The two fields that say where a service point comes.
pub(crate) fn place_fields(now: Option<&RouteStop>) -> [Field; 2] {
    let route =
        Field::text("route", "Route").max(ROUTE_MAX).hint("Its code, such as C1-07; a new code begins a route.");
    let number = Field::whole("sequence", "Stop").hint("Its number in the walk. Tens leave room in between.");
    let (code, sequence) = now.map(|stop| (stop.route.clone(), stop.sequence.to_string())).unwrap_or_default();
    let route = route.value(code).answers(&["route_code"]);
    [route, number.value(sequence).answers(&["sequence", "nothing_new"])]
}

/// What the fields say about a service point. With neither of them filled in, it is taken off; with one alone, the rules say what
/// is wrong with the other.
pub(crate) fn act_of(form: &Form, reference: &str) -> SetRouteStops {
    let (route, sequence) = (form.text("route"), form.whole("sequence"));
    let at = (!route.is_empty() || sequence.is_some()).then(|| PlaceInWalk { route, sequence: sequence.unwrap_or(0) });
    SetRouteStops { stops: vec![StopAt { service_point: reference.to_owned(), at, seen: None }] }
}

async fn loaded(ask: &Ask, reference: &str) -> Result<(String, Option<RouteStop>), Problem> {
    let mut read = ask.read().await?;
    let mut point = point_named(&mut read, reference).await?;
    identity::cover(ask, &mut read, [(point.id, &mut point.address)]).await?;
    Ok((point.address, metering::stops_of(&mut read, &[point.id]).await?.remove(&point.id)))
}

fn form(ask: &Ask, reference: &str, now: Option<&RouteStop>) -> Form {
    let form = ask.form(&format!("{}/route", point_href(reference)), "Save").because("the walk was changed");
    let [route, number] = place_fields(now);
    form.field(route).field(number).cancel(&point_href(reference))
}

pub(crate) async fn show(ask: Ask, At(reference): At<String>) -> Answer {
    let (address, now) = loaded(&ask, &reference).await?;
    draw(&ask, (&reference, &address, now.as_ref()), &form(&ask, &reference, now.as_ref()))
}

pub(crate) async fn send(ask: Ask, At(reference): At<String>) -> Answer {
    let (address, now) = loaded(&ask, &reference).await?;
    let mut form = form(&ask, &reference, now.as_ref());
    if form.is_good() {
        let act = act_of(&form, &reference);
        let carried = form.carry_out(&ask, &act).await?;
        let words = match &act.stops[0].at {
            Some(at) => format!("{reference} is stop {} of route {}", at.sequence, at.route),
            None => format!("{reference} is on no route"),
        };
        if let Some(go) = carried.go(&point_href(&reference), words) {
            return go.answer();
        }
    }
    draw(&ask, (&reference, &address, now.as_ref()), &form)
}

fn draw(ask: &Ask, (reference, address, now): (&str, &str, Option<&RouteStop>), form: &Form) -> Answer {
    let facts =
        Facts::new().link("Service point", reference.to_owned(), point_href(reference)).fact("Address", address);
    let facts = match now {
        Some(stop) => facts.link("Route", format!("{}, stop {}", stop.route, stop.sequence), route_href(&stop.route)),
        None => facts.fact("Route", "none"),
    };
    let page = ask.page("Where it is read").crumbs(&[(reference, &point_href(reference))]);
    let page = page.lead("Leave both fields empty to take it off its route.");
    page.body(&Section::bare().with(&facts)).form(form).answer()
}
