//! How many exceptions of a run there are by code and state, kept with them: whatever changes exceptions says here by how
//! many, in the same transaction.

use std::collections::{BTreeMap, BTreeSet};

use db::{Fault, Read, Tx, Value};
use kernel::{AccountId, RunId};

use crate::ExceptionCode;
use crate::exception::ExceptionState;

/// Exceptions, or how many more of them, by code and the code of their state.
pub type ExceptionCounts = BTreeMap<(ExceptionCode, &'static str), i64>;

/// How many exceptions of a run are kept to be there, by code and state; none are left out.
pub(super) async fn kept_counts(read: &mut Read, run: RunId) -> Result<ExceptionCounts, Fault> {
    const SQL: &str = "
        select code, state, exceptions
        from run_exception_count
        where run_id = $1 and 0 < exceptions";
    counts_of(read.all(SQL, vec![run.into()]).await?)
}

/// How many exceptions of a run there are, counted.
pub async fn exception_counts(read: &mut Read, run: RunId) -> Result<ExceptionCounts, Fault> {
    const SQL: &str = "
        select code, state, count(*)
        from run_exception
        where run_id = $1
        group by code, state";
    counts_of(read.all(SQL, vec![run.into()]).await?)
}

/// How many exceptions some bills of a run have, counted.
pub(crate) async fn counts_of_bills(
    read: &mut Read,
    run: RunId,
    accounts: &BTreeSet<AccountId>,
) -> Result<ExceptionCounts, Fault> {
    const SQL: &str = "
        select code, state, count(*)
        from run_exception
        where run_id = $1 and account_id in ({list})
        group by code, state";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    counts_of(read.listed_with(SQL, &[run.into()], &keys).await?)
}

/// How many exceptions are open in some runs; runs without any are left out.
pub async fn open_counts(read: &mut Read, runs: &[RunId]) -> Result<BTreeMap<RunId, i64>, Fault> {
    const SQL: &str = "
        select run_id, cast(sum(exceptions) as bigint)
        from run_exception_count
        where state = 'open' and 0 < exceptions and run_id in ({list})
        group by run_id";
    let keys: Vec<Value> = runs.iter().map(|run| Value::from(*run)).collect();
    let rows: Vec<(i64, i64)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(run, count)| (RunId(run), count)).collect())
}

/// Adds to what is kept of a run. Chunks of a run that are worked on beside one another wait here for each other, in one
/// order; so each says all its changes at once, and last.
pub(crate) async fn change_counts(tx: &mut Tx, run: RunId, changes: &ExceptionCounts) -> Result<(), Fault> {
    const ADD: &str = "
        update run_exception_count
        set exceptions = exceptions + $4
        where run_id = $1 and code = $2 and state = $3";
    const MAKE: &str = "
        insert into run_exception_count (run_id, code, state, exceptions)
        values ($1, $2, $3, 0)
        on conflict (run_id, code, state) do nothing";
    for ((code, state), change) in changes.iter().filter(|(_, change)| **change != 0) {
        let key: Vec<Value> = vec![run.into(), code.code().into(), (*state).into()];
        let mut args = key.clone();
        args.push((*change).into());
        if tx.run(ADD, args.clone()).await? == 0 {
            tx.run(MAKE, key).await?;
            tx.run_once(ADD, args).await?;
        }
    }
    Ok(())
}

/// Adds to what is kept of a run how the exceptions of some bills changed since they were counted.
pub(crate) async fn change_counts_of_bills(
    tx: &mut Tx,
    (run, accounts): (RunId, &BTreeSet<AccountId>),
    before: ExceptionCounts,
) -> Result<(), Fault> {
    let mut changes = counts_of_bills(tx, run, accounts).await?;
    for (key, count) in before {
        *changes.entry(key).or_default() -= count;
    }
    change_counts(tx, run, &changes).await
}

/// Counts the exceptions of a run anew; nobody else may change them meanwhile.
pub(crate) async fn count_again(tx: &mut Tx, run: RunId) -> Result<(), Fault> {
    const COUNT: &str = "
        insert into run_exception_count (run_id, code, state, exceptions)
        select run_id, code, state, count(*)
        from run_exception
        where run_id = $1
        group by run_id, code, state";
    tx.run("delete from run_exception_count where run_id = $1", vec![run.into()]).await?;
    tx.run(COUNT, vec![run.into()]).await?;
    Ok(())
}

/// Rows of a long list come in pieces, each with its own counts.
fn counts_of(rows: Vec<(String, String, i64)>) -> Result<ExceptionCounts, Fault> {
    let mut counts = ExceptionCounts::new();
    for (code, state, count) in rows {
        let impossible = |column, value: &str| Fault::impossible_row("run_exception", column, value);
        let code_of = ExceptionCode::parse(&code).ok_or_else(|| impossible("code", &code))?;
        let state_of = ExceptionState::parse(&state).ok_or_else(|| impossible("state", &state))?;
        *counts.entry((code_of, state_of.code())).or_default() += count;
    }
    Ok(counts)
}
