//! What each role may do: in sentences, in limits, and all roles beside each other as a matrix.

use std::collections::BTreeSet;

use acts::Direction;
use askama::Template;
use askama::filters::HtmlSafe;
use kernel::Cents;
use web::shown::capital;
use web::{Answer, Ask, Cell, Column, Empty, Folded, Links, Section, Table};

use super::desk::{counted, permission_cell, sentence, staff_href};
use crate::people::{self, Limit, Person, Role, RoleBook};

/// Roles beside permissions.
#[derive(Clone, Debug, Template)]
#[template(path = "office/matrix.html")]
struct Matrix {
    caption: &'static str,
    roles: Vec<RoleName>,
    rows: Vec<MatrixRow>,
}

#[derive(Clone, Debug)]
struct RoleName {
    code: String,
    title: String,
}

#[derive(Clone, Debug)]
struct MatrixRow {
    code: String,
    sentence: String,
    allowed: Vec<bool>,
}

/// What a role may do, a sentence a line.
#[derive(Clone, Debug, Template)]
#[template(path = "office/sentences.html")]
struct Sentences {
    sentences: Vec<String>,
}

impl HtmlSafe for Matrix {}
impl HtmlSafe for Sentences {}

pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let book = people::role_book(&mut read).await?;
    let staff = people::people(&mut read).await?;
    let page =
        ask.page("Roles").lead("What each role may do, how much it decides alone, and what nobody may have together.");
    if book.roles.is_empty() {
        let empty = Empty::new("The town has no roles yet.");
        let text =
            "Until roles are in force, permissions are granted one by one. An administrator puts roles in force.";
        return page.body(&empty.text(text)).answer();
    }
    let in_force: Vec<&Role> = book.roles.values().filter(|role| !role.permissions.is_empty()).collect();
    let matrix = Section::new("matrix", "All roles beside each other").note("A mark says that the role may do it.");
    let mut page = page.body(&matrix.with(&matrix_of(&ask, &in_force)));
    for role in &in_force {
        page = page.body(&section(&ask, role, &staff));
    }
    page.body(&pairs(&ask, &book)).answer()
}

fn matrix_of(ask: &Ask, roles: &[&Role]) -> Matrix {
    let codes: BTreeSet<&String> = roles.iter().flat_map(|role| &role.permissions).collect();
    let row = |code: &String| MatrixRow {
        code: code.clone(),
        sentence: sentence(ask, code),
        allowed: roles.iter().map(|role| role.permissions.contains(code)).collect(),
    };
    let name = |role: &&Role| RoleName { code: role.code.clone(), title: role.title.clone() };
    Matrix {
        caption: "Roles and what they may do",
        roles: roles.iter().map(name).collect(),
        rows: codes.into_iter().map(row).collect(),
    }
}

fn section(ask: &Ask, role: &Role, staff: &[Person]) -> Section {
    let sentences = role.permissions.iter().map(|code| sentence(ask, code)).collect();
    let section = Section::new(&format!("role-{}", role.code), &role.title)
        .note(format!("{}.", role.sentence.trim_end_matches('.')));
    let section = section.with(&Sentences { sentences });
    let section = if role.limits.is_empty() { section } else { section.with(&limits(ask, role)) };
    let today = ask.today();
    let holders: Vec<&Person> = staff
        .iter()
        .filter(|person| person.is_active && person.roles_on(today).contains(&role.code.as_str()))
        .collect();
    if holders.is_empty() {
        return section.with(&web::Words::new("Nobody has this role today."));
    }
    let names = holders.iter().fold(Links::new(&format!("Who has the role {}", role.title)), |all, person| {
        all.link(&person.name, staff_href(&person.code))
    });
    let summary = format!("{} this role today", counted(holders.len(), "person has", "people have"));
    section.with(&Folded::new(&summary, &names))
}

fn limits(ask: &Ask, role: &Role) -> Table {
    let rows = role.limits.iter().map(|((class, direction), limit)| {
        let Limit { act_cents, actor_cents, account_cents } = *limit;
        let way = match direction {
            Direction::Credit => "the customer owes less",
            Direction::Charge => "the customer owes more",
        };
        let class = Cell::text(capital(&class.replace('_', " "))).note(way);
        [class, money(act_cents), money(actor_cents), money(account_cents)]
    });
    ask.table(&format!("limits-{}", role.code), &format!("What {} decides alone", role.title))
        .plain()
        .column(Column::text("class", "Decides alone"))
        .column(Column::money("at_a_time", "At a time"))
        .column(Column::money("person", "In 30 days"))
        .column(Column::money("account", "On one account in 30 days"))
        .rows(rows)
}

fn money(cents: Cents) -> Cell {
    Cell::from(cents)
}

fn pairs(ask: &Ask, book: &RoleBook) -> Section {
    let rows = book.incompatible.iter().map(|pair| {
        [permission_cell(ask, &pair.permission), permission_cell(ask, &pair.other), Cell::text(pair.sentence.clone())]
    });
    let table = ask
        .table("pairs", "Permissions nobody may have together")
        .plain()
        .column(Column::text("one", "This"))
        .column(Column::text("other", "And this"))
        .column(Column::text("why", "Do not go together, because"))
        .empty("The town names no such pairs.")
        .rows(rows);
    Section::new("pairs-of", "What nobody may have together").with(&table)
}
