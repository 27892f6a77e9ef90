//! What still waits of exceptions: undecided ones, and held bills that were not made since beside the cycle.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, BillNumber, Cents, RunId};

use super::exception_counts::{ExceptionCounts, kept_counts};
use super::exceptions::made_since;
use crate::BillRun;
use crate::exception::{ExceptionCode, ExceptionState};

/// A bill that is held and not made yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBill {
    /// The run it was held in.
    pub run: RunId,
    /// Whose it is.
    pub account: AccountId,
    /// What was found on it, the first by code.
    pub code: ExceptionCode,
    /// The figure behind that.
    pub detail: String,
    /// Why it is held.
    pub reason: String,
    /// Who looks after it.
    pub assignee: String,
    /// Until when.
    pub due_on: NaiveDate,
    /// What its trial came to.
    pub total: Cents,
}

impl HeldBill {
    /// Its place in the list of held bills.
    #[must_use]
    pub fn place(&self) -> (NaiveDate, RunId, AccountId) {
        (self.due_on, self.run, self.account)
    }
}

/// How many held bills of a run are past their day, and since when the first is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldPast {
    /// Bills.
    pub bills: i64,
    /// The earliest day they were held until.
    pub since: NaiveDate,
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    run_id: i64,
    account_id: i64,
    code: String,
    detail: String,
    reason: Option<String>,
    assignee: Option<String>,
    due_on: Option<NaiveDate>,
    total_cents: i64,
}

/// How many exceptions of a run there are by code and state, without bills held that were made since.
pub async fn waiting_counts(read: &mut Read, run: RunId) -> Result<ExceptionCounts, Fault> {
    const MADE: &str = concat!(
        "select e.code, count(*)
         from run_exception e
         where e.run_id = $1 and e.state = 'held' and ",
        made_since!(),
        "group by e.code"
    );
    let mut counts = kept_counts(read, run).await?;
    let held = ExceptionState::Held.code();
    if counts.keys().all(|(_, state)| *state != held) {
        return Ok(counts);
    }
    let rows: Vec<(String, i64)> = read.all(MADE, vec![run.into()]).await?;
    for (code, made) in rows {
        let code = ExceptionCode::parse(&code).ok_or_else(|| Fault::impossible_row("run_exception", "code", &code))?;
        if let Some(count) = counts.get_mut(&(code, held)) {
            *count -= made;
        }
    }
    counts.retain(|_, count| 0 < *count);
    Ok(counts)
}

/// The held bills of some runs that were not made since, those to be looked at first in front; those after one of the list,
/// when it is named by its place ([`HeldBill::place`]).
pub async fn held_bills(
    read: &mut Read,
    runs: &[RunId],
    after: Option<(NaiveDate, RunId, AccountId)>,
    limit: usize,
) -> Result<Vec<HeldBill>, Fault> {
    const SQL: &str = concat!(
        "select e.run_id, e.account_id, e.code, e.detail, e.reason, e.assignee, e.due_on,
                coalesce(t.total_cents, 0) as total_cents
         from run_exception e
         left join run_trial t on t.account_id = e.account_id and t.run_id = e.run_id
         where e.state = 'held' and e.run_id in ({list})
           and ($2 < e.due_on
                or $2 = e.due_on and ($3 < e.run_id or $3 = e.run_id and $4 < e.account_id))
           and not ",
        made_since!(),
        "order by e.due_on, e.run_id, e.account_id, e.code
         limit $1"
    );
    let (day, run, account) = after.unwrap_or((NaiveDate::default(), RunId(0), AccountId(0)));
    // A bill has a few exceptions at most; each of them says that it is held.
    let rows = i64::try_from(limit.saturating_mul(ExceptionCode::ALL.len())).unwrap_or(i64::MAX);
    let keys: Vec<Value> = runs.iter().map(|run| Value::from(*run)).collect();
    let rows: Vec<HeldRow> =
        read.listed_with(SQL, &[rows.into(), day.into(), run.into(), account.into()], &keys).await?;
    let mut bills: BTreeMap<(NaiveDate, RunId, AccountId), HeldBill> = BTreeMap::new();
    for row in rows {
        let impossible = |column| Fault::impossible_row("run_exception", column, row.account_id);
        let due_on = row.due_on.ok_or_else(|| impossible("due_on"))?;
        let (run, account) = (RunId(row.run_id), AccountId(row.account_id));
        let code = ExceptionCode::parse(&row.code).ok_or_else(|| impossible("code"))?;
        bills.entry((due_on, run, account)).or_insert(HeldBill {
            run,
            account,
            code,
            detail: row.detail,
            reason: row.reason.unwrap_or_default(),
            assignee: row.assignee.unwrap_or_default(),
            due_on,
            total: Cents(row.total_cents),
        });
    }
    Ok(bills.into_values().take(limit).collect())
}

/// The held bills of some runs that were not made by the day they were held until; runs without any are left out.
pub async fn held_past(read: &mut Read, runs: &[RunId], today: NaiveDate) -> Result<BTreeMap<RunId, HeldPast>, Fault> {
    const SQL: &str = concat!(
        "select e.run_id, count(distinct e.account_id), min(e.due_on)
         from run_exception e
         where e.state = 'held' and e.due_on < $1 and e.run_id in ({list}) and not ",
        made_since!(),
        "group by e.run_id"
    );
    let keys: Vec<Value> = runs.iter().map(|run| Value::from(*run)).collect();
    let rows: Vec<(i64, i64, NaiveDate)> = read.listed_with(SQL, &[today.into()], &keys).await?;
    Ok(rows.into_iter().map(|(run, bills, since)| (RunId(run), HeldPast { bills, since })).collect())
}

/// The bill that a later run beside the cycle made for what a run left out, or in place of what it billed, and that
/// stands.
pub async fn bill_made_since(read: &mut Read, run: &BillRun, account: AccountId) -> Result<Option<BillNumber>, Fault> {
    const SQL: &str = "
        select o.run_number, b.position
        from bill b
        join bill_run o on o.run_id = b.run_id
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where b.account_id = $1 and o.of_run_id = $2 and $3 < b.run_id and c.account_id is null
        order by b.run_id desc
        limit 1";
    let row: Option<(i64, i64)> =
        read.one(SQL, vec![account.into(), run.of_run.unwrap_or(run.id).into(), run.id.into()]).await?;
    Ok(row.map(|(run, position)| BillNumber { run, position }))
}

/// The bill of an account in a run, whether it stands or was taken back; none where it was held.
pub async fn bill_in_run(read: &mut Read, run: RunId, account: AccountId) -> Result<Option<BillNumber>, Fault> {
    const SQL: &str = "
        select r.run_number, b.position
        from bill b
        join bill_run r on r.run_id = b.run_id
        where b.account_id = $1 and b.run_id = $2";
    let row: Option<(i64, i64)> = read.one(SQL, vec![account.into(), run.into()]).await?;
    Ok(row.map(|(run, position)| BillNumber { run, position }))
}
