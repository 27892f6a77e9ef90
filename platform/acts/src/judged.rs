//! `Judged`: what an act turned out to do while it was performed, by which the door decides whether it may stand.
//!
//! An act is performed first and judged by what it did, in the same transaction: nothing of it stands until the door
//! has looked. So there is one place that knows which account an amount fell on, and no second copy of the look-up.

use kernel::{AccountId, ActorId, Cents, ServicePointId};
use serde::{Deserialize, Serialize};

use crate::{Permission, Subject};

/// A class of changes that always wants a second person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control {
    /// The stable code, such as `rates`.
    pub code: &'static str,
    /// What is under it, for a city manager: "rate tables are changed".
    pub sentence: &'static str,
    /// What the second person must be allowed.
    pub approving: Permission,
}

/// Whether an amount helps the customer or burdens them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The customer owes less.
    Credit,
    /// The customer owes more.
    Charge,
}

impl Direction {
    /// The direction of an amount as a balance shows it: a negative one is a credit.
    #[must_use]
    pub fn of(cents: Cents) -> Direction {
        if cents < Cents::ZERO { Direction::Credit } else { Direction::Charge }
    }

    /// The stable code, as stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Direction::Credit => "credit",
            Direction::Charge => "charge",
        }
    }

    /// The direction with a code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Direction> {
        match code {
            "credit" => Some(Direction::Credit),
            "charge" => Some(Direction::Charge),
            _ => None,
        }
    }
}

/// What an act moved, to be held against the actor's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// The class of limits, such as `adjustment`.
    pub class: &'static str,
    /// Whom it favors.
    pub direction: Direction,
    /// How much, always positive.
    pub cents: Cents,
    /// On whose account.
    pub account: AccountId,
    /// What a second person must be allowed when it is more than the actor may decide.
    pub approving: Permission,
}

/// One thing before and after, for whoever approves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What changes, in a clerk's words.
    pub field: String,
    /// How it stood.
    pub before: String,
    /// How it would stand.
    pub after: String,
}

/// What an act turned out to do.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// The accounts it concerns, in the order they were named.
    pub accounts: Vec<AccountId>,
    /// The service points it concerns; who answers for them, a room above knows.
    pub service_points: Vec<ServicePointId>,
    /// Who may do more by it: none of them approves it.
    pub favors: Vec<ActorId>,
    /// Of whom its personal fields tell; its subject when nothing is said.
    pub about: Option<Subject>,
    /// The class of changes it is under, if any.
    pub control: Option<Control>,
    /// What it moved.
    pub weight: Option<Weight>,
    /// What it changes.
    pub changes: Vec<Change>,
    /// What looks odd about it, each with the code of its pattern.
    pub odd: Vec<(&'static str, String)>,
}

impl Judged {
    /// What it was really done to: the account or place it named first, where the command itself only knows the town.
    pub(crate) fn subject(&self, named: Subject) -> Subject {
        if named != Subject::town() {
            return named;
        }
        let point = self.service_points.first().map(|point| Subject::service_point(*point));
        self.accounts.first().map(|account| Subject::account(*account)).or(point).unwrap_or(named)
    }
}
