//! Merges a customer who is on record twice: the accounts move to the one who stays.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use db::Fault;
use kernel::{CustomerId, Refusal};
use serde::{Deserialize, Serialize};

use super::NotFound;
use crate::store::{KnownCustomer, MergedAccount, NewMerge};
use crate::{CustomerKind, permissions, store};

/// Merges a customer into another, and answers how many accounts moved.
///
/// Both stay on record, so that old papers find their way; only the accounts move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeCustomers {
    /// The reference of the one who goes.
    pub merged: String,
    /// The reference of the one who stays.
    pub into: String,
    /// Why they are the same.
    pub reason: String,
}

/// Why customers are not merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeRefused {
    /// No such customer.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// A reason must be given.
    #[error("say how it is known that both are the same")]
    NoReason,
    /// One and the same.
    #[error("'{0}' cannot be merged into itself")]
    Same(String),
    /// The books stand on it.
    #[error("'{0}' is the city itself")]
    TheCity(String),
    /// Merged before.
    #[error("'{0}' was merged into somebody already; take that back first, or name who it was merged into")]
    Merged(String),
    /// Others were merged into it; chains could not be taken back in any order.
    #[error("others were merged into '{0}'; merge the other way around, or take those back first")]
    HasMerged(String),
    /// A person is not an organization.
    #[error("'{merged}' is {merged_kind} and '{into}' is {into_kind}")]
    KindDiffers {
        /// The reference of the one who goes.
        merged: String,
        /// What that one is.
        merged_kind: &'static str,
        /// The reference of the one who stays.
        into: String,
        /// What that one is.
        into_kind: &'static str,
    },
}

impl Refusal for MergeRefused {
    fn code(&self) -> &'static str {
        match self {
            MergeRefused::NotFound(not_found) => not_found.code(),
            MergeRefused::NoReason => "reason_missing",
            MergeRefused::Same(_) => "same_customer",
            MergeRefused::TheCity(_) => "city_itself",
            MergeRefused::Merged(_) => "merged_already",
            MergeRefused::HasMerged(_) => "has_merged",
            MergeRefused::KindDiffers { .. } => "kind_differs",
        }
    }
}

impl Act for MergeCustomers {
    const KIND: &'static str = "customers.merge";
    type Outcome = i64;

    fn permission(&self) -> Permission {
        permissions::MERGE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<i64, Failure> {
        let (merged, into) = self.both(entry).await?;
        store::lock_customers(entry, (merged, into)).await?;
        // What was read before somebody else's merge was waited for may be so no longer.
        let (merged, into) = self.both(entry).await?;
        if !store::merged_into(entry, merged).await?.is_empty() {
            return refuse(MergeRefused::HasMerged(self.merged.clone()));
        }
        let act = entry.act;
        store::insert_merge(entry, act, &NewMerge { merged, into, reason: &self.reason }).await?;
        let accounts = store::accounts_of(entry, merged).await?;
        let moved: Vec<MergedAccount> =
            accounts.into_iter().map(|account| MergedAccount { account, from: merged, to: into }).collect();
        let theirs = store::accounts_of(entry, into).await?;
        moved.iter().map(|one| one.account).chain(theirs).for_each(|account| entry.concerns(account));
        store::move_accounts(entry, act, &moved).await?;
        i64::try_from(moved.len()).map_err(|_| Fault::new("too many accounts").into())
    }
}

impl MergeCustomers {
    /// Who goes and who stays, after every check that looks at no more than the two.
    async fn both(&self, entry: &mut Entry) -> Result<(CustomerId, CustomerId), Failure> {
        let mut known = store::known_customers(entry, &[&self.merged, &self.into]).await?;
        let mut find = |reference: &String| {
            let not_found = || NotFound::Customer(reference.clone());
            known.remove(reference).ok_or_else(not_found).map_err(|not_found| refused(MergeRefused::from(not_found)))
        };
        if self.merged == self.into {
            find(&self.merged)?;
            return refuse(MergeRefused::Same(self.merged.clone()));
        }
        let (merged, into) = (find(&self.merged)?, find(&self.into)?);
        self.check(&merged, &into).map_err(refused)?;
        Ok((merged.id, into.id))
    }

    fn check(&self, merged: &KnownCustomer, into: &KnownCustomer) -> Result<(), MergeRefused> {
        if self.reason.trim().is_empty() {
            return Err(MergeRefused::NoReason);
        }
        for one in [merged, into] {
            if one.id.0 == 0 {
                return Err(MergeRefused::TheCity(one.reference.clone()));
            }
            if one.merged_into.is_some() {
                return Err(MergeRefused::Merged(one.reference.clone()));
            }
        }
        let is_known = |kind: CustomerKind| kind != CustomerKind::Unknown;
        if merged.kind != into.kind && is_known(merged.kind) && is_known(into.kind) {
            return Err(MergeRefused::KindDiffers {
                merged: merged.reference.clone(),
                merged_kind: words(merged.kind),
                into: into.reference.clone(),
                into_kind: words(into.kind),
            });
        }
        Ok(())
    }
}

fn words(kind: CustomerKind) -> &'static str {
    match kind {
        CustomerKind::Person => "a person",
        CustomerKind::Organization => "an organization",
        CustomerKind::Unknown => "of no known kind",
    }
}
