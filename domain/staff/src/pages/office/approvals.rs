//! The inbox of approvals: what waits for the visitor, what they proposed, and everything they may see.

use acts::{Proposal, ProposalState};
use kernel::ProposalId;
use web::shown::age;
use web::{Answer, Ask, Cell, Column, Links, Problem, Table, Tabs, Tone, address, read_number};

use super::desk::{Everybody, SubjectNames, count, days_since, kind_title, may_see, subject_words, waits_for};

/// How many proposals a page of all of them looks through.
const PAGE: i64 = 50;
/// How far back one's own decided proposals are looked for.
const OWN_MAX: i64 = 500;

/// Which part of the inbox is in sight.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    ForMe,
    Mine,
    All,
}

impl Tab {
    fn of(ask: &Ask) -> Tab {
        match ask.query().text("tab") {
            "mine" => Tab::Mine,
            "all" => Tab::All,
            _ => Tab::ForMe,
        }
    }

    fn href(self) -> &'static str {
        match self {
            Tab::ForMe => "/approvals",
            Tab::Mine => "/approvals?tab=mine",
            Tab::All => "/approvals?tab=all",
        }
    }

    fn empty(self) -> &'static str {
        match self {
            Tab::ForMe => {
                "Nothing waits for your approval. What you may decide appears here as soon as somebody proposes it."
            }
            Tab::Mine => "You have proposed nothing that needed a second person.",
            Tab::All => "No change that you may see has waited for a second person.",
        }
    }
}

pub(super) async fn show(ask: Ask) -> Answer {
    let tab = Tab::of(&ask);
    let (visitor, today) = (ask.who()?.clone(), ask.today());
    let mut read = ask.read().await?;
    let waiting = acts::waiting_proposals(&mut read).await?;
    let for_me = waiting.iter().filter(|one| waits_for(&visitor, one, today)).count();
    let is_waiting = |one: &&Proposal| {
        let state = one.state_on(today);
        state == ProposalState::Open || state == ProposalState::Returned
    };
    let mine = waiting.iter().filter(|one| one.actor == visitor.actor.id).filter(is_waiting).count();
    let newest = || ProposalId(i64::MAX);
    let mut older = Links::new("Pages: proposals");
    let shown = match tab {
        Tab::ForMe => waiting.into_iter().filter(|one| waits_for(&visitor, one, today)).collect(),
        Tab::Mine => {
            let all = acts::proposals_before(&mut read, newest(), OWN_MAX).await?;
            all.into_iter().filter(|one| one.actor == visitor.actor.id).collect()
        }
        Tab::All => {
            let before = read_number(ask.query().text("before")).map_or_else(newest, ProposalId);
            let all = acts::proposals_before(&mut read, before, PAGE).await?;
            if let Some(last) = all.last().filter(|_| count(all.len()) == PAGE) {
                let before = last.proposal.0.to_string();
                older = older.next("Older", address("/approvals", &[("tab", "all"), ("before", &before)]));
            }
            all.into_iter().filter(|one| may_see(&visitor, one)).collect::<Vec<_>>()
        }
    };
    let everybody = Everybody::load(&ask, &mut read).await?;
    let subjects: Vec<String> = shown.iter().map(subject_of).collect();
    let names = SubjectNames::load(&ask, &mut read, subjects.iter().map(String::as_str)).await?;
    let subject = |proposal: &Proposal| subject_words(&subject_of(proposal), &names).words;
    let table = table(&ask, tab, &everybody, &shown, subject)?;
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let tabs = Tabs::new("Approvals")
        .counted("For me", Tab::ForMe.href(), count(for_me))
        .counted("Mine", Tab::Mine.href(), count(mine))
        .tab("All", Tab::All.href())
        .current(tab.href());
    let lead = "Changes that need a second person. Use j and k to go through the list, Enter to open one.";
    let page = ask.page("Approvals").lead(lead).body(&tabs).body(&table);
    if older.is_empty() { page.answer() } else { page.body(&older).answer() }
}

/// What a proposal is about, as the log names it.
pub(super) fn subject_of(proposal: &Proposal) -> String {
    format!("{} {}", proposal.subject_kind, proposal.subject_id)
}

/// How a state is meant.
pub(super) fn tone(state: ProposalState) -> Tone {
    match state {
        ProposalState::Open => Tone::Info,
        ProposalState::Returned | ProposalState::Stale => Tone::Warning,
        ProposalState::Approved => Tone::Good,
        ProposalState::Refused => Tone::Bad,
        ProposalState::Expired | ProposalState::Withdrawn => Tone::Plain,
    }
}

fn table(
    ask: &Ask,
    tab: Tab,
    everybody: &Everybody,
    shown: &[Proposal],
    subject: impl Fn(&Proposal) -> String,
) -> Result<Table, Problem> {
    let row = |proposal: &Proposal| {
        let state = proposal.state_on(ask.today());
        let what = kind_title(ask, &proposal.kind);
        [
            Cell::text(proposal.proposal.0.to_string()).link(format!("/approvals/{}", proposal.proposal.0)),
            Cell::text(what).note(proposal.why.clone()),
            Cell::text(subject(proposal)),
            everybody.cell(proposal.actor).note(short(&proposal.reason)),
            Cell::instant(ask, proposal.proposed_at).note(age(days_since(ask, proposal.proposed_at))),
            Cell::from(proposal.expires_on),
            Cell::tag(tone(state), state.words()),
        ]
    };
    let table = ask
        .table("approvals", "Changes that need a second person")
        .column(Column::text("number", "Number"))
        .column(Column::text("what", "Change"))
        .column(Column::text("on", "On"))
        .column(Column::text("who", "Proposed by"))
        .column(Column::text("when", "Proposed"))
        .column(Column::date("through", "Decide by"))
        .column(Column::text("state", "State"));
    Ok(table.empty(tab.empty()).rows(shown.iter().map(row)))
}

/// The beginning of somebody's words.
pub(super) fn short(words: &str) -> String {
    const MAX: usize = 120;
    if words.chars().count() <= MAX {
        return words.to_owned();
    }
    let kept: String = words.chars().take(MAX).collect();
    format!("{} …", kept.trim_end())
}
