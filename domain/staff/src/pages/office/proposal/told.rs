//! `Told`: everything a page tells about a proposal.

use acts::{LogFilter, LoggedAct, Proposal, ProposalState};
use db::{Fault, Read};
use kernel::{ActId, ActorId};
use web::shown::{age, capital, with_days};
use web::{Alert, Ask, Changes, Event, Facts, Folded, Problem, Said, Section, Timeline, Tone, Words};

use super::super::approvals::{subject_of, tone};
use super::super::beside::{with_pages_beside, with_pages_of};
use super::super::command;
use super::super::desk::{Everybody, SubjectNames, SubjectWords, days_since, kind_title, sentence, subject_words};
use crate::people;
use crate::unsaid::proposed_command;

/// The most entries of a history on this page.
const HISTORY_MAX: i64 = 100;
/// The most changes since then that are shown.
const SINCE_MAX: i64 = 20;

/// A proposal with what a page tells about it.
pub(super) struct Told {
    pub(super) proposal: Proposal,
    pub(super) everybody: Everybody,
    /// Who else may decide: not who proposed it, nor the visitor.
    pub(super) others: Vec<ActorId>,
    /// How it stands today.
    pub(super) state: ProposalState,
    /// What was done with it, oldest first.
    history: Vec<LoggedAct>,
    /// What was done to the same thing since it was proposed, newest first.
    since: Vec<LoggedAct>,
    names: SubjectNames,
}

impl Told {
    pub(super) async fn load(ask: &Ask, read: &mut Read, proposal: Proposal) -> Result<Told, Problem> {
        let subject = ("proposal".to_owned(), proposal.proposal.0);
        let filter = LogFilter { subject: Some(subject), ..LogFilter::default() };
        let mut history = acts::search_log(read, &filter, ActId(i64::MAX), HISTORY_MAX).await?;
        history.reverse();
        let since = since(read, &proposal, &history).await?;
        let names = SubjectNames::load(ask, read, std::iter::once(subject_of(&proposal).as_str())).await?;
        let everybody = Everybody::load(ask, read).await?;
        let state = proposal.state_on(ask.today());
        let others =
            if state == ProposalState::Open { others(ask, read, &everybody, &proposal).await? } else { vec![] };
        Ok(Told { proposal, everybody, others, state, history, since, names })
    }

    /// What it turns into what.
    pub(super) fn changes(&self) -> Section {
        let section = Section::new("changes", "Before and after");
        if self.proposal.changes.is_empty() {
            let words =
                "This kind of change does not compare before and after. What exactly would be done stands below.";
            return section.with(&Words::new(words));
        }
        let changes = self.proposal.changes.iter().fold(Changes::new(), |all, one| {
            all.change(&capital(&with_days(&one.field)), with_days(&one.before), with_days(&one.after))
        });
        section.with(&changes)
    }

    /// Why it was proposed, why it waits, and what speaks for it.
    pub(super) fn reasons(&self) -> Section {
        let who = self.everybody.name(self.proposal.actor);
        let section = Section::new("why", "Why").with(&Said::new(&self.proposal.reason, &who));
        let section = section.with(&Words::new(format!(
            "A second person has to agree, because {}.",
            self.proposal.why.trim_end_matches('.')
        )));
        if self.proposal.evidence.is_empty() {
            return section;
        }
        section.with(&Said::new(&self.proposal.evidence, &format!("{who}, as evidence")))
    }

    /// The command itself.
    pub(super) fn in_full(&self, ask: &Ask) -> Section {
        let command = proposed_command(ask, &self.proposal);
        Section::bare().with(&Folded::new("Everything that would be recorded", &command::facts(&command)))
    }

    /// Whose, since when, until when, on what.
    pub(super) fn facts(&self, ask: &Ask) -> Section {
        let proposal = &self.proposal;
        let facts = Facts::new().tag("State", tone(self.state), self.state.words());
        let who = self.everybody.name(proposal.actor);
        let facts = match self.everybody.href(proposal.actor) {
            Some(href) => facts.link("Proposed by", who, href),
            None => facts.fact("Proposed by", who),
        };
        let when = format!("{}, {}", ask.when(proposal.proposed_at), age(days_since(ask, proposal.proposed_at)));
        let facts = facts.fact("Proposed", when);
        let SubjectWords { words, href, page } = subject_words(&subject_of(proposal), &self.names);
        let facts = match page.or_else(|| href.filter(|_| ask.may(acts::permissions::READ))) {
            Some(href) => facts.link("On", words, href),
            None => facts.fact("On", words),
        };
        let facts = facts.fact("May be approved by who may", sentence(ask, &proposal.approving));
        let facts = match proposal.assigned_to {
            Some(actor) => facts.fact("Handed to", self.everybody.name(actor)),
            None => facts,
        };
        let facts = match self.state {
            ProposalState::Open | ProposalState::Returned => {
                facts.fact("Decide by", web::shown::date(&proposal.expires_on))
            }
            ProposalState::Expired => facts.fact("Expired after", web::shown::date(&proposal.expires_on)),
            ProposalState::Approved | ProposalState::Refused | ProposalState::Withdrawn | ProposalState::Stale => facts,
        };
        let facts = match proposal.act {
            Some(act) if ask.may(acts::permissions::READ) => {
                facts.link("Done as", format!("Entry {}", act.0), format!("/log/{}", act.0))
            }
            Some(act) => facts.fact("Done as", format!("Entry {}", act.0)),
            None => facts,
        };
        let section = Section::bare().with(&facts);
        let section = with_pages_of(ask, proposal, section);
        with_pages_beside(ask, &format!("/approvals/{}", proposal.proposal.0), section)
    }

