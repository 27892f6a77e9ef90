//! The exception queue.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, ActorId, Cents, RunId};

use super::exception_counts::{ExceptionCounts, change_counts};
use crate::exception::{Disposition, ExceptionRule, ExceptionState, QueuedException};
use crate::{Exception, ExceptionCode};

/// The bill of a held exception `e` was made since and stands: it waits no more. Another run beside the cycle made it;
/// charges by code that were held are on whatever bill came next.
macro_rules! made_since {
    () => {
        " exists (
              select 1
              from bill_run h
              join bill later on later.account_id = e.account_id and h.run_id < later.run_id
              join bill_run o on o.run_id = later.run_id
              left join bill_cancellation c on c.account_id = later.account_id and c.run_id = later.run_id
              where h.run_id = e.run_id and c.account_id is null
                and (h.kind = 'charges' or o.of_run_id = coalesce(h.of_run_id, h.run_id))) "
    };
}
pub(super) use made_since;

#[derive(sqlx::FromRow)]
struct ExceptionRow {
    account_id: i64,
    code: String,
    detail: String,
    state: String,
    reason: Option<String>,
    rule: Option<String>,
    assignee: Option<String>,
    due_on: Option<NaiveDate>,
}

#[derive(sqlx::FromRow)]
struct RunExceptionRow {
    run_id: i64,
    #[sqlx(flatten)]
    queued: ExceptionRow,
}

