//! Proposals and the decisions on them, for programs.

use acts::{Decision, Proposal, ProposalState, Registry};
use axum::http::StatusCode;
use db::Read;
use kernel::ProposalId;
use web::{Ask, At, Envelope, IdempotencyKey, JsonBody, List, Paging, Problem, Visitor, number};

use super::Problems;
use super::bodies::{DecisionWords, ProposedChange, codes};

/// How many proposals are read at a time.
const PIECE: i64 = 200;
/// The longest words of a decision.
const WORDS_MAX: usize = 500;

/// The proposals the token may see, newest first: own ones, those to decide, all for readers of the log.
#[utoipa::path(
    get, path = "/api/v1/proposals", tag = "proposals", operation_id = "list_proposals", security(("bearer" = [])),
    params(
        ("state" = Option<String>, Query, example = "open", description = "Only those in this state, such as `open`."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<ProposedChange>), Problems)
)]
pub(super) async fn list(ask: Ask, paging: Paging) -> Result<List<ProposedChange>, Problem> {
    let state = match ask.query().text("state") {
        "" => None,
        code => {
            let state = ProposalState::parse(code);
            Some(state.ok_or_else(|| Problem::bad_request("`state` is not a state of proposals."))?)
        }
    };
    let (visitor, today) = (ask.who()?, ask.today());
    let mut before = paging.after::<i64>()?.unwrap_or(i64::MAX);
    let mut read = ask.read().await?;
    let mut found = Vec::new();
    while found.len() <= paging.limit {
        let piece = acts::proposals_before(&mut read, ProposalId(before), PIECE).await?;
        let Some(last) = piece.last().map(|last| last.proposal.0) else { break };
        before = last;
        let is_wanted =
            |one: &Proposal| may_see(visitor, one) && state.is_none_or(|state| one.state_on(today) == state);
        found.extend(piece.into_iter().filter(is_wanted));
    }
    found.truncate(paging.limit + 1);
    let codes = codes(&mut read).await?;
    let bodies = found.iter().map(|one| ProposedChange::of(&ask, one, &codes)).collect();
    Ok(List::of(bodies, &paging, |body| body.id))
}

/// One proposal.
#[utoipa::path(
    get, path = "/api/v1/proposals/{id}", tag = "proposals", operation_id = "get_proposal", security(("bearer" = [])),
    params(("id" = i64, Path, minimum = 1, example = 18, description = "The number of the proposal.")),
    responses((status = 200, description = "The proposal.", body = Envelope<ProposedChange>), Problems)
)]
pub(super) async fn one(ask: Ask, At(id): At<String>) -> Result<Envelope<ProposedChange>, Problem> {
    let mut read = ask.read().await?;
    let proposal = look_up(&ask, &mut read, &id).await?;
    Ok(Envelope::of(ProposedChange::of(&ask, &proposal, &codes(&mut read).await?)))
}

/// Approves a change: it is checked again, and done at once.
#[utoipa::path(
    post, path = "/api/v1/proposals/{id}/approve", tag = "proposals", operation_id = "approve_proposal",
    security(("bearer" = [])), request_body = DecisionWords,
    params(
        ("id" = i64, Path, minimum = 1, example = 17, description = "The number of the proposal."),
        IdempotencyKey,
    ),
    responses((status = 200, description = "The proposal as it stands now.", body = Envelope<ProposedChange>), Problems)
)]
pub(super) async fn approve(
    ask: Ask,
    At(id): At<String>,
    key: IdempotencyKey,
    body: JsonBody,
) -> Result<Envelope<ProposedChange>, Problem> {
    decide(&ask, (&id, &key), &body, None).await
}

/// Refuses a change: it is not done.
#[utoipa::path(
    post, path = "/api/v1/proposals/{id}/refuse", tag = "proposals", operation_id = "refuse_proposal",
    security(("bearer" = [])), request_body = DecisionWords,
    params(
        ("id" = i64, Path, minimum = 1, example = 18, description = "The number of the proposal."),
        IdempotencyKey,
    ),
    responses((status = 200, description = "The proposal as it stands now.", body = Envelope<ProposedChange>), Problems)
)]
pub(super) async fn refuse(
    ask: Ask,
    At(id): At<String>,
    key: IdempotencyKey,
    body: JsonBody,
) -> Result<Envelope<ProposedChange>, Problem> {
    decide(&ask, (&id, &key), &body, Some(Decision::Refuse)).await
}

