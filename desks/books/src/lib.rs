//! The books: from any total to its postings, and reports over everything that was recorded.
//!
//! `/books` is the trial balance; each figure leads to its days (`/books/ledger/…`), those to journals, and those to
//! their postings, documents and entries of the log. Beside it: months, chart, proof, taxes, ages, exports.

mod api;
mod days;
mod names;
mod pages;
mod reporting;
mod work;

use web::Route;

pub use api::{api_routes, description};
pub use work::Works;

/// Every page of it.
#[must_use]
pub fn routes() -> Vec<Route> {
    [pages::routes(), reporting::routes()].concat()
}
