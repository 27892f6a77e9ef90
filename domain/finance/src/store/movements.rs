//! The SQL of movements: postings summed by account, agreement, kind of journal and place.
//!
//! Journals and postings are joined crosswise: SQLite takes them in the order they are written, so that only postings of
//! journals that count are looked at.

use db::{Fault, Read};
use kernel::{AccountId, AgreementId, Cents, FundId, LedgerAccountId};
use ledger::JournalKind;

use crate::movement::{Movement, Owed, Window};

#[derive(sqlx::FromRow)]
struct MovementRow {
    account_id: i64,
    agreement_id: Option<i64>,
    kind: String,
    fund_id: i64,
    debit_id: i64,
    credit_id: i64,
    cents: i64,
}

#[derive(sqlx::FromRow)]
struct OwedRow {
    account_id: i64,
    agreement_id: Option<i64>,
    fund_id: i64,
    debit_id: Option<i64>,
    credit_id: Option<i64>,
    cents: i64,
}

/// What was owed before a window. All that ever moved is summed, so by nothing but what customers owe it in.
pub(crate) async fn owed_before(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    window: Window,
) -> Result<Vec<Owed>, Fault> {
    const SQL: &str = "
        with owed as (
            select ledger_account_id
            from ledger_account
            where control = 'receivable'
        )
        select p.account_id, p.agreement_id, p.fund_id,
               case when p.debit_id in (select ledger_account_id from owed) then p.debit_id end as debit_id,
               case when p.credit_id in (select ledger_account_id from owed) then p.credit_id end as credit_id,
               cast(sum(p.cents) as bigint) as cents
        from journal j
        cross join posting p
        where $1 <= j.account_id and j.account_id < $2 and j.gl_on < $3 and j.act_id < $4
          and p.account_id = j.account_id and p.journal_id = j.journal_id
        group by 1, 2, 3, 4, 5";
    let args = vec![from.into(), to.into(), window.from_on.into(), newest(window).into()];
    let rows: Vec<OwedRow> = read.all(SQL, args).await?;
    let sides = |row: OwedRow| {
        let owed = move |side: i64, cents: i64| Owed {
            account: AccountId(row.account_id),
            agreement: row.agreement_id.map(AgreementId),
            fund: FundId(row.fund_id),
            receivable: LedgerAccountId(side),
            cents: Cents(cents),
        };
        let debit = row.debit_id.map(|side| owed(side, row.cents));
        debit.into_iter().chain(row.credit_id.map(|side| owed(side, -row.cents)))
    };
    Ok(rows.into_iter().flat_map(sides).collect())
}

/// What moved within a window.
pub(crate) async fn movements(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    window: Window,
) -> Result<Vec<Movement>, Fault> {
    const SQL: &str = "
        select p.account_id, p.agreement_id, j.kind, p.fund_id, p.debit_id, p.credit_id,
               cast(sum(p.cents) as bigint) as cents
        from journal j
        cross join posting p
        where $1 <= j.account_id and j.account_id < $2 and $3 <= j.gl_on and j.gl_on <= $4 and j.act_id < $5
          and p.account_id = j.account_id and p.journal_id = j.journal_id
        group by p.account_id, p.agreement_id, j.kind, p.fund_id, p.debit_id, p.credit_id
        order by p.account_id, coalesce(p.agreement_id, 0), j.kind, p.fund_id, p.debit_id, p.credit_id";
    let args = vec![from.into(), to.into(), window.from_on.into(), window.through_on.into(), newest(window).into()];
    movements_of(read.all(SQL, args).await?)
}

/// Acts before this one count.
fn newest(window: Window) -> i64 {
    window.before.map_or(i64::MAX, |act| act.0)
}

fn movements_of(rows: Vec<MovementRow>) -> Result<Vec<Movement>, Fault> {
    let movement = |row: MovementRow| {
        let kind = JournalKind::parse(&row.kind);
        Ok(Movement {
            account: AccountId(row.account_id),
            agreement: row.agreement_id.map(AgreementId),
            kind: kind.map_err(|_| Fault::impossible_row("journal", "kind", row.account_id))?,
            fund: FundId(row.fund_id),
            debit: LedgerAccountId(row.debit_id),
            credit: LedgerAccountId(row.credit_id),
            cents: Cents(row.cents),
        })
    };
    rows.into_iter().map(movement).collect()
}
