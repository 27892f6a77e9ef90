//! The books: from any total to its postings, and reports over everything that was recorded.
//!
//! `/books` is the trial balance; each figure leads to its days (`/books/ledger/…`), those to journals, and those to
//! their postings, documents and entries of the log. Beside it: months, chart, proof, taxes, ages, exports.

mod api;
mod days;
mod figures_api;
mod names;
mod pages;
mod queue;
mod reporting;
mod reports_api;
mod work;

use web::Route;

pub use queue::ReportQueues;
pub use reporting::{permission_of_report, report_files};
pub use work::Works;

/// Every page of it.
#[must_use]
pub fn routes() -> Vec<Route> {
    [pages::routes(), reporting::routes()].concat()
}

/// Every address of it for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    [api::api_routes(), figures_api::api_routes(), reporting::api::api_routes(), reports_api::api_routes()].concat()
}

/// What this desk describes of the API.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    let mut described = api::description();
    described.merge(figures_api::description());
    described.merge(reporting::api::description());
    described.merge(reports_api::description());
    described
}
