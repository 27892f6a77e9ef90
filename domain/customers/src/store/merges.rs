//! Customers that were found to be the same, and the accounts that moved for it.

use std::collections::BTreeMap;

use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, ActId, CustomerId};

/// A merge about to be recorded.
pub(crate) struct NewMerge<'a> {
    pub(crate) merged: CustomerId,
    pub(crate) into: CustomerId,
    pub(crate) reason: &'a str,
}

/// An account that moved from one customer to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MergedAccount {
    pub(crate) account: AccountId,
    pub(crate) from: CustomerId,
    pub(crate) to: CustomerId,
}

/// Holds customers until the transaction ends, in the order of their ids.
pub(crate) async fn lock_customers(tx: &mut Tx, (one, other): (CustomerId, CustomerId)) -> Result<(), Fault> {
    const SQL: &str = "
        select count(*)
        from (
            select customer_id
            from customer
            where customer_id = $1 or customer_id = $2
            order by customer_id
            for update
        ) held";
    tx.hold(SQL, vec![one.into(), other.into()]).await
}

/// Who was merged into a customer.
pub(crate) async fn merged_into(read: &mut Read, customer: CustomerId) -> Result<Vec<CustomerId>, Fault> {
    const SQL: &str = "
        select merged_id
        from customer_merge
        where into_id = $1
        order by merged_id";
    let rows: Vec<(i64,)> = read.all(SQL, vec![customer.into()]).await?;
    Ok(rows.into_iter().map(|(id,)| CustomerId(id)).collect())
}

/// The accounts of a customer.
pub(crate) async fn accounts_of(read: &mut Read, customer: CustomerId) -> Result<Vec<AccountId>, Fault> {
    const SQL: &str = "
        select account_id
        from account
        where customer_id = $1
        order by account_id";
    let rows: Vec<(i64,)> = read.all(SQL, vec![customer.into()]).await?;
    Ok(rows.into_iter().map(|(id,)| AccountId(id)).collect())
}

pub(crate) async fn insert_merge(tx: &mut Tx, act: ActId, merge: &NewMerge<'_>) -> Result<(), Fault> {
    const SQL: &str = "
        insert into customer_merge (merged_id, into_id, act_id, reason)
        values ($1, $2, $3, $4)";
    tx.run_once(SQL, vec![merge.merged.into(), merge.into.into(), act.into(), merge.reason.into()]).await
}

/// The act by which a customer was merged.
pub(crate) async fn merge_act(read: &mut Read, merged: CustomerId) -> Result<Option<ActId>, Fault> {
    const SQL: &str = "
        select act_id
        from customer_merge
        where merged_id = $1";
    Ok(read.number(SQL, vec![merged.into()]).await?.map(ActId))
}

pub(crate) async fn delete_merge(tx: &mut Tx, merged: CustomerId) -> Result<(), Fault> {
    const SQL: &str = "
        delete from customer_merge
        where merged_id = $1";
    tx.run_once(SQL, vec![merged.into()]).await
}

/// The accounts an act moved.
pub(crate) async fn moved_by(read: &mut Read, act: ActId) -> Result<Vec<AccountId>, Fault> {
    const SQL: &str = "
        select account_id
        from merged_account
        where act_id = $1
        order by account_id";
    let rows: Vec<(i64,)> = read.all(SQL, vec![Value::from(act)]).await?;
    Ok(rows.into_iter().map(|(id,)| AccountId(id)).collect())
}

/// Moves accounts to another customer, and records that.
pub(crate) async fn move_accounts(tx: &mut Tx, act: ActId, moved: &[MergedAccount]) -> Result<(), Fault> {
    const SQL: &str = "
        update account
        set customer_id = $3
        where account_id = $1 and customer_id = $2";
    let mut rows = Rows::new("merged_account", &["account_id", "act_id", "from_customer_id", "to_customer_id"]);
    for one in moved {
        tx.run_once(SQL, vec![one.account.into(), one.from.into(), one.to.into()]).await?;
        rows.push([one.account.into(), act.into(), one.from.into(), one.to.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Who stays for each of these customers: themselves, or the one they were merged into.
pub async fn surviving(read: &mut Read, customers: &[CustomerId]) -> Result<BTreeMap<CustomerId, CustomerId>, Fault> {
    const SQL: &str = "
        select c.customer_id, coalesce(m.into_id, c.customer_id)
        from customer c
        left join customer_merge m on m.merged_id = c.customer_id
        where c.customer_id in ({list})";
    let keys: Vec<Value> = customers.iter().map(|customer| Value::from(*customer)).collect();
    let rows: Vec<(i64, i64)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(id, stays)| (CustomerId(id), CustomerId(stays))).collect())
}
