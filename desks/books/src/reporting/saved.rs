//! `/reports/saved`: a report that somebody put together is kept under a title, for themselves or for everybody.

use std::collections::BTreeMap;

use staff::{DropReport, Rhythm, SaveReport, SavedReport};
use web::{Answer, Ask, Carried, Cell, Column, Field, Form, Table, Tone, address};

use super::clock::address_of;
use super::files::{permission_of_report, why_no_report};

/// The reports that the visitor saved and those that others share.
pub(super) async fn table(ask: &Ask, read: &mut db::Read) -> Result<Table, web::Problem> {
    let own = ask.who()?.actor.id;
    let names = staff::names(read).await?;
    let saved = staff::saved_reports(read, own).await?;
    let schedules: BTreeMap<i64, Rhythm> =
        staff::report_schedules(read).await?.into_iter().map(|one| (one.report.id, one.rhythm)).collect();
    let row = |one: &SavedReport| {
        let shared = match one.is_shared {
            true => Cell::tag(Tone::Good, "everybody"),
            false => Cell::tag(Tone::Plain, "only you"),
        };
        let drop = match one.actor == own && ask.may(staff::SAVE_REPORTS) {
            true => Cell::text("Drop").link(address("/reports/saved/drop", &[("title", &one.title)])),
            false => Cell::empty(),
        };
        let made = match schedules.get(&one.id) {
            Some(rhythm) => Cell::text(rhythm.words()).link(address_of(one.id)),
            None if permission_of_report(&one.address).is_some() => {
                Cell::text("not by itself").link(address_of(one.id))
            }
            None => Cell::empty(),
        };
        let whose = names.get(&one.actor).cloned().unwrap_or_default();
        [Cell::text(&one.title).link(one.address.clone()), Cell::text(whose), shared, one.saved_on.into(), made, drop]
    };
    Ok(ask
        .table("saved", "Saved reports")
        .column(Column::text("title", "Report"))
        .column(Column::text("whose", "Saved by"))
        .column(Column::text("shared", "Seen by"))
        .column(Column::date("saved_on", "Saved"))
        .column(Column::text("made", "Made"))
        .column(Column::text("drop", "Drop"))
        .empty("Nothing is saved yet. Put a report together below, and save it from its page.")
        .plain()
        .rows(saved.iter().map(row)))
}

fn form(ask: &Ask) -> Form {
    let title = Field::text("title", "Title").max(80).required().focused();
    let title = title.hint("A report of yours with the same title is replaced.");
    ask.form("/reports/saved", "Save the report")
        .because("A report was saved")
        .field(title.answers(&["text_missing", "text_too_long", "text_broken"]))
        .field(Field::check("shared", "Everybody who looks at reports sees it"))
        .field(Field::hidden("address", ask.query().text("address")))
        .cancel("/reports")
}

const LEAD: &str = "The question is kept, not its answer: it is asked anew each time. Who opens it sees what they may.";

fn draw(ask: &Ask, form: &Form) -> Answer {
    ask.page("Save a report").crumbs(&[("Reports", "/reports")]).lead(LEAD).form(form).answer()
}

/// The form.
pub(super) async fn show(ask: Ask) -> Answer {
    draw(&ask, &form(&ask))
}

/// Saves it.
pub(super) async fn save(ask: Ask) -> Answer {
    let mut form = form(&ask);
    if form.is_good()
        && let Some(why) = why_no_report(&form.text("address"))
    {
        form.refuse(why);
    }
    if form.is_good() {
        let is_shared = form.is_checked("shared");
        let act = SaveReport { title: form.text("title"), address: form.text("address"), is_shared };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go("/reports", "The report is saved") {
            return go.answer();
        }
    }
    draw(&ask, &form)
}

fn drop_form(ask: &Ask) -> Form {
    ask.form("/reports/saved/drop", "Drop the report")
        .because("A saved report was dropped")
        .danger()
        .field(Field::hidden("title", ask.query().text("title")))
        .cancel("/reports")
}

fn draw_drop(ask: &Ask, form: &Form) -> Answer {
    let title = form.text("title");
    let title = if title.is_empty() { ask.query().text("title").to_owned() } else { title };
    let lead = format!("“{title}” is forgotten. Nothing else changes; it can be put together and saved again.");
    ask.page("Drop a report").crumbs(&[("Reports", "/reports")]).lead(lead).form(form).answer()
}

/// What is dropped.
pub(super) async fn show_drop(ask: Ask) -> Answer {
    draw_drop(&ask, &drop_form(&ask))
}

/// Drops it.
pub(super) async fn drop_it(ask: Ask) -> Answer {
    let mut form = drop_form(&ask);
    if form.is_good() {
        let carried: Carried<()> = form.carry_out(&ask, &DropReport { title: form.text("title") }).await?;
        if let Some(go) = carried.go("/reports", "The report is dropped") {
            return go.answer();
        }
    }
    draw_drop(&ask, &form)
}
