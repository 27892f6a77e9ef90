//! The decision on a proposal: the form of who may decide, the form of who proposed it, and what is said to others.

use acts::{Decision, Failure, Proposal, ProposalState, Registry};
use kernel::ActorId;
use web::{Alert, Ask, Choice, Field, Form, Go, Problem};

use super::super::desk::sentence;
use super::told::Told;

/// What a visitor is to a proposal that is not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The second person.
    Second,
    /// Who proposed it.
    Proposer,
}

/// What the visitor may decide, or why nothing.
pub(super) fn may_decide(ask: &Ask, told: &Told) -> Result<Part, String> {
    let Some(visitor) = ask.visitor() else { return Err("Sign in first.".to_owned()) };
    let Proposal { actor, assigned_to, approving, .. } = &told.proposal;
    let is_theirs = *actor == visitor.actor.id;
    match told.state {
        ProposalState::Open | ProposalState::Returned if is_theirs => return Ok(Part::Proposer),
        ProposalState::Open => {}
        ProposalState::Returned => {
            return Err(format!("It is back with {}, who can propose it again.", told.everybody.name(*actor)));
        }
        state @ (ProposalState::Approved
        | ProposalState::Refused
        | ProposalState::Expired
        | ProposalState::Withdrawn
        | ProposalState::Stale) => return Err(format!("There is nothing left to decide: it is {}.", state.words())),
    }
    let works_here = |actor: &ActorId| told.everybody.person(*actor).is_some_and(|person| person.is_active);
    if let Some(assigned) = assigned_to.filter(|assigned| *assigned != visitor.actor.id).filter(works_here) {
        return Err(format!("It was handed to {}, who decides on it.", told.everybody.name(assigned)));
    }
    if !visitor.permissions.contains(approving) {
        let needed = sentence(ask, approving);
        return Err(format!("You may look at it, but not decide: that takes the permission “{needed}” ({approving})."));
    }
    Ok(Part::Second)
}

/// The form of whoever may do something with it.
pub(super) fn form(ask: &Ask, told: &Told) -> Option<Form> {
    match may_decide(ask, told).ok()? {
        Part::Second => Some(second(ask, told)),
        Part::Proposer => Some(proposer(ask, told)),
    }
}

/// The form that was sent. Whoever sends a decision again gets the first answer, so the form does not depend on who may
/// decide now: the door does.
pub(super) fn sent_form(ask: &Ask, told: &Told) -> Form {
    match ask.posted().text("decision") {
        "withdraw" | "propose-again" => proposer(ask, told),
        _ => second(ask, told),
    }
}

fn second(ask: &Ask, told: &Told) -> Form {
    let mut decisions = vec![
        Choice::new("approve", "Approve").hint("It is checked again and done at once."),
        Choice::new("refuse", "Refuse").hint("It is not done. Say why."),
        Choice::new("send-back", "Send back").hint("Whoever proposed it can add to it and propose it again."),
    ];
    if !told.others.is_empty() {
        decisions.push(Choice::new("hand-on", "Hand on").hint("Another person decides, and nobody else."));
    }
    let form = ask.form(ask.path(), "Decide").field(Field::radios("decision", "Decision", decisions).required());
    let form = match told.others.is_empty() {
        true => form,
        false => {
            let person = |actor: &ActorId| {
                let person = told.everybody.person(*actor)?;
                Some(Choice::new(&person.code, format!("{} ({})", person.name, person.code)))
            };
            let people = told.others.iter().filter_map(person).collect();
            form.field(Field::select("person", "Hand on to", people).hint("Only when you hand it on."))
        }
    };
    form.field(reason("Your words"))
}

fn proposer(ask: &Ask, told: &Told) -> Form {
    let again = Choice::new("propose-again", "Propose again").hint("With what speaks for it, below.");
    let withdraw = Choice::new("withdraw", "Take back").hint("It is not done.");
    let form =
        ask.form(ask.path(), "Send").field(Field::radios("decision", "What next", vec![again, withdraw]).required());
    let evidence = Field::lines("evidence", "Evidence").value(&told.proposal.evidence);
    let hint = "What speaks for it: where a paper lies, who was asked, what was measured.";
    form.field(evidence.hint(hint)).field(reason("Your words"))
}

fn reason(label: &str) -> Field {
    let field = Field::lines("reason", label).max(500).required().answers(&["reason_missing"]);
    field.hint("Recorded with the decision, for whoever asks in a year.")
}

/// Carries out what the form says. `None` when it was refused: the form says why.
pub(super) async fn carry_out(ask: &Ask, told: &Told, form: &mut Form) -> Result<Option<Go>, Problem> {
    let (by, door, id) = (form.by(ask)?, ask.site().door(), told.proposal.proposal);
    let decision = form.text("decision");
    let (result, said) = match decision.as_str() {
        "approve" => (door.approve(&by, id, ask.site().part::<Registry>()).await, "Approved, and done"),
        "refuse" => (door.decide(&by, id, &Decision::Refuse).await, "Refused"),
        "send-back" => (door.decide(&by, id, &Decision::SendBack).await, "Sent back"),
        "withdraw" => (door.decide(&by, id, &Decision::Withdraw).await, "Taken back"),
        "propose-again" => {
            let evidence = form.text("evidence");
            (door.decide(&by, id, &Decision::ProposeAgain { evidence }).await, "Proposed again")
        }
        "hand-on" => match told.everybody.by_code(&form.text("person")).map(|person| person.actor) {
            Some(other) => (door.decide(&by, id, &Decision::HandTo(other)).await, "Handed on"),
            None => {
                form.refuse_field("person", "Hand on to: choose who is to decide");
                return Ok(None);
            }
        },
        _ => return Ok(None),
    };
    match result {
        Ok(_) => {
            let words = format!("Proposal {}: {}", id.0, said.to_lowercase());
            Ok(Some(ask.go(ask.path()).saying(Alert::good(words))))
        }
        Err(Failure::Refused(refusal)) => {
            form.refuse_by(&*refusal);
            Ok(None)
        }
        Err(failure @ (Failure::Waiting(_) | Failure::Fault(_))) => Err(Problem::from(failure)),
    }
}
