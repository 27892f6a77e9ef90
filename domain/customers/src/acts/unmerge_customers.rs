//! Takes back that two customers were the same: the accounts that moved for it move back.

use std::collections::BTreeSet;

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use db::Fault;
use kernel::Refusal;
use serde::{Deserialize, Serialize};

use super::NotFound;
use crate::store::MergedAccount;
use crate::{permissions, store};

/// Takes a merge back, and answers how many accounts moved back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmergeCustomers {
    /// The reference of the one who was merged.
    pub merged: String,
    /// Why they are not the same.
    pub reason: String,
}

/// Why a merge is not taken back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnmergeRefused {
    /// No such customer.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// A reason must be given.
    #[error("say how it is known that they are not the same")]
    NoReason,
    /// Nothing to take back.
    #[error("'{0}' was not merged into anybody")]
    NotMerged(String),
}

impl Refusal for UnmergeRefused {
    fn code(&self) -> &'static str {
        match self {
            UnmergeRefused::NotFound(not_found) => not_found.code(),
            UnmergeRefused::NoReason => "reason_missing",
            UnmergeRefused::NotMerged(_) => "not_merged",
        }
    }
}

impl Act for UnmergeCustomers {
    const KIND: &'static str = "customers.unmerge";
    type Outcome = i64;

    fn permission(&self) -> Permission {
        permissions::MERGE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<i64, Failure> {
        let known = store::known_customers(entry, &[&self.merged]).await?;
        let not_found = || refused(UnmergeRefused::from(NotFound::Customer(self.merged.clone())));
        let merged = known.get(&self.merged).ok_or_else(not_found)?;
        if self.reason.trim().is_empty() {
            return refuse(UnmergeRefused::NoReason);
        }
        let not_merged = || UnmergeRefused::NotMerged(self.merged.clone());
        let Some(into) = merged.merged_into else { return refuse(not_merged()) };
        store::lock_customers(entry, (merged.id, into)).await?;
        let Some(by) = store::merge_act(entry, merged.id).await? else { return refuse(not_merged()) };
        // An account that has found its way elsewhere since stays there.
        let still: BTreeSet<_> = store::accounts_of(entry, into).await?.into_iter().collect();
        let moved = store::moved_by(entry, by).await?.into_iter().filter(|account| still.contains(account));
        let back: Vec<MergedAccount> =
            moved.map(|account| MergedAccount { account, from: into, to: merged.id }).collect();
        back.iter().for_each(|one| entry.concerns(one.account));
        let act = entry.act;
        store::move_accounts(entry, act, &back).await?;
        store::delete_merge(entry, merged.id).await?;
        i64::try_from(back.len()).map_err(|_| Fault::new("too many accounts").into())
    }
}
