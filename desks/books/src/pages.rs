//! The pages of the books.

mod chart;
mod day;
mod exports;
mod journal;
mod ledger;
mod months;
pub(crate) mod parts;
mod periods;
mod proof;
mod receivables;
mod taxes;
mod trial;

use acts::Permission;
use finance::{LOCK_PERIOD, SEE, UNLOCK_PERIOD};
use web::{Access, Route};

/// Who may look at the books.
const LOOK: Access = Access::Needs(SEE);
/// Who may look at a month to lock or open it.
const MONTHS: &[Permission] = &[SEE, LOCK_PERIOD, UNLOCK_PERIOD];

/// Every page.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/books", "Books", LOOK, trial::show).in_menu(),
        Route::page("/books/ledger/{fund}/{account}", "A ledger account of a fund", LOOK, ledger::show),
        Route::page("/books/ledger/{fund}/{account}/{day}", "A ledger account on a day", LOOK, ledger::day),
        Route::page("/books/days/{day}", "The journals of a day", LOOK, day::show),
        Route::page("/books/months/{month}", "The days of a month", LOOK, months::show),
        Route::page("/books/journals/{journal}", "A journal", LOOK, journal::show),
        Route::page("/books/chart", "Chart and funds", LOOK, chart::show),
        Route::page("/books/periods", "Months of the books", Access::NeedsAny(MONTHS), periods::list),
        Route::page("/books/periods/{month}", "A month of the books", Access::NeedsAny(MONTHS), periods::show),
        Route::form("/books/periods/{month}/lock", "Lock a month", Access::Needs(LOCK_PERIOD), periods::lock),
        Route::form(
            "/books/periods/{month}/unlock",
            "Open a month again",
            Access::Needs(UNLOCK_PERIOD),
            periods::unlock,
        ),
        Route::page("/books/proof", "Daily proof", LOOK, proof::show),
        Route::page("/books/proof/whole", "Proof of the whole books", LOOK, proof::whole),
        Route::page("/books/exports", "Exports of the books", LOOK, exports::list),
        Route::piece("/books/exports/{file}", "The books of a month as a file", LOOK, exports::file),
        Route::page("/books/taxes", "Taxes by authority", LOOK, taxes::show),
        Route::page("/books/taxes/accounts", "Who owes a tax", LOOK, taxes::accounts),
        Route::page("/books/receivables", "Receivables by age", LOOK, receivables::show),
        Route::page("/books/receivables/accounts", "Who owes it", LOOK, receivables::accounts),
    ]
}
