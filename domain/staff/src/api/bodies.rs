//! What the API tells: people, roles, entries of the log, proposals.

use std::collections::BTreeMap;

use acts::{LoggedAct, Proposal};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::ActorId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use web::Ask;

use crate::people::{Person, Role};
use crate::unsaid::proposed_command;

/// Somebody of the staff.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StaffMember {
    /// The code they sign in with.
    code: String,
    name: String,
    position: String,
    /// The code of whom they report to.
    supervisor: Option<String>,
    /// The codes of the roles they have today.
    roles: Vec<String>,
    joined_on: NaiveDate,
    left_on: Option<NaiveDate>,
    /// Whether they may do anything at all.
    is_active: bool,
}

/// Somebody of the staff with all that they may do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StaffMemberInFull {
    #[serde(flatten)]
    pub(super) member: StaffMember,
    /// Roles of all days.
    pub(super) assignments: Vec<RoleAssignment>,
    /// The codes of what they may do today.
    pub(super) permissions: Vec<String>,
}

/// A role somebody has.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RoleAssignment {
    pub(super) role: String,
    pub(super) from_on: NaiveDate,
    pub(super) through_on: Option<NaiveDate>,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TownRole {
    pub(super) code: String,
    title: String,
    /// What it is for.
    sentence: String,
    /// The codes of what it allows.
    permissions: Vec<String>,
    limits: Vec<RoleLimit>,
}

/// How much a role decides alone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RoleLimit {
    /// The class of changes, such as `adjustment`.
    class: String,
    /// `credit` when the customer owes less, `charge` when more.
    direction: String,
    /// Of one change.
    act_cents: i64,
    /// Of all changes of one person within 30 days.
    actor_cents: i64,
    /// Of all changes on one account within 30 days.
    account_cents: i64,
}

/// An entry of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LogEntry {
    /// Its number.
    id: i64,
    /// The kind of change, such as `billing.sign_run`.
    kind: String,
    /// The code of who did it.
    actor: String,
    /// What it was done to, such as `account`.
    subject_kind: String,
    /// Its number; 0 for all of a kind.
    subject_id: i64,
    /// Why.
    reason: String,
    /// What was asked for.
    #[schema(value_type = Object)]
    command: Value,
    /// What came of it; what that is depends on the kind.
    outcome: Value,
    /// The digest of what it wrote to the books, if anything.
    journals_digest: Option<String>,
    business_on: NaiveDate,
    entered_at: DateTime<Utc>,
}

/// A change that waits, or waited, for a second person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProposedChange {
    /// Its number.
    pub(super) id: i64,
    /// `open`, `returned`, `approved`, `refused`, `expired`, `withdrawn` or `stale`.
    state: String,
    /// The kind of change.
    kind: String,
    /// The code of who proposed it.
    actor: String,
    /// Why, in their words.
    reason: String,
    /// What it is done to.
    subject_kind: String,
    subject_id: i64,
    /// Why it needs a second person.
    why: String,
    /// The permission the second person needs.
    approving: String,
    /// What speaks for it.
    evidence: String,
    changes: Vec<BeforeAfter>,
    /// What would be done.
    #[schema(value_type = Object)]
    command: Value,
    /// The code of the only person who may decide, when it was handed to one.
    assigned_to: Option<String>,
    proposed_at: DateTime<Utc>,
    /// The last day it can be decided.
    expires_on: NaiveDate,
    decided_by: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    decision: Option<String>,
    /// The entry of the log that carried it out.
    entry: Option<i64>,
}

/// One thing before and after.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BeforeAfter {
    field: String,
    before: String,
    after: String,
}

/// The words of a decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "the receipt was shown"}))]
pub(super) struct DecisionWords {
    /// Why it is decided so. Recorded with the decision.
    #[schema(max_length = 500)]
    pub(super) reason: String,
}

/// The codes of everybody who acts, by id.
pub(super) type Codes = BTreeMap<ActorId, String>;

fn code_of(codes: &Codes, actor: ActorId) -> String {
    codes.get(&actor).cloned().unwrap_or_default()
}

fn text(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|_| Value::String(json.to_owned()))
}

impl StaffMember {
    pub(super) fn of(person: &Person, codes: &Codes, today: NaiveDate) -> StaffMember {
        StaffMember {
            code: person.code.clone(),
            name: person.name.clone(),
            position: person.position.clone(),
            supervisor: person.supervisor.map(|supervisor| code_of(codes, supervisor)),
            roles: person.roles_on(today).into_iter().map(str::to_owned).collect(),
            joined_on: person.joined_on,
            left_on: person.left_on,
            is_active: person.is_active,
        }
    }

    pub(super) fn code(&self) -> &str {
        &self.code
    }
}

impl TownRole {
    pub(super) fn of(role: &Role) -> TownRole {
        let limit = |((class, direction), limit): (&(String, acts::Direction), &crate::people::Limit)| RoleLimit {
            class: class.clone(),
            direction: direction.code().to_owned(),
            act_cents: limit.act_cents.0,
            actor_cents: limit.actor_cents.0,
            account_cents: limit.account_cents.0,
        };
        TownRole {
            code: role.code.clone(),
            title: role.title.clone(),
            sentence: role.sentence.clone(),
            permissions: role.permissions.iter().cloned().collect(),
            limits: role.limits.iter().map(limit).collect(),
        }
    }
}

impl LogEntry {
    pub(super) fn of(entry: &LoggedAct, codes: &Codes) -> LogEntry {
        let (kind, id) = entry.subject.split_once(' ').unwrap_or((&entry.subject, "0"));
        LogEntry {
            id: entry.act.0,
            kind: entry.kind.clone(),
            actor: code_of(codes, entry.actor),
            subject_kind: kind.to_owned(),
            subject_id: id.parse().unwrap_or(0),
            reason: entry.reason.clone(),
            command: text(&entry.command),
            outcome: text(&entry.outcome),
            journals_digest: entry.journals.map(|digest| digest.to_string()),
            business_on: entry.business_on,
            entered_at: entry.entered_at,
        }
    }

    pub(super) fn id(&self) -> i64 {
        self.id
    }
}

impl ProposedChange {
    pub(super) fn of(ask: &Ask, proposal: &Proposal, codes: &Codes) -> ProposedChange {
        let change = |change: &acts::Change| BeforeAfter {
            field: change.field.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
        };
        ProposedChange {
            id: proposal.proposal.0,
            state: proposal.state_on(ask.today()).code().to_owned(),
            kind: proposal.kind.clone(),
            actor: code_of(codes, proposal.actor),
            reason: proposal.reason.clone(),
            subject_kind: proposal.subject_kind.clone(),
            subject_id: proposal.subject_id,
            why: proposal.why.clone(),
            approving: proposal.approving.clone(),
            evidence: proposal.evidence.clone(),
            changes: proposal.changes.iter().map(change).collect(),
            command: text(&proposed_command(ask, proposal)),
            assigned_to: proposal.assigned_to.map(|actor| code_of(codes, actor)),
            proposed_at: proposal.proposed_at,
            expires_on: proposal.expires_on,
            decided_by: proposal.decided_by.map(|actor| code_of(codes, actor)),
            decided_at: proposal.decided_at,
            decision: proposal.decision.clone(),
            entry: proposal.act.map(|act| act.0),
        }
    }
}

/// The codes of everybody who acts.
pub(super) async fn codes(read: &mut db::Read) -> Result<Codes, db::Fault> {
    Ok(crate::store::codes(read).await?.into_iter().map(|(code, actor)| (actor, code)).collect())
}
