//! What a file supports: an account, a bill, a change that waits for approval, an entry of the log.

use std::collections::BTreeMap;

use acts::Permission;
use db::{Fault, Read};
use kernel::{AccountId, ActId, BillNumber, ProposalId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Ask, Problem, encoded, read_number};

use crate::Attachment;

/// The kinds of what a file can support.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// An account.
    Account,
    /// A bill.
    Bill,
    /// A change that waits, or waited, for a second person.
    Proposal,
    /// An entry of the log.
    Entry,
}

/// What a file supports, named as people name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Supported {
    /// Its kind.
    pub kind: SubjectKind,
    /// Its number: of an account or bill as on paper, of a proposal or entry as in the log.
    pub number: String,
}

/// The same, found on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its kind.
    pub kind: SubjectKind,
    /// What rows know it by.
    pub key: String,
    /// Its number as people write it.
    pub number: String,
    /// The account it is about, when it is about one.
    pub account: Option<AccountId>,
}

impl SubjectKind {
    /// All of them.
    pub const ALL: [SubjectKind; 4] =
        [SubjectKind::Account, SubjectKind::Bill, SubjectKind::Proposal, SubjectKind::Entry];

    /// As rows and addresses have it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            SubjectKind::Account => "account",
            SubjectKind::Bill => "bill",
            SubjectKind::Proposal => "proposal",
            SubjectKind::Entry => "entry",
        }
    }

    /// The kind whose pages begin as an address does.
    #[must_use]
    pub fn of_path(path: &str) -> Option<SubjectKind> {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        SubjectKind::ALL.into_iter().find(|kind| kind.path().trim_start_matches('/') == first)
    }

    /// The kind with a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<SubjectKind> {
        SubjectKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What it is called before its number.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            SubjectKind::Account => "Account",
            SubjectKind::Bill => "Bill",
            SubjectKind::Proposal => "Proposal",
            SubjectKind::Entry => "Entry",
        }
    }

    /// What somebody needs to see the thing itself.
    #[must_use]
    pub fn needed(self) -> Permission {
        match self {
            SubjectKind::Account | SubjectKind::Bill => customers::permissions::SEE,
            SubjectKind::Proposal | SubjectKind::Entry => acts::permissions::READ,
        }
    }

    /// Where its pages begin.
    fn path(self) -> &'static str {
        match self {
            SubjectKind::Account => "/accounts",
            SubjectKind::Bill => "/bills",
            SubjectKind::Proposal => "/approvals",
            SubjectKind::Entry => "/log",
        }
    }
}

impl Supported {
    /// Of a kind, with a number.
    #[must_use]
    pub fn new(kind: SubjectKind, number: impl Into<String>) -> Supported {
        Supported { kind, number: number.into() }
    }

    /// The page with its files, by the number it is named with.
    #[must_use]
    pub fn files_href(&self) -> String {
        format!("{}/{}/attachments", self.kind.path(), encoded(&self.number))
    }

    /// Looks it up; `None` when it is not on record.
    pub async fn find(&self, read: &mut Read) -> Result<Option<Found>, Fault> {
        let found = |key: String, number: String, account| Found { kind: self.kind, key, number, account };
        match self.kind {
            SubjectKind::Account => {
                let named = customers::account_named(read, &self.number).await?;
                let named = named.filter(|account| account.id != AccountId::CITY);
                let Some(account) = named.map(|named| named.id) else { return Ok(None) };
                let numbers = customers::accounts_by_id(read, &[account]).await?;
                let number = numbers.get(&account).map(|named| named.number.to_string());
                Ok(number.map(|number| found(account.0.to_string(), number, Some(account))))
            }
            SubjectKind::Bill => {
                let Ok(number) = BillNumber::parse(&self.number) else { return Ok(None) };
                let bill = billing::bill_numbered(read, number).await?;
                Ok(bill.map(|bill| found(number.to_string(), number.to_string(), Some(bill.account))))
            }
            SubjectKind::Proposal => {
                let Some(id) = read_number(&self.number) else { return Ok(None) };
                let proposal = acts::proposal(read, ProposalId(id)).await?;
                Ok(proposal.map(|proposal| {
                    found(id.to_string(), id.to_string(), account_of(&proposal.subject_kind, proposal.subject_id))
                }))
            }
            SubjectKind::Entry => {
                let Some(id) = read_number(&self.number) else { return Ok(None) };
                let entry = acts::logged_act(read, ActId(id)).await?;
                Ok(entry.map(|entry| found(id.to_string(), id.to_string(), account_named_in(&entry.subject))))
            }
        }
    }
}

