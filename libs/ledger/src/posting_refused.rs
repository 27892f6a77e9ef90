//! `PostingRefused`: every reason the books say no, in the order in which they are looked for.

use chrono::NaiveDate;

use kernel::{Cents, FundId, JournalId, LedgerAccountId, Month, Refusal};

use crate::{JournalKind, Posting};

/// Why a posting or journal is refused; the first thing wrong is the thing reported.
///
/// Each posting first, in order; then the journal as a whole; then the books it is posted into.
/// Ids are carried for programs and never printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostingRefused {
    /// The amount is zero or negative.
    #[error("A posting moves a positive amount, not {}; a credit is a posting the other way", cents.dollars())]
    NotPositive {
        /// The amount.
        cents: Cents,
    },
    /// The amount is beyond anything a city moves at once.
    #[error("A posting of {} is larger than {}, the most one posting can move", cents.dollars(), Posting::CENTS_MAX.dollars())]
    TooLarge {
        /// The amount.
        cents: Cents,
    },
    /// Debit and credit are the same.
    #[error("A posting debits and credits the same ledger account, so it moves nothing")]
    SameAccount {
        /// The ledger account on both sides.
        ledger_account: LedgerAccountId,
    },
    /// No such fund.
    #[error("A posting names a fund that is not in the chart of accounts")]
    UnknownFund {
        /// The fund that is not there.
        fund: FundId,
    },
    /// No such ledger account.
    #[error("A posting names a ledger account that is not in the chart of accounts")]
    UnknownLedgerAccount {
        /// The ledger account that is not there.
        ledger_account: LedgerAccountId,
    },
    /// The ledger account does not exist in that fund.
    #[error("Ledger account {ledger_account} is not open in fund {fund}")]
    WrongFund {
        /// The code of the fund.
        fund: String,
        /// The code of the ledger account.
        ledger_account: String,
    },
    /// A control account, and no customer to whom it belongs.
    #[error("Ledger account {ledger_account} is the sum of customers' balances; name the customer's account")]
    ControlWithoutCustomer {
        /// The code of the ledger account.
        ledger_account: String,
    },
    /// A kind of journal with which no money comes in or goes out.
    #[error("No money comes in or goes out with a {}, but this one names {}", kind.words(), tender.dollars())]
    TenderNotAllowed {
        /// The kind of the journal.
        kind: JournalKind,
        /// The money named.
        tender: Cents,
    },
    /// The funds' shares in pooled cash move by another amount than the money.
    #[error("The funds' shares in pooled cash move by {}, but the money moved is {}", shares.dollars(), tender.dollars())]
    TenderMismatch {
        /// The money that came in or went out.
        tender: Cents,
        /// What the shares of all funds move by together.
        shares: Cents,
    },
    /// One customer gains what another loses, directly.
    #[error(
        "Money moves from one customer to another without the clearing account; post each customer's part against clearing"
    )]
    MoveWithoutClearing,
    /// A bill reversal that names no bill, or a bill that names a journal.
    #[error("Taking a bill back is a bill reversal that names the bill's journal, and nothing else is")]
    ReversalUnnamed {
        /// The kind of the journal.
        kind: JournalKind,
    },
    /// The GL date lies in a locked period.
    #[error("The books for {} are locked, so nothing can be posted on {gl_on}; choose a date in an open period", Month::of(*gl_on))]
    PeriodLocked {
        /// The GL date.
        gl_on: NaiveDate,
    },
    /// A journal with that id is in the books.
    #[error("This journal is already posted")]
    AlreadyPosted {
        /// The id used before.
        journal: JournalId,
    },
    /// The journal to take back is not in the books.
    #[error("The journal to reverse is not in the books")]
    UnknownOriginal {
        /// The journal that is not there.
        original: JournalId,
    },
    /// The journal to take back was taken back before.
    #[error("The journal is already reversed; it cannot be reversed twice")]
    AlreadyReversed {
        /// The journal reversed before.
        original: JournalId,
    },
    /// The journal to take back is itself one that takes back.
    #[error("A reversal cannot be reversed; enter the original event again")]
    ReversesReversal {
        /// The reversal.
        original: JournalId,
    },
    /// Not exactly the original the other way.
    #[error("The reversal differs from the journal it reverses; every posting must be the same amount the other way")]
    ReversalDiffers {
        /// The journal to take back.
        original: JournalId,
    },
}

impl Refusal for PostingRefused {
    fn code(&self) -> &'static str {
        match self {
            PostingRefused::NotPositive { .. } => "not_positive",
            PostingRefused::TooLarge { .. } => "too_large",
            PostingRefused::SameAccount { .. } => "same_account",
            PostingRefused::UnknownFund { .. } => "unknown_fund",
            PostingRefused::UnknownLedgerAccount { .. } => "unknown_ledger_account",
            PostingRefused::WrongFund { .. } => "wrong_fund",
            PostingRefused::ControlWithoutCustomer { .. } => "control_without_customer",
            PostingRefused::TenderNotAllowed { .. } => "tender_not_allowed",
            PostingRefused::TenderMismatch { .. } => "tender_mismatch",
            PostingRefused::MoveWithoutClearing => "move_without_clearing",
            PostingRefused::ReversalUnnamed { .. } => "reversal_unnamed",
            PostingRefused::PeriodLocked { .. } => "period_locked",
            PostingRefused::AlreadyPosted { .. } => "already_posted",
            PostingRefused::UnknownOriginal { .. } => "unknown_original",
            PostingRefused::AlreadyReversed { .. } => "already_reversed",
            PostingRefused::ReversesReversal { .. } => "reverses_reversal",
            PostingRefused::ReversalDiffers { .. } => "reversal_differs",
        }
    }
}
