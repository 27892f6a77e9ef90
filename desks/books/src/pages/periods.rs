//! `/books/periods`: the months of the books, open or locked; one is locked by one person and opened again by two.

use finance::{BooksMonth, LOCK_PERIOD, LockPeriod, UNLOCK_PERIOD, UnlockPeriod};
use kernel::{Cents, Month};
use web::shown::{count, money};
use web::{Answer, Ask, At, Carried, Cell, Column, Columns, Facts, Field, Form, Page, Problem, Section, Tone};

use super::parts::tabs;
use crate::days::{Days, month_words};

/// All months.
pub(super) async fn list(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let months = finance::months(&mut read).await?;
    let table = ask
        .table("months", "Months of the books")
        .column(Column::text("month", "Month"))
        .column(Column::text("state", "State"))
        .column(Column::count("journals", "Journals").totaled())
        .column(Column::count("postings", "Postings").totaled())
        .column(Column::money("moved", "Moved").totaled())
        .column(Column::text("change", "Lock or open"))
        .empty("Nothing was posted and nothing locked yet. A month stands here once something is posted into it.")
        .rows(months.iter().rev().map(row));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let lead = "A month is open until it is locked. Nothing is posted into a locked month.";
    ask.page("Months of the books")
        .crumbs(&[("Books", "/books")])
        .lead(lead)
        .body(&tabs("/books/periods"))
        .body(&table)
        .answer()
}

fn row(one: &BooksMonth) -> [Cell; 6] {
    let href = format!("/books/months/{}", one.month);
    let change = if one.is_locked { "Open again" } else { "Lock" };
    [
        Cell::text(month_words(one.month)).link(href.clone()),
        state(one.is_locked),
        Cell::count(one.journals).link(href),
        Cell::count(one.postings),
        Cell::from(one.cents).link(Days::month(one.month).address("/books")),
        Cell::text(change).link(format!("/books/periods/{}", one.month)),
    ]
}

fn state(is_locked: bool) -> Cell {
    if is_locked { Cell::tag(Tone::Plain, "locked") } else { Cell::tag(Tone::Good, "open") }
}

/// A month, and what may be done to it.
struct Desk {
    month: BooksMonth,
}

impl Desk {
    async fn load(ask: &Ask, month: &str) -> Result<Desk, Problem> {
        let month = Month::parse(month).map_err(|_| Problem::not_found())?;
        let known = finance::months(&mut ask.read().await?).await?;
        let known = known.into_iter().find(|one| one.month == month);
        let empty = BooksMonth { month, is_locked: false, journals: 0, postings: 0, cents: Cents::ZERO };
        Ok(Desk { month: known.unwrap_or(empty) })
    }

    fn lock_form(&self, ask: &Ask) -> Form {
        ask.form(&format!("/books/periods/{}/lock", self.month.month), "Lock the month")
            .field(Field::reason())
            .cancel("/books/periods")
    }

    fn unlock_form(&self, ask: &Ask) -> Form {
        ask.form(&format!("/books/periods/{}/unlock", self.month.month), "Ask to open it again")
            .danger()
            .field(Field::reason())
            .cancel("/books/periods")
    }

    fn page(&self, ask: &Ask, form: Option<&Form>) -> Page {
        let month = self.month.month;
        let facts = Facts::new();
        let facts = match self.month.is_locked {
            true => facts.tag("State", Tone::Plain, "locked"),
            false => facts.tag("State", Tone::Good, "open"),
        };
        let facts = facts
            .link("Journals", count(&self.month.journals), format!("/books/months/{month}"))
            .fact("Postings", count(&self.month.postings))
            .link("Moved", money(&self.month.cents), Days::month(month).address("/books"));
        let note = match self.month.is_locked {
            true => "Another person has to agree. Until then the month stays locked.",
            false => {
                "Nothing more is posted into it. Late corrections go into an open month and name what they correct."
            }
        };
        let heading = if self.month.is_locked { "Open the month again" } else { "Lock the month" };
        let section = Section::new("change", heading).note(note);
        let section = match form {
            Some(form) => section.with(form),
            None => section.note("You may look at months, but not lock or open them. Ask the accountant."),
        };
        let columns = Columns { main: vec![section], side: vec![Section::bare().with(&facts)] };
        let page = ask.page(&format!("{} in the books", month_words(month)));
        let page = page.crumbs(&[("Books", "/books"), ("Months", "/books/periods")]).body(&columns);
        match form {
            Some(form) if form.has_errors() => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY),
            _ => page,
        }
    }
}

/// `/books/periods/{month}`.
pub(super) async fn show(ask: Ask, At(month): At<String>) -> Answer {
    let desk = Desk::load(&ask, &month).await?;
    let form = match desk.month.is_locked {
        true => ask.may(UNLOCK_PERIOD).then(|| desk.unlock_form(&ask)),
        false => ask.may(LOCK_PERIOD).then(|| desk.lock_form(&ask)),
    };
    desk.page(&ask, form.as_ref()).answer()
}

/// Locks it.
pub(super) async fn lock(ask: Ask, At(month): At<String>) -> Answer {
    let desk = Desk::load(&ask, &month).await?;
    let mut form = desk.lock_form(&ask);
    if form.is_good() {
        let carried: Carried<()> = form.carry_out(&ask, &LockPeriod { month: desk.month.month }).await?;
        if let Some(go) = carried.go("/books/periods", format!("{} is locked", month_words(desk.month.month))) {
            return go.answer();
        }
    }
    desk.page(&ask, Some(&form)).answer()
}

/// Asks to open it again; a second person decides.
pub(super) async fn unlock(ask: Ask, At(month): At<String>) -> Answer {
    let desk = Desk::load(&ask, &month).await?;
    let mut form = desk.unlock_form(&ask);
    if form.is_good() {
        let carried: Carried<()> = form.carry_out(&ask, &UnlockPeriod { month: desk.month.month }).await?;
        if let Some(go) = carried.go("/books/periods", format!("{} is open again", month_words(desk.month.month))) {
            return go.answer();
        }
    }
    desk.page(&ask, Some(&form)).answer()
}
