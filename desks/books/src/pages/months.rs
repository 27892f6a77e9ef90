//! `/books/months/{month}`: the days of a month, by kind of journal.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::{Cents, Month};
use ledger::JournalKind;
use web::{Answer, Ask, At, Cell, Choice, Column, Columns, Field, LookUp, Problem, Section};

use super::parts::tabs;
use super::trial::counts;
use crate::days::{Days, month_words};
use crate::names::{day_href, kind_words};

/// Journals, postings, and what they move.
type Sums = (i64, i64, Cents);

/// The days of a month.
pub(super) async fn show(ask: Ask, At(month): At<String>) -> Answer {
    let month = Month::parse(&month).map_err(|_| Problem::not_found())?;
    let kind = JournalKind::parse(ask.query().text("kind")).ok();
    let fits = |other: JournalKind| kind.is_none_or(|kind| kind == other);
    let days = Days::month(month);
    let mut read = ask.read().await?;
    let mut lines: BTreeMap<(NaiveDate, JournalKind), Sums> = BTreeMap::new();
    for count in finance::journal_counts(&mut read, days.ends()).await?.iter().filter(|one| fits(one.kind)) {
        lines.entry((count.gl_on, count.kind)).or_default().0 += count.journals;
    }
    for sum in finance::sums_between(&mut read, days.ends()).await?.iter().filter(|one| fits(one.kind)) {
        let line = lines.entry((sum.gl_on, sum.kind)).or_default();
        line.1 += sum.postings;
        line.2 += sum.cents;
    }
    let total = lines.values().fold((0, 0, Cents::ZERO), |all, one| (all.0 + one.0, all.1 + one.1, all.2 + one.2));
    let table = ask
        .table("days", &format!("Days of {}", month_words(month)))
        .column(Column::date("day", "Day"))
        .column(Column::text("kind", "Kind of journal"))
        .column(Column::count("journals", "Journals").totaled())
        .column(Column::count("postings", "Postings").totaled())
        .column(Column::money("moved", "Moved").totaled())
        .empty("Nothing was posted in this month. Choose another month or all kinds.")
        .rows(lines.into_iter().map(|((day, kind), (journals, postings, cents))| {
            let href = day_href(day, Some(kind));
            [
                Cell::from(day).link(href.clone()),
                Cell::text(kind_words(kind)),
                Cell::count(journals).link(href.clone()),
                Cell::count(postings),
                Cell::from(cents).link(href),
            ]
        }));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let facts = counts(total, None).link("Trial balance", month_words(month), days.address("/books"));
    let facts = facts.link("Lock or open", month_words(month), format!("/books/periods/{month}"));
    let choices = JournalKind::ALL.map(|kind| Choice::new(kind.code(), kind_words(kind))).to_vec();
    let field = Field::select("kind", "Kind of journal", choices);
    let field = match kind {
        Some(kind) => field.value(kind.code()),
        None => field,
    };
    let columns = Columns { main: vec![Section::bare().with(&table)], side: vec![Section::bare().with(&facts)] };
    ask.page(&format!("Days of {}", month_words(month)))
        .crumbs(&[("Books", "/books"), ("Months", "/books/periods")])
        .body(&tabs("/books/periods"))
        .body(&LookUp::new(&ask, "Kind", "Show").field(field))
        .body(&columns)
        .answer()
}
