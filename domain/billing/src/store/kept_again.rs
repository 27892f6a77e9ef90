//! Bills to make again as they are kept: since when each is known to be wrong, and whether somebody lets it stay.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, ActId, ActorId, BillNumber, Cents, ConsumptionId, RunId, ServicePointId};

use super::look_again::{AgainKey, BillToMakeAgain, GoneWrong, WhyAgain};

/// Something on a bill that is not so any more, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillAgain {
    /// The bill, where and why.
    pub bill: BillToMakeAgain,
    /// The run of the bill.
    pub run: RunId,
    /// Since when that is known.
    pub told_on: NaiveDate,
    /// The entry of the log that made it so; none where that was before bills to make again were kept.
    pub told_by: Option<ActId>,
    /// Who lets the bill stay as it is; it does not wait then.
    pub stays: Option<BillStay>,
    pub(crate) figure: Option<ConsumptionId>,
}

/// Somebody's word that a bill stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillStay {
    /// The entry of the log.
    pub act: ActId,
    /// Whose word.
    pub by: ActorId,
    /// When it was said.
    pub on: NaiveDate,
    /// Why.
    pub reason: String,
}

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
    /// Where and why, by service point.
    pub why: Vec<(ServicePointId, WhyAgain)>,
}

impl WaitingBill {
    /// Its place in the list.
    #[must_use]
    pub fn place(&self) -> (NaiveDate, AccountId, RunId) {
        (self.since, self.account, self.run)
    }
}

impl BillAgain {
    pub(crate) fn key(&self) -> AgainKey {
        let BillToMakeAgain { account, service_point, why, .. } = self.bill;
        AgainKey { account, run: self.run, service_point, why }
    }
}

#[derive(sqlx::FromRow)]
struct AgainRow {
    account_id: i64,
    run_id: i64,
    run_number: i64,
    position: i64,
    service_point_id: i64,
    why: String,
    from_on: NaiveDate,
    consumption_id: Option<i64>,
    told_on: NaiveDate,
    told_by_act_id: Option<i64>,
    stays_act_id: Option<i64>,
    stays_by: Option<i64>,
    stays_on: Option<NaiveDate>,
    stays_reason: Option<String>,
}

/// What is kept of the bills of some accounts, by account and bill; those that stay as they are among them.
pub async fn bills_again_of(read: &mut Read, accounts: &[AccountId]) -> Result<Vec<BillAgain>, Fault> {
    const SQL: &str = "
        select a.account_id, a.run_id, r.run_number, b.position, a.service_point_id, a.why, a.from_on, a.consumption_id,
               a.told_on, a.told_by_act_id, a.stays_act_id, a.stays_by, a.stays_on, a.stays_reason
        from bill_again a
        join bill b on b.account_id = a.account_id and b.run_id = a.run_id
        join bill_run r on r.run_id = a.run_id
        where a.account_id in ({list})
        order by a.account_id, r.run_number, b.position, a.service_point_id, a.why, a.from_on";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<AgainRow> = read.listed(SQL, &keys).await?;
    rows.into_iter().map(again_of).collect()
}

fn again_of(row: AgainRow) -> Result<BillAgain, Fault> {
    let impossible = |column| Fault::impossible_row("bill_again", column, row.account_id);
    let stays = match (row.stays_act_id, row.stays_by, row.stays_on, row.stays_reason) {
        (Some(act), Some(by), Some(on), Some(reason)) => {
            Some(BillStay { act: ActId(act), by: ActorId(by), on, reason })
        }
        (None, None, None, None) => None,
        _ => return Err(impossible("stays_act_id")),
    };
    Ok(BillAgain {
        bill: BillToMakeAgain {
            account: AccountId(row.account_id),
            number: BillNumber { run: row.run_number, position: row.position },
            service_point: ServicePointId(row.service_point_id),
            why: WhyAgain::of(&row.why, row.from_on).ok_or_else(|| impossible("why"))?,
        },
        run: RunId(row.run_id),
        told_on: row.told_on,
        told_by: row.told_by_act_id.map(ActId),
        stays,
        figure: row.consumption_id.map(ConsumptionId),
    })
}

