//! What customers owe: receivable less unapplied credit. Deposits held are never part of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, Cents};

use crate::store;

/// What one account owes; negative when the city owes the customer.
pub async fn balance_of(read: &mut Read, account: AccountId) -> Result<Cents, Fault> {
    let next = AccountId(account.0 + 1);
    let balances = store::balances(read, account, next).await?;
    Ok(balances.get(&account).copied().unwrap_or_default())
}

/// What the accounts from `from` up to but not including `to` owe; those never posted to are left out.
pub async fn balances_between(
    read: &mut Read,
    from: AccountId,
    to: AccountId,
) -> Result<BTreeMap<AccountId, Cents>, Fault> {
    store::balances(read, from, to).await
}

/// What payments and their reversals changed of what the accounts from `from` up to but not including `to` owe;
/// negative where a customer paid.
pub async fn payments_between(
    read: &mut Read,
    from: AccountId,
    to: AccountId,
) -> Result<BTreeMap<AccountId, Cents>, Fault> {
    store::payments(read, (from, to)).await
}

/// The accounts from `from` up to but not including `to` that paid on a GL date or later.
pub async fn payers_between(
    read: &mut Read,
    from: AccountId,
    to: AccountId,
    since: NaiveDate,
) -> Result<BTreeSet<AccountId>, Fault> {
    store::payers(read, (from, to), since).await
}
