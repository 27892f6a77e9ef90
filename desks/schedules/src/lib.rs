//! Rate schedules: read as people read them, worked through by example, compared, proposed, tried on the real accounts,
//! put before a second person, and followed to the first bill; with where each charge goes in the books.

mod api;
mod change;
mod check;
mod compare;
mod example;
mod list;
mod loaded;
mod names;
mod pages;
mod places;
mod proposed;
mod queues;
mod rate_sheet;
mod schedule;
mod take_back;
mod text_diff;
mod trial;
mod trials;
mod version;
mod what_if_api;

use revenue::permissions::{ADOPT_RATES, PROPOSE_RATES, SUPERSEDE_RATES};
use web::{Access, Route};

pub use api::{api_routes, description};
pub use proposed::pages_of_proposals;
pub use queues::RateQueues;
pub use trials::Trials;

use pages::{proposal, propose};

/// The page of a proposal.
const PROPOSAL: &str = "/rates/proposals/{schedule}/{date}/{number}";

/// Every page of it.
#[must_use]
pub fn routes() -> Vec<Route> {
    const ANY: Access = Access::SignedIn;
    const PROPOSE: Access = Access::Needs(PROPOSE_RATES);
    vec![
        Route::page("/rates", "Rates", ANY, list::show).in_menu(),
        Route::page("/rates/where-it-goes", "Where charges go in the books", ANY, places::show),
        Route::page("/rates/propose", "Propose a new schedule", PROPOSE, propose::show_new),
        Route::form("/rates/propose/check", "Check a new schedule", PROPOSE, propose::check_new),
        Route::form("/rates/propose", "Propose a new schedule (sent)", PROPOSE, propose::send_new),
        Route::page("/rates/{schedule}", "A rate schedule", ANY, schedule::show),
        Route::page("/rates/{schedule}/compare", "Compare versions of rates", ANY, compare::show),
        Route::page("/rates/{schedule}/propose", "Propose rates", PROPOSE, propose::show),
        Route::form("/rates/{schedule}/propose/check", "Check rates", PROPOSE, propose::check),
        Route::form("/rates/{schedule}/propose", "Propose rates (sent)", PROPOSE, propose::send),
        Route::page("/rates/{schedule}/{date}", "A version of rates", ANY, version::show),
        Route::page(
            "/rates/{schedule}/{date}/take-back",
            "Take rates back",
            Access::Needs(SUPERSEDE_RATES),
            take_back::show,
        ),
        Route::form(
            "/rates/{schedule}/{date}/take-back",
            "Take rates back (sent)",
            Access::Needs(SUPERSEDE_RATES),
            take_back::send,
        ),
        Route::page(PROPOSAL, "A proposal of rates", ANY, proposal::show),
        Route::form(
            "/rates/proposals/{schedule}/{date}/{number}/schedule",
            "Send rates for approval",
            Access::Needs(ADOPT_RATES),
            proposal::send,
        ),
        Route::form(
            "/rates/proposals/{schedule}/{date}/{number}/withdraw",
            "Withdraw a proposal of rates",
            PROPOSE,
            proposal::withdraw,
        ),
        Route::page(
            "/rates/proposals/{schedule}/{date}/{number}/what-if",
            "What proposed rates would change",
            Access::NeedsAny(trial::LOOK),
            trial::show,
        ),
        Route::form(
            "/rates/proposals/{schedule}/{date}/{number}/what-if",
            "Price all accounts by proposed rates",
            Access::NeedsAny(trial::LOOK),
            trial::start,
        ),
        Route::piece(
            "/rates/proposals/{schedule}/{date}/{number}/what-if/progress",
            "How far pricing by proposed rates is",
            Access::NeedsAny(trial::LOOK),
            trial::progress,
        ),
    ]
}
