//! The lists of bills to make again: those that wait, whoever waits longest first, and those that stay as they are, the newest
//! decision first.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, ActId, BillNumber, Cents, RunId};

use super::kept_again::{BillAgain, BillStay, bills_again_of};

/// Behind every day that somebody decides on.
const LAST_DAY: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day of the calendar");

/// A bill that waits to be made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingBill {
    /// Whose it is.
    pub account: AccountId,
    /// Its run.
    pub run: RunId,
    /// The number on it.
    pub number: BillNumber,
    /// The date on it.
    pub bill_on: NaiveDate,
    /// What it comes to.
    pub total: Cents,
    /// Since when it waits.
    pub since: NaiveDate,
    /// What waits of it.
    pub not_so: Vec<BillAgain>,
}

impl WaitingBill {
    /// Its place in the list.
    #[must_use]
    pub fn place(&self) -> (NaiveDate, AccountId, RunId) {
        (self.since, self.account, self.run)
    }
}

/// A bill that says what is not so any more, and stays as it is: nothing of it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StayingBill {
    /// Whose it is.
    pub account: AccountId,
    /// Its run.
    pub run: RunId,
    /// The number on it.
    pub number: BillNumber,
    /// The date on it.
    pub bill_on: NaiveDate,
    /// What it comes to.
    pub total: Cents,
    /// Its place in the list: the day of the newest word that it stays, and the entry of the log, which tells words of one day
    /// apart.
    pub place: (NaiveDate, ActId),
    /// The newest word that it stays.
    pub stay: BillStay,
    /// What it says that is not so any more.
    pub not_so: Vec<BillAgain>,
}

#[derive(sqlx::FromRow)]
struct StayingRow {
    account_id: i64,
    run_id: i64,
    run_number: i64,
    position: i64,
    bill_on: NaiveDate,
    total_cents: i64,
    stays_on: NaiveDate,
    act_id: i64,
}

/// How many bills wait to be made again, and since when the first does.
pub async fn waiting_bills_count(read: &mut Read) -> Result<(i64, Option<NaiveDate>), Fault> {
    const SQL: &str = "
        select count(*), min(since)
        from (select account_id, run_id, min(told_on) as since
              from bill_again
              where stays_act_id is null
              group by account_id, run_id) waiting";
    Ok(read.one(SQL, vec![]).await?.unwrap_or((0, None)))
}

/// The bills that wait to be made again, whoever waits longest first: those after one of the list, when it is named by its
/// place ([`WaitingBill::place`]), and then so many left out, and so many given.
pub async fn waiting_bills(
    read: &mut Read,
    after: Option<(NaiveDate, AccountId, RunId)>,
    (offset, limit): (usize, usize),
) -> Result<Vec<WaitingBill>, Fault> {
    const SQL: &str = "
        select w.account_id, w.run_id, r.run_number, b.position, b.bill_on, b.total_cents, w.since
        from (select account_id, run_id, min(told_on) as since
              from bill_again
              where stays_act_id is null
              group by account_id, run_id) w
        join bill b on b.account_id = w.account_id and b.run_id = w.run_id
        join bill_run r on r.run_id = w.run_id
        where $1 < w.since
           or $1 = w.since and ($2 < w.account_id or $2 = w.account_id and $3 < w.run_id)
        order by w.since, w.account_id, w.run_id
        limit $4 offset $5";
    let (day, account, run) = after.unwrap_or((NaiveDate::default(), AccountId(0), RunId(0)));
    let args = vec![day.into(), account.into(), run.into(), number(limit), number(offset)];
    let rows: Vec<(i64, i64, i64, i64, NaiveDate, i64, NaiveDate)> = read.all(SQL, args).await?;
    let mut kept = kept_of(read, rows.iter().map(|(account, ..)| AccountId(*account))).await?;
    let bill = |(account, run, run_number, position, bill_on, total, since)| {
        let (account, run) = (AccountId(account), RunId(run));
        let mut not_so = kept.remove(&(account, run)).unwrap_or_default();
        not_so.retain(|one| one.stays.is_none());
        let number = BillNumber { run: run_number, position };
        WaitingBill { account, run, number, bill_on, total: Cents(total), since, not_so }
    };
    Ok(rows.into_iter().map(bill).collect())
}

/// How many bills stay as they are.
pub async fn staying_bills_count(read: &mut Read) -> Result<i64, Fault> {
    const SQL: &str = "
        select count(*)
        from (select account_id
              from bill_again
              group by account_id, run_id
              having count(*) = count(stays_act_id)) s";
    Ok(read.number(SQL, vec![]).await?.unwrap_or(0))
}

/// The bills that stay as they are, the newest day first: those behind one of the list, when it is named by its place
/// ([`StayingBill::place`]), and then so many left out, and so many given.
pub async fn staying_bills(
    read: &mut Read,
    after: Option<(NaiveDate, ActId)>,
    (offset, limit): (usize, usize),
) -> Result<Vec<StayingBill>, Fault> {
    const SQL: &str = "
        select s.account_id, s.run_id, r.run_number, b.position, b.bill_on, b.total_cents, s.stays_on, s.act_id
        from (select account_id, run_id, max(stays_on) as stays_on, max(stays_act_id) as act_id
              from bill_again
              group by account_id, run_id
              having count(*) = count(stays_act_id)) s
        join bill b on b.account_id = s.account_id and b.run_id = s.run_id
        join bill_run r on r.run_id = s.run_id
        where s.stays_on < $1 or s.stays_on = $1 and s.act_id < $2
        order by s.stays_on desc, s.act_id desc
        limit $3 offset $4";
    let (day, act) = after.unwrap_or((LAST_DAY, ActId(i64::MAX)));
    let args = vec![day.into(), act.into(), number(limit), number(offset)];
    let rows: Vec<StayingRow> = read.all(SQL, args).await?;
    let mut kept = kept_of(read, rows.iter().map(|row| AccountId(row.account_id))).await?;
    let bill = |row: StayingRow| {
        let (account, run, place) = (AccountId(row.account_id), RunId(row.run_id), (row.stays_on, ActId(row.act_id)));
        let not_so = kept.remove(&(account, run)).unwrap_or_default();
        let number = BillNumber { run: row.run_number, position: row.position };
        let stay = newest_stay(&not_so)?.clone();
        let (bill_on, total) = (row.bill_on, Cents(row.total_cents));
        Some(StayingBill { account, run, number, bill_on, total, place, stay, not_so })
    };
    Ok(rows.into_iter().filter_map(bill).collect())
}

/// The newest word that a bill stays, among what is kept of it.
#[must_use]
pub fn newest_stay(kept: &[BillAgain]) -> Option<&BillStay> {
    kept.iter().filter_map(|one| one.stays.as_ref()).max_by_key(|stay| (stay.on, stay.act))
}

/// What is kept of some accounts, by bill.
async fn kept_of(
    read: &mut Read,
    accounts: impl Iterator<Item = AccountId>,
) -> Result<BTreeMap<(AccountId, RunId), Vec<BillAgain>>, Fault> {
    let accounts: BTreeSet<AccountId> = accounts.collect();
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    let mut kept: BTreeMap<(AccountId, RunId), Vec<BillAgain>> = BTreeMap::new();
    for one in bills_again_of(read, &accounts).await? {
        kept.entry((one.bill.account, one.run)).or_default().push(one);
    }
    Ok(kept)
}

fn number(count: usize) -> Value {
    Value::from(i64::try_from(count).unwrap_or(i64::MAX))
}
