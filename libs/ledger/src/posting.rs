//! `Posting`: a positive number of cents moved from one ledger account to another within one fund.

use serde::{Deserialize, Serialize};

use kernel::{AccountId, Cents, FundId, LedgerAccountId};

/// One movement of money in the books, from the credit to the debit ledger account.
///
/// A fund balances by construction, because one posting stays within one fund and has both sides.
/// The fields are as read; `Chart::check_posting` verifies all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Posting {
    /// The customer's account it belongs to; `AccountId::CITY` when it is no customer's.
    pub account: AccountId,
    /// The fund it stays within.
    pub fund: FundId,
    /// The ledger account that receives.
    pub debit: LedgerAccountId,
    /// The ledger account that gives.
    pub credit: LedgerAccountId,
    /// How much; always positive.
    pub cents: Cents,
}

impl Posting {
    /// The largest amount of one posting, one trillion dollars: whatever is larger is a slip, and
    /// below it no sum of a city's books leaves the range of `Cents`.
    pub const CENTS_MAX: Cents = Cents::MOST;

    /// A posting of a signed amount: a negative one flips the sides, nothing posts nothing.
    ///
    /// A charge of $48.76 debits the receivable and credits revenue; a credit line of -$48.76
    /// debits revenue and credits the receivable.
    #[must_use]
    pub fn signed(
        account: AccountId,
        fund: FundId,
        debit: LedgerAccountId,
        credit: LedgerAccountId,
        cents: Cents,
    ) -> Option<Posting> {
        let posting = Posting { account, fund, debit, credit, cents };
        if cents.is_zero() {
            None
        } else if cents < Cents::ZERO {
            Some(Posting { cents: -cents, ..posting.reversed() })
        } else {
            Some(posting)
        }
    }

    /// The same amount the other way.
    #[must_use]
    pub fn reversed(self) -> Posting {
        Posting { debit: self.credit, credit: self.debit, ..self }
    }

    /// What it adds to the balance of a ledger account, debits positive.
    #[must_use]
    pub fn effect_on(&self, ledger_account: LedgerAccountId) -> Cents {
        self.effect(|side| side == ledger_account)
    }

    /// What it adds to the ledger accounts for which `counts` holds together, debits positive.
    pub(crate) fn effect(&self, counts: impl Fn(LedgerAccountId) -> bool) -> Cents {
        let debit = if counts(self.debit) { self.cents } else { Cents::ZERO };
        let credit = if counts(self.credit) { self.cents } else { Cents::ZERO };
        debit - credit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECEIVABLE: LedgerAccountId = LedgerAccountId(1);
    const REVENUE: LedgerAccountId = LedgerAccountId(2);

    #[test]
    fn a_signed_amount_finds_its_side() {
        let rows =
            [(48_76, Some((RECEIVABLE, REVENUE, 48_76))), (-48_76, Some((REVENUE, RECEIVABLE, 48_76))), (0, None)];
        for (cents, expected) in rows {
            let posting = Posting::signed(AccountId(7), FundId(1), RECEIVABLE, REVENUE, Cents(cents));
            let sides = posting.map(|posting| (posting.debit, posting.credit, posting.cents.0));
            assert_eq!(sides, expected, "{cents}");
            let effect = posting.map_or(Cents::ZERO, |posting| posting.effect_on(RECEIVABLE));
            assert_eq!(effect, Cents(cents), "a signed amount is what the debit ledger account gains");
        }
    }
}
