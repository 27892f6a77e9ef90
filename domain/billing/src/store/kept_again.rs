//! Bills to make again as they are kept: since when each is known to be wrong, and whether somebody lets it stay.

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, ActId, ActorId, BillNumber, ConsumptionId, RunId, ServicePointId};

use super::look_again::{AgainKey, BillToMakeAgain, WhyAgain};

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

/// Keeps what went wrong.
pub(crate) async fn insert_again(tx: &mut Tx, rows: Vec<BillAgain>) -> Result<(), Fault> {
    let columns = [
        "account_id",
        "run_id",
        "service_point_id",
        "why",
        "from_on",
        "consumption_id",
        "told_on",
        "told_by_act_id",
        "stays_act_id",
        "stays_by",
        "stays_on",
        "stays_reason",
    ];
    let mut new = Rows::new("bill_again", &columns);
    for BillAgain { bill, run, told_on, told_by, stays, figure } in rows {
        new.push([
            bill.account.into(),
            run.into(),
            bill.service_point.into(),
            bill.why.code().into(),
            bill.why.from_on().into(),
            figure.into(),
            told_on.into(),
            told_by.into(),
            stays.as_ref().map(|stay| stay.act).into(),
            stays.as_ref().map(|stay| stay.by).into(),
            stays.as_ref().map(|stay| stay.on).into(),
            stays.map(|stay| stay.reason).into(),
        ]);
    }
    tx.bulk(new).await?;
    Ok(())
}

/// Forgets all that is kept of some accounts.
pub(crate) async fn delete_again(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), Fault> {
    const SQL: &str = "
        delete from bill_again
        where account_id in ({list})
        returning account_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let _: Vec<(i64,)> = tx.listed(SQL, &keys).await?;
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
