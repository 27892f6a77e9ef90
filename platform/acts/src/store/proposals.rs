//! The SQL of proposals.

use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Read, Tx, Value};
use kernel::{ActId, ActorId, ProposalId};

use crate::proposal::{Proposal, ProposalState};
use crate::{Change, Subject};

#[derive(sqlx::FromRow)]
struct Row {
    proposal_id: i64,
    kind: String,
    version: i64,
    command: String,
    actor_id: i64,
    reason: String,
    subject_kind: String,
    subject_id: i64,
    permission: String,
    control: String,
    approving: String,
    why: String,
    evidence: String,
    changes: String,
    judged_on: String,
    state: String,
    assigned_to: Option<i64>,
    proposed_at: DateTime<Utc>,
    expires_on: NaiveDate,
    decided_by: Option<i64>,
    decided_at: Option<DateTime<Utc>>,
    decision: Option<String>,
    act_id: Option<i64>,
}

impl Row {
    fn proposal(self) -> Result<Proposal, Fault> {
        let changes: Vec<Change> = serde_json::from_str(&self.changes)
            .map_err(|_| Fault::impossible_row("proposal", "changes", self.proposal_id))?;
        let state = ProposalState::parse(&self.state)
            .ok_or_else(|| Fault::impossible_row("proposal", "state", self.proposal_id))?;
        Ok(Proposal {
            proposal: self.proposal_id.into(),
            kind: self.kind,
            version: self.version,
            command: self.command,
            actor: self.actor_id.into(),
            reason: self.reason,
            subject_kind: self.subject_kind,
            subject_id: self.subject_id,
            permission: self.permission,
            control: self.control,
            approving: self.approving,
            why: self.why,
            evidence: self.evidence,
            changes,
            judged_on: self.judged_on,
            state,
            assigned_to: self.assigned_to.map(ActorId),
            proposed_at: self.proposed_at,
            expires_on: self.expires_on,
            decided_by: self.decided_by.map(ActorId),
            decided_at: self.decided_at,
            decision: self.decision,
            act: self.act_id.map(ActId),
        })
    }
}

/// All columns of proposals, of which rows the rest says.
macro_rules! select_proposal {
    ($rest:literal) => {
        concat!(
            "select proposal_id, kind, version, command, actor_id, reason, subject_kind, subject_id, permission, control,
                    approving, why, evidence, changes, judged_on, state, assigned_to, proposed_at, expires_on,
                    decided_by, decided_at, decision, act_id
             from proposal ",
            $rest
        )
    };
}

/// A proposal, as it stands.
pub async fn proposal(read: &mut Read, id: ProposalId) -> Result<Option<Proposal>, Fault> {
    const SQL: &str = select_proposal!("where proposal_id = $1");
    let row: Option<Row> = read.one(SQL, vec![id.into()]).await?;
    row.map(Row::proposal).transpose()
}

/// A proposal, held until the transaction ends.
pub(crate) async fn held_proposal(read: &mut Read, id: ProposalId) -> Result<Option<Proposal>, Fault> {
    const SQL: &str = select_proposal!(
        "where proposal_id = $1
         for update"
    );
    let row: Option<Row> = read.one(SQL, vec![id.into()]).await?;
    row.map(Row::proposal).transpose()
}

/// The proposals that are open or sent back, oldest first.
pub async fn waiting_proposals(read: &mut Read) -> Result<Vec<Proposal>, Fault> {
    const SQL: &str = select_proposal!(
        "where state in ('open', 'returned')
         order by proposal_id"
    );
    let rows: Vec<Row> = read.all(SQL, vec![]).await?;
    rows.into_iter().map(Row::proposal).collect()
}

/// The proposals on one thing that are open or sent back, oldest first.
pub async fn open_proposals_on(read: &mut Read, subject: &Subject) -> Result<Vec<Proposal>, Fault> {
    const SQL: &str = select_proposal!(
        "where subject_kind = $1 and subject_id = $2 and state in ('open', 'returned')
         order by proposal_id"
    );
    let rows: Vec<Row> = read.all(SQL, vec![subject.kind.into(), subject.id.into()]).await?;
    rows.into_iter().map(Row::proposal).collect()
}

