//! What the pages of the books share: the views beside one another, and words for what takes long.

use chrono::NaiveDate;
use db::{Fault, Read};
use web::{Ask, Empty, Page, Tabs};

/// The views of the books, of which one is in sight.
pub(super) fn tabs(current: &str) -> Tabs {
    Tabs::new("Books")
        .tab("Trial balance", "/books")
        .tab("Months", "/books/periods")
        .tab("Daily proof", "/books/proof")
        .tab("Taxes", "/books/taxes")
        .tab("Receivables by age", "/books/receivables")
        .tab("Chart and funds", "/books/chart")
        .tab("Exports", "/books/exports")
        .current(current)
}

/// A page that says that something is being added up, and comes back by itself.
pub(crate) fn under_way(page: Page, what: &str) -> Page {
    let words = format!(
        "{what} is being added up from every posting. This page comes back by itself until it is done. You can leave \
         and come back: the work goes on."
    );
    let empty = Empty::new("Adding up").text(&words);
    page.refreshing(3).body(&empty)
}

/// A mark of how far the books are written: a sum under one mark never changes.
pub(crate) async fn mark(ask: &Ask, read: &mut Read) -> Result<String, Fault> {
    Ok(format!("{}/{}", acts::newest_act(read).await?.0, ask.today()))
}

/// The day a page is asked for, today when nothing is said.
pub(super) fn day_asked(ask: &Ask, name: &str) -> NaiveDate {
    crate::days::day_of(ask.query().text(name)).unwrap_or(ask.today())
}
