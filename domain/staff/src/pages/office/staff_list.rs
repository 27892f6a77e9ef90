//! Everybody who works here or did: who they are, whom they report to, which roles they have.

use web::{Answer, Ask, Cell, Column, Tone};

use super::desk::{Everybody, counted, role_title, staff_href};
use crate::MANAGE;
use crate::people;

pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let everybody = Everybody::load(&ask, &mut read).await?;
    let book = people::role_book(&mut read).await?;
    let today = ask.today();
    let rows = everybody.people.iter().map(|person| {
        let roles: Vec<&str> = person.roles_on(today).into_iter().map(|code| role_title(&book, code)).collect();
        let supervisor = person.supervisor.map_or_else(Cell::empty, |supervisor| everybody.cell(supervisor));
        let state = match (person.is_active, person.left_on) {
            (true, None) => Cell::tag(Tone::Good, "works here"),
            (_, Some(day)) => Cell::tag(Tone::Plain, "left").note(web::shown::date(&day)),
            (false, None) => Cell::tag(Tone::Warning, "not active"),
        };
        [
            Cell::text(person.name.clone()).link(staff_href(&person.code)),
            Cell::text(person.code.clone()),
            Cell::text(person.position.clone()),
            supervisor,
            Cell::text(roles.join(", ")),
            state,
        ]
    });
    let table = ask
        .table("staff", "Staff")
        .column(Column::text("name", "Name"))
        .column(Column::text("code", "Code"))
        .column(Column::text("position", "Position"))
        .column(Column::text("supervisor", "Reports to"))
        .column(Column::text("roles", "Roles today"))
        .column(Column::text("state", "State"))
        .empty("Nobody is on record yet. Take the first person in.")
        .rows(rows);
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let working = everybody.people.iter().filter(|person| person.is_active).count();
    let lead = format!("{} here now.", counted(working, "person works", "people work"));
    let page = ask.page("Staff").lead(lead);
    let page = if ask.may(MANAGE) { page.action("Take somebody in", "/staff/new") } else { page };
    page.body(&table).answer()
}
