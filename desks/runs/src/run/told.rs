//! Who did what when: the entries of the log on a run.

use acts::{LogFilter, LoggedAct, Registry};
use db::Read;
use kernel::ActId;
use web::{Ask, Event, Links, Problem, Section, Timeline};

use crate::known::Known;

/// The kinds of entries that people make on a run; its parts are in the log, too, and not shown here.
const KINDS: [&str; 10] = [
    "billing.try_run",
    "billing.apply_exception_rules",
    "billing.decide_exceptions",
    "billing.release_exception",
    "billing.hold_bill",
    "billing.sign_run",
    "billing.post_run",
    "billing.resume_run",
    "billing.issue_run",
    "billing.cancel_run",
];

/// The most entries of one kind that are shown.
const SHOWN: i64 = 8;

pub(super) async fn section(ask: &Ask, read: &mut Read, known: &Known) -> Result<Section, Problem> {
    let mut entries: Vec<LoggedAct> = Vec::new();
    let mut has_more = false;
    for kind in KINDS {
        let subject = Some(("bill_run".to_owned(), known.run.id.0));
        let filter = LogFilter { subject, kind: Some(kind.to_owned()), ..LogFilter::default() };
        let mut found = acts::search_log(read, &filter, ActId(i64::MAX), SHOWN + 1).await?;
        has_more |= SHOWN < crate::words::count(found.len());
        found.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
        entries.extend(found);
    }
    if let Some(act) = acts::order_act(read, known.run.prepare_order).await? {
        entries.extend(acts::logged_act(read, act).await?);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.entered_at, entry.act)));
    let timeline = entries.iter().fold(Timeline::new(), |all, entry| all.event(event(ask, known, entry)));
    let section = Section::new("log", "Who did what").with(&timeline);
    if !has_more || !ask.may(acts::permissions::READ) {
        return Ok(section);
    }
    let all = Links::new("The log").link("Everything in the log", format!("/history/bill_run/{}", known.run.id.0));
    Ok(section.with(&all))
}

fn event(ask: &Ask, known: &Known, entry: &LoggedAct) -> Event {
    let title = ask.site().part_if_any::<Registry>().map_or(entry.kind.as_str(), |all| all.title(&entry.kind));
    let event = Event::new(ask.when(entry.entered_at), title).by(known.name(entry.actor)).text(&entry.reason);
    if ask.may(acts::permissions::READ) { event.link(format!("/log/{}", entry.act.0)) } else { event }
}
