//! What customers paid.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, Cents};

/// What payments and their reversals changed of what each account owes; negative where it paid.
pub(crate) async fn payments(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<BTreeMap<AccountId, Cents>, Fault> {
    // Joined crosswise, SQLite begins with the journals, of which few are payments, not with all that was ever posted.
    const SQL: &str = "
        select p.account_id,
               cast(sum(case when debit.control in ('receivable', 'unapplied_credit') then p.cents else 0 end
                      - case when credit.control in ('receivable', 'unapplied_credit') then p.cents else 0 end)
                    as bigint)
        from journal j
        cross join posting p
        join ledger_account debit on debit.ledger_account_id = p.debit_id
        join ledger_account credit on credit.ledger_account_id = p.credit_id
        where $1 <= j.account_id and j.account_id < $2 and j.kind = 'payment'
          and p.account_id = j.account_id and p.journal_id = j.journal_id
        group by p.account_id
        order by p.account_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    Ok(rows.into_iter().map(|(account, cents)| (AccountId(account), Cents(cents))).collect())
}

/// The accounts among `from..to` with a payment on a day or later.
pub(crate) async fn payers(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    since: NaiveDate,
) -> Result<BTreeSet<AccountId>, Fault> {
    const SQL: &str = "
        select distinct account_id
        from journal
        where $1 <= account_id and account_id < $2 and kind = 'payment' and $3 <= gl_on";
    let rows: Vec<(i64,)> = read.all(SQL, vec![from.into(), to.into(), since.into()]).await?;
    Ok(rows.into_iter().map(|(account,)| AccountId(account)).collect())
}