/// The proposals before a number, newest first: a page of all there ever were.
pub async fn proposals_before(read: &mut Read, before: ProposalId, limit: i64) -> Result<Vec<Proposal>, Fault> {
    const SQL: &str = select_proposal!(
        "where proposal_id < $1
         order by proposal_id desc
         limit $2"
    );
    let rows: Vec<Row> = read.all(SQL, vec![before.into(), limit.into()]).await?;
    rows.into_iter().map(Row::proposal).collect()
}

/// The entry of the log that carried out what stands under that key of another, if it was carried out.
pub(crate) async fn outcome_of_act(read: &mut Read, act: ActId) -> Result<Option<String>, Fault> {
    const SQL: &str = "
        select outcome
        from act
        where act_id = $1";
    let row: Option<(String,)> = read.one(SQL, vec![act.into()]).await?;
    Ok(row.map(|(outcome,)| outcome))
}

/// The newest entry of the log on a subject, apart from what was decided about proposals.
/// How many acts there were on a subject. Ids say nothing of the order: each program draws them from blocks of its own.
pub(crate) async fn acts_on(read: &mut Read, subject: &Subject) -> Result<i64, Fault> {
    const SQL: &str = "
        select count(*)
        from act
        where subject_kind = $1 and subject_id = $2";
    Ok(read.number(SQL, vec![subject.kind.into(), subject.id.into()]).await?.unwrap_or(0))
}

/// How many acts of a kind there were.
pub(crate) async fn acts_of_kind(read: &mut Read, kind: &str) -> Result<i64, Fault> {
    const SQL: &str = "
        select count(*)
        from act
        where kind = $1";
    Ok(read.number(SQL, vec![kind.into()]).await?.unwrap_or(0))
}

pub(crate) async fn insert_proposal(tx: &mut Tx, proposal: &Proposal) -> Result<(), Fault> {
    const SQL: &str = "
        insert into proposal (proposal_id, kind, version, command, actor_id, reason, subject_kind, subject_id,
                              permission, control, approving, why, evidence, changes, judged_on, state, proposed_at,
                              expires_on)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    let changes = serde_json::to_string(&proposal.changes).map_err(|error| Fault::caused("writing changes", error))?;
    let args = vec![
        proposal.proposal.into(),
        proposal.kind.as_str().into(),
        proposal.version.into(),
        proposal.command.as_str().into(),
        proposal.actor.into(),
        proposal.reason.as_str().into(),
        proposal.subject_kind.as_str().into(),
        proposal.subject_id.into(),
        proposal.permission.as_str().into(),
        proposal.control.as_str().into(),
        proposal.approving.as_str().into(),
        proposal.why.as_str().into(),
        proposal.evidence.as_str().into(),
        changes.into(),
        proposal.judged_on.as_str().into(),
        proposal.state.code().into(),
        proposal.proposed_at.into(),
        proposal.expires_on.into(),
    ];
    tx.run_once(SQL, args).await
}

/// What a decision leaves of a proposal.
pub(crate) async fn update_proposal(tx: &mut Tx, proposal: &Proposal) -> Result<(), Fault> {
    const SQL: &str = "
        update proposal
        set state = $2, assigned_to = $3, evidence = $4, judged_on = $5, expires_on = $6, decided_by = $7,
            decided_at = $8, decision = $9, act_id = $10, changes = $11
        where proposal_id = $1";
    let changes = serde_json::to_string(&proposal.changes).map_err(|error| Fault::caused("writing changes", error))?;
    let args = vec![
        proposal.proposal.into(),
        proposal.state.code().into(),
        proposal.assigned_to.into(),
        proposal.evidence.as_str().into(),
        proposal.judged_on.as_str().into(),
        proposal.expires_on.into(),
        proposal.decided_by.into(),
        Value::Instant(proposal.decided_at),
        proposal.decision.clone().into(),
        proposal.act.into(),
        changes.into(),
    ];
    tx.run_once(SQL, args).await
}
