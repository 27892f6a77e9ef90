//! One person: who they are, roles with dates, what they may do and from where, accounts of theirs, stand-ins, history.

use acts::{LogFilter, LoggedAct};
use db::{Fault, Read};
use kernel::{AccountId, ActId};
use web::{
    Answer, Ask, At, Cell, Column, Columns, Empty, Facts, Links, Problem, Section, Table, Timeline, Tone, address,
};

use super::desk::{Everybody, directory, permission_cell, role_title, staff_href};
use super::entry::event;
use crate::people::{self, Days, Person, RelationKind, Source};
use crate::{MANAGE, REVIEW};

/// How many entries about staff are looked through for those about one person.
const ENTRIES_MAX: i64 = 1_000;
/// How many are shown.
const SHOWN_MAX: usize = 50;

pub(super) async fn show(ask: Ask, At(code): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let everybody = Everybody::load(&ask, &mut read).await?;
    let person = everybody.by_code(&code).ok_or_else(nobody)?;
    let mut main = vec![
        roles(&ask, &mut read, person).await?,
        permissions(&ask, &mut read, (&everybody, person)).await?,
        stand_ins(&ask, &mut read, (&everybody, person)).await?,
    ];
    main.extend(relations(&ask, &mut read, person).await?);
    main.push(history(&ask, &mut read, (&everybody, person)).await?);
    let mut side = vec![Section::bare().with(&facts(&ask, &everybody, person))];
    if ask.may(MANAGE) {
        side.push(changes(person));
    }
    let page = ask.page(&person.name).crumbs(&[("Staff", "/staff")]).lead(person.position.clone());
    page.body(&Columns { main, side }).answer()
}

/// Nobody of the staff has the code that was asked for.
pub(super) fn nobody() -> Problem {
    Problem { why: "Nobody of the staff has this code.".to_owned(), ..Problem::not_found() }
}

/// What can be changed about somebody, and what may lead to it.
fn changes(person: &Person) -> Section {
    let to = |what: &str| format!("{}/{what}", staff_href(&person.code));
    let ways = Links::listed("Change something");
    let ways = match person.left_on.is_some() || !person.is_active {
        true => ways
            .link("Take in again", address("/staff/new", &[("code", &person.code)]))
            .link("Erase how they were reached", to("erase")),
        false => ways
            .link("Assign a role", to("assign-role"))
            .link("End a role", to("end-role"))
            .link("Change position and roles", to("move"))
            .link("Name a stand-in", to("stand-in"))
            .link("Help with signing in", to("sign-in"))
            .link("Record that they left", to("leave")),
    };
    Section::new("change", "Change something").with(&ways)
}

fn facts(ask: &Ask, everybody: &Everybody, person: &Person) -> Facts {
    let facts = Facts::new().fact("Code", person.code.clone());
    let facts = match (person.is_active, person.left_on) {
        (true, None) => facts.tag("State", Tone::Good, "works here"),
        (_, Some(day)) => facts.tag("State", Tone::Plain, format!("left {}", web::shown::date(&day))),
        (false, None) => facts.tag("State", Tone::Warning, "not active"),
    };
    let facts = match person.supervisor.map(|id| (everybody.name(id), everybody.href(id))) {
        Some((name, Some(href))) => facts.link("Reports to", name, href),
        Some((name, None)) => facts.fact("Reports to", name),
        None => facts.fact("Reports to", ""),
    };
    let facts = facts.fact("First day", web::shown::date(&person.joined_on)).fact("Skills", person.skills.clone());
    if !ask.may(MANAGE) {
        return facts;
    }
    let contact = &person.contact;
    let facts = facts.fact("E-mail", contact.email.clone()).fact("Phone", contact.phone.clone());
    facts.fact("Address", contact.address.clone())
}

/// How a stretch of days stands today.
fn state(ask: &Ask, days: Days) -> Cell {
    let today = ask.today();
    if days.hold(today) {
        Cell::tag(Tone::Good, "in force")
    } else if today < days.from_on {
        Cell::tag(Tone::Info, "to come")
    } else {
        Cell::tag(Tone::Plain, "over")
    }
}

async fn roles(ask: &Ask, read: &mut Read, person: &Person) -> Result<Section, Problem> {
    let book = people::role_book(read).await?;
    let rows = person.roles.iter().map(|one| {
        let role = Cell::text(role_title(&book, &one.role)).link(format!("/roles#role-{}", one.role));
        [role, one.days.from_on.into(), one.days.through_on.into(), state(ask, one.days)]
    });
    let table = ask
        .table("roles", "Roles and their days")
        .plain()
        .column(Column::text("role", "Role"))
        .column(Column::date("from", "From"))
        .column(Column::date("through", "Through"))
        .column(Column::text("state", "State"))
        .empty("No role yet. Without a role nothing is allowed.")
        .rows(rows);
    Ok(Section::new("roles-of", "Roles").with(&table))
}

