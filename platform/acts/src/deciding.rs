//! A second person decides: proposals are approved, refused, sent back, handed on, taken back and put forward again.

use db::Fault;
use kernel::{ActId, ActorId, DigestBuilder, ProposalId};

use crate::authority::SecondNeeded;
use crate::door::{Seen, TRIES, pause, record};
use crate::proposal::{APPROVE, DAYS_TO_DECIDE, PROPOSE};
use crate::registry::AnyAct;
use crate::store::proposals::{acts_of_kind, acts_on, held_proposal, insert_proposal, outcome_of_act, update_proposal};
use crate::store::{self, EarlierAct, NewAct};
use crate::{
    Actor, Approval, By, Decision, Done, Door, Entry, Failure, Judged, NotAllowed, Proposal, ProposalState, Registry,
    Subject, Waiting, refuse,
};

/// The longest words of a decision, in characters.
const WORDS_MAX: usize = 2000;

impl Door {
    /// Approves a proposal: the change is checked again and carried out as its proposer's, once.
    ///
    /// Refused when it is one's own, when it was judged on what has changed since, when the approver lacks the
    /// permission or could not have decided it alone either.
    pub async fn approve(&self, by: &By, id: ProposalId, registry: &Registry) -> Result<Done<ProposalId>, Failure> {
        let mut tried = 0;
        loop {
            tried += 1;
            match Box::pin(self.try_to_approve(by, id, registry)).await {
                Err(failure) if failure.is_retryable() && tried < TRIES => pause(tried).await,
                result => return result,
            }
        }
    }

    async fn try_to_approve(&self, by: &By, id: ProposalId, registry: &Registry) -> Result<Done<ProposalId>, Failure> {
        let mut entry = self.open_entry(&by.actor).await?;
        if let Some(approved) = repeated(&mut entry, by, APPROVE, &command_of(id)).await? {
            let proposal = held_proposal(&mut entry, id).await?;
            let act = proposal.and_then(|proposal| proposal.act).unwrap_or(approved);
            return Ok(Done { act, outcome: id, was_repeated: true });
        }
        let mut proposal = self.held(&mut entry, by, id).await?;
        self.may_decide(&mut entry, by, &proposal, None).await?;
        let act = match registry.read(&proposal.kind, &proposal.command) {
            Some(act) => act?,
            None => return refuse(NotAllowed::UnknownKind(id.0)),
        };
        // Nobody approves on their own account either.
        let approving = entry.act;
        let proposer = Actor { id: proposal.actor, code: String::new() };
        let done: ActId = entry.id("act").await?;
        entry.becomes(done, proposer.clone());
        entry.asked_at = proposal.proposed_at;
        let today = entry.today;
        for permission in act.permissions() {
            if !self.authority.allows(&mut entry, &proposer, permission.code, today).await? {
                let words = "who proposed it is no longer allowed to make this change".to_owned();
                return refuse(NotAllowed::MayNotApprove(words));
            }
        }
        let outcome = act.perform(&mut entry).await?;
        let judged = entry.judged().clone();
        let theirs = By { actor: proposer, ..by.clone() };
        let mut seen = self.look(&mut entry, &theirs, &act.subject()).await?;
        seen.add(self.look(&mut entry, by, &act.subject()).await?);
        self.may_decide(&mut entry, by, &proposal, Some(&judged)).await?;
        if judged_on(&mut entry, &judged, (act.kind(), &act.subject())).await? != proposal.judged_on {
            entry.into_tx().roll_back().await?;
            return self.set_aside(by, proposal).await;
        }
        if let Some(weight) = judged.weight {
            let limit = self.authority.limit(&mut entry, &by.actor, &weight, today).await?;
            seen.weight = Some((by.actor.clone(), weight, limit));
        }
        self.keep_approved(&mut entry, &proposal, (&*act, &judged), (&outcome, &seen)).await?;
        entry.becomes(approving, by.actor.clone());
        decided(&mut proposal, by, &entry, ProposalState::Approved);
        proposal.act = Some(done);
        update_proposal(&mut entry, &proposal).await?;
        log_decision(&mut entry, by, (APPROVE, &command_of(id)), &proposal).await?;
        entry.into_tx().commit().await?;
        Ok(Done { act: done, outcome: id, was_repeated: false })
    }

