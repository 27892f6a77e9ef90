//! `Journal`: the postings of one business event, and the journal that takes one back.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use kernel::{Cents, JournalId};

use crate::ledger_account::by_code;
use crate::{Posting, PostingRefused, UnknownCode};

/// The postings of one business event, on one GL date.
///
/// Never changed once posted: a correction is a new journal that names the old one. A journal
/// without postings is allowed, because a zero bill is a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// Its id; never printed.
    pub id: JournalId,
    /// What happened.
    pub kind: JournalKind,
    /// The date that decides the GL period.
    pub gl_on: NaiveDate,
    /// The journal this one takes back.
    pub reverses: Option<JournalId>,
    /// Money that came in (positive) or went out (negative); zero when none moved.
    pub tender: Cents,
    /// What moved in the books.
    pub postings: Vec<Posting>,
}

/// What kind of business event a journal records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalKind {
    /// A bill was issued.
    Bill,
    /// A bill was taken back.
    BillReversal,
    /// What a customer owes was adjusted, for a reason the town knows.
    Adjustment,
    /// Money was received or paid out.
    Payment,
    /// Money moved between customers, funds or cash locations.
    Transfer,
    /// Balances brought forward from the system before.
    Opening,
}

impl Journal {
    /// The journal that takes this one back: every posting the other way, the tender returned.
    #[must_use]
    pub fn reversal(&self, id: JournalId, gl_on: NaiveDate) -> Journal {
        Journal {
            id,
            kind: self.kind.of_reversal(),
            gl_on,
            reverses: Some(self.id),
            tender: -self.tender,
            postings: self.postings.iter().map(|posting| posting.reversed()).collect(),
        }
    }

    /// Refuses this journal unless it takes back exactly `original`, which is no reversal itself.
    pub fn check_reverses(&self, original: &Journal) -> Result<(), PostingRefused> {
        if original.reverses.is_some() {
            return Err(PostingRefused::ReversesReversal { original: original.id });
        }
        if *self != original.reversal(self.id, self.gl_on) {
            return Err(PostingRefused::ReversalDiffers { original: original.id });
        }
        Ok(())
    }
}

impl JournalKind {
    /// All kinds.
    pub const ALL: [JournalKind; 6] = [
        JournalKind::Bill,
        JournalKind::BillReversal,
        JournalKind::Adjustment,
        JournalKind::Payment,
        JournalKind::Transfer,
        JournalKind::Opening,
    ];

    /// The stable code, as stored and exported.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            JournalKind::Bill => "bill",
            JournalKind::BillReversal => "bill_reversal",
            JournalKind::Adjustment => "adjustment",
            JournalKind::Payment => "payment",
            JournalKind::Transfer => "transfer",
            JournalKind::Opening => "opening",
        }
    }

    /// The kind with that code.
    pub fn parse(code: &str) -> Result<JournalKind, UnknownCode> {
        by_code("a kind of journal", code, &JournalKind::ALL, JournalKind::code)
    }

    /// The kind as it stands in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            JournalKind::Bill => "bill",
            JournalKind::BillReversal => "bill reversal",
            JournalKind::Adjustment => "adjustment",
            JournalKind::Payment => "payment",
            JournalKind::Transfer => "transfer",
            JournalKind::Opening => "opening balance",
        }
    }

    /// Whether money may come in or go out with it; opening balances bring the bank's along.
    #[must_use]
    pub fn has_tender(self) -> bool {
        match self {
            JournalKind::Payment | JournalKind::Opening => true,
            JournalKind::Bill | JournalKind::BillReversal | JournalKind::Adjustment | JournalKind::Transfer => false,
        }
    }

    /// Whether one customer's gain may be another's loss, which must then pass through clearing.
    ///
    /// Bills and opening balances stand each for themselves, though one journal may hold several.
    #[must_use]
    pub fn may_move_between_customers(self) -> bool {
        match self {
            JournalKind::Payment | JournalKind::Transfer => true,
            JournalKind::Bill | JournalKind::BillReversal | JournalKind::Adjustment | JournalKind::Opening => false,
        }
    }

    /// The kind of the journal that takes one of this kind back.
    #[must_use]
    pub fn of_reversal(self) -> JournalKind {
        match self {
            JournalKind::Bill | JournalKind::BillReversal => JournalKind::BillReversal,
            JournalKind::Adjustment => JournalKind::Adjustment,
            JournalKind::Payment => JournalKind::Payment,
            JournalKind::Transfer => JournalKind::Transfer,
            JournalKind::Opening => JournalKind::Opening,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back() {
        for kind in JournalKind::ALL {
            assert_eq!(JournalKind::parse(kind.code()), Ok(kind));
        }
        let known =
            "'Bill' is not a kind of journal; known are bill, bill_reversal, adjustment, payment, transfer, opening";
        assert_eq!(JournalKind::parse("Bill").unwrap_err().to_string(), known);
    }
}