/// Sends a change back to who proposed it, for more.
#[utoipa::path(
    post, path = "/api/v1/proposals/{id}/send-back", tag = "proposals", operation_id = "send_back_proposal",
    security(("bearer" = [])), request_body = DecisionWords,
    params(
        ("id" = i64, Path, minimum = 1, example = 17, description = "The number of the proposal."),
        IdempotencyKey,
    ),
    responses((status = 200, description = "The proposal as it stands now.", body = Envelope<ProposedChange>), Problems)
)]
pub(super) async fn send_back(
    ask: Ask,
    At(id): At<String>,
    key: IdempotencyKey,
    body: JsonBody,
) -> Result<Envelope<ProposedChange>, Problem> {
    decide(&ask, (&id, &key), &body, Some(Decision::SendBack)).await
}

/// Takes back a change that one proposed oneself.
#[utoipa::path(
    post, path = "/api/v1/proposals/{id}/withdraw", tag = "proposals", operation_id = "withdraw_proposal",
    security(("bearer" = [])), request_body = DecisionWords,
    params(
        ("id" = i64, Path, minimum = 1, example = 18, description = "The number of the proposal."),
        IdempotencyKey,
    ),
    responses((status = 200, description = "The proposal as it stands now.", body = Envelope<ProposedChange>), Problems)
)]
pub(super) async fn withdraw(
    ask: Ask,
    At(id): At<String>,
    key: IdempotencyKey,
    body: JsonBody,
) -> Result<Envelope<ProposedChange>, Problem> {
    decide(&ask, (&id, &key), &body, Some(Decision::Withdraw)).await
}

/// Whether a token may see a proposal: it reads the log, or was made for approving it, or for proposing it, which its
/// owner did. A token counts only for what it was made for, whatever its owner may do.
fn may_see(visitor: &Visitor, proposal: &Proposal) -> bool {
    let has = |code: &str| visitor.permissions.contains(code);
    let is_own = proposal.actor == visitor.actor.id && has(&proposal.permission);
    is_own || has(&proposal.approving) || has(acts::permissions::READ.code)
}

/// Refuses a decision that the token was not made for; everything else is for the door to judge.
fn check_scope(visitor: &Visitor, proposal: &Proposal, decision: Option<&Decision>) -> Result<(), Problem> {
    let needed = match decision {
        Some(Decision::Withdraw | Decision::ProposeAgain { .. }) => &proposal.permission,
        Some(Decision::Refuse | Decision::SendBack | Decision::HandTo(_)) | None => &proposal.approving,
    };
    if visitor.permissions.contains(needed) {
        return Ok(());
    }
    let why =
        format!("This needs the permission {needed}, which your token was not made for, or none of your roles has.");
    Err(Problem::new(StatusCode::FORBIDDEN, "permission_missing", "This is not allowed", why))
}

/// A proposal the token may see; one it may not see does not exist for it.
async fn look_up(ask: &Ask, read: &mut Read, id: &str) -> Result<Proposal, Problem> {
    let proposal = acts::proposal(read, ProposalId(number(id)?)).await?;
    let visitor = ask.who()?;
    proposal.filter(|proposal| may_see(visitor, proposal)).ok_or_else(Problem::not_found)
}

/// Carries out a decision, or without one the approval, and answers how the proposal stands then.
async fn decide(
    ask: &Ask,
    (id, key): (&str, &IdempotencyKey),
    body: &JsonBody,
    decision: Option<Decision>,
) -> Result<Envelope<ProposedChange>, Problem> {
    let words: DecisionWords = serde_json::from_slice(&body.0)
        .map_err(|_| Problem::bad_request("The body is a JSON object with the field `reason`."))?;
    let is_odd = |letter: char| letter.is_control() && letter != '\n';
    if WORDS_MAX < words.reason.chars().count() || words.reason.chars().any(is_odd) {
        return Err(Problem::bad_request(format!("`reason` has at most {WORDS_MAX} characters that can be printed.")));
    }
    let proposal = look_up(ask, &mut ask.read().await?, id).await?;
    check_scope(ask.who()?, &proposal, decision.as_ref())?;
    let id = proposal.proposal;
    let by = ask.who()?.by(words.reason, &format!("api {}", key.0));
    let door = ask.site().door();
    match decision {
        None => door.approve(&by, id, ask.site().part::<Registry>()).await?,
        Some(decision) => door.decide(&by, id, &decision).await?,
    };
    let mut read = ask.read().await?;
    let proposal = acts::proposal(&mut read, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Envelope::of(ProposedChange::of(ask, &proposal, &codes(&mut read).await?)))
}
