//! Reports: fixed ones, those built from declared views, and how accurate billing is.

mod accuracy;
mod answer;
pub(crate) mod api;
mod build;
mod clock;
mod files;
mod list;
mod question;
mod saved;
mod views;
mod walk;

use acts::Permission;
use staff::{SAVE_REPORTS, SCHEDULE_REPORTS};
use web::{Access, Route};

pub(crate) use self::clock::{Kept, check};
pub use self::files::{permission_of_report, report_files};

/// Who may look at reports: each report asks for what its figures need.
pub(crate) const SOME: &[Permission] =
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
        Route::page("/reports/saved/{number}", "A saved report", Access::NeedsAny(SOME), clock::show),
        Route::page(
            "/reports/saved/{number}/schedule",
            "Have a report made",
            Access::Needs(SCHEDULE_REPORTS),
            clock::show_schedule,
        ),
        Route::form(
            "/reports/saved/{number}/schedule",
            "Have a report made (sent)",
            Access::Needs(SCHEDULE_REPORTS),
            clock::schedule,
        ),
        Route::page(
            "/reports/saved/{number}/stop",
            "Stop making a report",
            Access::Needs(SCHEDULE_REPORTS),
            clock::show_stop,
        ),
        Route::form(
            "/reports/saved/{number}/stop",
            "Stop making a report (sent)",
            Access::Needs(SCHEDULE_REPORTS),
            clock::stop,
        ),
        Route::page("/reports/views/{view}", "A report of one's own", Access::NeedsAny(SOME), build::show),
    ]
}