    async fn keep_approved(
        &self,
        entry: &mut Entry,
        proposal: &Proposal,
        (act, judged): (&dyn AnyAct, &Judged),
        (outcome, seen): (&str, &Seen),
    ) -> Result<(), Failure> {
        let new = NewAct {
            kind: &proposal.kind,
            version: proposal.version,
            permission: act.permission().code,
            subject: judged.subject(act.subject()),
            reason: &proposal.reason,
            key: &format!("proposal {}", proposal.proposal.0),
            command: &proposal.command,
            personal: act.personal(),
            outcome,
            chunk: None,
        };
        Ok(record(entry, new, seen).await?)
    }

    /// Decides on a proposal, short of approving it.
    pub async fn decide(&self, by: &By, id: ProposalId, decision: &Decision) -> Result<Done<ProposalId>, Failure> {
        let mut tried = 0;
        loop {
            tried += 1;
            match self.try_to_decide(by, id, decision).await {
                Err(failure) if failure.is_retryable() && tried < TRIES => pause(tried).await,
                result => return result,
            }
        }
    }

    async fn try_to_decide(&self, by: &By, id: ProposalId, decision: &Decision) -> Result<Done<ProposalId>, Failure> {
        let command = decision_on(id, decision)?;
        let mut entry = self.open_entry(&by.actor).await?;
        if let Some(done) = repeated(&mut entry, by, decision.kind(), &command).await? {
            return Ok(Done { act: done, outcome: id, was_repeated: true });
        }
        let mut proposal = self.held(&mut entry, by, id).await?;
        if decision.is_for_the_proposer() {
            if proposal.actor != by.actor.id {
                return refuse(NotAllowed::NotTheirs(id.0));
            }
        } else {
            self.may_decide(&mut entry, by, &proposal, None).await?;
        }
        match decision {
            Decision::Refuse => decided(&mut proposal, by, &entry, ProposalState::Refused),
            Decision::SendBack => decided(&mut proposal, by, &entry, ProposalState::Returned),
            Decision::Withdraw => decided(&mut proposal, by, &entry, ProposalState::Withdrawn),
            Decision::HandTo(other) if *other == proposal.actor => return refuse(NotAllowed::OwnProposal),
            Decision::HandTo(other) => {
                self.could_decide(&mut entry, *other, &proposal).await?;
                proposal.assigned_to = Some(*other);
            }
            Decision::ProposeAgain { evidence } => {
                proposal.evidence = evidence.chars().take(WORDS_MAX).collect();
                // Only what came back begins anew; to what still waits, evidence is added.
                if proposal.state == ProposalState::Returned {
                    proposal.state = ProposalState::Open;
                    proposal.assigned_to = None;
                    (proposal.decided_by, proposal.decided_at, proposal.decision) = (None, None, None);
                    proposal.expires_on = entry.today + chrono::Days::new(DAYS_TO_DECIDE);
                }
            }
        }
        update_proposal(&mut entry, &proposal).await?;
        log_decision(&mut entry, by, (decision.kind(), &command), &proposal).await?;
        let act = entry.act;
        entry.into_tx().commit().await?;
        Ok(Done { act, outcome: id, was_repeated: false })
    }

    /// The proposal, held, when it can still be decided.
    async fn held(&self, entry: &mut Entry, by: &By, id: ProposalId) -> Result<Proposal, Failure> {
        if by.reason.trim().is_empty() {
            return refuse(NotAllowed::NoReason);
        }
        let Some(proposal) = held_proposal(entry, id).await? else {
            return refuse(NotAllowed::NoSuchProposal(id.0));
        };
        let is_theirs = proposal.actor == by.actor.id;
        match proposal.state_on(entry.today) {
            ProposalState::Open => Ok(proposal),
            ProposalState::Returned if is_theirs => Ok(proposal),
            ProposalState::Expired => refuse(NotAllowed::Expired { proposal: id.0, expired_on: proposal.expires_on }),
            state => refuse(NotAllowed::NotOpen { proposal: id.0, state: state.words() }),
        }
    }

