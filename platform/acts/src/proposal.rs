//! `Proposal`: a change that waits for a second person, with what it was judged on.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::{ActId, ActorId, ProposalId};
use serde::Serialize;

use crate::Change;

/// How many days a proposal may wait before it has to be put forward anew.
pub(crate) const DAYS_TO_DECIDE: u64 = 14;

/// How a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// Somebody else has to decide.
    Open,
    /// It went back to who proposed it, for more.
    Returned,
    /// It was approved, and done.
    Approved,
    /// It was refused.
    Refused,
    /// Nobody decided in time.
    Expired,
    /// Who proposed it took it back.
    Withdrawn,
    /// What it was judged on changed.
    Stale,
}

impl ProposalState {
    /// All states.
    pub const ALL: [ProposalState; 7] = [
        ProposalState::Open,
        ProposalState::Returned,
        ProposalState::Approved,
        ProposalState::Refused,
        ProposalState::Expired,
        ProposalState::Withdrawn,
        ProposalState::Stale,
    ];

    /// The stable code, as stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ProposalState::Open => "open",
            ProposalState::Returned => "returned",
            ProposalState::Approved => "approved",
            ProposalState::Refused => "refused",
            ProposalState::Expired => "expired",
            ProposalState::Withdrawn => "withdrawn",
            ProposalState::Stale => "stale",
        }
    }

    /// The state with a code.
    #[must_use]
    pub fn parse(code: &str) -> Option<ProposalState> {
        ProposalState::ALL.into_iter().find(|state| state.code() == code)
    }

    /// How it is said on a screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            ProposalState::Open => "waiting for approval",
            ProposalState::Returned => "sent back",
            ProposalState::Approved => "approved",
            ProposalState::Refused => "refused",
            ProposalState::Expired => "expired",
            ProposalState::Withdrawn => "withdrawn",
            ProposalState::Stale => "out of date",
        }
    }
}

/// A change that waits, or waited, for a second person.
#[derive(Clone, Debug, Serialize)]
pub struct Proposal {
    /// Its number.
    pub proposal: ProposalId,
    /// The kind of change, such as `billing.adjust_account`.
    pub kind: String,
    /// The version of its fields.
    pub version: i64,
    /// The command in canonical text.
    pub command: String,
    /// Who proposed it.
    pub actor: ActorId,
    /// Why, in the proposer's words.
    pub reason: String,
    /// What it is done to: a kind of thing.
    pub subject_kind: String,
    /// And its id.
    pub subject_id: i64,
    /// What the proposer had to be allowed.
    pub permission: String,
    /// The class of changes it is under, or `limit`.
    pub control: String,
    /// What the second person must be allowed.
    pub approving: String,
    /// Why it needs a second person.
    pub why: String,
    /// What speaks for it.
    pub evidence: String,
    /// What is before and after.
    pub changes: Vec<Change>,
    /// A digest of what it was judged on.
    pub judged_on: String,
    /// How it stands; open ones past their day are shown as expired.
    pub state: ProposalState,
    /// The only person who may decide, when it was handed to somebody.
    pub assigned_to: Option<ActorId>,
    /// When it was proposed.
    pub proposed_at: DateTime<Utc>,
    /// The last day it can be decided.
    pub expires_on: NaiveDate,
    /// Who decided.
    pub decided_by: Option<ActorId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// The words of the decision.
    pub decision: Option<String>,
    /// The entry of the log that carried it out.
    pub act: Option<ActId>,
}

impl Proposal {
    /// How it stands on a day.
    #[must_use]
    pub fn state_on(&self, today: NaiveDate) -> ProposalState {
        match self.state {
            ProposalState::Open | ProposalState::Returned if self.expires_on < today => ProposalState::Expired,
            state => state,
        }
    }
}

/// What somebody decides on a proposal, short of approving it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is not done.
    Refuse,
    /// It goes back to who proposed it, for more.
    SendBack,
    /// Another person is to decide, and nobody else.
    HandTo(ActorId),
    /// Who proposed it takes it back.
    Withdraw,
    /// Who proposed it puts it forward again, with more to speak for it.
    ProposeAgain {
        /// What speaks for it now.
        evidence: String,
    },
}

impl Decision {
    /// The kind under which it stands in the log.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Decision::Refuse => "acts.refuse_proposal",
            Decision::SendBack => "acts.send_back_proposal",
            Decision::HandTo(_) => "acts.hand_on_proposal",
            Decision::Withdraw => "acts.withdraw_proposal",
            Decision::ProposeAgain { .. } => "acts.propose_again",
        }
    }

    /// Whether it is for who proposed it, and not for the second person.
    pub(crate) fn is_for_the_proposer(&self) -> bool {
        matches!(self, Decision::Withdraw | Decision::ProposeAgain { .. })
    }
}

/// The kind under which a proposal stands in the log.
pub const PROPOSE: &str = "acts.propose";
/// The kind under which an approval stands in the log.
pub const APPROVE: &str = "acts.approve_proposal";
