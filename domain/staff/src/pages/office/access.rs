//! The access review: every permission of everybody, where it is from, when it was last used, what to look at.

use web::{Alert, Answer, Ask, Cell, Column, Tone};

use super::desk::{Everybody, count, counted, permission_cell, staff_href};
use crate::people::{self, AccessLine, STALE_DAYS};

pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let everybody = Everybody::load(&ask, &mut read).await?;
    let lines = people::access_review(&mut read, ask.today(), ask.now()).await?;
    let rows = lines.iter().map(|line| row(&ask, &everybody, line));
    let table = ask
        .table("access-review", "Who may do what")
        .column(Column::text("who", "Who"))
        .column(Column::text("position", "Position"))
        .column(Column::text("may", "May"))
        .column(Column::text("from", "Through"))
        .column(Column::text("used", "Last used"))
        .column(Column::text("look", "Look at"))
        .empty("Nobody may do anything yet.")
        .rows(rows);
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let people = lines.iter().map(|line| line.actor).collect::<std::collections::BTreeSet<_>>().len();
    let lead = format!(
        "{} of {} on {}.",
        counted(lines.len(), "permission", "permissions"),
        counted(people, "person or program", "people and programs"),
        web::shown::date(&ask.today())
    );
    let page = ask.page("Access review").lead(lead);
    let stale = lines.iter().filter(|line| line.is_stale).count();
    let clashes = lines.iter().filter(|line| line.clashes_with.is_some()).count();
    let page = match (stale, clashes) {
        (0, 0) => page.alert(Alert::good("Everything that may be done was used lately, and nothing clashes")),
        _ => {
            let alert = Alert::warning(format!("{} to look at", counted(stale + clashes, "permission", "permissions")));
            let not_used =
                format!("{} not used for {STALE_DAYS} days: end what nobody needs", web::shown::count(&count(stale)));
            let together = format!("{} that do not go together", web::shown::count(&count(clashes)));
            let alert = if stale == 0 { alert } else { alert.link(not_used, "/access-review?filter=not+used") };
            page.alert(if clashes == 0 { alert } else { alert.link(together, "/access-review?filter=does+not+go") })
        }
    };
    page.body(&table).answer()
}

fn row(ask: &Ask, everybody: &Everybody, line: &AccessLine) -> [Cell; 6] {
    let who = Cell::text(line.name.clone()).note(line.code.clone());
    let who = if everybody.person(line.actor).is_some() { who.link(staff_href(&line.code)) } else { who };
    let used = line.last_used_at.map_or_else(|| Cell::text("never"), |at| Cell::instant(ask, at));
    let look = match (&line.clashes_with, line.is_stale) {
        (Some(other), _) => Cell::tag(Tone::Bad, format!("does not go with {other}")),
        (None, true) => Cell::tag(Tone::Warning, format!("not used for {STALE_DAYS} days")),
        (None, false) => Cell::empty(),
    };
    [
        who,
        Cell::text(line.position.clone()),
        permission_cell(ask, &line.permission),
        Cell::text(line.sources.join(", ")),
        used,
        look,
    ]
}
