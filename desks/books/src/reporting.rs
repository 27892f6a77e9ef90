//! Reports: fixed ones, those built from declared views, and how accurate billing is.

mod accuracy;
mod answer;
mod build;
mod list;
mod question;
mod saved;
mod views;
mod walk;

use acts::Permission;
use staff::SAVE_REPORTS;
use web::{Access, Route};

/// Who may look at reports: each report asks for what its figures need.
const SOME: &[Permission] =
    &[finance::SEE, billing::permissions::SEE, customers::permissions::SEE, acts::permissions::READ];

/// Every page.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/reports", "Reports", Access::NeedsAny(SOME), list::show).in_menu(),
        Route::page(
            "/reports/accuracy",
            "Accuracy of billing",
            Access::Needs(billing::permissions::SEE),
            accuracy::show,
        ),
        Route::page("/reports/saved", "Save a report", Access::Needs(SAVE_REPORTS), saved::show),
        Route::form("/reports/saved", "Save a report (sent)", Access::Needs(SAVE_REPORTS), saved::save),
        Route::page("/reports/saved/drop", "Drop a report", Access::Needs(SAVE_REPORTS), saved::show_drop),
        Route::form("/reports/saved/drop", "Drop a report (sent)", Access::Needs(SAVE_REPORTS), saved::drop_it),
        Route::page("/reports/views/{view}", "A report of one's own", Access::NeedsAny(SOME), build::show),
    ]
}
