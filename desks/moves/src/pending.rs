//! `/moves/pending`: agreements of files that lack something, with who completes them by when.

use billing::PendingAgreement;
use billing::permissions::MOVES;
use web::shown::{age, capital, counted};
use web::{Alert, Answer, Ask, Cell, Column, Tone, address};

use crate::words::point_href;

pub(crate) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let pending = billing::pending_agreements(&mut read).await?;
    let late = pending.iter().filter(|one| one.due_on < ask.today()).count();
    let table = ask
        .table("pending", "Agreements to complete")
        .column(Column::text("point", "Service point"))
        .column(Column::text("service", "Service"))
        .column(Column::text("account", "Account"))
        .column(Column::date("from", "From"))
        .column(Column::text("missing", "What is missing"))
        .column(Column::text("assignee", "Who completes it"))
        .column(Column::date("due", "By"))
        .column(Column::text("age", "State"))
        .column(Column::text("next", "What to do"))
        .empty("Nothing waits. Agreements that a file brings without everything they need come here.")
        .rows(pending.iter().map(|one| row(&ask, one)));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let lead = "A file brought them, and something is missing: until it is there, nothing is billed for them.";
    let page = ask.page("Agreements to complete").crumbs(&[("Moves", "/moves")]).lead(lead);
    let page = match late {
        0 => page,
        late => page.alert(Alert::warning(format!(
            "{} overdue",
            counted(i64::try_from(late).unwrap_or(0), "agreement is", "agreements are")
        ))),
    };
    page.body(&table).answer()
}

/// The form that starts it, filled with what the file said.
fn start_href(one: &PendingAgreement) -> String {
    let on = one.starts_on.to_string();
    let pairs = [
        ("service", &one.service),
        ("point", &one.service_point),
        ("account", &one.account),
        ("schedule", &one.schedule),
        ("cycle", &one.cycle),
        ("class", &one.class),
        ("dimensions", &one.dimensions),
        ("on", &on),
    ];
    let said: Vec<(&str, &str)> = pairs.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let said: Vec<(&str, &str)> = said.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    address("/moves/service", &said)
}

fn row(ask: &Ask, one: &PendingAgreement) -> [Cell; 9] {
    let overdue = (ask.today() - one.due_on).num_days();
    let state = match overdue {
        1.. => Cell::tag(Tone::Bad, "overdue").note(age(overdue)),
        _ => Cell::tag(Tone::Info, "waits"),
    };
    let next = match ask.may(MOVES) {
        true => Cell::text("Start it").link(start_href(one)),
        false => Cell::empty(),
    };
    [
        Cell::text(&one.service_point).link(point_href(&one.service_point)),
        Cell::text(capital(&one.service)),
        Cell::text(&one.account),
        one.starts_on.into(),
        Cell::text(one.missing.replace('_', " ")),
        Cell::text(&one.assignee),
        one.due_on.into(),
        state,
        next,
    ]
}
