//! Adjustments of what accounts owe.

use chrono::NaiveDate;
use db::{Fault, Read, Tx, Value};
use kernel::{AccountId, ActId, AdjustmentId, AgreementId, Cents, JournalId, RunId};

/// An adjustment as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// Its id.
    pub id: AdjustmentId,
    /// Whose account.
    pub account: AccountId,
    /// Its journal.
    pub journal: JournalId,
    /// The run of the bill it adjusts.
    pub run: RunId,
    /// The revenue code it adjusts.
    pub revenue: String,
    /// The amount without tax; negative for a credit.
    pub cents: Cents,
    /// The tax that goes with it, at the rate of the bill.
    pub tax: Cents,
    /// The day it counts from.
    pub effective_on: NaiveDate,
    /// The code of the reason.
    pub reason_code: String,
    /// The reason in words.
    pub reason: String,
    /// The journal that took it back.
    pub reversed_by: Option<JournalId>,
    /// The service whose charge it adjusts; none when it was adjusted over all services of the charge.
    pub agreement: Option<AgreementId>,
}

#[derive(sqlx::FromRow)]
pub(super) struct AdjustmentRow {
    account_id: i64,
    adjustment_id: i64,
    journal_id: i64,
    run_id: i64,
    revenue_code: String,
    cents: i64,
    tax_cents: i64,
    effective_on: NaiveDate,
    reason_code: String,
    reason: String,
    reversed_by_journal_id: Option<i64>,
    agreement_id: Option<i64>,
}

pub(crate) async fn insert_adjustment(tx: &mut Tx, act: ActId, new: &Adjustment) -> Result<(), Fault> {
    const SQL: &str = "
        insert into adjustment (account_id, adjustment_id, journal_id, run_id, revenue_code, cents, tax_cents,
                                effective_on, reason_code, reason, act_id, agreement_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let args = vec![
        new.account.into(),
        new.id.into(),
        new.journal.into(),
        new.run.into(),
        new.revenue.as_str().into(),
        new.cents.into(),
        new.tax.into(),
        new.effective_on.into(),
        new.reason_code.as_str().into(),
        new.reason.as_str().into(),
        act.into(),
        new.agreement.into(),
    ];
    tx.run_once(SQL, args).await
}

/// Notes which journal took an adjustment back.
pub(crate) async fn mark_reversed(
    tx: &mut Tx,
    (account, adjustment): (AccountId, AdjustmentId),
    journal: JournalId,
) -> Result<(), Fault> {
    const SQL: &str = "
        update adjustment
        set reversed_by_journal_id = $3
        where account_id = $1 and adjustment_id = $2 and reversed_by_journal_id is null";
    tx.run_once(SQL, vec![account.into(), adjustment.into(), journal.into()]).await
}

/// The adjustments of an account, oldest first.
pub async fn adjustments_of(read: &mut Read, account: AccountId) -> Result<Vec<Adjustment>, Fault> {
    const SQL: &str = "
        select account_id, adjustment_id, journal_id, run_id, revenue_code, cents, tax_cents, effective_on, reason_code,
               reason, reversed_by_journal_id, agreement_id
        from adjustment
        where account_id = $1
        order by adjustment_id";
    Ok(adjustments(read.all(SQL, vec![account.into()]).await?))
}

/// The adjustments of some accounts, by account, oldest first.
pub(crate) async fn adjustments_of_accounts(read: &mut Read, accounts: &[AccountId]) -> Result<Vec<Adjustment>, Fault> {
    const SQL: &str = "
        select account_id, adjustment_id, journal_id, run_id, revenue_code, cents, tax_cents, effective_on, reason_code,
               reason, reversed_by_journal_id, agreement_id
        from adjustment
        where account_id in ({list})
        order by account_id, adjustment_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    Ok(adjustments(read.listed(SQL, &keys).await?))
}

/// The adjustments that stand of bills of a run, for accounts `from..to`.
pub(crate) async fn standing_adjustments(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<Adjustment>, Fault> {
    const SQL: &str = "
        select account_id, adjustment_id, journal_id, run_id, revenue_code, cents, tax_cents, effective_on, reason_code,
               reason, reversed_by_journal_id, agreement_id
        from adjustment
        where $1 <= account_id and account_id < $2 and run_id = $3 and reversed_by_journal_id is null
        order by account_id, adjustment_id";
    Ok(adjustments(read.all(SQL, vec![from.into(), to.into(), run.into()]).await?))
}

pub(super) fn adjustments(rows: Vec<AdjustmentRow>) -> Vec<Adjustment> {
    let adjustment = |row: AdjustmentRow| Adjustment {
        id: AdjustmentId(row.adjustment_id),
        account: AccountId(row.account_id),
        journal: JournalId(row.journal_id),
        run: RunId(row.run_id),
        revenue: row.revenue_code,
        cents: Cents(row.cents),
        tax: Cents(row.tax_cents),
        effective_on: row.effective_on,
        reason_code: row.reason_code,
        reason: row.reason,
        reversed_by: row.reversed_by_journal_id.map(JournalId),
        agreement: row.agreement_id.map(AgreementId),
    };
    rows.into_iter().map(adjustment).collect()
}
