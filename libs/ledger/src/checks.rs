//! `Chart::check_posting` and `Chart::check_journal`: what the chart alone can refuse.

use std::collections::BTreeMap;

use kernel::{AccountId, Cents, LedgerAccountId};

use crate::{Chart, Journal, JournalKind, LedgerAccount, Posting, PostingRefused};

impl Chart {
    /// Refuses a posting that is wrong by itself, whatever journal it stands in.
    pub fn check_posting(&self, posting: &Posting) -> Result<(), PostingRefused> {
        if posting.cents <= Cents::ZERO {
            return Err(PostingRefused::NotPositive { cents: posting.cents });
        }
        if Posting::CENTS_MAX < posting.cents {
            return Err(PostingRefused::TooLarge { cents: posting.cents });
        }
        if posting.debit == posting.credit {
            return Err(PostingRefused::SameAccount { ledger_account: posting.debit });
        }
        let fund = self.fund(posting.fund).ok_or(PostingRefused::UnknownFund { fund: posting.fund })?;
        let sides = [self.known(posting.debit)?, self.known(posting.credit)?];
        if let Some(side) = sides.iter().find(|side| !self.is_open(fund.id, side.id)) {
            let (fund, ledger_account) = (fund.code.clone(), side.code.clone());
            return Err(PostingRefused::WrongFund { fund, ledger_account });
        }
        match sides.iter().find(|side| side.control.is_some()) {
            Some(control) if posting.account == AccountId::CITY => {
                Err(PostingRefused::ControlWithoutCustomer { ledger_account: control.code.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Refuses a journal with a wrong posting, or one whose postings together are wrong.
    pub fn check_journal(&self, journal: &Journal) -> Result<(), PostingRefused> {
        journal.postings.iter().try_for_each(|posting| self.check_posting(posting))?;
        self.check_tender(journal)?;
        self.check_moves(journal)?;
        check_reversal_is_named(journal)
    }

    /// What the funds' shares in pooled cash move by together; must equal the journal's tender.
    ///
    /// A payment of $50.00 on a $30.00 water and a $20.00 sewer charge debits $30.00 of pooled cash
    /// in the water fund and $20.00 in the sewer fund: together the $50.00 in the drawer.
    #[must_use]
    pub fn pooled_shares(&self, postings: &[Posting]) -> Cents {
        let pooled = |id| self.ledger_account(id).is_some_and(|side| side.is_pooled_cash);
        postings.iter().map(|posting| posting.effect(pooled)).sum()
    }

    fn known(&self, id: LedgerAccountId) -> Result<&LedgerAccount, PostingRefused> {
        self.ledger_account(id).ok_or(PostingRefused::UnknownLedgerAccount { ledger_account: id })
    }

    fn check_tender(&self, journal: &Journal) -> Result<(), PostingRefused> {
        let (kind, tender) = (journal.kind, journal.tender);
        if !kind.has_tender() && !tender.is_zero() {
            return Err(PostingRefused::TenderNotAllowed { kind, tender });
        }
        let shares = self.pooled_shares(&journal.postings);
        if shares != tender {
            return Err(PostingRefused::TenderMismatch { tender, shares });
        }
        Ok(())
    }

    /// When one customer owes more and another less, each one's change must lie in clearing.
    fn check_moves(&self, journal: &Journal) -> Result<(), PostingRefused> {
        if !journal.kind.may_move_between_customers() {
            return Ok(());
        }
        let control = |id| self.ledger_account(id).is_some_and(|side| side.control.is_some());
        let clearing = |id| self.ledger_account(id).is_some_and(|side| side.is_clearing);
        let mut changes: BTreeMap<AccountId, (Cents, Cents)> = BTreeMap::new();
        for posting in &journal.postings {
            let (owed, cleared) = changes.entry(posting.account).or_default();
            *owed += posting.effect(control);
            *cleared += posting.effect(clearing);
        }
        let owes_more = changes.values().any(|(owed, _)| Cents::ZERO < *owed);
        let owes_less = changes.values().any(|(owed, _)| *owed < Cents::ZERO);
        let all_cleared = changes.values().all(|(owed, cleared)| owed.is_zero() || *cleared == -*owed);
        if owes_more && owes_less && !all_cleared {
            return Err(PostingRefused::MoveWithoutClearing);
        }
        Ok(())
    }
}

fn check_reversal_is_named(journal: &Journal) -> Result<(), PostingRefused> {
    let is_named = journal.reverses.is_some();
    let is_right = match journal.kind {
        JournalKind::Bill => !is_named,
        JournalKind::BillReversal => is_named,
        JournalKind::Adjustment | JournalKind::Payment | JournalKind::Transfer | JournalKind::Opening => true,
    };
    if is_right { Ok(()) } else { Err(PostingRefused::ReversalUnnamed { kind: journal.kind }) }
}
