//! The search box: staff by code or name, proposals and entries of the log by number, accounts by number.

use kernel::{ActId, ProposalId};
use web::{Answer, Ask, Cell, Column, Empty, Field, Problem};

use super::at::read_number;
use super::desk::{Everybody, directory, kind_title, may_look, may_see, staff_href};
use super::parts::{LookUp, Section};

/// The longest words that are looked for.
const WORDS_MAX: usize = 100;
/// The most people that are shown.
const PEOPLE_MAX: usize = 50;

/// Something that was found.
struct Found {
    what: &'static str,
    name: String,
    note: String,
    href: String,
}

pub(super) async fn show(ask: Ask) -> Answer {
    let words: String = ask.query().text("q").chars().filter(|letter| !letter.is_control()).take(WORDS_MAX).collect();
    let words = words.trim();
    let found = if words.is_empty() { Vec::new() } else { look_for(&ask, words).await? };
    if let [only] = found.as_slice() {
        return ask.go(&only.href).answer();
    }
    let page = ask.page("Search");
    let again = LookUp::new(&ask, "Search", "Search").field(Field::text("q", "Search for").value(words).max(WORDS_MAX));
    if found.is_empty() {
        let empty = match words.is_empty() {
            true => Empty::new("Search for a name, a code or a number."),
            false => Empty::new(&format!("Nothing was found for “{words}”.")),
        };
        let text = "You find people by code or name, and proposals, entries of the log and accounts by number, as far as you may see them.";
        return page.body(&again).body(&empty.text(text)).answer();
    }
    let rows = found.into_iter().map(|one| [Cell::text(one.name).link(one.href).note(one.note), Cell::text(one.what)]);
    let table = ask.table("found", "What was found").plain();
    let table = table.column(Column::text("name", "Found")).column(Column::text("what", "Is")).rows(rows);
    page.lead(format!("For “{words}”.")).body(&again).body(&Section::bare().with(&table)).answer()
}

async fn look_for(ask: &Ask, words: &str) -> Result<Vec<Found>, Problem> {
    let mut read = ask.read().await?;
    let mut found = Vec::new();
    let may_read_log = ask.may(acts::permissions::READ);
    if may_read_log && let Some(account) = directory(ask).account(&mut read, words).await? {
        let (name, href) = (format!("Account {words}"), format!("/history/account/{}", account.0));
        found.push(Found { what: "Account", name, note: "What was changed on it".to_owned(), href });
    }
    if let Some(id) = read_number(words) {
        let proposal = acts::proposal(&mut read, ProposalId(id)).await?;
        let visitor = ask.who()?;
        if let Some(proposal) = proposal.filter(|proposal| may_see(visitor, proposal)) {
            let (name, note) = (format!("Proposal {id}"), kind_title(ask, &proposal.kind));
            found.push(Found { what: "Change that waits or waited", name, note, href: format!("/approvals/{id}") });
        }
        if may_read_log && let Some(entry) = acts::logged_act(&mut read, ActId(id)).await? {
            let (name, note) = (format!("Entry {id}"), kind_title(ask, &entry.kind));
            found.push(Found { what: "Entry of the log", name, note, href: format!("/log/{id}") });
        }
    }
    if may_look(ask) {
        let everybody = Everybody::load(ask, &mut read).await?;
        let key = kernel::search_key(words);
        let is_alike = |text: &str| !key.is_empty() && kernel::search_key(text).contains(&key);
        let people = everybody.people.iter().filter(|person| is_alike(&person.name) || is_alike(&person.code));
        found.extend(people.take(PEOPLE_MAX).map(|person| Found {
            what: "Staff",
            name: person.name.clone(),
            note: format!("{}, {}", person.code, person.position),
            href: staff_href(&person.code),
        }));
    }
    Ok(found)
}
