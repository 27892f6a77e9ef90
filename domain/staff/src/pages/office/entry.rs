//! One entry of the log in full, and the history of any one thing.

use acts::{LogFilter, LoggedAct};
use kernel::ActId;
use web::{
    Answer, Ask, At, Columns, Empty, Event, Facts, Folded, Links, Problem, Said, Section, Timeline, Tone, Words,
    address, encoded, is_name, number, read_number,
};

use super::beside::with_pages_beside;
use super::command;
use super::desk::{Everybody, SubjectNames, count, kind_title, subject_words};
use crate::unsaid;

/// Entries of one page of a history.
const PAGE: i64 = 50;

pub(super) async fn show(ask: Ask, At(id): At<String>) -> Answer {
    let id = ActId(number(&id)?);
    let mut read = ask.read().await?;
    let mut entry = acts::logged_act(&mut read, id).await?.ok_or_else(Problem::not_found)?;
    let unsaid = unsaid::complete(&ask, &mut read, std::slice::from_mut(&mut entry)).await?;
    let everybody = Everybody::load(&ask, &mut read).await?;
    let names = SubjectNames::load(&ask, &mut read, std::iter::once(entry.subject.as_str())).await?;
    let position = acts::seal_position(&mut read, id).await?;
    let subject = subject_words(&entry.subject, &names);
    let who = everybody.name(entry.actor);
    let facts = Facts::new().fact("Entered", ask.when(entry.entered_at));
    let facts = facts.fact("Business date", web::shown::date(&entry.business_on));
    let facts = match everybody.href(entry.actor) {
        Some(href) => facts.link("Who", who.clone(), href),
        None => facts.fact("Who", who.clone()),
    };
    let facts = match subject.href {
        Some(href) => facts.link("On", subject.words, href),
        None => facts.fact("On", subject.words),
    };
    let facts = facts.fact("Kind", entry.kind.clone());
    let facts = match position {
        Some(position) => facts.tag("Seal", Tone::Good, format!("Position {}", web::shown::count(&position))),
        None => facts.tag("Seal", Tone::Plain, "not sealed yet"),
    };
    let facts = match &entry.journals {
        Some(digest) => facts.fact("Digest of what it wrote to the books", digest.to_string()),
        None => facts,
    };
    let main = vec![
        Section::new("why", "Why").with(&Said::new(&entry.reason, &who)),
        what(&entry, !unsaid.is_empty()),
        outcome(&entry),
    ];
    let title = format!("Entry {}: {}", entry.act.0, kind_title(&ask, &entry.kind));
    let side = with_pages_beside(&ask, &format!("/log/{}", entry.act.0), Section::bare().with(&facts));
    let columns = Columns { main, side: vec![side] };
    ask.page(&title).crumbs(&[("Log", "/log")]).body(&columns).answer()
}

fn what(entry: &LoggedAct, is_cut: bool) -> Section {
    let section = Section::new("what", "What was asked for").with(&command::facts(&entry.command));
    match is_cut {
        true => section.note(
            "Details of a person are kept apart from the log and are not shown here. They stand on the person's own pages, \
             for whoever may see them.",
        ),
        false => section,
    }
}

fn outcome(entry: &LoggedAct) -> Section {
    let section = Section::new("outcome", "What came of it");
    let section = match entry.outcome.as_str() {
        "null" | "" => section.with(&Words::new("It was done. There is nothing more to tell.")),
        outcome => section.with(&command::facts(outcome)),
    };
    section.with(&Folded::new("As it is stored", &Said::new(&entry.command, "")))
}

/// Everything that was done to one thing, newest first.
pub(super) async fn history(ask: Ask, At((kind, id)): At<(String, String)>) -> Answer {
    if !is_name(&kind) {
        return Err(Problem::not_found());
    }
    let id = number(&id)?;
    let mut read = ask.read().await?;
    let filter = LogFilter { subject: Some((kind.clone(), id)), ..LogFilter::default() };
    let before = ActId(read_number(ask.query().text("before")).unwrap_or(i64::MAX));
    let entries = acts::search_log(&mut read, &filter, before, PAGE).await?;
    let named = format!("{kind} {id}");
    let names = SubjectNames::load(&ask, &mut read, std::iter::once(named.as_str())).await?;
    let everybody = Everybody::load(&ask, &mut read).await?;
    let words = subject_words(&named, &names).words;
    let page = ask.page(&format!("History: {words}")).crumbs(&[("Log", "/log")]);
    if entries.is_empty() {
        let empty =
            Empty::new("Nothing is recorded.").text("The log has no entry on this, or none before the one asked for.");
        return page.body(&empty.action("Open the log", "/log")).answer();
    }
    let timeline = entries.iter().fold(Timeline::new(), |all, entry| all.event(event(&ask, &everybody, entry)));
    let page = page.lead("Every change, newest first.").body(&timeline);
    match entries.last().filter(|_| PAGE <= count(entries.len())) {
        Some(last) => {
            let path = format!("/history/{}/{id}", encoded(&kind));
            let href = address(&path, &[("before", &last.act.0.to_string())]);
            page.body(&Links::new("Pages: history").next("Older", href)).answer()
        }
        None => page.answer(),
    }
}

/// An entry in a timeline.
pub(super) fn event(ask: &Ask, everybody: &Everybody, entry: &LoggedAct) -> Event {
    let event = Event::new(ask.when(entry.entered_at), kind_title(ask, &entry.kind));
    let event = event.by(everybody.name(entry.actor)).text(&entry.reason);
    if ask.may(acts::permissions::READ) { event.link(format!("/log/{}", entry.act.0)) } else { event }
}
