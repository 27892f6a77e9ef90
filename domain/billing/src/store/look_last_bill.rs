//! The newest bill of an account, and what it owes that is past due.

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, Cents};

/// What the newest bill of an account says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastBill {
    /// The day on it.
    pub bill_on: NaiveDate,
    /// What it charges.
    pub total: Cents,
    /// What was to be paid by it, with what was left of earlier ones.
    pub due: Cents,
}

/// The newest bill of an account that was not taken back.
pub async fn last_bill(read: &mut Read, account: AccountId) -> Result<Option<LastBill>, Fault> {
    const SQL: &str = "
        select b.bill_on, b.total_cents, coalesce(s.due_cents, b.total_cents)
        from bill b
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        left join bill_statement s on s.account_id = b.account_id and s.run_id = b.run_id
        where b.account_id = $1 and c.account_id is null
        order by b.bill_on desc, b.run_id desc
        limit 1";
    let row: Option<(NaiveDate, i64, i64)> = read.one(SQL, vec![account.into()]).await?;
    Ok(row.map(|(bill_on, total, due)| LastBill { bill_on, total: Cents(total), due: Cents(due) }))
}

/// What an account owes beyond its bills that are not due before a day; never below nothing.
pub async fn past_due(read: &mut Read, account: AccountId, on: NaiveDate) -> Result<Cents, Fault> {
    const SQL: &str = "
        select coalesce(cast(sum(b.total_cents) as bigint), 0)
        from bill b
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where b.account_id = $1 and $2 <= b.due_on and c.account_id is null";
    let owed = finance::balance_of(read, account).await?;
    let to_come = Cents(read.number(SQL, vec![account.into(), on.into()]).await?.unwrap_or(0));
    Ok((owed - to_come).max(Cents::ZERO))
}
