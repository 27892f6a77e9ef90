//! The workbench of bill runs: what is due, a run from *prepare* to *given out*, its exceptions, register and sign-off,
//! and the proof that every service day is billed once.

pub mod api;
mod cancelling;
mod charges;
mod completeness;
mod completeness_api;
mod detail;
mod held;
mod known;
mod list;
mod preparing;
mod queue;
mod queues;
mod receivables;
mod register;
mod rules;
mod run;
mod taxes;
mod words;

use billing::permissions::{CANCEL, CLOSE_READS, CORRECT, EXCEPTIONS, ISSUE, POST, PREPARE, SEE, SIGN};
use web::{Access, Ask, At, Route};

pub use api::{api_routes, description};
pub use queues::RunQueues;

/// Every page and address of it.
#[must_use]
pub fn routes() -> Vec<Route> {
    let see = || Access::Needs(SEE);
    let going_on = || Access::NeedsAny(&[PREPARE, POST, CANCEL]);
    let mut routes = vec![
        Route::page("/runs", "Bill runs", see(), list::show).in_group("Billing"),
        Route::page("/runs/new", "Prepare a bill run", Access::NeedsAny(&[PREPARE, CLOSE_READS]), preparing::show),
        Route::form("/runs/new", "Prepare a bill run (sent)", Access::Needs(PREPARE), preparing::prepare),
        Route::form("/runs/close-reads", "Close the reads of a period", Access::Needs(CLOSE_READS), preparing::close),
        Route::piece("/runs/close-reads/progress", "Closing reads, live", see(), preparing::live),
        Route::page("/runs/{number}", "A bill run", see(), run::show),
        Route::piece("/runs/{number}/progress", "A bill run, live", see(), run::live),
        Route::form(
            "/runs/{number}/trial",
            "Try the bills of a run",
            Access::Needs(PREPARE),
            |ask: Ask, at: At<String>| run::give(ask, at, run::Step::Try),
        ),
        Route::form("/runs/{number}/post", "Post a bill run", Access::Needs(POST), |ask: Ask, at: At<String>| {
            run::give(ask, at, run::Step::Post)
        }),
        Route::form(
            "/runs/{number}/issue",
            "Mark bills as given out",
            Access::Needs(ISSUE),
            |ask: Ask, at: At<String>| run::give(ask, at, run::Step::Issue),
        ),
        Route::form("/runs/{number}/resume", "Go on with a bill run", going_on(), |ask: Ask, at: At<String>| {
            run::give(ask, at, run::Step::Resume)
        }),
        Route::page("/runs/{number}/cancel", "Cancel a bill run", Access::Needs(CANCEL), cancelling::show),
        Route::form("/runs/{number}/cancel", "Cancel a bill run (sent)", Access::Needs(CANCEL), cancelling::cancel),
        Route::page("/runs/{number}/register", "The register of a run", see(), register::show),
        Route::form("/runs/{number}/register", "Sign the register of a run", Access::Needs(SIGN), register::sign),
        Route::page("/runs/{number}/charges", "The charges of a run, bill by bill", see(), charges::show),
        Route::page("/runs/{number}/receivables", "What the accounts of a run owe", see(), receivables::show),
        Route::page("/runs/{number}/taxes", "The bills of a run with a tax", see(), taxes::show),
        Route::page("/completeness", "Completeness", see(), completeness::show).in_group("Billing"),
    ];
    routes.extend(queue_routes());
    routes
}

fn queue_routes() -> Vec<Route> {
    let (see, decide) = (|| Access::Needs(SEE), || Access::Needs(EXCEPTIONS));
    vec![
        Route::page("/runs/held", "Held bills", see(), held::all),
        Route::page("/runs/{number}/held", "Make held bills", Access::Needs(CORRECT), held::show),
        Route::form("/runs/{number}/held", "Make held bills (sent)", Access::Needs(CORRECT), held::make),
        Route::page("/runs/{number}/exceptions", "Exceptions of a run", see(), queue::show),
        Route::page("/runs/{number}/exceptions/decide", "Decide many exceptions", decide(), queue::many::show),
        Route::form("/runs/{number}/exceptions/decide", "Decide many exceptions (sent)", decide(), queue::many::decide),
        Route::page("/runs/{number}/exceptions/{account}", "An exception", see(), queue::one::show),
        Route::form("/runs/{number}/exceptions/{account}", "Decide an exception", decide(), queue::one::decide),
        Route::page("/runs/{number}/rules", "Exception rules", see(), rules::show),
        Route::form("/runs/{number}/rules", "Apply the exception rules", decide(), rules::apply),
    ]
}
