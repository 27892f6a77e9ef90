//! `Limit`: how much one act, thirty days of one actor, and thirty days on one account may move.

use kernel::Cents;

/// The amounts up to which somebody decides alone. Above them a second person is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// Of one act.
    pub act_cents: Cents,
    /// Of all acts of one actor within thirty days.
    pub actor_cents: Cents,
    /// Of all acts on one account within thirty days.
    pub account_cents: Cents,
}

impl Limit {
    /// Nothing without a second person.
    pub const NOTHING: Limit = Limit { act_cents: Cents::ZERO, actor_cents: Cents::ZERO, account_cents: Cents::ZERO };

    /// The larger of two, amount by amount: who has two roles may do what either allows.
    #[must_use]
    pub fn or(self, other: Limit) -> Limit {
        Limit {
            act_cents: self.act_cents.max(other.act_cents),
            actor_cents: self.actor_cents.max(other.actor_cents),
            account_cents: self.account_cents.max(other.account_cents),
        }
    }
}