/// The bills of some accounts that are to be made again, by account and number; those that somebody lets stay are not.
pub async fn bills_to_make_again(read: &mut Read, accounts: &[AccountId]) -> Result<Vec<BillToMakeAgain>, Fault> {
    let kept = bills_again_of(read, accounts).await?;
    let mut waiting: Vec<BillToMakeAgain> =
        kept.into_iter().filter(|one| one.stays.is_none()).map(|one| one.bill).collect();
    waiting.sort_unstable();
    Ok(waiting)
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
    let number = |count: usize| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
    let args = vec![day.into(), account.into(), run.into(), number(limit), number(offset)];
    let rows: Vec<(i64, i64, i64, i64, NaiveDate, i64, NaiveDate)> = read.all(SQL, args).await?;
    let accounts: BTreeSet<AccountId> = rows.iter().map(|(account, ..)| AccountId(*account)).collect();
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    let mut why: BTreeMap<(AccountId, RunId), Vec<(ServicePointId, WhyAgain)>> = BTreeMap::new();
    for one in bills_again_of(read, &accounts).await?.into_iter().filter(|one| one.stays.is_none()) {
        why.entry((one.bill.account, one.run)).or_default().push((one.bill.service_point, one.bill.why));
    }
    let bill = |(account, run, run_number, position, bill_on, total, since)| {
        let (account, run) = (AccountId(account), RunId(run));
        WaitingBill {
            account,
            run,
            number: BillNumber { run: run_number, position },
            bill_on,
            total: Cents(total),
            since,
            why: why.remove(&(account, run)).unwrap_or_default(),
        }
    };
    Ok(rows.into_iter().map(bill).collect())
}

/// The accounts among `from..to` of which something is kept.
pub(crate) async fn accounts_again(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<AccountId>, Fault> {
    const SQL: &str = "
        select distinct account_id
        from bill_again
        where $1 <= account_id and account_id < $2
        order by account_id";
    let rows: Vec<(i64,)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    Ok(rows.into_iter().map(|(account,)| AccountId(account)).collect())
}

/// Keeps what went wrong, each with since when it is known and by which entry of the log.
pub(crate) async fn insert_again(tx: &mut Tx, new: &[(GoneWrong, NaiveDate, Option<ActId>)]) -> Result<(), Fault> {
    let columns =
        ["account_id", "run_id", "service_point_id", "why", "from_on", "consumption_id", "told_on", "told_by_act_id"];
    let mut rows = Rows::new("bill_again", &columns);
    for (GoneWrong { key, figure, .. }, told_on, told_by) in new {
        rows.push([
            key.account.into(),
            key.run.into(),
            key.service_point.into(),
            key.why.code().into(),
            key.why.from_on().into(),
            (*figure).into(),
            (*told_on).into(),
            (*told_by).into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Forgets what is right again.
pub(crate) async fn delete_again(tx: &mut Tx, gone: &[AgainKey]) -> Result<(), Fault> {
    const SQL: &str = "
        delete from bill_again
        where account_id = $1 and run_id = $2 and service_point_id = $3 and why = $4 and from_on = $5";
    for key in gone {
        let args = vec![
            key.account.into(),
            key.run.into(),
            key.service_point.into(),
            key.why.code().into(),
            key.why.from_on().into(),
        ];
        tx.run_once(SQL, args).await?;
    }
    Ok(())
}

/// Lets a bill stay as it is, whatever of it waits; says how much did.
pub(crate) async fn let_stay(
    tx: &mut Tx,
    (account, run): (AccountId, RunId),
    BillStay { act, by, on, reason }: BillStay,
) -> Result<u64, Fault> {
    const SQL: &str = "
        update bill_again
        set stays_act_id = $3, stays_by = $4, stays_on = $5, stays_reason = $6
        where account_id = $1 and run_id = $2 and stays_act_id is null";
    tx.run(SQL, vec![account.into(), run.into(), act.into(), by.into(), on.into(), reason.into()]).await
}

/// Lets what stayed of a bill wait again; says how much did stay.
pub(crate) async fn let_wait(tx: &mut Tx, (account, run): (AccountId, RunId)) -> Result<u64, Fault> {
    const SQL: &str = "
        update bill_again
        set stays_act_id = null, stays_by = null, stays_on = null, stays_reason = null
        where account_id = $1 and run_id = $2 and stays_act_id is not null";
    tx.run(SQL, vec![account.into(), run.into()]).await
}
