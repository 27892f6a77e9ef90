//! What acts weighed and what was odd about them: what the outlier review looks at.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::{AccountId, ActId, ActorId, Cents};

use crate::Direction;

/// What an act moved, beside how much its actor may move alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// The act.
    pub act: ActId,
    /// Who decided on it: whoever approved it, when it took a second person.
    pub actor: ActorId,
    /// On whose account.
    pub account: AccountId,
    /// The class of limits.
    pub class: String,
    /// Whom it favored.
    pub direction: Direction,
    /// How much, always positive.
    pub cents: Cents,
    /// How much the actor might move at a time, in cents; `None` when no limit was on record.
    pub limit_cents: Option<i64>,
    /// The office's business date.
    pub business_on: NaiveDate,
    /// When it was entered.
    pub entered_at: DateTime<Utc>,
}

/// Something odd that was seen when an act was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flagged {
    /// The act.
    pub act: ActId,
    /// Who did it.
    pub actor: ActorId,
    /// On whose account, when it was on one.
    pub account: Option<AccountId>,
    /// The stable code of the pattern, such as `same_address`.
    pub pattern: String,
    /// What was seen.
    pub words: String,
    /// The office's business date.
    pub business_on: NaiveDate,
}