async fn permissions(
    ask: &Ask,
    read: &mut Read,
    (everybody, person): (&Everybody, &Person),
) -> Result<Section, Problem> {
    let held = people::permissions_on(read, person.actor, ask.today()).await?;
    let book = people::role_book(read).await?;
    let through = |source: &Source| match source {
        Source::Direct => "granted directly".to_owned(),
        Source::Role(role) => role_title(&book, role).to_owned(),
        Source::ActingFor(absent) => format!("standing in for {}", everybody.name(*absent)),
    };
    let rows = held.permissions.iter().map(|(code, sources)| {
        let sources: Vec<String> = sources.iter().map(through).collect();
        [permission_cell(ask, code), Cell::text(sources.join(", "))]
    });
    let table = permission_table(ask, "Permissions and where they are from").empty("Nothing today.").rows(rows);
    Ok(Section::new("may", "May do today").with(&table))
}

fn permission_table(ask: &Ask, caption: &str) -> Table {
    let table = ask.table("permissions", caption).plain();
    table.column(Column::text("may", "May")).column(Column::text("through", "Through"))
}

async fn stand_ins(ask: &Ask, read: &mut Read, (everybody, person): (&Everybody, &Person)) -> Result<Section, Problem> {
    let all = people::stand_ins(read).await?;
    let theirs = all.iter().filter(|one| one.actor == person.actor || one.absent == person.actor);
    let rows: Vec<[Cell; 4]> = theirs
        .map(|one| {
            let words = match one.actor == person.actor {
                true => Cell::text(format!("Stands in for {}", everybody.name(one.absent))),
                false => Cell::text(format!("{} stands in", everybody.name(one.actor))),
            };
            [words, one.days.from_on.into(), one.days.through_on.into(), state(ask, one.days)]
        })
        .collect();
    let section = Section::new("stand-ins", "Stand-ins");
    if rows.is_empty() {
        let empty = "Nobody stands in for them, and they stand in for nobody.";
        return Ok(section.with(&web::Words::new(empty)));
    }
    let table = ask
        .table("stand-in-table", "Who stands in on which days")
        .plain()
        .column(Column::text("who", "Who"))
        .column(Column::date("from", "From"))
        .column(Column::date("through", "Through"))
        .column(Column::text("state", "State"))
        .rows(rows);
    let ways = Links::new("Stand-ins");
    let ends = ways.link("End a stand-in", format!("{}/end-stand-in", staff_href(&person.code)));
    let section = section.with(&table);
    Ok(if ask.may(MANAGE) { section.with(&ends) } else { section })
}

/// Accounts of theirs, for who reviews, for their supervisor and for themself.
async fn relations(ask: &Ask, read: &mut Read, person: &Person) -> Result<Option<Section>, Problem> {
    let me = ask.who()?.actor.id;
    if !ask.may(REVIEW) && person.actor != me && person.supervisor != Some(me) {
        return Ok(None);
    }
    let relations = people::relations(read, person.actor).await?;
    let section = Section::new("accounts", "Own accounts and household");
    if relations.is_empty() {
        return Ok(Some(section.with(&web::Words::new("None are declared."))));
    }
    let accounts: Vec<AccountId> = relations.iter().map(|relation| relation.account).collect();
    let numbers = directory(ask).account_numbers(read, &accounts).await?;
    let table = super::relations::table(ask, &relations, &numbers);
    Ok(Some(section.with(&table)))
}

/// What an account is to somebody, in words.
pub(super) fn relation_words(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Own => "their own",
        RelationKind::Household => "of their household",
    }
}

async fn history(ask: &Ask, read: &mut Read, (everybody, person): (&Everybody, &Person)) -> Result<Section, Problem> {
    let section = Section::new("history", "What changed about them");
    let entries = about(read, person).await?;
    if entries.is_empty() {
        let empty = Empty::new("Nothing lately.").text("Among the latest changes of staff there is none about them.");
        return Ok(section.with(&empty));
    }
    let timeline = entries.iter().fold(Timeline::new(), |all, entry| all.event(event(ask, everybody, entry)));
    Ok(section.with(&timeline))
}

/// The latest entries about somebody: all staff is one subject, and the command names whom it is about.
async fn about(read: &mut Read, person: &Person) -> Result<Vec<LoggedAct>, Fault> {
    let filter = LogFilter { subject: Some(("staff".to_owned(), 0)), ..LogFilter::default() };
    let mut found = acts::search_log(read, &filter, ActId(i64::MAX), ENTRIES_MAX).await?;
    found.retain(|entry| names(&entry.command, &person.code));
    found.truncate(SHOWN_MAX);
    Ok(found)
}

/// Whether a command names somebody.
fn names(command: &str, code: &str) -> bool {
    let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(command) else { return false };
    ["actor", "code", "absent"].iter().any(|field| fields.get(*field).and_then(|value| value.as_str()) == Some(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_whom_it_is_about() {
        for (command, expected) in [
            (r#"{"actor":"ann","role":"csr"}"#, true),
            (r#"{"code":"ann","name":"Ann"}"#, true),
            (r#"{"absent":"ann","actor":"bob"}"#, true),
            (r#"{"actor":"bob","supervisor":"ann"}"#, false),
            (r#"{"actor":"anna"}"#, false),
            ("not a command", false),
        ] {
            assert_eq!(names(command, "ann"), expected, "{command}");
        }
    }
}
