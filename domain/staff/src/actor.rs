//! `ActorKind`: whether a person acts, or the system's own hands.

use serde::{Deserialize, Serialize};

/// Whether a person acts, or a program such as the night run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// Someone who works here.
    Person,
    /// A named program.
    System,
}

impl ActorKind {
    /// The stable code, as stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ActorKind::Person => "person",
            ActorKind::System => "system",
        }
    }
}
