//! Bills and their cancellations.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, Cents, ConsumptionId, JournalId, RunId};

use crate::BillRun;
use crate::pricing::BillKind;
use crate::store::facts::TriedBill;

/// A bill as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBill {
    /// Whose it is.
    pub account: AccountId,
    /// The run it belongs to.
    pub run: RunId,
    /// Its position in the run.
    pub position: i64,
    /// The date on it.
    pub bill_on: NaiveDate,
    /// When it is due.
    pub due_on: NaiveDate,
    /// What it comes to.
    pub total: Cents,
    /// Its journal.
    pub journal: JournalId,
    /// The journal that reversed it, if it was cancelled.
    pub cancelled_by: Option<JournalId>,
}

#[derive(sqlx::FromRow)]
struct BillRow {
    account_id: i64,
    run_id: i64,
    position: i64,
    bill_on: NaiveDate,
    due_on: NaiveDate,
    total_cents: i64,
    journal_id: i64,
    cancelled_by: Option<i64>,
}

/// A bill about to be written.
pub(crate) struct WrittenBill<'a> {
    pub(crate) bill: &'a TriedBill,
    pub(crate) due_on: NaiveDate,
    pub(crate) journal: JournalId,
}

/// Writes bills, each with the journal it made.
pub(crate) async fn insert_bills(tx: &mut Tx, run: &BillRun, bills: &[WrittenBill<'_>]) -> Result<(), Fault> {
    let columns =
        ["account_id", "run_id", "position", "kind", "bill_on", "due_on", "total_cents", "digest", "journal_id"];
    let mut rows = Rows::new("bill", &columns);
    for WrittenBill { bill, due_on, journal } in bills {
        rows.push([
            bill.account.into(),
            run.id.into(),
            bill.position.into(),
            BillKind::of(bill.total).code().into(),
            run.bill_on.into(),
            (*due_on).into(),
            bill.total.into(),
            bill.digest.into(),
            (*journal).into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// The bill at a position of a run, looked for among accounts `from..to`.
pub(crate) async fn bill_at(
    read: &mut Read,
    run: RunId,
    position: i64,
    (from, to): (AccountId, AccountId),
) -> Result<Option<StoredBill>, Fault> {
    const SQL: &str = "
        select b.account_id, b.run_id, b.position, b.bill_on, b.due_on, b.total_cents, b.journal_id,
               c.journal_id as cancelled_by
        from bill b
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where $1 <= b.account_id and b.account_id < $2 and b.run_id = $3 and b.position = $4";
    let args = vec![from.into(), to.into(), run.into(), position.into()];
    let row: Option<BillRow> = read.one(SQL, args).await?;
    Ok(row.as_ref().map(stored_of))
}

/// The bill of an account in a run, if it was written.
pub(crate) async fn bill_of(read: &mut Read, account: AccountId, run: RunId) -> Result<Option<StoredBill>, Fault> {
    let of_account = bill_rows_between(read, (account, AccountId(account.0 + 1))).await?;
    Ok(of_account.into_iter().find(|bill| bill.run == run))
}

/// All bills of accounts `from..to`, by account and run.
pub async fn bill_rows_between(read: &mut Read, (from, to): (AccountId, AccountId)) -> Result<Vec<StoredBill>, Fault> {
    const SQL: &str = "
        select b.account_id, b.run_id, b.position, b.bill_on, b.due_on, b.total_cents, b.journal_id,
               c.journal_id as cancelled_by
        from bill b
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where $1 <= b.account_id and b.account_id < $2
        order by b.account_id, b.run_id";
    let rows: Vec<BillRow> = read.all(SQL, vec![Value::from(from), to.into()]).await?;
    Ok(rows.iter().map(stored_of).collect())
}

/// The journals of a run's bills in accounts `from..to` that were not reversed yet.
pub(crate) async fn cancellable_between(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<(AccountId, JournalId)>, Fault> {
    const SQL: &str = "
        select b.account_id, b.journal_id
        from bill b
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where $1 <= b.account_id and b.account_id < $2 and b.run_id = $3 and c.account_id is null
        order by b.account_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![from.into(), to.into(), run.into()]).await?;
    Ok(rows.into_iter().map(|(account, journal)| (AccountId(account), JournalId(journal))).collect())
}

/// The day in the books on which a bill was taken back, and why.
pub(crate) async fn cancellation_of(
    read: &mut Read,
    account: AccountId,
    run: RunId,
) -> Result<Option<(NaiveDate, String)>, Fault> {
    const SQL: &str = "
        select cancelled_on, reason
        from bill_cancellation
        where account_id = $1 and run_id = $2";
    read.one(SQL, vec![account.into(), run.into()]).await
}

/// Marks bills as cancelled by their reversals.
pub(crate) async fn insert_cancellations(
    tx: &mut Tx,
    run: RunId,
    (cancelled_on, reason): (NaiveDate, &str),
    reversals: &[(AccountId, JournalId)],
) -> Result<(), Fault> {
    let mut rows = Rows::new("bill_cancellation", &["account_id", "run_id", "journal_id", "cancelled_on", "reason"]);
    for (account, journal) in reversals {
        rows.push([(*account).into(), run.into(), (*journal).into(), cancelled_on.into(), reason.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

fn stored_of(row: &BillRow) -> StoredBill {
    StoredBill {
        account: AccountId(row.account_id),
        run: RunId(row.run_id),
        position: row.position,
        bill_on: row.bill_on,
        due_on: row.due_on,
        total: Cents(row.total_cents),
        journal: JournalId(row.journal_id),
        cancelled_by: row.cancelled_by.map(JournalId),
    }
}

/// The total of the uncancelled bill that each consumption of accounts `from..to` is on; `None`
/// for what is frozen in a run but on no bill.
pub async fn bills_by_consumption(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<(ConsumptionId, Option<Cents>)>, Fault> {
    const SQL: &str = "
        select i.consumption_id, case when c.account_id is null then b.total_cents end as total_cents
        from run_item i
        left join bill b on b.account_id = i.account_id and b.run_id = i.run_id
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where $1 <= i.account_id and i.account_id < $2 and i.consumption_id is not null
        order by i.account_id, i.run_id, i.agreement_id";
    let rows: Vec<(i64, Option<i64>)> = read.all(SQL, vec![Value::from(from), to.into()]).await?;
    Ok(rows.into_iter().map(|(id, total)| (ConsumptionId(id), total.map(Cents))).collect())
}

/// How many uncancelled bills there are, how many of them come to nothing, and what all come to.
pub async fn bill_totals(read: &mut Read) -> Result<(i64, i64, Cents), Fault> {
    const SQL: &str = "
        select count(*), coalesce(cast(sum(case when b.total_cents = 0 then 1 else 0 end) as bigint), 0),
               coalesce(cast(sum(b.total_cents) as bigint), 0)
        from bill b
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where c.account_id is null";
    let row: Option<(i64, i64, i64)> = read.one(SQL, vec![]).await?;
    Ok(row.map_or((0, 0, Cents::ZERO), |(bills, zero, total)| (bills, zero, Cents(total))))
}

/// The largest account id that has an agreement, for walks over all accounts.
pub async fn last_account(read: &mut Read) -> Result<AccountId, Fault> {
    Ok(AccountId(read.number("select max(account_id) from service_agreement", vec![]).await?.unwrap_or(0)))
}

/// When the consumption of accounts `from..to` was billed; what is on no uncancelled bill is left out.
pub(crate) async fn bill_dates(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<BTreeMap<ConsumptionId, NaiveDate>, Fault> {
    const SQL: &str = "
        select i.consumption_id, b.bill_on
        from run_item i
        join bill b on b.account_id = i.account_id and b.run_id = i.run_id
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where $1 <= i.account_id and i.account_id < $2 and i.consumption_id is not null and c.account_id is null
        order by i.account_id, i.run_id, i.agreement_id";
    let rows: Vec<(i64, NaiveDate)> = read.all(SQL, vec![Value::from(from), to.into()]).await?;
    Ok(rows.into_iter().map(|(id, bill_on)| (ConsumptionId(id), bill_on)).collect())
}
