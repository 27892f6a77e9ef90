//! Which posting a charge makes.

use kernel::{AccountId, Cents};
use ledger::Posting;

use crate::Place;

/// The posting of a charge, or of the part of it that goes to one place; a zero line is none, a credit line is the
/// posting the other way.
///
/// - A charge: the customer owes it (debit receivable), the fund has earned it (credit revenue).
/// - A tax: the customer owes it (debit the receivable of the line that bears it), the fund owes it to the authority
///   (credit liability).
/// - What the city bears itself: debit expense, credit liability or revenue. It is no part of what the customer owes,
///   but stands in the journal of the bill that caused it, and so is taken back with it.
#[must_use]
pub fn charge_posting(account: AccountId, place: &Place, cents: Cents) -> Option<Posting> {
    Posting::signed(account, place.fund, place.debit, place.credit, cents)
}

#[cfg(test)]
mod tests {
    use kernel::{FundId, LedgerAccountId};

    use super::*;

    #[test]
    fn a_charge_is_owed_and_earned_in_the_fund_of_its_service() {
        let (debit, credit) = (LedgerAccountId(1100), LedgerAccountId(4100));
        let place = Place { code: "water.consumption".into(), fund: FundId(510), debit, credit, is_borne: false };
        // charge | debit | credit | cents
        let rows = [(48_76, debit, credit, 48_76), (-5_00, credit, debit, 5_00)];
        for (cents, debit, credit, moved) in rows {
            let posting = charge_posting(AccountId(7), &place, Cents(cents)).unwrap();
            assert_eq!((posting.debit, posting.credit, posting.cents), (debit, credit, Cents(moved)));
            assert_eq!((posting.account, posting.fund), (AccountId(7), FundId(510)));
        }
        assert_eq!(charge_posting(AccountId(7), &place, Cents::ZERO), None);
    }
}
