//! The rules of the city's books: funds, ledger accounts, postings, journals, period locks, proofs.
//!
//! Pure: it checks what is handed in and computes. Storage is the work of the `finance` room; the
//! in-memory `Book` shows the same laws in a form that tests can shake. See README.md.

// The nouns.
mod chart;
mod journal;
mod ledger_account;
mod posting;

// The rules.
mod checks;
mod period_locks;
mod posting_refused;

// The books.
mod book;
mod proof;

#[cfg(test)]
mod tests;

pub use book::{Book, TrialBalanceRow};
pub use chart::{Chart, ChartError};
pub use journal::{Journal, JournalKind};
pub use ledger_account::{AccountKind, Control, Fund, LedgerAccount, Role, UnknownCode};
pub use period_locks::PeriodLocks;
pub use posting::Posting;
pub use posting_refused::PostingRefused;
pub use proof::{ControlProof, FundProof, OpenClearing, Proof, ProofSums, StrayBalance};
