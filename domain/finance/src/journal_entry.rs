//! `JournalEntry`: a journal on its way into the books, with the document and agreements it is for.

use chrono::{Datelike, NaiveDate};
use kernel::{AccountId, AgreementId, DigestBuilder, JournalId};
use ledger::{Journal, Posting};

/// A journal with what the books keep beside it.
///
/// Invariant: there is one agreement, or its absence, for every posting of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// The account it is filed under when it has no postings: a zero bill is a bill.
    pub account: AccountId,
    /// The document that people know it by, such as a bill number.
    pub document: String,
    journal: Journal,
    agreements: Vec<Option<AgreementId>>,
}

impl JournalEntry {
    /// A journal with the agreement that each of its postings is for, in their order.
    ///
    /// # Panics
    /// When there are not as many agreements as postings: a defect of the caller.
    #[must_use]
    pub fn new(
        account: AccountId,
        document: String,
        journal: Journal,
        agreements: Vec<Option<AgreementId>>,
    ) -> JournalEntry {
        assert_eq!(journal.postings.len(), agreements.len(), "every posting says which agreement it is for, or none");
        JournalEntry { account, document, journal, agreements }
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The postings, each with the agreement it is for.
    pub fn lines(&self) -> impl Iterator<Item = (&Posting, Option<AgreementId>)> {
        self.journal.postings.iter().zip(self.agreements.iter().copied())
    }

    /// The accounts it is filed under, each once: those of its postings, or its own without any.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountId> {
        let mut accounts: Vec<AccountId> = Vec::with_capacity(1);
        for posting in &self.journal.postings {
            if accounts.last() != Some(&posting.account) {
                accounts.push(posting.account);
            }
        }
        if accounts.is_empty() {
            accounts.push(self.account);
        }
        if 1 < accounts.len() {
            accounts.sort_unstable();
            accounts.dedup();
        }
        accounts
    }

    /// The entry that takes this one back, under the same document and for the same agreements.
    #[must_use]
    pub fn reversal(&self, id: JournalId, gl_on: NaiveDate) -> JournalEntry {
        JournalEntry { journal: self.journal.reversal(id, gl_on), ..self.clone() }
    }

    /// Adds everything the books keep of it to the digest of the act that writes it.
    pub(crate) fn add_to(&self, digest: &mut DigestBuilder) {
        let Journal { id, kind, gl_on, reverses, tender: _, postings } = &self.journal;
        let count = i64::try_from(postings.len()).expect("a journal is held in memory");
        digest.int(id.0).text(kind.code()).int(gl_on.num_days_from_ce().into()).text(&self.document);
        digest.int(reverses.map_or(NONE, i64::from)).int(count);
        if postings.is_empty() {
            digest.int(self.account.0);
        }
        for (posting, agreement) in self.lines() {
            digest.int(posting.account.0).int(posting.fund.0).int(posting.debit.0).int(posting.credit.0);
            digest.int(posting.cents.0).int(agreement.map_or(NONE, i64::from));
        }
    }
}

/// What stands in a digest for an id that is not there; ids begin at 0.
const NONE: i64 = -1;
