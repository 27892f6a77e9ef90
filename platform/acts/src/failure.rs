//! `Failure`: an act was refused by the rules, or the outside world failed.

use db::Fault;
use kernel::Refusal;

/// Why an act did not happen. In both cases nothing of it is left behind.
#[derive(Debug)]
pub enum Failure {
    /// The rules say no; the words are for the person who asked.
    Refused(Box<dyn Refusal>),
    /// The database or the file system failed; logged once, at the edge.
    Fault(Fault),
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
        permission: &'static str,
        /// What it allows.
        sentence: &'static str,
    },
    /// The actor's duties conflict with the subject.
    #[error("{0}")]
    Conflict(String),
    /// No reason was given.
    #[error("a change needs a reason in words")]
    NoReason,
    /// The key belongs to another command.
    #[error("this was done before in another form (key '{0}')")]
    KeyReused(String),
    /// The order does not exist.
    #[error("there is no such work to do")]
    NoSuchOrder,
}

impl Refusal for NotAllowed {
    fn code(&self) -> &'static str {
        match self {
            NotAllowed::Permission { .. } => "permission_missing",
            NotAllowed::Conflict(_) => "conflict_of_interest",
            NotAllowed::NoReason => "reason_missing",
            NotAllowed::KeyReused(_) => "key_reused",
            NotAllowed::NoSuchOrder => "order_unknown",
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
            Failure::Fault(fault) => write!(f, "{fault}"),
        }
    }
}
