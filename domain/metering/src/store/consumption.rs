//! The SQL of consumption.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value, packed_day, unpack};
use kernel::{AccountId, ConsumptionId, Period, Quantity, ServicePointId, Unit};

use crate::{Amount, Consumption, ConsumptionGrounds, NewConsumption, PeriodUse};

/// The facts for accounts `from..to`: what register 1 of each service point used in the periods that begin
/// within `period`, each in its newest revision; ordered by account, service point and first day.
pub async fn consumption_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    period: Period,
) -> Result<Vec<Consumption>, Fault> {
    const SQL: &str = "
        select unit, string_agg(format('%s %s %s %s %s %s %s', account_id, service_point_id,
                                       replace(cast(from_on as text), '-', ''), revision, consumption_id, steps,
                                       case when is_estimated then 1 else 0 end), ';')
        from consumption
        where $1 <= account_id and account_id < $2 and register_no = 1 and $3 <= from_on and from_on < $4
        group by unit";
    let args = vec![from.into(), to.into(), period.from().into(), period.to().into()];
    let packed: Vec<(String, Option<String>)> = read.all(SQL, args).await?;
    let mut rows = Vec::new();
    for (unit, packed) in packed {
        let unit = Unit::parse(&unit).map_err(|_| Fault::impossible_row("consumption", "unit", &unit))?;
        for row in unpack::<7>(packed.as_deref())? {
            let [Some(account), Some(point), Some(day), Some(revision), Some(id), Some(steps), Some(estimated)] = row
            else {
                return Err(Fault::impossible_row("consumption", "steps", format!("{row:?}")));
            };
            rows.push(((account, point, day, revision), id, Quantity { steps, unit }, estimated == 1));
        }
    }
    rows.sort_unstable_by_key(|(key, ..)| *key);
    let mut newest: Vec<Consumption> = Vec::with_capacity(rows.len());
    for ((account, point, day, _), id, quantity, is_estimated) in rows {
        let (id, account, service_point) = (ConsumptionId(id), AccountId(account), ServicePointId(point));
        let from_on = packed_day(day).ok_or_else(|| Fault::impossible_row("consumption", "from_on", id.0))?;
        let row = Consumption { id, account, service_point, from_on, quantity, is_estimated };
        let key = |row: &Consumption| (row.account, row.service_point, row.from_on);
        match newest.last_mut() {
            Some(last) if key(last) == key(&row) => *last = row,
            _ => newest.push(row),
        }
    }
    Ok(newest)
}

/// Every row that [`consumption_between`] looks at, in short and by unit: for finding out in bulk
/// that nothing was corrected. Ordered by account.
pub async fn amounts_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    period: Period,
) -> Result<Vec<(String, Vec<Amount>)>, Fault> {
    const SQL: &str = "
        select unit, string_agg(format('%s %s %s %s', account_id, service_point_id, consumption_id, steps), ';')
        from consumption
        where $1 <= account_id and account_id < $2 and register_no = 1 and $3 <= from_on and from_on < $4
        group by unit";
    let args = vec![from.into(), to.into(), period.from().into(), period.to().into()];
    let packed: Vec<(String, Option<String>)> = read.all(SQL, args).await?;
    let mut by_unit = Vec::with_capacity(packed.len());
    for (unit, packed) in packed {
        let mut amounts = Vec::new();
        for row in unpack::<4>(packed.as_deref())? {
            let [Some(account), Some(point), Some(id), Some(steps)] = row else {
                return Err(Fault::impossible_row("consumption", "steps", format!("{row:?}")));
            };
            let (account, service_point) = (AccountId(account), ServicePointId(point));
            amounts.push(Amount { account, service_point, consumption: ConsumptionId(id), steps });
        }
        amounts.sort_unstable_by_key(|amount| amount.account);
        by_unit.push((unit, amounts));
    }
    Ok(by_unit)
}

#[derive(sqlx::FromRow)]
struct PeriodUseRow {
    consumption_id: i64,
    account_id: i64,
    service_point_id: i64,
    from_on: NaiveDate,
    to_on: NaiveDate,
    read_on: NaiveDate,
    steps: i64,
    unit: String,
    is_estimated: bool,
    is_vacant: bool,
}

/// What register 1 of each service point of accounts `from..to` used in the periods that begin within
/// `window`, each in its newest revision; ordered by account, service point and first day.
pub async fn uses_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    window: Period,
) -> Result<Vec<PeriodUse>, Fault> {
    const SQL: &str = "
        select consumption_id, account_id, service_point_id, from_on, to_on, read_on, steps, unit, is_estimated, is_vacant
        from consumption
        where $1 <= account_id and account_id < $2 and register_no = 1 and $3 <= from_on and from_on < $4
        order by account_id, service_point_id, from_on, revision";
    let args = vec![from.into(), to.into(), window.from().into(), window.to().into()];
    let rows: Vec<PeriodUseRow> = read.all(SQL, args).await?;
    let mut newest: Vec<PeriodUse> = Vec::with_capacity(rows.len());
    for row in rows {
        let impossible = |column| Fault::impossible_row("consumption", column, row.consumption_id);
        let unit = Unit::parse(&row.unit).map_err(|_| impossible("unit"))?;
        let row = PeriodUse {
            consumption: ConsumptionId(row.consumption_id),
            account: AccountId(row.account_id),
            service_point: ServicePointId(row.service_point_id),
            period: Period::new(row.from_on, row.to_on).map_err(|_| impossible("to_on"))?,
            read_on: row.read_on,
            quantity: Quantity { steps: row.steps, unit },
            is_estimated: row.is_estimated,
            is_vacant: row.is_vacant,
        };
        let key = |row: &PeriodUse| (row.account, row.service_point, row.period.from());
        match newest.last_mut() {
            Some(last) if key(last) == key(&row) => *last = row,
            _ => newest.push(row),
        }
    }
    Ok(newest)
}

/// Why some of an account's figures are what they are.
pub async fn consumption_grounds(
    read: &mut Read,
    account: AccountId,
    wanted: &[ConsumptionId],
) -> Result<BTreeMap<ConsumptionId, ConsumptionGrounds>, Fault> {
    const SQL: &str = "
        select consumption_id, registered_steps, findings, grounds
        from consumption
        where account_id = $1";
    let rows: Vec<(i64, Option<i64>, String, String)> = read.all(SQL, vec![account.into()]).await?;
    let found = rows.into_iter().map(|(id, registered_steps, findings, grounds)| {
        (ConsumptionId(id), ConsumptionGrounds { registered_steps, findings, grounds })
    });
    Ok(found.filter(|(id, _)| wanted.contains(id)).collect())
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
            "is_estimated",
            "is_vacant",
            "registered_steps",
            "findings",
            "grounds",
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
            row.is_estimated.into(),
            row.is_vacant.into(),
            row.registered_steps.into(),
            row.findings.into(),
            row.grounds.into(),
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

/// The units that anything was read in, in order.
pub async fn units_in_use(read: &mut Read) -> Result<Vec<Unit>, Fault> {
    let rows: Vec<(String,)> = read.all("select distinct unit from consumption order by unit", vec![]).await?;
    let unit = |(unit,): (String,)| Unit::parse(&unit).map_err(|_| Fault::impossible_row("consumption", "unit", &unit));
    rows.into_iter().map(unit).collect()
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
