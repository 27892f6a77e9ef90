//! `Failure`: an act was refused by the rules, or the outside world failed.

use db::Fault;
use kernel::{ProposalId, Refusal};

/// Why an act did not happen. In both cases nothing of it is left behind.
#[derive(Debug)]
pub enum Failure {
    /// The rules say no; the words are for the person who asked.
    Refused(Box<dyn Refusal>),
    /// A second person has to agree; it was put before them, and nothing else has happened yet.
    Waiting(Waiting),
    /// The database or the file system failed; logged once, at the edge.
    Fault(Fault),
}

/// What was put before a second person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Under which number it waits.
    pub proposal: ProposalId,
    /// Why it needs somebody else, in words.
    pub why: String,
}

impl std::fmt::Display for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not done yet: it waits for approval as proposal {}, because {}", self.proposal.0, self.why)
    }
}

/// The door's own refusals.
#[derive(Debug, thiserror::Error)]
pub enum NotAllowed {
    /// The actor lacks the permission.
    #[error("{actor} does not have the permission '{permission}' ({sentence})")]
    Permission {
        /// Who asked.
        actor: String,
        /// The permission's code.
        permission: String,
        /// What it allows.
        sentence: String,
    },
    /// The actor's duties conflict with the subject.
    #[error("{0}")]
    Conflict(String),
    /// No reason was given.
    #[error("a change needs a reason in words")]
    NoReason,
    /// The key belongs to another command.
    #[error(
        "this was sent and done before with something else in it; open the page again, or give it a key of its own"
    )]
    KeyReused(String),
    /// The order does not exist.
    #[error("there is no such work to do")]
    NoSuchOrder,
    /// The proposal does not exist.
    #[error("there is no proposal {0}")]
    NoSuchProposal(i64),
    /// It was decided, or sent back, before.
    #[error("proposal {proposal} is not open: it is {state}")]
    NotOpen {
        /// Its number.
        proposal: i64,
        /// How it stands.
        state: &'static str,
    },
    /// Nobody approves their own.
    #[error("nobody decides on what they proposed themselves: another person has to")]
    OwnProposal,
    /// Only who proposed it may do that.
    #[error("only who proposed it can take proposal {0} back or put it forward again")]
    NotTheirs(i64),
    /// It was handed to somebody else.
    #[error("proposal {0} was handed to another person")]
    HandedOn(i64),
    /// The approver may not.
    #[error("{0}")]
    MayNotApprove(String),
    /// What was judged has changed.
    #[error(
        "proposal {0} no longer fits: what it was judged on has changed since. Look at it again and propose it anew"
    )]
    Stale(i64),
    /// It waited too long.
    #[error("proposal {proposal} expired after {expired_on}: propose it anew if it is still wanted")]
    Expired {
        /// Its number.
        proposal: i64,
        /// The last day it could be decided.
        expired_on: chrono::NaiveDate,
    },
    /// It can no longer be read.
    #[error("proposal {0} holds a change of a kind that is not known here")]
    UnknownKind(i64),
}

impl Refusal for NotAllowed {
    fn code(&self) -> &'static str {
        match self {
            NotAllowed::Permission { .. } => "permission_missing",
            NotAllowed::Conflict(_) => "conflict_of_interest",
            NotAllowed::NoReason => "reason_missing",
            NotAllowed::KeyReused(_) => "key_reused",
            NotAllowed::NoSuchOrder => "order_unknown",
            NotAllowed::NoSuchProposal(_) => "proposal_unknown",
            NotAllowed::NotOpen { .. } => "proposal_not_open",
            NotAllowed::OwnProposal => "own_proposal",
            NotAllowed::NotTheirs(_) => "not_their_proposal",
            NotAllowed::HandedOn(_) => "proposal_handed_on",
            NotAllowed::MayNotApprove(_) => "may_not_approve",
            NotAllowed::Stale(_) => "proposal_stale",
            NotAllowed::Expired { .. } => "proposal_expired",
            NotAllowed::UnknownKind(_) => "proposal_unreadable",
        }
    }
}

/// Turns a refusal into the failure of an act.
pub fn refuse<T>(refusal: impl Refusal) -> Result<T, Failure> {
    Err(Failure::Refused(Box::new(refusal)))
}

/// A refusal as the failure of an act; for `map_err`.
pub fn refused(refusal: impl Refusal) -> Failure {
    Failure::Refused(Box::new(refusal))
}

impl Failure {
    /// Whether the same act may succeed when simply tried again.
    pub(crate) fn is_retryable(&self) -> bool {
        matches!(self, Failure::Fault(fault) if fault.is_retryable() || fault.is_duplicate())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Failure::Fault(fault)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Refused(refusal) => write!(f, "{refusal}"),
            Failure::Waiting(waiting) => write!(f, "{waiting}"),
            Failure::Fault(fault) => write!(f, "{fault}"),
        }
    }
}
