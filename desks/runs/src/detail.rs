//! The lists behind the figures of a run: which page of them is asked for, and what stands around it.

use billing::{AccountPage, PageOf};
use kernel::{AccountId, Cents};
use web::shown::money;
use web::{Ask, Column, Facts, Links, Section, Table, Words};

/// Which page the address asks for; a file is all of it.
pub(crate) fn page_of(ask: &Ask) -> PageOf {
    match ask.window().file {
        Some(_) => PageOf::file(),
        None => PageOf::screen(AccountId(after(ask))),
    }
}

/// After which account the page begins.
fn after(ask: &Ask) -> i64 {
    web::read_number(ask.query().text("after")).unwrap_or(0)
}

/// Whether all there is stands on one page.
pub(crate) fn is_whole<T>(ask: &Ask, page: &AccountPage<T>) -> bool {
    after(ask) == 0 && page.next.is_none()
}

/// A column of money, added up where all of it is there.
pub(crate) fn column((name, title): (&'static str, &'static str), is_whole: bool) -> Column {
    let column = Column::money(name, title);
    if is_whole { column.totaled() } else { column }
}

/// What the list comes to, over all its pages: a later one leads to the first, from which it can be added up.
pub(crate) fn total(ask: &Ask, facts: Facts, title: &str, cents: Cents) -> Facts {
    match after(ask) {
        0 => facts.fact(title, money(&cents)),
        _ => facts.link(title, money(&cents), ask.here("after", "")),
    }
}

/// The table with what its page comes to, where that is not all, and the ways on.
pub(crate) fn section<T>(ask: &Ask, table: &Table, page: &AccountPage<T>, sum: Option<(&str, Cents)>) -> Section {
    let next = page.next.map(|next| next.0.to_string());
    let section = Section::bare().with(table);
    let section = match sum.filter(|_| !is_whole(ask, page)) {
        Some((title, cents)) => section.with(&Words::new(format!("{title} on this page: {}.", money(&cents)))),
        None => section,
    };
    section.with(&Links::ways_on(ask, next.as_deref(), page.rows.is_empty()))
}