/// Queues exceptions, all open; [`change_counts`] is told of them by whoever queues.
pub(crate) async fn insert_exceptions(
    tx: &mut Tx,
    run: RunId,
    exceptions: &[(AccountId, &Exception)],
) -> Result<(), Fault> {
    let mut rows = Rows::new("run_exception", &["account_id", "run_id", "code", "detail", "state"]);
    for (account, exception) in exceptions {
        let (code, detail) = (exception.code.code(), exception.detail.as_str());
        rows.push([(*account).into(), run.into(), code.into(), detail.into(), "open".into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// The queue of accounts `from..to`.
pub(crate) async fn exceptions_between(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<QueuedException>, Fault> {
    const SQL: &str = "
        select account_id, code, detail, state, reason, rule, assignee, due_on
        from run_exception
        where run_id = $1 and $2 <= account_id and account_id < $3
        order by account_id, code";
    let rows: Vec<ExceptionRow> = read.all(SQL, vec![run.into(), from.into(), to.into()]).await?;
    rows.into_iter().map(queued_of).collect()
}

/// The exceptions of some accounts in all runs, each with its run.
pub(super) async fn exceptions_of(
    read: &mut Read,
    accounts: &[AccountId],
) -> Result<Vec<(RunId, QueuedException)>, Fault> {
    const SQL: &str = "
        select run_id, account_id, code, detail, state, reason, rule, assignee, due_on
        from run_exception
        where account_id in ({list})
        order by account_id, run_id, code";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<RunExceptionRow> = read.listed(SQL, &keys).await?;
    rows.into_iter().map(|row| Ok((RunId(row.run_id), queued_of(row.queued)?))).collect()
}

/// A page of a run's queue after an account, by account.
pub async fn queue(read: &mut Read, run: RunId, after: AccountId, limit: usize) -> Result<Vec<QueuedException>, Fault> {
    const SQL: &str = "
        select account_id, code, detail, state, reason, rule, assignee, due_on
        from run_exception
        where run_id = $1 and $2 < account_id
        order by account_id, code
        limit $3";
    let rows: Vec<ExceptionRow> =
        read.all(SQL, vec![run.into(), after.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()]).await?;
    rows.into_iter().map(queued_of).collect()
}

pub(crate) async fn open_count(read: &mut Read, run: RunId) -> Result<i64, Fault> {
    const SQL: &str = "
        select count(*)
        from run_exception
        where run_id = $1 and state = 'open'";
    Ok(read.number(SQL, vec![run.into()]).await?.unwrap_or(0))
}

/// Lets a rule decide every open exception of its code; says how many.
pub(crate) async fn decide_by_rule(
    tx: &mut Tx,
    run: RunId,
    rule: &ExceptionRule,
    (by, today): (ActorId, NaiveDate),
) -> Result<u64, Fault> {
    const SQL: &str = "
        update run_exception
        set state = $3, rule = $4, reason = $5, decided_by = $6, assignee = $7, due_on = $8
        where run_id = $1 and code = $2 and state = 'open'";
    let (state, assignee, due_on) = match &rule.disposition {
        Disposition::Release => (ExceptionState::Released, None, None),
        Disposition::Hold { assignee, days } => {
            let days = Days::new(u64::try_from(*days).unwrap_or(0));
            (ExceptionState::Held, Some(assignee.clone()), Some(today + days))
        }
    };
    let args = vec![
        run.into(),
        rule.code.code().into(),
        state.code().into(),
        rule.name.as_str().into(),
        rule.reason.as_str().into(),
        by.into(),
        assignee.into(),
        due_on.into(),
    ];
    let decided = tx.run(SQL, args).await?;
    let count = i64::try_from(decided).map_err(|_| Fault::new("too many exceptions"))?;
    let changes =
        ExceptionCounts::from([((rule.code, ExceptionState::Open.code()), -count), ((rule.code, state.code()), count)]);
    change_counts(tx, run, &changes).await?;
    Ok(decided)
}

/// Releases one open exception; says whether it was there. [`super::change_counts_of_bills`] follows.
pub(crate) async fn decide_one(
    tx: &mut Tx,
    (account, run, code): (AccountId, RunId, ExceptionCode),
    (by, reason): (ActorId, &str),
) -> Result<bool, Fault> {
    const SQL: &str = "
        update run_exception
        set state = 'released', rule = null, reason = $4, decided_by = $5, assignee = null, due_on = null
        where account_id = $1 and run_id = $2 and code = $3 and state in ('open', 'held')";
    let args = vec![account.into(), run.into(), code.code().into(), reason.into(), by.into()];
    Ok(tx.run(SQL, args).await? == 1)
}

/// Holds a bill: every exception of it, or one made for the purpose. [`super::change_counts_of_bills`] follows.
pub(crate) async fn hold_bill(
    tx: &mut Tx,
    (account, run): (AccountId, RunId),
    (by, reason): (ActorId, &str),
    (assignee, due_on): (&str, NaiveDate),
) -> Result<(), Fault> {
    const UPDATE: &str = "
        update run_exception
        set state = 'held', rule = null, reason = $3, decided_by = $4, assignee = $5, due_on = $6
        where account_id = $1 and run_id = $2";
    const INSERT: &str = "
        insert into run_exception (account_id, run_id, code, detail, state, reason, decided_by, assignee, due_on)
        values ($1, $2, $7, 'taken out of the run', 'held', $3, $4, $5, $6)";
    let mut args = vec![account.into(), run.into(), reason.into(), by.into(), assignee.into(), due_on.into()];
    if tx.run(UPDATE, args.clone()).await? == 0 {
        args.push(ExceptionCode::TakenOut.code().into());
        tx.run_once(INSERT, args).await?;
    }
    Ok(())
}

/// Holds bills that changed after sign-off, which were not in the queue or not held.
pub(crate) async fn take_out(
    tx: &mut Tx,
    run: RunId,
    accounts: &[AccountId],
    (by, assignee, due_on): (ActorId, &str, NaiveDate),
) -> Result<(), Fault> {
    let columns = ["account_id", "run_id", "code", "detail", "state", "reason", "decided_by", "assignee", "due_on"];
    let mut rows = Rows::new("run_exception", &columns);
    for account in accounts {
        rows.push([
            (*account).into(),
            run.into(),
            ExceptionCode::Changed.code().into(),
            "changed after sign-off".into(),
            ExceptionState::Held.code().into(),
            "what the bill is priced from changed after the register was signed".into(),
            by.into(),
            assignee.into(),
            due_on.into(),
        ]);
    }
    tx.bulk(rows).await?;
    let count = i64::try_from(accounts.len()).map_err(|_| Fault::new("too many exceptions"))?;
    let changes = ExceptionCounts::from([((ExceptionCode::Changed, ExceptionState::Held.code()), count)]);
    change_counts(tx, run, &changes).await
}

/// The bills of a run that stay back, by account, each with the total its trial found.
pub(crate) async fn held_accounts(read: &mut Read, run: RunId) -> Result<BTreeMap<AccountId, Cents>, Fault> {
    const SQL: &str = "
        select distinct e.account_id, t.total_cents
        from run_exception e
        join run_trial t on t.account_id = e.account_id and t.run_id = e.run_id
        where e.run_id = $1 and e.state = 'held'
        order by e.account_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![run.into()]).await?;
    Ok(rows.into_iter().map(|(account, total)| (AccountId(account), Cents(total))).collect())
}

/// The accounts among `from..to` whose bills stay back.
pub(crate) async fn held_between(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<BTreeSet<AccountId>, Fault> {
    const SQL: &str = "
        select distinct account_id
        from run_exception
        where run_id = $1 and state = 'held' and $2 <= account_id and account_id < $3";
    let rows: Vec<(i64,)> = read.all(SQL, vec![run.into(), from.into(), to.into()]).await?;
    Ok(rows.into_iter().map(|(account,)| AccountId(account)).collect())
}

/// Takes an exception out of the queue that a new trial no longer finds; [`change_counts`] is told of it by whoever does.
pub(crate) async fn delete_exception(tx: &mut Tx, run: RunId, gone: &QueuedException) -> Result<(), Fault> {
    const SQL: &str = "
        delete from run_exception
        where account_id = $1 and run_id = $2 and code = $3";
    tx.run_once(SQL, vec![gone.account.into(), run.into(), gone.code.code().into()]).await
}

fn queued_of(row: ExceptionRow) -> Result<QueuedException, Fault> {
    let impossible = |column| Fault::impossible_row("run_exception", column, row.account_id);
    Ok(QueuedException {
        account: AccountId(row.account_id),
        code: ExceptionCode::parse(&row.code).ok_or_else(|| impossible("code"))?,
        detail: row.detail,
        state: ExceptionState::parse(&row.state).ok_or_else(|| impossible("state"))?,
        reason: row.reason,
        rule: row.rule,
        assignee: row.assignee,
        due_on: row.due_on,
    })
}
