//! What the pages of the books share: the views beside one another, and words for what takes long.

use chrono::NaiveDate;
use db::{Fault, Read};
use web::shown::date;
use web::{Alert, Ask, Empty, Page, Tabs};

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

/// What to know of figures as of a day that is still to come; nothing to know on other days.
pub(super) fn still_to_come(on: NaiveDate, today: NaiveDate) -> Option<Alert> {
    if on <= today {
        return None;
    }
    let words = format!(
        "What is on record on {} is shown with its age on that day. What is billed, paid or adjusted until then is missing.",
        date(&today)
    );
    Some(Alert::warning(format!("{} is still to come", date(&on))).text(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_day_after_today_is_still_to_come() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-07-01");
        for (on, expected) in [("2027-01-01", true), ("2026-07-02", true), ("2026-07-01", false), ("2026-01-31", false)]
        {
            assert_eq!(still_to_come(day(on), today).is_some(), expected, "{on}");
        }
    }
}
