//! One bill: what it charges and why, how it compares with the last one, and how it is put right.
//!
//! - `/bills/{number}`: the statement as the customer has it, its state, the last bill beside it, a year of use.
//! - `/bills/{number}/why`: every line down to reads, tiers, rates, rounding, and the place in the books.
//! - `/bills/{number}/adjust`: credits and charges on a line with their tax, shown before they are sent.
//! - `/bills/{number}/leak`: what the town's rule gives a customer who had a leak.
//! - `/bills/{number}/rebill`: the bill as it would be made today, and the run that makes it.
//! - `/bills/again`: the bills that are to be made again.
//! - `/bills/staying`: those of them that somebody lets stay as they are.
//! - `/bills/{number}/stay`: lets such a bill stay as it is, or wait again.
//! - `/bills`: one bill by its number.

mod adjust;
mod again;
mod api;
mod compare;
mod find;
mod leak;
mod listed;
mod loaded;
mod queue;
mod rebill;
mod statement;
mod stay;
mod staying;
mod undo;
mod why;
mod words;

use billing::permissions::{ADJUST, CORRECT};
use customers::permissions::SEE;
use web::{Access, Route};

pub use api::{api_routes, description};
pub use queue::BillQueues;

/// Every page of it.
#[must_use]
pub fn routes() -> Vec<Route> {
    let lists = Access::NeedsAny(&[CORRECT, billing::permissions::SEE]);
    vec![
        Route::page("/bills", "Find a bill", Access::Needs(SEE), find::show),
        Route::page("/bills/again", "Bills to make again", lists, again::show),
        Route::page("/bills/staying", "Bills that stay as they are", lists, staying::show),
        Route::page("/bills/{number}", "Bill", Access::Needs(SEE), statement::show),
        Route::page("/bills/{number}/why", "Why this amount", Access::Needs(SEE), why::show),
        Route::page("/bills/{number}/adjust", "Adjust a bill", Access::Needs(ADJUST), adjust::show),
        Route::form("/bills/{number}/adjust", "Adjust a bill (sent)", Access::Needs(ADJUST), adjust::send)
            .taking_files(),
        Route::page("/bills/{number}/leak", "Leak adjustment", Access::Needs(ADJUST), leak::show),
        Route::form("/bills/{number}/leak/{service}", "Leak adjustment (sent)", Access::Needs(ADJUST), leak::send)
            .taking_files(),
        Route::page("/bills/{number}/undo/{adjustment}", "Take an adjustment back", Access::Needs(ADJUST), undo::show),
        Route::form(
            "/bills/{number}/undo/{adjustment}",
            "Take an adjustment back (sent)",
            Access::Needs(ADJUST),
            undo::send,
        ),
        Route::page("/bills/{number}/rebill", "Make a bill again", Access::Needs(CORRECT), rebill::show),
        Route::form("/bills/{number}/rebill", "Make a bill again (sent)", Access::Needs(CORRECT), rebill::send),
        Route::page("/bills/{number}/stay", "Let a bill stay", Access::Needs(CORRECT), stay::show),
        Route::form("/bills/{number}/stay", "Let a bill stay (sent)", Access::Needs(CORRECT), stay::stay),
        Route::form("/bills/{number}/wait", "Put a bill back on the list", Access::Needs(CORRECT), stay::wait),
    ]
}
