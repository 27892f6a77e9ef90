//! Extras of a run, the accounts an off-cycle run is for, and charges by code.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, ActId, AgreementId, ChargeId, RateProfileId, RunId};

use super::facts::{ItemRow, inputs_of};
use crate::charge::{AccountCharge, NewCharge};
use crate::extra::{Extra, ExtraKind};
use crate::inputs::{BillInputs, Inputs};
use crate::{BillRun, RunState};

#[derive(sqlx::FromRow)]
struct ExtraRow {
    run_id: i64,
    line_no: i64,
    kind: String,
    charge_id: Option<i64>,
    price_on: NaiveDate,
    billed: String,
    #[sqlx(flatten)]
    item: ItemRow,
}

#[derive(sqlx::FromRow)]
struct BilledRow {
    run_id: i64,
    kind: String,
    price_on: Option<NaiveDate>,
    billed: String,
    #[sqlx(flatten)]
    item: ItemRow,
}

/// What a bill that stands charged for some days of a service.
pub(crate) struct BilledService {
    pub(crate) account: AccountId,
    pub(crate) run: RunId,
    /// Of a settlement the date that decided its rates; of a service of the bill's own period none.
    pub(crate) settled_on: Option<NaiveDate>,
    pub(crate) inputs: Inputs,
    pub(crate) billed: String,
}

/// An account that an off-cycle run bills, and which bill it replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scoped {
    pub(crate) account: AccountId,
    pub(crate) position: i64,
    pub(crate) replaces: Option<RunId>,
}

#[derive(sqlx::FromRow)]
struct ChargeRow {
    account_id: i64,
    charge_id: i64,
    agreement_id: i64,
    schedule_code: String,
    rate_profile_id: i64,
    count: String,
    from_on: NaiveDate,
    is_recurring: bool,
    to_on: Option<NaiveDate>,
    reason: String,
    ended_act_id: Option<i64>,
}

