//! `JournalEntry`: a journal on its way into the books, with the document and agreements it is for.

use chrono::{Datelike, NaiveDate};
use kernel::{AccountId, AgreementId, Digest, DigestBuilder, JournalId};
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

    /// The digest of everything the books keep of it, which the act that writes it carries.
    pub(crate) fn digest(&self) -> Digest {
        let Journal { id, kind, gl_on, reverses, tender: _, postings: _ } = &self.journal;
        let line = |(posting, agreement): (&Posting, Option<AgreementId>)| Line {
            account: posting.account.0,
            fund: posting.fund.0,
            debit: posting.debit.0,
            credit: posting.credit.0,
            cents: posting.cents.0,
            agreement: agreement.map(i64::from),
        };
        let document = (kind.code(), self.document.as_str());
        digest_of((id.0, self.account.0), document, (*gl_on, reverses.map(i64::from)), self.lines().map(line))
    }
}

/// What the books keep of a journal beside its postings, as it stands in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The account it is filed under; part of the digest only when there are no postings.
    pub(crate) account: i64,
    pub(crate) journal: i64,
    pub(crate) kind: String,
    pub(crate) gl_on: NaiveDate,
    pub(crate) document: String,
    pub(crate) reverses: Option<i64>,
}

/// A posting as it stands in a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) account: i64,
    pub(crate) fund: i64,
    pub(crate) debit: i64,
    pub(crate) credit: i64,
    pub(crate) cents: i64,
    pub(crate) agreement: Option<i64>,
}

impl Header {
    /// The digest of a journal with these postings, in their order.
    pub(crate) fn digest(&self, lines: &[Line]) -> Digest {
        let document = (self.kind.as_str(), self.document.as_str());
        digest_of((self.journal, self.account), document, (self.gl_on, self.reverses), lines.iter().copied())
    }
}

/// The digest of a journal: the account counts only where no posting names one.
fn digest_of(
    (journal, account): (i64, i64),
    (kind, document): (&str, &str),
    (gl_on, reverses): (NaiveDate, Option<i64>),
    lines: impl Iterator<Item = Line>,
) -> Digest {
    let mut digest = DigestBuilder::new();
    digest.int(journal).text(kind).int(gl_on.num_days_from_ce().into()).text(document);
    digest.int(reverses.is_some().into()).int(reverses.unwrap_or_default());
    let mut has_lines = false;
    for line in lines {
        has_lines = true;
        digest.int(line.account).int(line.fund).int(line.debit).int(line.credit);
        digest.int(line.cents).int(line.agreement.is_some().into()).int(line.agreement.unwrap_or_default());
    }
    if !has_lines {
        digest.int(account);
    }
    digest.finish()
}
