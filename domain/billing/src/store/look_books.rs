//! Bills of a run counted by how they were read, and adjustments of many accounts, for reports.

use db::{Fault, Read};
use kernel::{AccountId, Cents, RunId};

use super::adjustments::{Adjustment, AdjustmentRow, adjustments};

/// How the bills of a run came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunQuality {
    /// Bills written.
    pub bills: i64,
    /// Those with some estimated use.
    pub estimated: i64,
    /// Those that take the place of another bill.
    pub replacing: i64,
    /// What all come to.
    pub total: Cents,
}

/// How the bills of a run came about, taken back or not; it looks at each bill of the run and at no other.
pub async fn run_quality(read: &mut Read, run: RunId) -> Result<RunQuality, Fault> {
    const SQL: &str = "
        select count(*),
               coalesce(cast(sum(case when statement.is_estimated then 1 else 0 end) as bigint), 0),
               coalesce(cast(sum(case when statement.replaces_run_id is null then 0 else 1 end) as bigint), 0),
               coalesce(cast(sum(bill.total_cents) as bigint), 0)
        from (
            select distinct account_id
            from run_item
            where run_id = $1
        ) as billed
        join bill on bill.account_id = billed.account_id and bill.run_id = $1
        left join bill_statement statement on statement.account_id = bill.account_id and statement.run_id = bill.run_id";
    let row: Option<(i64, i64, i64, i64)> = read.one(SQL, vec![run.into()]).await?;
    let (bills, estimated, replacing, total) = row.unwrap_or_default();
    Ok(RunQuality { bills, estimated, replacing, total: Cents(total) })
}

/// The adjustments of accounts `from..to`, by account and in their order.
pub async fn adjustments_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<Adjustment>, Fault> {
    const SQL: &str = "
        select account_id, adjustment_id, journal_id, run_id, revenue_code, cents, tax_cents, effective_on, reason_code,
               reason, reversed_by_journal_id, agreement_id
        from adjustment
        where $1 <= account_id and account_id < $2
        order by account_id, adjustment_id";
    let rows: Vec<AdjustmentRow> = read.all(SQL, vec![from.into(), to.into()]).await?;
    Ok(adjustments(rows))
}