    /// What came of it, or what to look at before deciding.
    pub(super) fn alert(&self) -> Option<Alert> {
        let by = self.proposal.decided_by.map(|actor| self.everybody.name(actor)).unwrap_or_default();
        let words = self.proposal.decision.clone().unwrap_or_default();
        match self.state {
            ProposalState::Open if !self.since.is_empty() => {
                let heading = "Something changed since this was proposed";
                Some(
                    Alert::warning(heading)
                        .text("Look at what changed before you decide.")
                        .link("What changed", "#since"),
                )
            }
            ProposalState::Open | ProposalState::Withdrawn => None,
            ProposalState::Approved => Some(Alert::good(format!("Approved by {by}")).text(words)),
            ProposalState::Refused => Some(Alert::bad(format!("Refused by {by}")).text(words)),
            ProposalState::Returned => Some(Alert::warning(format!("Sent back by {by}")).text(words)),
            ProposalState::Stale => {
                let text = "What it was judged on has changed since, so nothing was done. It can be proposed anew.";
                Some(Alert::warning("This proposal is out of date").text(text))
            }
            ProposalState::Expired => Some(
                Alert::warning("This proposal has expired").text("Nobody decided in time. It can be proposed anew."),
            ),
        }
    }

    /// What was done to the same thing since, when that matters to the decision.
    pub(super) fn changed_since(&self, ask: &Ask) -> Option<Section> {
        let matters = self.state == ProposalState::Open || self.state == ProposalState::Stale;
        if self.since.is_empty() || !matters {
            return None;
        }
        let may_read = ask.may(acts::permissions::READ);
        let event = |entry: &LoggedAct| {
            let event = Event::new(ask.when(entry.entered_at), kind_title(ask, &entry.kind));
            let event = event.by(self.everybody.name(entry.actor)).text(&entry.reason);
            if may_read { event.link(format!("/log/{}", entry.act.0)) } else { event }
        };
        let timeline = self.since.iter().fold(Timeline::new(), |all, entry| all.event(event(entry)));
        let on = subject_words(&subject_of(&self.proposal), &self.names).words;
        let section =
            Section::new("since", "What changed since").note(format!("Entries of the log on: {on}, newest first."));
        Some(section.with(&timeline))
    }

    /// What was done with it.
    pub(super) fn history(&self, ask: &Ask) -> Section {
        let event = |entry: &LoggedAct| {
            let (title, tone) = what_was_done(&entry.kind);
            let event = Event::new(ask.when(entry.entered_at), title).by(self.everybody.name(entry.actor));
            event.text(&entry.reason).tone(tone)
        };
        let timeline = self.history.iter().fold(Timeline::new(), |all, entry| all.event(event(entry)));
        Section::new("history", "History").with(&timeline)
    }
}

fn what_was_done(kind: &str) -> (&'static str, Tone) {
    match kind {
        acts::PROPOSE => ("Proposed", Tone::Info),
        acts::APPROVE => ("Approved", Tone::Good),
        "acts.refuse_proposal" => ("Refused", Tone::Bad),
        "acts.send_back_proposal" => ("Sent back", Tone::Warning),
        "acts.hand_on_proposal" => ("Handed on", Tone::Plain),
        "acts.propose_again" => ("Proposed again", Tone::Info),
        "acts.withdraw_proposal" => ("Taken back", Tone::Plain),
        "acts.set_aside_proposal" => ("Set aside as out of date", Tone::Warning),
        "attachments.attach" => ("File attached", Tone::Info),
        _ => ("Changed", Tone::Plain),
    }
}

/// Entries on the same subject after the proposal, newest first. What is done to all staff or the whole town has no
/// subject of its own.
async fn since(read: &mut Read, proposal: &Proposal, history: &[LoggedAct]) -> Result<Vec<LoggedAct>, Fault> {
    let Some(proposed) = history.first().map(|entry| entry.act) else { return Ok(Vec::new()) };
    if proposal.subject_id == 0 {
        return Ok(Vec::new());
    }
    let subject = Some((proposal.subject_kind.clone(), proposal.subject_id));
    let filter = LogFilter { subject, ..LogFilter::default() };
    let mut found = acts::search_log(read, &filter, ActId(i64::MAX), SINCE_MAX).await?;
    found.retain(|entry| proposed < entry.act && Some(entry.act) != proposal.act);
    Ok(found)
}

/// Who else may decide, in the order of codes.
async fn others(
    ask: &Ask,
    read: &mut Read,
    everybody: &Everybody,
    proposal: &Proposal,
) -> Result<Vec<ActorId>, Problem> {
    let me = ask.who()?.actor.id;
    let mut found = Vec::new();
    for person in everybody.people.iter().filter(|person| person.is_active) {
        let is_other = person.actor != me && person.actor != proposal.actor;
        if is_other && people::permissions_on(read, person.actor, ask.today()).await?.may(&proposal.approving) {
            found.push(person.actor);
        }
    }
    Ok(found)
}
