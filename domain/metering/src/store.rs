//! The SQL of consumption.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, ConsumptionId, Period, Quantity, ServicePointId, Unit};

use crate::consumption::newest;
use crate::{Consumption, NewConsumption};

#[derive(sqlx::FromRow)]
struct ConsumptionRow {
    account_id: i64,
    service_point_id: i64,
    register_no: i64,
    from_on: NaiveDate,
    revision: i64,
    consumption_id: i64,
    steps: i64,
    unit: String,
}

/// The facts for accounts `from..to`: consumption of periods that begin within `period`, in its
/// newest revision, ordered by account and service point.
pub async fn consumption_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    period: Period,
) -> Result<Vec<Consumption>, Fault> {
    const SQL: &str = "
        select account_id, service_point_id, register_no, from_on, revision, consumption_id, steps, unit
        from consumption
        where $1 <= account_id and account_id < $2 and $3 <= from_on and from_on < $4
        order by account_id, service_point_id, register_no, from_on, revision";
    let args = vec![from.into(), to.into(), period.from().into(), period.to().into()];
    let rows: Vec<ConsumptionRow> = read.all(SQL, args).await?;
    let rows: Result<Vec<Consumption>, Fault> = rows.iter().map(consumption_of).collect();
    Ok(newest(rows?))
}

/// The newest revision of what one register used in a period that begins on a day.
pub async fn consumption_at(
    read: &mut Read,
    account: AccountId,
    point: ServicePointId,
    from_on: NaiveDate,
) -> Result<Option<Consumption>, Fault> {
    const SQL: &str = "
        select account_id, service_point_id, register_no, from_on, revision, consumption_id, steps, unit
        from consumption
        where account_id = $1 and service_point_id = $2 and register_no = 1 and from_on = $3
        order by revision desc
        limit 1";
    let row: Option<ConsumptionRow> = read.one(SQL, vec![account.into(), point.into(), from_on.into()]).await?;
    row.as_ref().map(consumption_of).transpose()
}

/// For which service points and first days these accounts have consumption.
pub async fn periods_of(
    read: &mut Read,
    accounts: &[AccountId],
) -> Result<BTreeSet<(ServicePointId, NaiveDate)>, Fault> {
    const SQL: &str = "
        select service_point_id, from_on
        from consumption
        where account_id in ({list})";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64, NaiveDate)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(point, from_on)| (ServicePointId(point), from_on)).collect())
}

/// Records consumption.
pub async fn insert_consumption(tx: &mut Tx, consumption: Vec<NewConsumption>) -> Result<(), Fault> {
    let mut rows = Rows::new(
        "consumption",
        &[
            "account_id",
            "service_point_id",
            "register_no",
            "from_on",
            "revision",
            "consumption_id",
            "to_on",
            "read_on",
            "steps",
            "unit",
            "source",
        ],
    );
    for row in consumption {
        rows.push([
            row.account.into(),
            row.service_point.into(),
            row.register.into(),
            row.period.from().into(),
            row.revision.into(),
            row.id.into(),
            row.period.to().into(),
            row.read_on.into(),
            row.quantity.steps.into(),
            row.quantity.unit.code().into(),
            row.source.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// The first days of all periods that anything was read for, in order.
pub async fn period_starts(read: &mut Read) -> Result<Vec<NaiveDate>, Fault> {
    let rows: Vec<(NaiveDate,)> = read.all("select distinct from_on from consumption order by from_on", vec![]).await?;
    Ok(rows.into_iter().map(|(from_on,)| from_on).collect())
}

/// Where the consumption of accounts `from..to` came from, for reports on imports.
pub async fn sources_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<(ConsumptionId, String)>, Fault> {
    const SQL: &str = "
        select consumption_id, source
        from consumption
        where $1 <= account_id and account_id < $2
        order by account_id, service_point_id, register_no, from_on, revision";
    let rows: Vec<(i64, String)> = read.all(SQL, vec![Value::from(from), to.into()]).await?;
    Ok(rows.into_iter().map(|(id, source)| (ConsumptionId(id), source)).collect())
}

fn consumption_of(row: &ConsumptionRow) -> Result<Consumption, Fault> {
    let unit = Unit::parse(&row.unit);
    let unit = unit.map_err(|_| Fault::impossible_row("consumption", "unit", row.consumption_id))?;
    Ok(Consumption {
        id: ConsumptionId(row.consumption_id),
        account: AccountId(row.account_id),
        service_point: ServicePointId(row.service_point_id),
        register: row.register_no,
        from_on: row.from_on,
        revision: row.revision,
        quantity: Quantity { steps: row.steps, unit },
    })
}
