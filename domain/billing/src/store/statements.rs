//! Statements of bills, and what they are made from.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx};
use kernel::{AccountId, Cents, RunId};

use crate::stage::Stage;
use crate::statement::Statement;

#[derive(sqlx::FromRow)]
struct StatementRow {
    stage: String,
    is_estimated: bool,
    replaces_run_id: Option<i64>,
    previous_cents: i64,
    payments_cents: i64,
    adjustments_cents: i64,
    forward_cents: i64,
    current_cents: i64,
    due_cents: i64,
    past_due_cents: i64,
    payments_total_cents: i64,
}

/// Writes the statements of bills of a run, each with the run of the bill it replaces.
pub(crate) async fn insert_statements(
    tx: &mut Tx,
    run: RunId,
    statements: &[(AccountId, Statement, Option<RunId>)],
) -> Result<(), Fault> {
    let columns = [
        "account_id",
        "run_id",
        "stage",
        "is_estimated",
        "replaces_run_id",
        "previous_cents",
        "payments_cents",
        "adjustments_cents",
        "forward_cents",
        "current_cents",
        "due_cents",
        "past_due_cents",
        "payments_total_cents",
    ];
    let mut rows = Rows::new("bill_statement", &columns);
    for (account, made, replaces) in statements {
        rows.push([
            (*account).into(),
            run.into(),
            made.stage.code().into(),
            made.is_estimated.into(),
            (*replaces).into(),
            made.previous.into(),
            made.payments.into(),
            made.adjustments.into(),
            made.forward.into(),
            made.current.into(),
            made.due.into(),
            made.past_due.into(),
            made.payments_total.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// The statement of a bill with the run whose bill it replaces; bills from before statements were kept have none.
pub(crate) async fn statement_of(
    read: &mut Read,
    account: AccountId,
    run: RunId,
) -> Result<Option<(Statement, Option<RunId>)>, Fault> {
    const SQL: &str = "
        select stage, is_estimated, replaces_run_id, previous_cents, payments_cents, adjustments_cents, forward_cents,
               current_cents, due_cents, past_due_cents, payments_total_cents
        from bill_statement
        where account_id = $1 and run_id = $2";
    let row: Option<StatementRow> = read.one(SQL, vec![account.into(), run.into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let stage = Stage::parse(&row.stage).ok_or_else(|| Fault::impossible_row("bill_statement", "stage", account.0))?;
    let statement = Statement {
        stage,
        is_estimated: row.is_estimated,
        previous: Cents(row.previous_cents),
        payments: Cents(row.payments_cents),
        adjustments: Cents(row.adjustments_cents),
        forward: Cents(row.forward_cents),
        current: Cents(row.current_cents),
        due: Cents(row.due_cents),
        past_due: Cents(row.past_due_cents),
        payments_total: Cents(row.payments_total_cents),
    };
    Ok(Some((statement, row.replaces_run_id.map(RunId))))
}

/// What the last statement of each account among `from..to` asked for, with all payments when it was made.
pub(crate) async fn last_statements(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<BTreeMap<AccountId, (Cents, Cents)>, Fault> {
    const SQL: &str = "
        select b.account_id, s.due_cents, s.payments_total_cents
        from (
            select account_id, max(bill_on) as bill_on
            from bill
            where $1 <= account_id and account_id < $2
            group by account_id
        ) last
        join bill b on b.account_id = last.account_id and b.bill_on = last.bill_on
        left join bill_statement s on s.account_id = b.account_id and s.run_id = b.run_id
        order by b.account_id, b.run_id";
    let rows: Vec<(i64, Option<i64>, Option<i64>)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    // Of several bills of a day the last run's counts; one from before statements were kept has none.
    let last: BTreeMap<i64, Option<(i64, i64)>> =
        rows.into_iter().map(|(account, due, paid)| (account, due.zip(paid))).collect();
    let statement = |(account, sums): (i64, Option<(i64, i64)>)| {
        sums.map(|(due, paid)| (AccountId(account), (Cents(due), Cents(paid))))
    };
    Ok(last.into_iter().filter_map(statement).collect())
}

/// What bills of accounts `from..to` come to that stand and are not due before a day.
pub(crate) async fn not_due_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    on: NaiveDate,
) -> Result<BTreeMap<AccountId, Cents>, Fault> {
    const SQL: &str = "
        select b.account_id, cast(sum(b.total_cents) as bigint)
        from bill b
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where $1 <= b.account_id and b.account_id < $2 and $3 <= b.due_on and c.account_id is null
        group by b.account_id
        order by b.account_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![from.into(), to.into(), on.into()]).await?;
    Ok(rows.into_iter().map(|(account, cents)| (AccountId(account), Cents(cents))).collect())
}
