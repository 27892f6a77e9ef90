//! Where accounts are or were served, and the bill that has a number, for whoever looks for them.

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, BillNumber, RunId, ServicePointId};

use super::bills::{StoredBill, bill_at, bill_of};
use super::runs::run_by_number;
use crate::RunKind;
use crate::acts::prepared_chunk_with;

/// A service of an account at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedAt {
    /// Whose it is.
    pub account: AccountId,
    /// Where.
    pub service_point: ServicePointId,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The day after the last, once it is stopped.
    pub stops_on: Option<NaiveDate>,
}

/// The service points of accounts `from..to`, those of the past too.
pub async fn points_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<(AccountId, ServicePointId)>, Fault> {
    const SQL: &str = "
        select account_id, service_point_id
        from service_agreement
        where $1 <= account_id and account_id < $2
        order by account_id, agreement_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    let mut points: Vec<(AccountId, ServicePointId)> =
        rows.into_iter().map(|(account, point)| (AccountId(account), ServicePointId(point))).collect();
    points.sort_unstable();
    points.dedup();
    Ok(points)
}

/// Where some accounts are or were served, by account, the newest service first.
pub async fn served_at(read: &mut Read, accounts: &[AccountId]) -> Result<Vec<ServedAt>, Fault> {
    const SQL: &str = "
        select account_id, service_point_id, starts_on, stops_on
        from service_agreement
        where account_id in ({list})
        order by account_id, starts_on desc, agreement_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64, i64, NaiveDate, Option<NaiveDate>)> = read.listed(SQL, &keys).await?;
    let served = |(account, point, starts_on, stops_on)| ServedAt {
        account: AccountId(account),
        service_point: ServicePointId(point),
        starts_on,
        stops_on,
    };
    Ok(rows.into_iter().map(served).collect())
}

/// The bill that has a number, if it was written.
pub async fn bill_numbered(read: &mut Read, number: BillNumber) -> Result<Option<StoredBill>, Fault> {
    let Some(run) = run_by_number(read, number.run).await? else { return Ok(None) };
    let Some(range) = prepared_chunk_with(read, &run, number.position).await? else { return Ok(None) };
    if run.kind == RunKind::Regular
        && let Some(account) = account_at(read, (run.id, number.position), range).await?
    {
        return bill_of(read, account, run.id).await;
    }
    bill_at(read, run.id, number.position, range).await
}

/// The account whose bill has a position, found by halving: a regular run numbers its bills in the order of accounts.
async fn account_at(
    read: &mut Read,
    (run, position): (RunId, i64),
    (from, to): (AccountId, AccountId),
) -> Result<Option<AccountId>, Fault> {
    const SQL: &str = "
        select account_id, position
        from run_item
        where run_id = $1 and $2 <= account_id and account_id < $3
        order by account_id, agreement_id
        limit 1";
    let (mut low, mut high) = (from.0, to.0);
    while low < high {
        let middle = low + (high - low) / 2;
        let row: Option<(i64, i64)> = read.one(SQL, vec![run.into(), middle.into(), high.into()]).await?;
        match row {
            Some((account, found)) if found == position => return Ok(Some(AccountId(account))),
            Some((account, found)) if found < position => low = account + 1,
            Some(_) | None => high = middle,
        }
    }
    Ok(None)
}
