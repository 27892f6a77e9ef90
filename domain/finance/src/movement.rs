//! What moved in the books of some accounts, summed, for roll-forwards and reports on ledger accounts.

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, ActId, AgreementId, Cents, FundId, LedgerAccountId};
use ledger::JournalKind;

use crate::store;

/// Which journals are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The first day of the window.
    pub from_on: NaiveDate,
    /// The last day of the window; later journals do not count.
    pub through_on: NaiveDate,
    /// The act before which a journal was written to count; all of them when none is named.
    pub before: Option<ActId>,
}

/// What moved between two ledger accounts of a fund for one agreement of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Whose.
    pub account: AccountId,
    /// For which service; none when it is for the account as a whole.
    pub agreement: Option<AgreementId>,
    /// What kind of journals moved it.
    pub kind: JournalKind,
    /// The fund.
    pub fund: FundId,
    /// The ledger account debited.
    pub debit: LedgerAccountId,
    /// The ledger account credited.
    pub credit: LedgerAccountId,
    /// How much.
    pub cents: Cents,
}

/// What an account owes in a receivable of a fund for one agreement; credits are negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Who.
    pub account: AccountId,
    /// For which service; none when it is for the account as a whole.
    pub agreement: Option<AgreementId>,
    /// The fund.
    pub fund: FundId,
    /// The receivable.
    pub receivable: LedgerAccountId,
    /// How much.
    pub cents: Cents,
}

/// What accounts `from..to` owed before a window; an agreement may come more than once.
pub async fn owed_before(read: &mut Read, range: (AccountId, AccountId), window: Window) -> Result<Vec<Owed>, Fault> {
    store::owed_before(read, range, window).await
}

/// What moved in the books of accounts `from..to` within a window, by agreement, kind of journal and place; in that
/// order.
pub async fn movements_between(
    read: &mut Read,
    range: (AccountId, AccountId),
    window: Window,
) -> Result<Vec<Movement>, Fault> {
    store::movements(read, range, window).await
}
