//! Bills of one account in their order, for pages about one of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, ActId, AdjustmentId, BillNumber, Cents, JournalId, Period, RunId};

use crate::RunKind;

/// A bill in a list of those of its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillInOrder {
    /// Its run.
    pub run: RunId,
    /// The number on it.
    pub number: BillNumber,
    /// What its run bills.
    pub kind: RunKind,
    /// The days its run bills.
    pub period: Period,
    /// The date on it.
    pub bill_on: NaiveDate,
    /// When it is due.
    pub due_on: NaiveDate,
    /// What it comes to.
    pub total: Cents,
    /// Its journal.
    pub journal: JournalId,
    /// Whether it was taken back.
    pub is_cancelled: bool,
    /// The run of the bill it takes the place of.
    pub replaces: Option<RunId>,
}

#[derive(sqlx::FromRow)]
struct BillInOrderRow {
    run_id: i64,
    run_number: i64,
    position: i64,
    kind: String,
    period_from: NaiveDate,
    period_to: NaiveDate,
    bill_on: NaiveDate,
    due_on: NaiveDate,
    total_cents: i64,
    journal_id: i64,
    cancelled_by: Option<i64>,
    replaces_run_id: Option<i64>,
}

/// All bills of an account, by the days they are for and then by run.
pub async fn bills_of_account(read: &mut Read, account: AccountId) -> Result<Vec<BillInOrder>, Fault> {
    const SQL: &str = "
        select b.run_id, r.run_number, b.position, r.kind, r.period_from, r.period_to, b.bill_on, b.due_on,
               b.total_cents, b.journal_id, c.journal_id as cancelled_by, s.replaces_run_id
        from bill b
        join bill_run r on r.run_id = b.run_id
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        left join bill_statement s on s.account_id = b.account_id and s.run_id = b.run_id
        where b.account_id = $1
        order by r.period_from, b.run_id";
    let rows: Vec<BillInOrderRow> = read.all(SQL, vec![account.into()]).await?;
    rows.iter().map(account_bill).collect()
}

fn account_bill(row: &BillInOrderRow) -> Result<BillInOrder, Fault> {
    let impossible = |column| Fault::impossible_row("bill_run", column, row.run_id);
    Ok(BillInOrder {
        run: RunId(row.run_id),
        number: BillNumber { run: row.run_number, position: row.position },
        kind: RunKind::parse(&row.kind).ok_or_else(|| impossible("kind"))?,
        period: Period::new(row.period_from, row.period_to).map_err(|_| impossible("period_to"))?,
        bill_on: row.bill_on,
        due_on: row.due_on,
        total: Cents(row.total_cents),
        journal: JournalId(row.journal_id),
        is_cancelled: row.cancelled_by.is_some(),
        replaces: row.replaces_run_id.map(RunId),
    })
}

/// Which entry of the log made each adjustment of an account.
pub async fn acts_of_adjustments(read: &mut Read, account: AccountId) -> Result<BTreeMap<AdjustmentId, ActId>, Fault> {
    const SQL: &str = "
        select adjustment_id, act_id
        from adjustment
        where account_id = $1
        order by adjustment_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![account.into()]).await?;
    Ok(rows.into_iter().map(|(adjustment, act)| (AdjustmentId(adjustment), ActId(act))).collect())
}