    async fn may_decide(
        &self,
        entry: &mut Entry,
        by: &By,
        proposal: &Proposal,
        judged: Option<&Judged>,
    ) -> Result<(), Failure> {
        if proposal.actor == by.actor.id {
            return refuse(NotAllowed::OwnProposal);
        }
        if proposal.state == ProposalState::Returned {
            let state = ProposalState::Returned.words();
            return refuse(NotAllowed::NotOpen { proposal: proposal.proposal.0, state });
        }
        if let Some(assigned) = proposal.assigned_to.filter(|assigned| *assigned != by.actor.id) {
            match self.could_decide(entry, assigned, proposal).await {
                Ok(()) => return refuse(NotAllowed::HandedOn(proposal.proposal.0)),
                // They left, or have another role by now: whoever may decide does.
                Err(Failure::Refused(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        let today = entry.today;
        if !self.authority.allows(entry, &by.actor, &proposal.approving, today).await? {
            tracing::warn!(actor.id = by.actor.id.0, permission = proposal.approving, "approval denied");
            return refuse(NotAllowed::Permission {
                actor: by.actor.code.clone(),
                permission: proposal.approving.clone(),
                sentence: "approves changes of this kind".to_owned(),
            });
        }
        let approval = Approval { proposer: proposal.actor, approving: &proposal.approving, judged, today };
        match self.authority.may_not_approve(entry, &by.actor, &approval).await? {
            Some(words) => refuse(NotAllowed::MayNotApprove(words)),
            None => Ok(()),
        }
    }

    /// Refuses to hand a proposal to somebody who could not decide it: nobody else could then.
    async fn could_decide(&self, entry: &mut Entry, other: ActorId, proposal: &Proposal) -> Result<(), Failure> {
        let (other, today) = (Actor { id: other, code: String::new() }, entry.today);
        let is_allowed = self.authority.allows(entry, &other, &proposal.approving, today).await?;
        let approval = Approval { proposer: proposal.actor, approving: &proposal.approving, judged: None, today };
        if !is_allowed || self.authority.may_not_approve(entry, &other, &approval).await?.is_some() {
            let words = "whoever it is handed to may not approve changes of this kind".to_owned();
            return refuse(NotAllowed::MayNotApprove(words));
        }
        Ok(())
    }

    /// Marks a proposal as out of date, so that nobody looks at it again.
    async fn set_aside(&self, by: &By, stale: Proposal) -> Result<Done<ProposalId>, Failure> {
        let id = stale.proposal;
        let mut entry = self.open_entry(&by.actor).await?;
        if let Some(mut proposal) = held_proposal(&mut entry, id).await?.filter(|one| one.state == stale.state) {
            let words = "what it was judged on has changed since".to_owned();
            let by = By { reason: words, key: format!("proposal {} is out of date", id.0), ..by.clone() };
            decided(&mut proposal, &by, &entry, ProposalState::Stale);
            update_proposal(&mut entry, &proposal).await?;
            log_decision(&mut entry, &by, ("acts.set_aside_proposal", &command_of(id)), &proposal).await?;
            entry.into_tx().commit().await?;
        }
        refuse(NotAllowed::Stale(id.0))
    }
}

/// Puts a change before a second person, and into the log.
pub(crate) async fn insert(
    entry: &mut Entry,
    by: &By,
    (act, command): (&dyn AnyAct, &str),
    (judged, needed): (&Judged, SecondNeeded),
) -> Result<Waiting, Failure> {
    let subject = judged.subject(act.subject());
    let proposal = Proposal {
        proposal: entry.id("proposal").await?,
        kind: act.kind().to_owned(),
        version: act.version(),
        command: command.to_owned(),
        actor: by.actor.id,
        reason: by.reason.clone(),
        subject_kind: subject.kind.to_owned(),
        subject_id: subject.id,
        permission: act.permission().code.to_owned(),
        control: needed.control,
        approving: needed.approving.code.to_owned(),
        why: needed.why.clone(),
        evidence: String::new(),
        changes: judged.changes.clone(),
        judged_on: judged_on(entry, judged, (act.kind(), &subject)).await?,
        state: ProposalState::Open,
        assigned_to: None,
        proposed_at: entry.now,
        expires_on: entry.today + chrono::Days::new(DAYS_TO_DECIDE),
        decided_by: None,
        decided_at: None,
        decision: None,
        act: None,
    };
    insert_proposal(entry, &proposal).await?;
    let new = NewAct {
        kind: PROPOSE,
        version: 1,
        permission: act.permission().code,
        subject: about(&proposal),
        reason: &by.reason,
        key: &by.key,
        command: &command_of(proposal.proposal),
        personal: &[],
        outcome: "null",
        chunk: None,
    };
    record(entry, new, &Seen::default()).await?;
    Ok(Waiting { proposal: proposal.proposal, why: needed.why })
}

/// The proposal that an entry of the log put forward, if that is what it did.
pub(crate) async fn earlier_proposal(entry: &mut Entry, earlier: &EarlierAct) -> Result<Option<Proposal>, Fault> {
    if earlier.kind != PROPOSE {
        return Ok(None);
    }
    let id: Option<i64> =
        earlier.command.strip_prefix("{\"proposal\":").and_then(|rest| rest.strip_suffix('}')?.parse().ok());
    let id = id.ok_or_else(|| Fault::impossible_row("act", "command", earlier.act_id))?;
    held_proposal(entry, ProposalId(id)).await
}

/// What became of a proposal, for whoever repeats the command.
pub(crate) async fn came_to(entry: &mut Entry, proposal: Proposal) -> Result<Result<(ActId, String), Failure>, Fault> {
    let state = proposal.state_on(entry.today);
    Ok(match proposal.act {
        Some(act) => {
            let outcome = outcome_of_act(entry, act).await?;
            Ok((act, outcome.ok_or_else(|| Fault::impossible_row("proposal", "act_id", proposal.proposal.0))?))
        }
        None if state == ProposalState::Open || state == ProposalState::Returned => {
            Err(Failure::Waiting(Waiting { proposal: proposal.proposal, why: proposal.why }))
        }
        None => refuse(NotAllowed::NotOpen { proposal: proposal.proposal.0, state: state.words() }),
    })
}

/// A digest of what a change was judged on: what it showed, what it weighed, and what was done to its subject before.
async fn judged_on(entry: &mut Entry, judged: &Judged, (kind, named): (&str, &Subject)) -> Result<String, Failure> {
    let mut digest = DigestBuilder::new();
    let changes = serde_json::to_string(&judged.changes).map_err(|error| Fault::caused("writing changes", error))?;
    digest.text(&changes);
    if let Some(weight) = judged.weight {
        digest.int(weight.account.0).text(weight.direction.code()).int(weight.cents.0);
    }
    let subject = judged.subject(named.clone());
    if subject != Subject::town() && subject.id != 0 {
        digest.int(acts_on(entry, &subject).await?);
    } else if judged.changes.is_empty() {
        // What shows no before and after was judged beside the last of its kind.
        digest.int(acts_of_kind(entry, kind).await?);
    }
    Ok(digest.finish().to_string())
}

async fn repeated(entry: &mut Entry, by: &By, kind: &str, command: &str) -> Result<Option<ActId>, Failure> {
    match store::act_by_key(entry, &by.key).await? {
        None => Ok(None),
        Some(earlier) if earlier.kind == kind && earlier.command == command => Ok(Some(earlier.act_id.into())),
        Some(_) => refuse(NotAllowed::KeyReused(by.key.clone())),
    }
}

fn command_of(id: ProposalId) -> String {
    format!("{{\"proposal\":{}}}", id.0)
}

fn decision_on(id: ProposalId, decision: &Decision) -> Result<String, Fault> {
    let decision = serde_json::to_string(decision).map_err(|error| Fault::caused("writing a decision", error))?;
    Ok(format!("{{\"proposal\":{},\"decision\":{decision}}}", id.0))
}

fn about(proposal: &Proposal) -> Subject {
    Subject { kind: "proposal", id: proposal.proposal.0 }
}

fn decided(proposal: &mut Proposal, by: &By, entry: &Entry, state: ProposalState) {
    proposal.state = state;
    proposal.decided_by = Some(by.actor.id);
    proposal.decided_at = Some(entry.now);
    proposal.decision = Some(by.reason.chars().take(WORDS_MAX).collect());
}

async fn log_decision(
    entry: &mut Entry,
    by: &By,
    (kind, command): (&str, &str),
    proposal: &Proposal,
) -> Result<(), Failure> {
    let new = NewAct {
        kind,
        version: 1,
        permission: &proposal.approving,
        subject: about(proposal),
        reason: &by.reason,
        key: &by.key,
        command,
        personal: &[],
        outcome: &format!("{{\"state\":\"{}\"}}", proposal.state.code()),
        chunk: None,
    };
    Ok(record(entry, new, &Seen::default()).await?)
}