fn account_of(kind: &str, id: i64) -> Option<AccountId> {
    (kind == "account" && 0 < id).then_some(AccountId(id))
}

/// The log tells a subject as `account 17`.
fn account_named_in(subject: &str) -> Option<AccountId> {
    let id = subject.strip_prefix("account ").and_then(read_number)?;
    Some(AccountId(id))
}

impl Found {
    /// What files support, by the number of the file.
    pub async fn of(read: &mut Read, attachments: &[Attachment]) -> Result<BTreeMap<i64, Found>, Fault> {
        let accounts: Vec<AccountId> = attachments.iter().filter_map(|attachment| attachment.account).collect();
        let accounts = customers::accounts_by_id(read, &accounts).await?;
        let found = |attachment: &Attachment| {
            let account = attachment.account.and_then(|account| accounts.get(&account));
            let number = match (attachment.subject_kind, account) {
                (SubjectKind::Account, Some(account)) => account.number.to_string(),
                (_, _) => attachment.subject_key.clone(),
            };
            let (kind, key) = (attachment.subject_kind, attachment.subject_key.clone());
            (attachment.id, Found { kind, key, number, account: attachment.account })
        };
        Ok(attachments.iter().map(found).collect())
    }

    /// `Account 100042-4`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.kind.title(), self.number)
    }

    /// What it is called within a sentence: `account 100042-4`, `entry 17 of the log`.
    #[must_use]
    pub fn words(&self) -> String {
        match self.kind {
            SubjectKind::Account => format!("account {}", self.number),
            SubjectKind::Bill => format!("bill {}", self.number),
            SubjectKind::Proposal => format!("proposal {}", self.number),
            SubjectKind::Entry => format!("entry {} of the log", self.number),
        }
    }

    /// Its own page.
    #[must_use]
    pub fn href(&self) -> String {
        format!("{}/{}", self.kind.path(), encoded(&self.number))
    }

    /// The page with its files.
    #[must_use]
    pub fn files_href(&self) -> String {
        format!("{}/attachments", self.href())
    }

    /// What somebody needs to see the thing itself.
    #[must_use]
    pub fn needed(&self) -> Permission {
        self.kind.needed()
    }

    /// Refuses whoever may not see the thing, as if it were not there, or not the address of a protected person: a file may hold it.
    pub async fn check(&self, ask: &Ask, read: &mut Read) -> Result<(), Problem> {
        if !self.is_visible(ask, read).await? {
            let why = format!("There is no {}, or it is one that you may not see.", self.words());
            return Err(Problem { why, ..Problem::not_found() });
        }
        let Some(account) = self.account else { return Ok(()) };
        let shield = identity::Shield::load(ask, read, &[account]).await?;
        match shield.hides(account) {
            true => Err(Problem::not_allowed(&[identity::permissions::SEE_PROTECTED])),
            false => Ok(()),
        }
    }

    async fn is_visible(&self, ask: &Ask, read: &mut Read) -> Result<bool, Problem> {
        if ask.may(self.needed()) {
            return Ok(true);
        }
        let Some(visitor) = ask.visitor() else { return Ok(false) };
        let id = read_number(&self.key).unwrap_or_default();
        match self.kind {
            SubjectKind::Account | SubjectKind::Bill => Ok(false),
            SubjectKind::Proposal => {
                let proposal = acts::proposal(read, ProposalId(id)).await?;
                Ok(proposal.is_some_and(|proposal| staff::pages::may_see(visitor, &proposal)))
            }
            SubjectKind::Entry => {
                let entry = acts::logged_act(read, ActId(id)).await?;
                Ok(entry.is_some_and(|entry| entry.actor == visitor.actor.id))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_again_by_their_codes() {
        for kind in SubjectKind::ALL {
            assert_eq!(SubjectKind::of_code(kind.code()), Some(kind));
            assert_eq!(SubjectKind::of_path(&format!("{}/7/attachments", kind.path())), Some(kind));
        }
        assert_eq!(SubjectKind::of_code("town"), None);
    }

    #[test]
    #[rustfmt::skip]
    fn an_entry_is_about_the_account_it_names() {
        let rows = [
            ("account 17", Some(AccountId(17))),
            ("account 0",  None),
            ("account",    None),
            ("person 17",  None),
            ("town 0",     None),
        ];
        for (subject, account) in rows {
            assert_eq!(account_named_in(subject), account, "{subject}");
        }
    }
}
