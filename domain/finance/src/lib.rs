//! The city's books: funds, chart, journals, GL periods, proof and export. See README.md.

// The nouns.
mod journal_entry;
mod permissions;

// What is asked and written.
mod balances;
mod books;
mod day_sums;
mod look;
mod movement;
mod periods;
mod posting;
mod reversal;
mod store;

// Acts.
mod acts;

// What auditors see.
mod export;
mod proof;
mod written;

pub use acts::{
    BooksRefused, EstablishBooks, Established, LockPeriod, NewFund, NewLedgerAccount, OpenedIn, PeriodRefused,
    UnlockPeriod,
};
pub use balances::{balance_of, balances_between, payers_between, payments_between};
pub use books::chart;
pub use day_sums::{
    BooksMonth, DayProof, DaySum, JournalCount, RECOUNTED, TrialBalance, Turnover, first_and_last_day, journal_counts,
    ledger_account_days, months, prove_day, sums_between, trial_balance,
};
pub use export::{Exported, Form, export, export_days};
pub use journal_entry::JournalEntry;
pub use look::{
    JournalLine, JournalLines, LinesOf, PostedLine, RunOnDay, WholeJournal, journal_lines, run_on_day, whole_journal,
};
pub use movement::{Movement, Owed, Window, movements_between, owed_before};
pub use periods::{locks, share_period};
pub use permissions::{APPROVE, ESTABLISH_BOOKS, LOCK_PERIOD, PERIODS, PERMISSIONS, SEE, UNLOCK_PERIOD};
pub use posting::write_journals;
pub use proof::{ControlLine, Finding, FundLine, LedgerProof, TrialLine, prove};
pub use reversal::{JournalKey, journals_between, journals_of, reverse_journals};
pub use store::{AccountPosting, JournalHead, account_postings, balances_of, journal_heads, newest_journals};
pub use written::{ChangedBooks, verify_journals};
