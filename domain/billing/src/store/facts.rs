//! Items and trials: what a run froze, and what it found.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value, unpack};
use kernel::{
    AccountId, AgreementId, Cents, ConsumptionId, Digest, Period, Quantity, RateProfileId, RateVersionId, RunId,
    ServicePointId, Unit,
};

use crate::inputs::{BillInputs, Inputs};
use crate::particulars::Particulars;
use crate::{Agreement, BillRun, Exception};

/// An item of a run beside its agreement as it is now.
pub(crate) struct ItemFact {
    /// The position of its bill.
    pub(crate) position: i64,
    /// What was frozen.
    pub(crate) frozen: Inputs,
    /// The agreement today.
    pub(crate) agreement: Agreement,
}

/// A bill as a trial found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TriedBill {
    pub(crate) account: AccountId,
    pub(crate) position: i64,
    pub(crate) total: Cents,
    pub(crate) digest: Digest,
}

#[derive(sqlx::FromRow)]
pub(super) struct ItemRow {
    pub(super) account_id: i64,
    agreement_id: i64,
    pub(super) position: i64,
    consumption_id: Option<i64>,
    rate_version_id: Option<i64>,
    rate_profile_id: i64,
    from_on: NaiveDate,
    to_on: NaiveDate,
    steps: Option<i64>,
    unit: Option<String>,
    particulars: Option<String>,
}

#[derive(sqlx::FromRow)]
struct RunItemRow {
    run_id: i64,
    #[sqlx(flatten)]
    item: ItemRow,
}

#[derive(sqlx::FromRow)]
struct ItemFactRow {
    #[sqlx(flatten)]
    item: ItemRow,
    service_point_id: i64,
    schedule_code: String,
    now_profile_id: i64,
    starts_on: NaiveDate,
    stops_on: Option<NaiveDate>,
}

const ITEM_COLUMNS: [&str; 12] = [
    "account_id",
    "run_id",
    "agreement_id",
    "position",
    "consumption_id",
    "rate_version_id",
    "rate_profile_id",
    "from_on",
    "to_on",
    "steps",
    "unit",
    "particulars",
];

/// Freezes the items of bills.
pub(crate) async fn insert_items(tx: &mut Tx, run: RunId, bills: &[BillInputs]) -> Result<(), Fault> {
    let mut rows = Rows::new("run_item", &ITEM_COLUMNS);
    for bill in bills {
        for item in &bill.items {
            rows.push([
                bill.account.into(),
                run.into(),
                item.agreement.into(),
                bill.position.into(),
                item.consumption.into(),
                item.version.into(),
                item.profile.into(),
                item.period.from().into(),
                item.period.to().into(),
                item.quantity.map(|quantity| quantity.steps).into(),
                item.quantity.map(|quantity| quantity.unit.code().to_owned()).into(),
                item.particulars.as_ref().map(|particulars| particulars.to_text()).into(),
            ]);
        }
    }
    tx.bulk(rows).await?;
    super::insert_extras(tx, run, bills).await
}

/// Freezes the items of some bills anew, after a correction before sign-off.
pub(crate) async fn refreeze_items(tx: &mut Tx, run: RunId, bills: &[BillInputs]) -> Result<(), Fault> {
    const SQL: &str = "
        delete from run_item
        where account_id = $1 and run_id = $2";
    for bill in bills {
        tx.run(SQL, vec![bill.account.into(), run.into()]).await?;
        super::delete_extras(tx, bill.account, run).await?;
    }
    insert_items(tx, run, bills).await
}

