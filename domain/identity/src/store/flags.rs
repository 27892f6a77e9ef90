//! Red flags, and which accounts were looked at.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use db::{Fault, Read, Tx, Value};
use kernel::{AccountId, ActId};

use crate::red_flag::Finding;
use crate::{RedFlag, RedFlagRule};

#[derive(sqlx::FromRow)]
struct FlagRow {
    account_id: i64,
    rule: String,
    act_id: i64,
    words: String,
    found_on: NaiveDate,
    cleared_by_act_id: Option<i64>,
    cleared_on: Option<NaiveDate>,
}

fn flag_of(row: FlagRow) -> Result<RedFlag, Fault> {
    let rule = RedFlagRule::of_code(&row.rule);
    let rule = rule.ok_or_else(|| Fault::impossible_row("red_flag", "rule", row.account_id))?;
    Ok(RedFlag {
        account: AccountId(row.account_id),
        finding: Finding { rule, words: row.words },
        act: ActId(row.act_id),
        found_on: row.found_on,
        cleared: row.cleared_by_act_id.map(ActId).zip(row.cleared_on),
    })
}

/// Everything that was seen at an account, the oldest first.
pub(crate) async fn flags_of(read: &mut Read, account: AccountId) -> Result<Vec<RedFlag>, Fault> {
    const SQL: &str = "
        select account_id, rule, act_id, words, found_on, cleared_by_act_id, cleared_on
        from red_flag
        where account_id = $1
        order by act_id, rule";
    let rows: Vec<FlagRow> = read.all(SQL, vec![account.into()]).await?;
    rows.into_iter().map(flag_of).collect()
}

/// Whether so many callers failed about an account today that nobody else is verified on the phone.
pub(crate) async fn is_closed_to_callers(entry: &mut acts::Entry, account: AccountId) -> Result<bool, Fault> {
    let today = entry.today;
    Ok(flags_of(entry, account).await?.iter().any(|flag| flag.closes_calls_on(today)))
}

/// What nobody has cleared yet, the oldest first, at most so many.
pub(crate) async fn open_flags(read: &mut Read, most: i64) -> Result<Vec<RedFlag>, Fault> {
    const SQL: &str = "
        select account_id, rule, act_id, words, found_on, cleared_by_act_id, cleared_on
        from red_flag
        where is_open = true
        order by found_on, account_id, rule, act_id
        limit $1";
    let rows: Vec<FlagRow> = read.all(SQL, vec![most.into()]).await?;
    rows.into_iter().map(flag_of).collect()
}

/// How many there are that nobody has cleared, and since when the oldest stands.
pub(crate) async fn open_flags_counted(read: &mut Read) -> Result<(i64, Option<NaiveDate>), Fault> {
    const SQL: &str = "
        select count(*), min(found_on)
        from red_flag
        where is_open = true";
    Ok(read.one(SQL, vec![]).await?.unwrap_or((0, None)))
}

pub(crate) async fn insert_flags(
    tx: &mut Tx,
    account: AccountId,
    (act, on): (ActId, NaiveDate),
    findings: &[Finding],
) -> Result<(), Fault> {
    const SQL: &str = "
        insert into red_flag (account_id, rule, act_id, words, found_on, is_open)
        values ($1, $2, $3, $4, $5, true)";
    for finding in findings {
        let args =
            vec![account.into(), finding.rule.code().into(), act.into(), finding.words.as_str().into(), on.into()];
        tx.run_once(SQL, args).await?;
    }
    Ok(())
}

/// Clears one sign, the one that an entry raised, when it stands open; how many that were.
pub(crate) async fn clear_flag(
    tx: &mut Tx,
    (account, rule, raised_by): (AccountId, RedFlagRule, ActId),
    (act, on): (ActId, NaiveDate),
) -> Result<u64, Fault> {
    const SQL: &str = "
        update red_flag
        set is_open = false, cleared_by_act_id = $4, cleared_on = $5
        where account_id = $1 and rule = $2 and act_id = $3 and is_open = true";
    tx.run(SQL, vec![account.into(), rule.code().into(), raised_by.into(), act.into(), on.into()]).await
}

/// Notes that an account was looked at.
pub(crate) async fn put_check(tx: &mut Tx, account: AccountId, (act, on): (ActId, NaiveDate)) -> Result<(), Fault> {
    const GONE: &str = "
        delete from opening_check
        where account_id = $1";
    const SQL: &str = "
        insert into opening_check (account_id, act_id, checked_on)
        values ($1, $2, $3)";
    tx.run(GONE, vec![account.into()]).await?;
    tx.run_once(SQL, vec![account.into(), act.into(), on.into()]).await
}

/// Which of these accounts nobody has looked at.
pub(crate) async fn unchecked(read: &mut Read, accounts: &[AccountId]) -> Result<Vec<AccountId>, Fault> {
    const SQL: &str = "
        select account_id
        from opening_check
        where account_id in ({list})";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64,)> = read.listed(SQL, &keys).await?;
    let checked: BTreeSet<AccountId> = rows.into_iter().map(|(id,)| AccountId(id)).collect();
    Ok(accounts.iter().copied().filter(|account| !checked.contains(account)).collect())
}
