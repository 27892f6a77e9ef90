//! Home: what waits for the visitor, with counts and age, and what they may do.

use acts::ProposalState;
use chrono::Days;
use db::Read;
use web::shown::age;
use web::{Answer, Ask, Cell, Column, Empty, Problem, QueueSources, Queues, Section, Table, Tone};

use super::desk::{count, days_since, may_look, role_title, sentence, waits_for};
use crate::people::{self, Source};
use crate::{RELATIONS, REVIEW};

/// How far back the home page looks for what was odd.
pub(super) const OUTLIER_DAYS: u64 = 30;

pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let (queues, waiting) = queues(&ask, &mut read).await?;
    let work = match waiting {
        0 => Section::new("work", "Waiting for you").with(&nothing_waits(&ask)).with(&queues),
        _ => Section::new("work", "Waiting for you").with(&queues),
    };
    let roles = &ask.who()?.roles;
    let lead = if roles.is_empty() { "You have no role yet.".to_owned() } else { roles.join(", ") };
    let may = Section::new("may-do", "What you may do").with(&may_do(&ask, &mut read).await?);
    ask.page("Home").lead(lead).body(&work).body(&may).answer()
}

fn nothing_waits(ask: &Ask) -> Empty {
    let empty =
        Empty::new("Nothing waits for you.").text("What needs your approval or comes back to you appears here.");
    if ask.may(acts::permissions::READ) { empty.action("See the latest changes", "/log") } else { empty }
}

/// The visitor's queues, and how many things are in them.
async fn queues(ask: &Ask, read: &mut Read) -> Result<(Queues, i64), Problem> {
    let (visitor, today) = (ask.who()?, ask.today());
    let (mut queues, mut waiting) = (Queues::new(), 0);
    let proposals = acts::waiting_proposals(read).await?;
    let mine = |state: ProposalState| {
        let is_so = move |one: &&acts::Proposal| one.actor == visitor.actor.id && one.state_on(today) == state;
        proposals.iter().filter(is_so).collect::<Vec<_>>()
    };
    let to_decide: Vec<_> = proposals.iter().filter(|one| waits_for(visitor, one, today)).collect();
    let lists = [
        (("To approve", "/approvals"), to_decide, Tone::Warning),
        (("Sent back to you", "/approvals?tab=mine"), mine(ProposalState::Returned), Tone::Warning),
        (("Yours, waiting for approval", "/approvals?tab=mine"), mine(ProposalState::Open), Tone::Plain),
    ];
    for (title, list, tone) in lists {
        let oldest = list.iter().map(|one| days_since(ask, one.proposed_at)).max();
        let words = oldest.map_or_else(String::new, |days| format!("oldest waits {}", age(days)));
        let tone = if list.is_empty() { Tone::Plain } else { tone };
        waiting += list.len();
        queues = queues.queue(title, count(list.len()), words, tone);
    }
    if ask.may(REVIEW) {
        let from = today.checked_sub_days(Days::new(OUTLIER_DAYS)).unwrap_or(today);
        let odd = people::outliers(read, from, today).await?;
        let odd: Vec<_> = odd.into_iter().filter(|one| one.review.is_none()).collect();
        let oldest = odd.iter().map(|one| (today - one.outlier.business_on).num_days()).max();
        let words = oldest.map_or_else(String::new, |days| format!("oldest waits {}", age(days)));
        let tone = if odd.is_empty() { Tone::Plain } else { Tone::Warning };
        queues = queues.queue(("Outliers to look at", "/outliers?state=open"), count(odd.len()), words, tone);
        let stale = people::access_review(read, today, ask.now()).await?;
        let stale = stale.iter().filter(|line| line.is_stale || line.clashes_with.is_some()).count();
        let words =
            if stale == 0 { String::new() } else { "not used for 90 days, or not to be held together".to_owned() };
        let tone = if stale == 0 { Tone::Plain } else { Tone::Info };
        queues = queues.queue(("Permissions to look at", "/access-review?sort=look"), count(stale), words, tone);
        waiting += odd.len() + stale;
    }
    let mut waiting = count(waiting);
    if let Some(QueueSources(sources)) = ask.site().part_if_any() {
        for source in sources {
            for queue in source.queues(ask, read).await? {
                let words = queue
                    .since
                    .filter(|_| 0 < queue.count)
                    .map_or_else(String::new, |since| format!("oldest waits {}", age((today - since).num_days())));
                let tone = if queue.count == 0 { Tone::Plain } else { queue.tone };
                waiting += queue.count;
                queues = queues.queue((&queue.title, &queue.href), queue.count, words, tone);
            }
        }
    }
    Ok((queues, waiting))
}

/// What the visitor may do, and through what.
async fn may_do(ask: &Ask, read: &mut Read) -> Result<Table, Problem> {
    let actor = ask.who()?.actor.id;
    let held = people::permissions_on(read, actor, ask.today()).await?;
    let book = people::role_book(read).await?;
    let names = crate::names(read).await?;
    let through = |source: &Source| match source {
        Source::Direct => "granted directly".to_owned(),
        Source::Role(role) => role_title(&book, role).to_owned(),
        Source::ActingFor(absent) => {
            format!("standing in for {}", names.get(absent).map_or("somebody", String::as_str))
        }
    };
    let row = |(code, sources): (&String, &Vec<Source>)| {
        let sources: Vec<String> = sources.iter().map(through).collect();
        [where_to(ask, code), Cell::text(sources.join(", "))]
    };
    let table = ask.table("may", "Your permissions and where they are from").plain();
    let table = table.column(Column::text("may", "You may")).column(Column::text("through", "Through"));
    let empty = "You may look at this page and your profile. Ask your supervisor for the role your work needs.";
    Ok(table.empty(empty).rows(held.permissions.iter().map(row)))
}

/// What a permission allows, leading to where it is done when that is a page of this room.
fn where_to(ask: &Ask, code: &str) -> Cell {
    let cell = Cell::text(sentence(ask, code));
    let pages = [
        (crate::MANAGE.code, "/staff"),
        (crate::APPROVE.code, "/approvals"),
        (RELATIONS.code, "/relations"),
        (REVIEW.code, "/outliers"),
        (acts::permissions::READ.code, "/log"),
    ];
    match pages.iter().find(|(permission, _)| *permission == code) {
        Some((_, href)) if *href != "/staff" || may_look(ask) => cell.link(*href),
        _ => cell,
    }
}