/// The items of accounts `from..to` in a run, each beside its agreement as it is now.
pub(crate) async fn item_facts(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<ItemFact>, Fault> {
    const SQL: &str = "
        select i.account_id, i.agreement_id, i.position, i.consumption_id, i.rate_version_id, i.rate_profile_id, i.from_on,
               i.to_on, i.steps, i.unit, i.particulars, a.service_point_id, a.schedule_code,
               a.rate_profile_id as now_profile_id, a.starts_on, a.stops_on
        from run_item i
        join service_agreement a on a.account_id = i.account_id and a.agreement_id = i.agreement_id
        where $1 <= i.account_id and i.account_id < $2 and i.run_id = $3
        order by i.account_id, i.agreement_id";
    let rows: Vec<ItemFactRow> = read.all(SQL, vec![from.into(), to.into(), run.into()]).await?;
    rows.into_iter().map(fact_of).collect()
}

/// An item of a run in short: whole period, the unit all items of the chunk have.
pub(crate) struct PlainItem {
    pub(crate) account: AccountId,
    pub(crate) agreement: AgreementId,
    pub(crate) position: i64,
    pub(crate) consumption: Option<ConsumptionId>,
    pub(crate) version: Option<RateVersionId>,
    pub(crate) profile: RateProfileId,
    pub(crate) steps: Option<i64>,
    /// Where the agreement's service is delivered now.
    pub(crate) service_point: Option<ServicePointId>,
}

/// What the items of some accounts have in common: unit, schedule, version; each once.
pub(crate) type ItemShape = (Option<String>, String, Option<i64>);

/// The items of accounts `from..to` in a run, in short; ordered by account and agreement.
pub(crate) async fn plain_items(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<PlainItem>, Fault> {
    const SQL: &str = "
        select string_agg(format('%s %s %s %s %s %s %s %s', i.account_id, i.agreement_id, i.position, i.consumption_id,
                                 i.rate_version_id, i.rate_profile_id, i.steps, a.service_point_id), ';')
        from run_item i
        left join service_agreement a on a.account_id = i.account_id and a.agreement_id = i.agreement_id
        where $1 <= i.account_id and i.account_id < $2 and i.run_id = $3";
    let packed: Option<(Option<String>,)> = read.one(SQL, vec![from.into(), to.into(), run.into()]).await?;
    let rows = unpack::<8>(packed.as_ref().and_then(|(packed,)| packed.as_deref()))?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let [Some(account), Some(agreement), Some(position), consumption, version, Some(profile), steps, point] = row
        else {
            return Err(Fault::impossible_row("run_item", "position", format!("{row:?}")));
        };
        items.push(PlainItem {
            account: AccountId(account),
            agreement: AgreementId(agreement),
            position,
            consumption: consumption.map(ConsumptionId),
            version: version.map(RateVersionId),
            profile: RateProfileId(profile),
            steps,
            service_point: point.map(ServicePointId),
        });
    }
    items.sort_unstable_by_key(|item| (item.account, item.agreement));
    Ok(items)
}

/// What the items of accounts `from..to` have in common; the schedule is the agreement's of now.
pub(crate) async fn item_shapes(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<ItemShape>, Fault> {
    const SQL: &str = "
        select distinct i.unit, a.schedule_code, i.rate_version_id
        from run_item i
        join service_agreement a on a.account_id = i.account_id and a.agreement_id = i.agreement_id
        where $1 <= i.account_id and i.account_id < $2 and i.run_id = $3";
    read.all(SQL, vec![from.into(), to.into(), run.into()]).await
}

/// The accounts among `from..to` with an item in a run.
pub(crate) async fn accounts_billed(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<BTreeSet<AccountId>, Fault> {
    const SQL: &str = "
        select string_agg(format('%s', account_id), ';')
        from (
            select distinct account_id
            from run_item
            where $1 <= account_id and account_id < $2 and run_id = $3
        ) as billed";
    let packed: Option<(Option<String>,)> = read.one(SQL, vec![from.into(), to.into(), run.into()]).await?;
    let accounts = unpack::<1>(packed.and_then(|(packed,)| packed).as_deref())?;
    Ok(accounts.into_iter().flatten().flatten().map(AccountId).collect())
}

/// The accounts among `from..to` with an item that is cut short or has other particulars, or whose
/// agreement is no longer what was frozen: these are gathered one by one.
pub(crate) async fn odd_accounts(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
    period: Period,
) -> Result<BTreeSet<AccountId>, Fault> {
    const SQL: &str = "
        select i.account_id
        from run_item i
        left join service_agreement a on a.account_id = i.account_id and a.agreement_id = i.agreement_id
        where $1 <= i.account_id and i.account_id < $2 and i.run_id = $3
          and (a.account_id is null or a.rate_profile_id <> i.rate_profile_id
               or i.particulars is not null or i.from_on <> $4 or i.to_on <> $5 or $4 < a.starts_on or a.stops_on < $5)";
    let args = vec![from.into(), to.into(), run.into(), period.from().into(), period.to().into()];
    let rows: Vec<(i64,)> = read.all(SQL, args).await?;
    Ok(rows.into_iter().map(|(account,)| AccountId(account)).collect())
}

/// The frozen items of one bill.
pub(crate) async fn items_of_bill(read: &mut Read, account: AccountId, run: RunId) -> Result<Vec<Inputs>, Fault> {
    const SQL: &str = "
        select account_id, agreement_id, position, consumption_id, rate_version_id, rate_profile_id, from_on, to_on, steps, unit,
               particulars
        from run_item
        where account_id = $1 and run_id = $2
        order by agreement_id";
    let rows: Vec<ItemRow> = read.all(SQL, vec![account.into(), run.into()]).await?;
    rows.iter().map(inputs_of).collect()
}

/// How many items accounts `from..to` have in a run.
pub(crate) async fn count_items(read: &mut Read, run: RunId, (from, to): (AccountId, AccountId)) -> Result<i64, Fault> {
    const SQL: &str = "
        select count(*)
        from run_item
        where $1 <= account_id and account_id < $2 and run_id = $3";
    Ok(read.number(SQL, vec![from.into(), to.into(), run.into()]).await?.unwrap_or(0))
}

/// The items of accounts `from..to` in a run, each with whether an uncancelled bill was written.
pub(crate) async fn items_with_bills(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<(AccountId, AgreementId, bool)>, Fault> {
    const SQL: &str = "
        select i.account_id, i.agreement_id,
               case when b.account_id is not null and c.account_id is null then true else false end as is_billed
        from run_item i
        left join bill b on b.account_id = i.account_id and b.run_id = i.run_id
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where $1 <= i.account_id and i.account_id < $2 and i.run_id = $3
        order by i.account_id, i.agreement_id";
    let rows: Vec<(i64, i64, bool)> = read.all(SQL, vec![from.into(), to.into(), run.into()]).await?;
    Ok(rows.into_iter().map(|(account, agreement, is)| (AccountId(account), AgreementId(agreement), is)).collect())
}

/// The frozen bills of a list of accounts in a run.
pub(crate) async fn items_of_bills(
    read: &mut Read,
    accounts: &[AccountId],
    run: &BillRun,
) -> Result<Vec<BillInputs>, Fault> {
    const SQL: &str = "
        select run_id, account_id, agreement_id, position, consumption_id, rate_version_id, rate_profile_id, from_on, to_on,
               steps, unit, particulars
        from run_item
        where account_id in ({list})
        order by account_id, agreement_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<RunItemRow> = read.listed(SQL, &keys).await?;
    let mut bills: Vec<BillInputs> = Vec::new();
    for row in rows.iter().filter(|row| row.run_id == run.id.0) {
        let (account, position) = (AccountId(row.item.account_id), row.item.position);
        if bills.last().is_none_or(|bill| bill.account != account) {
            bills.push(BillInputs::empty(account, position, run.price_on));
        }
        let bill = bills.last_mut().expect("one was pushed for the account");
        bill.items.push(inputs_of(&row.item)?);
    }
    let mut extras = super::extras_of(read, run.id, accounts).await?;
    for bill in &mut bills {
        bill.extras = extras.remove(&bill.account).unwrap_or_default();
    }
    for (account, extras) in extras {
        bills.push(BillInputs { extras, ..BillInputs::empty(account, 0, run.price_on) });
    }
    bills.sort_by_key(|bill| bill.account);
    Ok(bills)
}

/// Records what a trial found.
pub(crate) async fn insert_trials(tx: &mut Tx, run: RunId, bills: &[(TriedBill, Vec<Exception>)]) -> Result<(), Fault> {
    let mut rows = Rows::new("run_trial", &["account_id", "run_id", "position", "total_cents", "digest", "exceptions"]);
    for (bill, exceptions) in bills {
        let codes: Vec<&str> = exceptions.iter().map(|exception| exception.code.code()).collect();
        rows.push([
            bill.account.into(),
            run.into(),
            bill.position.into(),
            bill.total.into(),
            bill.digest.into(),
            codes.join(",").into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// How many bills of accounts `from..to` the latest trial found, and what they come to.
pub(crate) async fn tried_total(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<(usize, Cents), Fault> {
    const SQL: &str = "
        select count(*), coalesce(cast(sum(total_cents) as bigint), 0)
        from run_trial
        where $1 <= account_id and account_id < $2 and run_id = $3";
    let found: Option<(i64, i64)> = read.one(SQL, vec![from.into(), to.into(), run.into()]).await?;
    let (count, total) = found.unwrap_or((0, 0));
    Ok((usize::try_from(count).unwrap_or(0), Cents(total)))
}

/// The bills of accounts `from..to` as the latest trial found them.
pub(crate) async fn tried_bills(
    read: &mut Read,
    run: RunId,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<TriedBill>, Fault> {
    const SQL: &str = "
        select account_id, position, total_cents, digest
        from run_trial
        where $1 <= account_id and account_id < $2 and run_id = $3
        order by account_id";
    let rows: Vec<(i64, i64, i64, Vec<u8>)> = read.all(SQL, vec![from.into(), to.into(), run.into()]).await?;
    let tried = |(account, position, total, digest): (i64, i64, i64, Vec<u8>)| {
        let digest =
            Digest::from_bytes(&digest).ok_or_else(|| Fault::impossible_row("run_trial", "digest", account))?;
        Ok(TriedBill { account: AccountId(account), position, total: Cents(total), digest })
    };
    rows.into_iter().map(tried).collect()
}

fn fact_of(row: ItemFactRow) -> Result<ItemFact, Fault> {
    let frozen = inputs_of(&row.item)?;
    let agreement = Agreement {
        id: frozen.agreement,
        account: AccountId(row.item.account_id),
        service_point: ServicePointId(row.service_point_id),
        schedule: row.schedule_code,
        profile: RateProfileId(row.now_profile_id),
        starts_on: row.starts_on,
        stops_on: row.stops_on,
    };
    Ok(ItemFact { position: row.item.position, frozen, agreement })
}

pub(super) fn inputs_of(row: &ItemRow) -> Result<Inputs, Fault> {
    let impossible = |column| Fault::impossible_row("run_item", column, row.agreement_id);
    let quantity = match (row.steps, &row.unit) {
        (Some(steps), Some(unit)) => Some(Quantity { steps, unit: Unit::parse(unit).map_err(|_| impossible("unit"))? }),
        (None, None) => None,
        _ => return Err(impossible("steps")),
    };
    Ok(Inputs {
        agreement: AgreementId(row.agreement_id),
        period: Period::new(row.from_on, row.to_on).map_err(|_| impossible("to_on"))?,
        version: row.rate_version_id.map(RateVersionId),
        profile: RateProfileId(row.rate_profile_id),
        consumption: row.consumption_id.map(ConsumptionId),
        quantity,
        particulars: row.particulars.as_deref().map(Particulars::parse).transpose()?.map(Box::new),
    })
}
