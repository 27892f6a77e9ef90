//! Which posting a charge makes.

use kernel::{AccountId, Cents};
use ledger::Posting;

use crate::RevenueLine;

/// A charge on a bill: the customer owes it (debit receivable), the fund has earned it (credit
/// revenue). A credit line is the posting the other way; a zero line is none.
#[must_use]
pub fn charge_posting(account: AccountId, line: &RevenueLine, cents: Cents) -> Option<Posting> {
    Posting::signed(account, line.fund, line.receivable, line.revenue, cents)
}

#[cfg(test)]
mod tests {
    use kernel::{FundId, LedgerAccountId};

    use super::*;

    #[test]
    fn a_charge_is_owed_and_earned_in_the_fund_of_its_service() {
        let (receivable, revenue) = (LedgerAccountId(1100), LedgerAccountId(4100));
        let line = RevenueLine {
            code: "water.consumption".into(),
            service: "water".into(),
            title: "Water used".into(),
            fund: FundId(510),
            receivable,
            revenue,
        };
        // charge | debit | credit | cents
        let rows = [(48_76, receivable, revenue, 48_76), (-5_00, revenue, receivable, 5_00)];
        for (cents, debit, credit, moved) in rows {
            let posting = charge_posting(AccountId(7), &line, Cents(cents)).unwrap();
            assert_eq!((posting.debit, posting.credit, posting.cents), (debit, credit, Cents(moved)));
            assert_eq!((posting.account, posting.fund), (AccountId(7), FundId(510)));
        }
        assert_eq!(charge_posting(AccountId(7), &line, Cents::ZERO), None);
    }
}
