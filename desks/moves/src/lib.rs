//! Moves: services start, stop and change hands, step by step, with a look at what will be billed beforehand.
//!
//! - `/moves`: who moves in and out, recent and coming.
//! - `/moves/pending`: agreements that wait to be completed.
//! - `/moves/service`: one service with its terms, where nobody was served before.
//! - `/moves/account`: an account for somebody who takes over no service.
//! - `/moves/stop`: a stop that is put off or taken back.
//! - `/moves/new`, `/moves/day`, `/moves/preview`: a move in three steps. What was chosen stands in the address, so
//!   that going back is safe; only the last step changes anything, all of it or nothing.

mod api;
mod first;
mod list;
mod open;
mod opening;
mod pending;
mod queue;
mod steps;
mod stops;
mod words;

use billing::permissions::MOVES;
use customers::permissions::{CHANGE, SEE};
use web::{Access, Route};

pub use api::{api_routes, description};
pub use queue::MoveQueues;

/// Every page of it.
#[must_use]
pub fn routes() -> Vec<Route> {
    const LOOK: Access = Access::NeedsAny(&[SEE, MOVES]);
    const MOVE: Access = Access::Needs(MOVES);
    const OPEN: Access = Access::Needs(CHANGE);
    use steps::{day, preview, who};
    vec![
        Route::page("/moves", "Moves", LOOK, list::show).in_group("Customers"),
        Route::page("/moves/pending", "Agreements to complete", LOOK, pending::show),
        Route::page("/moves/service", "Start a service", MOVE, first::show),
        Route::form("/moves/service", "Start a service (sent)", MOVE, first::send),
        Route::page("/moves/account", "Open an account", OPEN, open::show),
        Route::form("/moves/account", "Open an account (sent)", OPEN, open::send),
        Route::page("/moves/stop", "Change a stop", MOVE, stops::show),
        Route::form("/moves/stop", "Change a stop (sent)", MOVE, stops::send),
        Route::page("/moves/new", "A move", MOVE, who::show),
        Route::form("/moves/new", "A move", MOVE, who::send),
        Route::page("/moves/day", "The day of a move", MOVE, day::show),
        Route::form("/moves/day", "The day of a move", MOVE, day::send),
        Route::page("/moves/preview", "What a move changes", MOVE, preview::show),
        Route::form("/moves/preview", "Carry a move out", MOVE, preview::send),
    ]
}
