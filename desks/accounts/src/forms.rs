//! The forms of this desk, and what they say when somebody else was faster.

pub(crate) mod address;
pub(crate) mod charge;
pub(crate) mod contact;
pub(crate) mod merge;
pub(crate) mod note;
pub(crate) mod parties;
pub(crate) mod unmerge;

use ::acts::{Act, Failure, LogFilter, LoggedAct};
use db::Read;
use kernel::ActId;
use web::{Alert, Ask, Carried, Cell, Column, Form, Go, Page, Problem, Section, Table};

use crate::words::{self, Named, Names};

/// The refusal of an act that was told what its form had seen, when it is so no longer.
const CHANGED_MEANWHILE: &str = "changed_meanwhile";
/// The most entries that a collision tells of.
const ENTRIES_MAX: i64 = 20;

/// What came of a form.
pub(crate) enum Settled {
    /// It is done, or waits for a second person.
    Gone(Go),
    /// Somebody else was faster; nothing is changed.
    Collided,
    /// The rules refused it, and the form says why.
    Refused,
}

/// Hands the act of a form to the door. What was seen is compared within the act's transaction, never here.
pub(crate) async fn settle<A: Act>(
    ask: &Ask,
    form: &mut Form,
    act: &A,
    (path, done): (&str, &str),
) -> Result<Settled, Problem> {
    let by = form.by(ask)?;
    let carried = match ask.site().door().carry_out(&by, act).await {
        Ok(done) => Carried::Done(done),
        Err(Failure::Waiting(waiting)) => Carried::Waiting(waiting),
        Err(Failure::Refused(refusal)) if refusal.code() == CHANGED_MEANWHILE => return Ok(Settled::Collided),
        Err(Failure::Refused(refusal)) => {
            form.refuse_by(&*refusal);
            return Ok(Settled::Refused);
        }
        Err(Failure::Fault(fault)) => return Err(fault.into()),
    };
    Ok(carried.go(path, done).map_or(Settled::Refused, Settled::Gone))
}

/// A page below an account.
pub(crate) fn page(ask: &Ask, named: &Named, title: &str) -> Page {
    let own = named.href("");
    ask.page(title).crumbs(&[("Accounts", "/accounts"), (named.number.as_str(), own.as_str())])
}

/// The newest entry of the log on an account: what a form carries to tell later who was faster.
pub(crate) async fn newest_entry(read: &mut Read, named: &Named) -> Result<ActId, Problem> {
    Ok(entries(read, named, 1).await?.first().map_or(ActId(0), |entry| entry.act))
}

async fn entries(read: &mut Read, named: &Named, limit: i64) -> Result<Vec<LoggedAct>, Problem> {
    let filter = LogFilter { subject: Some(("account".to_owned(), named.id.0)), ..LogFilter::default() };
    Ok(::acts::search_log(read, &filter, ActId(i64::MAX), limit).await?)
}

/// The entries of some kinds on an account since one, oldest first.
pub(crate) async fn entries_since(
    read: &mut Read,
    named: &Named,
    since: ActId,
    kinds: &[&str],
) -> Result<Vec<LoggedAct>, Problem> {
    let mut found = entries(read, named, ENTRIES_MAX).await?;
    found.retain(|entry| since < entry.act && kinds.contains(&entry.kind.as_str()));
    found.reverse();
    Ok(found)
}

/// Says who was faster and why, above a form that can still be sent.
pub(crate) async fn collision(ask: &Ask, read: &mut Read, entries: &[LoggedAct]) -> Result<Alert, Problem> {
    let names = Names::load(read).await?;
    let alert = Alert::warning("Somebody else changed this while your form was open");
    let alert = alert.text(
        "Nothing of yours is recorded yet. Compare below what is on record now with what you entered; send the form \
         again to record yours, or go back to keep what is there.",
    );
    let may_read = ask.may(::acts::permissions::READ);
    Ok(entries.iter().fold(alert, |alert, entry| {
        let (who, when) = (names.of(entry.actor), ask.when(entry.entered_at));
        let words = format!("{}, {who}, {when}: {}", words::kind_title(ask, &entry.kind), entry.reason);
        if may_read { alert.link(words, format!("/log/{}", entry.act.0)) } else { alert.item(words) }
    }))
}

/// What is on record now beside what was entered, a field a row.
pub(crate) fn both(ask: &Ask, rows: Vec<(&str, String, String)>) -> Section {
    let table = ask
        .table("both-values", "On record now, and what you entered")
        .plain()
        .column(Column::text("field", "Field"))
        .column(Column::text("now", "On record now"))
        .column(Column::text("yours", "What you entered"));
    let table: Table = table.rows(rows.into_iter().map(|(field, now, yours)| {
        let is_same = now == yours;
        let yours = Cell::text(yours);
        [Cell::text(field), Cell::text(now), if is_same { yours } else { yours.note("differs") }]
    }));
    Section::new("both", "Both side by side").with(&table)
}
