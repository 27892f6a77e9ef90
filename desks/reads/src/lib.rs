//! Reads and meters: what is to be read, reads entered by the page, reads closed, one service point, one meter.
//!
//! - `/reads`: the periods of all cycles whose reads are entered or closed now.
//! - `/reads/missing`, `/reads/enter`: the service points nobody has read yet; their reads, a page at once.
//! - `/reads/routes`, `/routes`, `/routes/{code}`: how far each walk of a period is; which service point is read after which.
//! - `/reads/close`, `/reads/closings/{order}`: what closing would do, and how far it is.
//! - `/reads/flagged`: figures at which something was found.
//! - `/points/{reference}`: services, meters, reads with every revision, use with its grounds, corrections.
//! - `/meters`, `/meters/{serial}`: a meter and where it was; exchange, last count, meters at each other's place.

mod api;
mod close;
mod entry;
mod flagged;
mod meters;
mod missing;
mod overview;
mod points;
mod queue;
mod routes;
mod words;

use billing::permissions::CLOSE_READS;
use customers::permissions::SEE;
use metering::permissions::{CORRECT_READS, ENTER_READS, EXCHANGE, ROUTES};
use web::{Access, Route};

pub use api::{api_routes, description};
pub use queue::ReadQueues;

/// Every page of it.
#[must_use]
pub fn routes() -> Vec<Route> {
    [of_cycles(), of_routes(), of_places(), of_meters()].concat()
}

fn of_cycles() -> Vec<Route> {
    const LOOK: Access = Access::Needs(SEE);
    const ENTER: Access = Access::Needs(ENTER_READS);
    const CLOSE: Access = Access::Needs(CLOSE_READS);
    vec![
        Route::page("/reads", "Reads", LOOK, overview::show).in_group("Metering"),
        Route::page("/reads/flagged", "Reads to look at", LOOK, flagged::show).in_group("Metering"),
        Route::page("/reads/missing", "Service points not read yet", LOOK, missing::show),
        Route::page("/reads/enter", "Enter reads", ENTER, entry::show),
        Route::form("/reads/enter", "Enter reads", ENTER, entry::send),
        Route::page("/reads/close", "Close reads", CLOSE, close::show),
        Route::form("/reads/close", "Close reads", CLOSE, close::send),
        Route::page("/reads/closings/{order}", "Reads being closed", LOOK, close::progress),
        Route::piece("/reads/closings/{order}/live", "Progress of closing reads", LOOK, close::live),
    ]
}

fn of_routes() -> Vec<Route> {
    const LOOK: Access = Access::Needs(SEE);
    const CHANGE: Access = Access::Needs(ROUTES);
    use routes::{of_period, stops};
    vec![
        Route::page("/reads/routes", "Routes of a period", LOOK, of_period::show),
        Route::page("/routes", "Routes", LOOK, routes::show).in_group("Metering"),
        Route::form("/routes", "Put a service point on a route", CHANGE, routes::send),
        Route::page("/routes/{code}", "A route", LOOK, stops::show),
        Route::form("/routes/{code}", "Number the stops of a route", CHANGE, stops::send),
        Route::page("/points/{reference}/route", "Put a service point on a route", CHANGE, points::route::show),
        Route::form("/points/{reference}/route", "Put a service point on a route", CHANGE, points::route::send),
    ]
}

fn of_places() -> Vec<Route> {
    const LOOK: Access = Access::Needs(SEE);
    const ENTER: Access = Access::Needs(ENTER_READS);
    const CORRECT: Access = Access::Needs(CORRECT_READS);
    use points::{correct, enter};
    vec![
        Route::page("/points/{reference}", "A service point", LOOK, points::show),
        Route::form("/points/{reference}/measure", "Work use out again", ENTER, points::measure),
        Route::page("/points/{reference}/read", "Enter a read", ENTER, enter::show),
        Route::form("/points/{reference}/read", "Enter a read", ENTER, enter::send),
        Route::page("/points/{reference}/reads/{day}", "Correct a read", CORRECT, correct::show),
        Route::form("/points/{reference}/reads/{day}", "Correct a read", CORRECT, correct::send),
    ]
}

fn of_meters() -> Vec<Route> {
    const LOOK: Access = Access::Needs(SEE);
    const CHANGE: Access = Access::Needs(EXCHANGE);
    use meters::{exchange, removal, swap};
    vec![
        Route::page("/meters", "Meters", LOOK, meters::find).in_group("Metering"),
        Route::page("/meters/swap", "Meters at each other's place", CHANGE, swap::show),
        Route::form("/meters/swap", "Meters at each other's place", CHANGE, swap::send),
        Route::page("/meters/{serial}", "A meter", LOOK, meters::show),
        Route::page("/points/{reference}/exchange", "Exchange a meter", CHANGE, exchange::show),
        Route::form("/points/{reference}/exchange", "Exchange a meter", CHANGE, exchange::send),
        Route::page("/points/{reference}/removal/{day}", "Last count of a meter", CHANGE, removal::show),
        Route::form("/points/{reference}/removal/{day}", "Last count of a meter", CHANGE, removal::send),
    ]
}
