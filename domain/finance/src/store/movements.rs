//! The SQL of movements: postings summed by account, agreement, kind of journal and place.

use db::{Fault, Read};
use kernel::{AccountId, AgreementId, Cents, FundId, LedgerAccountId};
use ledger::JournalKind;

use crate::movement::{Movement, Window};

#[derive(sqlx::FromRow)]
struct MovementRow {
    account_id: i64,
    agreement_id: Option<i64>,
    kind: String,
    is_before: bool,
    fund_id: i64,
    debit_id: i64,
    credit_id: i64,
    cents: i64,
}

pub(crate) async fn movements(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    window: Window,
) -> Result<Vec<Movement>, Fault> {
    const SQL: &str = "
        select p.account_id, p.agreement_id, j.kind, case when j.gl_on < $3 then true else false end as is_before,
               p.fund_id, p.debit_id, p.credit_id, cast(sum(p.cents) as bigint) as cents
        from posting p
        join journal j on j.account_id = p.account_id and j.journal_id = p.journal_id
        where $1 <= p.account_id and p.account_id < $2 and j.gl_on <= $4 and j.act_id < $5
        group by p.account_id, p.agreement_id, j.kind, case when j.gl_on < $3 then true else false end, p.fund_id,
                 p.debit_id, p.credit_id
        order by p.account_id, coalesce(p.agreement_id, 0), j.kind, is_before, p.fund_id, p.debit_id, p.credit_id";
    let before = window.before.map_or(i64::MAX, |act| act.0);
    let args = vec![from.into(), to.into(), window.from_on.into(), window.through_on.into(), before.into()];
    let rows: Vec<MovementRow> = read.all(SQL, args).await?;
    let movement = |row: MovementRow| {
        let kind = JournalKind::parse(&row.kind);
        Ok(Movement {
            account: AccountId(row.account_id),
            agreement: row.agreement_id.map(AgreementId),
            kind: kind.map_err(|_| Fault::impossible_row("journal", "kind", row.account_id))?,
            is_before: row.is_before,
            fund: FundId(row.fund_id),
            debit: LedgerAccountId(row.debit_id),
            credit: LedgerAccountId(row.credit_id),
            cents: Cents(row.cents),
        })
    };
    rows.into_iter().map(movement).collect()
}