/// Freezes the extras of bills.
pub(crate) async fn insert_extras(tx: &mut Tx, run: RunId, bills: &[BillInputs]) -> Result<(), Fault> {
    let columns = [
        "account_id",
        "run_id",
        "line_no",
        "kind",
        "agreement_id",
        "charge_id",
        "price_on",
        "consumption_id",
        "rate_version_id",
        "rate_profile_id",
        "from_on",
        "to_on",
        "steps",
        "unit",
        "particulars",
        "billed",
    ];
    let mut rows = Rows::new("run_extra", &columns);
    for bill in bills {
        for (line, extra) in (1_i64..).zip(&bill.extras) {
            let inputs = &extra.inputs;
            rows.push([
                bill.account.into(),
                run.into(),
                line.into(),
                extra.kind.code().into(),
                inputs.agreement.into(),
                extra.kind.charge().into(),
                extra.price_on.into(),
                inputs.consumption.into(),
                inputs.version.into(),
                inputs.profile.into(),
                inputs.period.from().into(),
                inputs.period.to().into(),
                inputs.quantity.map(|quantity| quantity.steps).into(),
                inputs.quantity.map(|quantity| quantity.unit.code().to_owned()).into(),
                inputs.particulars.as_ref().map(|particulars| particulars.to_text()).into(),
                extra.billed_text().into(),
            ]);
        }
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Takes the extras of a bill away, to freeze them anew.
pub(crate) async fn delete_extras(tx: &mut Tx, account: AccountId, run: RunId) -> Result<(), Fault> {
    const SQL: &str = "
        delete from run_extra
        where account_id = $1 and run_id = $2";
    tx.run(SQL, vec![account.into(), run.into()]).await?;
    Ok(())
}

/// The frozen extras of accounts `from..to` in a run, in the order of their bills.
pub(crate) async fn extras_between(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<BTreeMap<AccountId, Vec<Extra>>, Fault> {
    const SQL: &str = "
        select account_id, run_id, line_no, kind, charge_id, price_on, billed, agreement_id, cast(0 as bigint) as position, consumption_id,
               rate_version_id, rate_profile_id, from_on, to_on, steps, unit, particulars
        from run_extra
        where $1 <= account_id and account_id < $2 and run_id = $3
        order by account_id, line_no";
    let rows: Vec<ExtraRow> = read.all(SQL, vec![from.into(), to.into(), run.into()]).await?;
    by_account(rows)
}

/// The accounts among `from..to` with extras in a run.
pub(crate) async fn accounts_with_extras(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<BTreeSet<AccountId>, Fault> {
    const SQL: &str = "
        select distinct account_id
        from run_extra
        where $1 <= account_id and account_id < $2 and run_id = $3";
    let rows: Vec<(i64,)> = read.all(SQL, vec![from.into(), to.into(), run.into()]).await?;
    Ok(rows.into_iter().map(|(account,)| AccountId(account)).collect())
}

/// The frozen extras of a list of accounts in a run.
pub(crate) async fn extras_of(
    read: &mut Read,
    run: RunId,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, Vec<Extra>>, Fault> {
    const SQL: &str = "
        select account_id, run_id, line_no, kind, charge_id, price_on, billed, agreement_id, cast(0 as bigint) as position, consumption_id,
               rate_version_id, rate_profile_id, from_on, to_on, steps, unit, particulars
        from run_extra
        where account_id in ({list})
        order by account_id, run_id, line_no";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let mut rows: Vec<ExtraRow> = read.listed(SQL, &keys).await?;
    rows.retain(|row| row.run_id == run.0);
    by_account(rows)
}

fn by_account(rows: Vec<ExtraRow>) -> Result<BTreeMap<AccountId, Vec<Extra>>, Fault> {
    let mut extras: BTreeMap<AccountId, Vec<Extra>> = BTreeMap::new();
    for row in rows {
        let impossible = |column| Fault::impossible_row("run_extra", column, row.line_no);
        let kind = ExtraKind::parse(&row.kind, row.charge_id.map(ChargeId)).ok_or_else(|| impossible("kind"))?;
        let (price_on, billed) = (row.price_on, Extra::parse_billed(&row.billed)?);
        let inputs = inputs_of(&row.item)?;
        extras.entry(AccountId(row.item.account_id)).or_default().push(Extra { kind, price_on, inputs, billed });
    }
    Ok(extras)
}

/// What bills that stand charged some accounts for days of services: the services of their periods and settlements.
pub(crate) async fn billed_services(read: &mut Read, accounts: &[AccountId]) -> Result<Vec<BilledService>, Fault> {
    const SERVICES: &str = "
        select i.account_id, i.run_id, 'service' as kind, cast(null as date) as price_on, '[]' as billed, i.agreement_id,
               i.position, i.consumption_id, i.rate_version_id, i.rate_profile_id, i.from_on, i.to_on, i.steps, i.unit,
               i.particulars
        from run_item i
        join bill b on b.account_id = i.account_id and b.run_id = i.run_id
        left join bill_cancellation c on c.account_id = i.account_id and c.run_id = i.run_id
        where i.account_id in ({list}) and c.account_id is null
        order by i.account_id, i.agreement_id, i.from_on, b.bill_on, i.run_id";
    const SETTLEMENTS: &str = "
        select i.account_id, i.run_id, i.kind, i.price_on, i.billed, i.agreement_id, cast(0 as bigint) as position, i.consumption_id,
               i.rate_version_id, i.rate_profile_id, i.from_on, i.to_on, i.steps, i.unit, i.particulars
        from run_extra i
        join bill b on b.account_id = i.account_id and b.run_id = i.run_id
        left join bill_cancellation c on c.account_id = i.account_id and c.run_id = i.run_id
        where i.account_id in ({list}) and c.account_id is null and i.kind = 'settlement'
        order by i.account_id, i.agreement_id, i.from_on, b.bill_on, i.run_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let mut services = Vec::new();
    for sql in [SERVICES, SETTLEMENTS] {
        let rows: Vec<BilledRow> = read.listed(sql, &keys).await?;
        for row in rows {
            services.push(BilledService {
                account: AccountId(row.item.account_id),
                run: RunId(row.run_id),
                settled_on: row.price_on.filter(|_| row.kind == "settlement"),
                inputs: inputs_of(&row.item)?,
                billed: row.billed,
            });
        }
    }
    Ok(services)
}

/// Records which accounts an off-cycle run bills.
pub(crate) async fn insert_scope(tx: &mut Tx, run: RunId, scope: &[Scoped], reason: &str) -> Result<(), Fault> {
    let mut rows = Rows::new("run_scope", &["account_id", "run_id", "position", "replaces_run_id", "reason"]);
    for one in scope {
        rows.push([one.account.into(), run.into(), one.position.into(), one.replaces.into(), reason.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Records that an off-cycle run makes every bill of a run again that stands and is not being made again already.
pub(crate) async fn insert_scope_of_all(tx: &mut Tx, run: RunId, of: RunId, reason: &str) -> Result<u64, Fault> {
    const SQL: &str = "
        insert into run_scope (account_id, run_id, position, replaces_run_id, reason)
        select b.account_id, $1, row_number() over (order by b.account_id), b.run_id, $3
        from bill b
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where b.run_id = $2 and c.account_id is null
          and not exists (
              select 1
              from run_scope s
              join bill_run other on other.run_id = s.run_id
              where s.account_id = b.account_id and other.of_run_id = $2 and other.cancelled_act_id is null
                    and other.post_order_id is null
          )";
    tx.run(SQL, vec![run.into(), of.into(), reason.into()]).await
}

/// Of these accounts the bills for the period of a run that stand: in the run itself, or made again beside the cycle.
pub(crate) async fn standing_bills(
    read: &mut Read,
    run: &BillRun,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, RunId>, Fault> {
    const SQL: &str = "
        select b.account_id, b.run_id
        from bill b
        join bill_run r on r.run_id = b.run_id
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where (r.run_id = $1 or r.of_run_id = $1) and b.account_id in ({list}) and c.account_id is null
        order by b.account_id, b.run_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64, i64)> = read.listed_with(SQL, &[run.id.into()], &keys).await?;
    Ok(rows.into_iter().map(|(account, run)| (AccountId(account), RunId(run))).collect())
}

/// The first of these accounts for which another run beside the cycle is to make a bill of the same run, with its number.
/// What was held there when it was posted is free again.
pub(crate) async fn scoped_elsewhere(
    read: &mut Read,
    run: &BillRun,
    accounts: &[AccountId],
) -> Result<Option<(i64, AccountId)>, Fault> {
    const SQL: &str = "
        select r.run_number, s.account_id, s.run_id
        from run_scope s
        join bill_run r on r.run_id = s.run_id
        left join bill b on b.account_id = s.account_id and b.run_id = s.run_id
        where r.of_run_id = $1 and s.account_id in ({list}) and r.cancelled_act_id is null and b.account_id is null
        order by s.account_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64, i64, i64)> = read.listed_with(SQL, &[run.id.into()], &keys).await?;
    let over = posted_among(read, rows.iter().map(|(.., run)| RunId(*run)).collect()).await?;
    let open = rows.iter().find(|(.., run)| !over.contains(&RunId(*run)));
    Ok(open.map(|(number, account, _)| (*number, AccountId(*account))))
}

/// The accounts among `from..to` that an off-cycle run bills, in their order.
pub(crate) async fn scope_between(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<Scoped>, Fault> {
    const SQL: &str = "
        select account_id, position, replaces_run_id
        from run_scope
        where run_id = $1 and $2 <= account_id and account_id < $3
        order by account_id";
    let rows: Vec<(i64, i64, Option<i64>)> = read.all(SQL, vec![run.into(), from.into(), to.into()]).await?;
    let scoped = |(account, position, replaces): (i64, i64, Option<i64>)| Scoped {
        account: AccountId(account),
        position,
        replaces: replaces.map(RunId),
    };
    Ok(rows.into_iter().map(scoped).collect())
}

/// Why an account is in an off-cycle run.
pub(crate) async fn scope_reason(read: &mut Read, account: AccountId, run: RunId) -> Result<Option<String>, Fault> {
    const SQL: &str = "
        select reason
        from run_scope
        where account_id = $1 and run_id = $2";
    let row: Option<(String,)> = read.one(SQL, vec![account.into(), run.into()]).await?;
    Ok(row.map(|(reason,)| reason))
}

/// Records charges.
pub(crate) async fn insert_charges(tx: &mut Tx, act: ActId, charges: &[NewCharge]) -> Result<(), Fault> {
    let columns = [
        "account_id",
        "charge_id",
        "agreement_id",
        "schedule_code",
        "rate_profile_id",
        "count",
        "from_on",
        "is_recurring",
        "to_on",
        "reason",
        "act_id",
    ];
    let mut rows = Rows::new("account_charge", &columns);
    for new in charges {
        let charge = &new.charge;
        rows.push([
            charge.account.into(),
            charge.id.into(),
            charge.agreement.into(),
            charge.schedule.as_str().into(),
            charge.profile.into(),
            charge.count.normalize().to_string().into(),
            charge.from_on.into(),
            charge.is_recurring.into(),
            charge.to_on.into(),
            new.reason.as_str().into(),
            act.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Ends a charge: nothing of it is billed from a day on.
pub(crate) async fn end_charge(
    tx: &mut Tx,
    act: ActId,
    (account, charge): (AccountId, ChargeId),
    to_on: NaiveDate,
) -> Result<bool, Fault> {
    const SQL: &str = "
        update account_charge
        set to_on = $3, ended_act_id = $4
        where account_id = $1 and charge_id = $2 and ended_act_id is null";
    Ok(tx.run(SQL, vec![account.into(), charge.into(), to_on.into(), act.into()]).await? == 1)
}

/// The charges of accounts `from..to` that begin by a day, by account and charge.
pub(crate) async fn charges_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    by: NaiveDate,
) -> Result<Vec<AccountCharge>, Fault> {
    const SQL: &str = "
        select account_id, charge_id, agreement_id, schedule_code, rate_profile_id, count, from_on, is_recurring, to_on,
               reason, ended_act_id
        from account_charge
        where $1 <= account_id and account_id < $2 and from_on <= $3
        order by account_id, charge_id";
    let rows: Vec<ChargeRow> = read.all(SQL, vec![from.into(), to.into(), by.into()]).await?;
    rows.into_iter().map(charge_of).collect()
}

/// Which charges of accounts `from..to` stand on a bill, or are frozen for one that is still to be made, with the days
/// billed and the runs; those of one run are left out.
pub(crate) async fn charged_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    but: Option<RunId>,
) -> Result<BTreeMap<(AccountId, ChargeId, NaiveDate), BTreeSet<RunId>>, Fault> {
    const SQL: &str = "
        select e.account_id, e.charge_id, e.from_on, e.run_id, b.account_id is not null as is_billed
        from run_extra e
        join bill_run r on r.run_id = e.run_id
        left join bill b on b.account_id = e.account_id and b.run_id = e.run_id
        left join bill_cancellation c on c.account_id = e.account_id and c.run_id = e.run_id
        where $1 <= e.account_id and e.account_id < $2 and e.kind = 'charge' and e.run_id <> $3
          and c.account_id is null and (b.account_id is not null or r.cancelled_act_id is null)
        order by e.account_id, e.charge_id, e.from_on";
    let but = but.unwrap_or(RunId(0));
    let rows: Vec<(i64, i64, NaiveDate, i64, bool)> = read.all(SQL, vec![from.into(), to.into(), but.into()]).await?;
    let waiting: BTreeSet<RunId> =
        rows.iter().filter(|(.., is_billed)| !is_billed).map(|(.., run, _)| RunId(*run)).collect();
    let over = posted_among(read, waiting).await?;
    let mut charged: BTreeMap<(AccountId, ChargeId, NaiveDate), BTreeSet<RunId>> = BTreeMap::new();
    for (account, charge, from_on, run, is_billed) in rows {
        // A bill that was held when its run was posted comes from no other run than one that makes it at last.
        if is_billed || !over.contains(&RunId(run)) {
            let key = (AccountId(account), ChargeId(charge), from_on);
            charged.entry(key).or_default().insert(RunId(run));
        }
    }
    Ok(charged)
}

/// Those of some runs that are posted to their end.
async fn posted_among(read: &mut Read, runs: BTreeSet<RunId>) -> Result<BTreeSet<RunId>, Fault> {
    let mut posted = BTreeSet::new();
    for id in runs {
        let Some(run) = super::run_by_id(read, id).await? else { continue };
        let progress = super::run_progress(read, &run).await?;
        if run.state(&progress) == RunState::Posted {
            posted.insert(id);
        }
    }
    Ok(posted)
}

fn charge_of(row: ChargeRow) -> Result<AccountCharge, Fault> {
    let count = row.count.parse().map_err(|_| Fault::impossible_row("account_charge", "count", row.charge_id))?;
    Ok(AccountCharge {
        account: AccountId(row.account_id),
        id: ChargeId(row.charge_id),
        agreement: AgreementId(row.agreement_id),
        schedule: row.schedule_code,
        profile: RateProfileId(row.rate_profile_id),
        count,
        from_on: row.from_on,
        is_recurring: row.is_recurring,
        to_on: row.to_on,
        reason: row.reason,
        is_ended: row.ended_act_id.is_some(),
    })
}
