//! `Book`: the whole ledger in memory, for tests, examples and proofs of small sets of journals.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use kernel::{AccountId, Cents, FundId, JournalId, LedgerAccountId, Month};

use crate::{Chart, Fund, Journal, LedgerAccount, PeriodLocks, Posting, PostingRefused, Proof, ProofSums};

/// Journals and the balances they make; a refused journal leaves no trace.
///
/// Invariant: balances, subledger and tender are the sums over the journals. They are kept for
/// speed, each on its own, so that `prove` compares sums that were not derived from each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    chart: Chart,
    locks: PeriodLocks,
    journals: BTreeMap<JournalId, Journal>,
    reversed: BTreeSet<JournalId>,
    balances: BTreeMap<(FundId, LedgerAccountId), Cents>,
    subledger: BTreeMap<(AccountId, LedgerAccountId, FundId), Cents>,
    tender: Cents,
}

/// One line of the trial balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialBalanceRow {
    /// The fund.
    pub fund: FundId,
    /// The ledger account, open in that fund.
    pub ledger_account: LedgerAccountId,
    /// Its balance, debits positive.
    pub balance: Cents,
}

impl Book {
    /// Empty books under a chart, all periods open.
    #[must_use]
    pub fn new(chart: Chart) -> Book {
        Book {
            chart,
            locks: PeriodLocks::default(),
            journals: BTreeMap::new(),
            reversed: BTreeSet::new(),
            balances: BTreeMap::new(),
            subledger: BTreeMap::new(),
            tender: Cents::ZERO,
        }
    }

    /// The chart these books are kept under.
    #[must_use]
    pub fn chart(&self) -> &Chart {
        &self.chart
    }

    /// All journals, in the order of their ids.
    pub fn journals(&self) -> impl Iterator<Item = &Journal> {
        self.journals.values()
    }

    /// Locks a GL month.
    pub fn lock(&mut self, month: Month) {
        self.locks.lock(month);
    }

    /// Posts a journal whole, or refuses it whole.
    pub fn post(&mut self, journal: Journal) -> Result<(), PostingRefused> {
        self.chart.check_journal(&journal)?;
        self.locks.check(journal.gl_on)?;
        if self.journals.contains_key(&journal.id) {
            return Err(PostingRefused::AlreadyPosted { journal: journal.id });
        }
        if let Some(original) = journal.reverses {
            self.check_reversal(&journal, original)?;
            self.reversed.insert(original);
        }
        for posting in &journal.postings {
            self.apply(posting);
        }
        self.tender += journal.tender;
        self.journals.insert(journal.id, journal);
        Ok(())
    }

    /// Posts the reversal of a journal.
    pub fn reverse(&mut self, original: JournalId, id: JournalId, gl_on: NaiveDate) -> Result<(), PostingRefused> {
        let reversal = self.original(original)?.reversal(id, gl_on);
        self.post(reversal)
    }

    /// The balance of a ledger account in a fund, debits positive.
    #[must_use]
    pub fn balance(&self, fund: FundId, ledger_account: LedgerAccountId) -> Cents {
        self.balances.get(&(fund, ledger_account)).copied().unwrap_or_default()
    }

    /// Every opened ledger account with its balance, in the order of the codes.
    #[must_use]
    pub fn trial_balance(&self) -> Vec<TrialBalanceRow> {
        let row = |(fund, ledger_account): (&Fund, &LedgerAccount)| TrialBalanceRow {
            fund: fund.id,
            ledger_account: ledger_account.id,
            balance: self.balance(fund.id, ledger_account.id),
        };
        self.chart.opened().map(row).collect()
    }

    /// What one account has in a ledger account, over all funds, debits positive.
    #[must_use]
    pub fn subledger(&self, account: AccountId, ledger_account: LedgerAccountId) -> Cents {
        let first = (account, ledger_account, FundId(i64::MIN));
        let last = (account, ledger_account, FundId(i64::MAX));
        self.subledger.range(first..=last).map(|(_, cents)| *cents).sum()
    }

    /// The balance of a ledger account over all funds, debits positive.
    #[must_use]
    pub fn control_total(&self, ledger_account: LedgerAccountId) -> Cents {
        self.chart.funds().map(|fund| self.balance(fund.id, ledger_account)).sum()
    }

    /// What a customer owes: receivable − unapplied credit. Deposits held are not part of it.
    ///
    /// Unapplied credit has a credit balance, which is negative here, so the two are added.
    #[must_use]
    pub fn account_balance(&self, account: AccountId) -> Cents {
        let in_balance = |one: &&LedgerAccount| one.control.is_some_and(|control| control.is_in_balance());
        self.chart.ledger_accounts().filter(in_balance).map(|one| self.subledger(account, one.id)).sum()
    }

    /// Compares the sums that must agree.
    #[must_use]
    pub fn prove(&self) -> Proof {
        let mut customers: BTreeMap<(FundId, LedgerAccountId), Cents> = BTreeMap::new();
        for ((account, ledger_account, fund), cents) in &self.subledger {
            if *account != AccountId::CITY {
                *customers.entry((*fund, *ledger_account)).or_default() += *cents;
            }
        }
        Proof::of(&self.chart, &ProofSums { balances: self.balances.clone(), customers, tender: self.tender })
    }

    fn original(&self, id: JournalId) -> Result<&Journal, PostingRefused> {
        self.journals.get(&id).ok_or(PostingRefused::UnknownOriginal { original: id })
    }

    fn check_reversal(&self, journal: &Journal, original: JournalId) -> Result<(), PostingRefused> {
        let named = self.original(original)?;
        if self.reversed.contains(&original) {
            return Err(PostingRefused::AlreadyReversed { original });
        }
        journal.check_reverses(named)
    }

    fn apply(&mut self, posting: &Posting) {
        for side in [posting.debit, posting.credit] {
            let effect = posting.effect_on(side);
            *self.balances.entry((posting.fund, side)).or_default() += effect;
            *self.subledger.entry((posting.account, side, posting.fund)).or_default() += effect;
        }
    }
}
