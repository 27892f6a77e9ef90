//! `/search`: what was found, each with what it is; the only thing that fits fully is opened at once.

use kernel::{AccountNumber, NumberError};
use web::shown::{count, counted};
use web::{Alert, Answer, Ask, Cell, Column, Empty, Found, Problem, Section, Tone};

use super::{find_all, only_sure, question};
use crate::numbered::{Named, Numbered};
use crate::{keeper, store};

/// The most that is shown.
const SHOWN_MAX: usize = 50;

/// What can be typed: what one knows, an example, and what else works.
#[rustfmt::skip]
const EXAMPLES: [(&str, &str, &str); 7] = [
    ("The account number",    "100042-4",           "With or without the dash, or how it begins: 1000"),
    ("The name",              "maria garcia",       "Or how names begin: mar gar. A slip of the finger is forgiven: gracia"),
    ("The address",           "213 bent saguaro",   "Where somebody is served, or where their mail goes"),
    ("Name and street",       "garcia saguaro",     ""),
    ("The meter",             "SB200041",           "Or the digits at its end: 200041"),
    ("The telephone number",  "480 555 0123",       "However it is written, with or without the area code"),
    ("The bill",              "12-000345",          ""),
];

pub(super) async fn show(ask: Ask) -> Answer {
    let question = question(&ask);
    let found = find_all(&ask, &question, SHOWN_MAX + 1).await?;
    if let Some(only) = only_sure(&found) {
        return ask.go(&only.href).answer();
    }
    let mut page = ask.page("Search");
    if let Some(alert) = unfinished(&ask).await? {
        page = page.alert(alert);
    }
    if found.is_empty() {
        return page.body(&nothing(&question)).body(&examples(&ask)).answer();
    }
    let is_cut = SHOWN_MAX < found.len();
    let number = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let lead = match is_cut {
        true => format!("The {SHOWN_MAX} that fit “{question}” best. Another word, such as the street, leaves fewer."),
        false if found.iter().any(|one| one.is_sure) => {
            format!("{} for “{question}”.", counted(number, "result", "results"))
        }
        false => format!("Nothing fits “{question}” fully. {} near it.", counted(number, "result is", "results are")),
    };
    page.lead(lead).body(&Section::bare().with(&table(&ask, found))).answer()
}

fn table(ask: &Ask, found: Vec<Found>) -> web::Table {
    let row = |one: Found| {
        let state = one.state.map_or_else(Cell::empty, |(tone, words)| Cell::tag(tone, words));
        [Cell::text(one.name).link(one.href).note(one.note), Cell::tag(Tone::Plain, one.what), state]
    };
    let columns = [Column::text("name", "Found"), Column::text("what", "Is"), Column::text("state", "Stands")];
    let table = ask.table("found", "What was found").plain();
    let table = columns.into_iter().fold(table, web::Table::column);
    table.rows(found.into_iter().take(SHOWN_MAX).map(row))
}

fn nothing(question: &str) -> Empty {
    if question.is_empty() {
        return Empty::new("Search for an account, a person, an address or a number.")
            .text("Press / on any page to type here, and Enter to open the first that is found.");
    }
    let empty = Empty::new(&format!("Nothing was found for “{question}”."));
    let number = Numbered::of(question);
    match number.plain(Named::Account).map(AccountNumber::parse) {
        Some(Err(NumberError::WrongCheckDigit(_))) => empty.text(
            "It looks like an account number, but its last digit does not fit the others, so one digit is wrong. Ask for \
             it again, or search by name or address.",
        ),
        _ => empty.text("Try fewer words, another spelling, or one of these ways. You see only what your work needs."),
    }
}

fn examples(ask: &Ask) -> Section {
    let table = ask.table("ways", "What you know, and what you type").plain();
    let table = table.column(Column::text("known", "You know")).column(Column::text("typed", "You type"));
    let rows = EXAMPLES.iter().map(|(known, typed, note)| [Cell::text(*known), Cell::text(*typed).note(*note)]);
    Section::new("examples", "What you can type").with(&table.rows(rows))
}

/// What to know while names are still being taken into the index.
async fn unfinished(ask: &Ask) -> Result<Option<Alert>, Problem> {
    let mut read = ask.read().await?;
    let state = store::state(&mut read).await?;
    let last = customers::last_account_id(&mut read).await?.0;
    if last < state.indexed_to + keeper::NEARLY {
        return Ok(None);
    }
    let words = format!(
        "{} of {} accounts are in so far. Account, meter and bill numbers are found at once.",
        count(&(state.indexed_to - 1)),
        count(&last)
    );
    Ok(Some(Alert::info("Names and addresses are still being taken into the index").text(words)))
}
