//! `route`: which service point is read after which.

use clap::Subcommand;
use kernel::ServicePointId;
use metering::acts::{PlaceInWalk, SetRouteStops, StopAt};

use super::{Ended, Outcome, office, office_and_who};
use crate::config::Settings;
use crate::output;

/// Reading routes.
#[derive(Subcommand)]
pub enum RouteCommand {
    /// List the routes with their number of stops
    List,
    /// Show the stops of a route in the order in which they are read
    Show {
        /// The code of the route
        route: String,
    },
    /// Put a service point on a route, or give it another place; many come in with `import routes`
    Put {
        /// The reference of the service point
        service_point: String,
        /// The code of the route; a new one begins a route
        route: String,
        /// Its number in the walk
        sequence: i64,
    },
    /// Take a service point off its route
    TakeOff {
        /// The reference of the service point
        service_point: String,
    },
}

/// Rows read at once.
const PAGE: i64 = 1_000;

/// Lists, shows or changes routes.
pub async fn run(settings: &Settings, command: RouteCommand) -> Outcome {
    match command {
        RouteCommand::List => list(settings).await?,
        RouteCommand::Show { route } => show(settings, &route).await?,
        RouteCommand::Put { service_point, route, sequence } => {
            let words = format!("{service_point} is stop {sequence} of route {route}");
            set(settings, StopAt { service_point, at: Some(PlaceInWalk { route, sequence }), seen: None }, &words)
                .await?;
        }
        RouteCommand::TakeOff { service_point } => {
            let words = format!("{service_point} is on no route");
            set(settings, StopAt { service_point, at: None, seen: None }, &words).await?;
        }
    }
    Ok(Ended::Done)
}

async fn set(settings: &Settings, stop: StopAt, words: &str) -> Result<(), Ended> {
    let (office, who) = office_and_who(settings).await?;
    office.act_now(&who, &SetRouteStops { stops: vec![stop] }).await?;
    output::talk(words);
    Ok(())
}

async fn list(settings: &Settings) -> Result<(), Ended> {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let mut after = String::new();
    loop {
        let routes = metering::routes_after(&mut read, &after, PAGE).await?;
        let Some(last) = routes.last() else { return Ok(()) };
        after.clone_from(&last.code);
        for route in routes {
            output::data(&format!("{:<20} {:>6}  {} to {}", route.code, route.stops, route.first, route.last));
        }
    }
}

async fn show(settings: &Settings, code: &str) -> Result<(), Ended> {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    if metering::route(&mut read, code).await?.is_none() {
        return Err(Ended::Refused(format!("no service point is on route '{code}'")));
    }
    let mut after = (0, ServicePointId(0));
    loop {
        let stops = metering::stops_after(&mut read, code, after, PAGE).await?;
        let Some(last) = stops.last() else { return Ok(()) };
        after = (last.sequence, last.service_point);
        let points: Vec<ServicePointId> = stops.iter().map(|stop| stop.service_point).collect();
        let references = premises::references_by_id(&mut read, &points).await?;
        for stop in stops {
            let reference = references.get(&stop.service_point).map_or("", String::as_str);
            output::data(&format!("{:>6}  {reference}", stop.sequence));
        }
    }
}
