//! The exception queue as people look at it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, ActorId, Cents, RateProfileId, RunId};
use revenue::RateBook;

use crate::exception::{ExceptionFilter, QueuedException};
use crate::store;

/// An exception with the bill it is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueLine {
    /// The exception.
    pub exception: QueuedException,
    /// Who decided, or started the rule that did.
    pub decided_by: Option<ActorId>,
    /// The place of its bill in the run; 0 where a new trial is to find it.
    pub position: i64,
    /// What the trial of the bill came to.
    pub total: Cents,
}

/// What a filter finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueSum {
    /// Exceptions.
    pub exceptions: i64,
    /// Bills they are on.
    pub bills: i64,
    /// What these bills come to.
    pub total: Cents,
    /// Exceptions among them that leave a bill without a price, so that it can only be held.
    pub blocking: i64,
}

/// A service on a bill of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunService {
    /// Whose bill.
    pub account: AccountId,
    /// What it is priced by besides use.
    pub profile: RateProfileId,
    /// The service.
    pub service: String,
    /// The first day billed.
    pub from_on: NaiveDate,
    /// The day after the last.
    pub to_on: NaiveDate,
}

/// Services and classes of a bill, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillKinds {
    /// The services on it.
    pub services: BTreeSet<String>,
    /// The classes they are billed as.
    pub classes: BTreeSet<String>,
}

/// A page of a run's queue through a filter, by code and account, after a place.
pub async fn queue_page(
    read: &mut Read,
    (run, filter): (RunId, &ExceptionFilter),
    after: Option<(&str, AccountId)>,
    limit: usize,
) -> Result<Vec<QueueLine>, Fault> {
    let profiles = profiles_of(read, filter).await?;
    store::queue_page(read, (run, filter, profiles.as_deref()), after, limit).await
}

/// How many exceptions a filter finds, on how many bills, and what these come to.
pub async fn queue_sum(read: &mut Read, run: RunId, filter: &ExceptionFilter) -> Result<QueueSum, Fault> {
    let profiles = profiles_of(read, filter).await?;
    store::queue_sum(read, (run, filter, profiles.as_deref())).await
}

/// Services and classes of some bills of a run, by account.
pub async fn bill_kinds(
    read: &mut Read,
    run: RunId,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, BillKinds>, Fault> {
    let book = RateBook::load(read).await?;
    let mut kinds: BTreeMap<AccountId, BillKinds> = BTreeMap::new();
    for one in store::run_services(read, run, accounts).await? {
        let kind = kinds.entry(one.account).or_default();
        kind.services.insert(one.service);
        kind.classes.extend(book.profile(one.profile).map(|profile| profile.class.clone()));
    }
    Ok(kinds)
}

/// The profiles of a filter's class, when it names one; a class without any finds nothing.
pub(crate) async fn profiles_of(
    read: &mut Read,
    filter: &ExceptionFilter,
) -> Result<Option<Vec<RateProfileId>>, Fault> {
    let Some(class) = &filter.class else { return Ok(None) };
    let book = RateBook::load(read).await?;
    Ok(Some(book.profiles_of_class(class)))
}
