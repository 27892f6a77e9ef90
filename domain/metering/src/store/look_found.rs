//! Figures of consumption as screens show them: those at which something was found, those of one service point.

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, ConsumptionId, Period, Quantity, ServicePointId, Unit};

/// A figure at which something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundUse {
    /// Who answers for it; the city where nobody does.
    pub account: AccountId,
    /// Where.
    pub service_point: ServicePointId,
    /// The days.
    pub period: Period,
    /// The figure.
    pub quantity: Quantity,
    /// Whether it is an estimate.
    pub is_estimated: bool,
    /// What was found, one a line: a code, a colon, the figures.
    pub findings: String,
}

/// One revision of a figure at a service point, with everything known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointUse {
    /// Its id.
    pub consumption: ConsumptionId,
    /// Who answers for it; the city where nobody does.
    pub account: AccountId,
    /// The days.
    pub period: Period,
    /// From 1; the newest counts.
    pub revision: i64,
    /// The day of the read that closes it.
    pub read_on: NaiveDate,
    /// The figure.
    pub quantity: Quantity,
    /// Whether it is an estimate.
    pub is_estimated: bool,
    /// Whether nobody was served.
    pub is_vacant: bool,
    /// What was found about it.
    pub findings: String,
    /// What it was made of.
    pub grounds: String,
    /// Where the figure comes from.
    pub source: String,
}

#[derive(sqlx::FromRow)]
struct FoundRow {
    account_id: i64,
    service_point_id: i64,
    from_on: NaiveDate,
    to_on: NaiveDate,
    steps: i64,
    unit: String,
    is_estimated: bool,
    findings: String,
}

#[derive(sqlx::FromRow)]
struct UseRow {
    consumption_id: i64,
    account_id: i64,
    from_on: NaiveDate,
    to_on: NaiveDate,
    revision: i64,
    read_on: NaiveDate,
    steps: i64,
    unit: String,
    is_estimated: bool,
    is_vacant: bool,
    findings: String,
    grounds: String,
    source: String,
}

fn quantity((steps, unit): (i64, &str), row: i64) -> Result<Quantity, Fault> {
    let unit = Unit::parse(unit).map_err(|_| Fault::impossible_row("consumption", "unit", row))?;
    Ok(Quantity { steps, unit })
}

fn period((from, to): (NaiveDate, NaiveDate), row: i64) -> Result<Period, Fault> {
    Period::new(from, to).map_err(|_| Fault::impossible_row("consumption", "to_on", row))
}

/// The figures that stand of accounts' periods beginning within some days at which something was found, by first day
/// and account.
pub async fn found_uses(
    read: &mut Read,
    days: Period,
    (offset, limit): (usize, usize),
) -> Result<Vec<FoundUse>, Fault> {
    const SQL: &str = "
        select c.account_id, c.service_point_id, c.from_on, c.to_on, c.steps, c.unit, c.is_estimated, c.findings
        from consumption c
        where c.findings <> '' and $1 <= c.from_on and c.from_on < $2 and 0 < c.account_id and not exists (
            select 1
            from consumption n
            where n.account_id = c.account_id and n.service_point_id = c.service_point_id
              and n.register_no = c.register_no and n.from_on = c.from_on and c.revision < n.revision
        )
        order by c.from_on, c.account_id, c.service_point_id
        limit $3 offset $4";
    let small = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let args = vec![days.from().into(), days.to().into(), small(limit).into(), small(offset).into()];
    let rows: Vec<FoundRow> = read.all(SQL, args).await?;
    let found = |row: FoundRow| {
        Ok(FoundUse {
            account: AccountId(row.account_id),
            service_point: ServicePointId(row.service_point_id),
            period: period((row.from_on, row.to_on), row.service_point_id)?,
            quantity: quantity((row.steps, &row.unit), row.service_point_id)?,
            is_estimated: row.is_estimated,
            findings: row.findings,
        })
    };
    rows.into_iter().map(found).collect()
}

/// How many [`found_uses`] there are in some days.
pub async fn found_count(read: &mut Read, days: Period) -> Result<i64, Fault> {
    const SQL: &str = "
        select count(*)
        from consumption c
        where c.findings <> '' and $1 <= c.from_on and c.from_on < $2 and 0 < c.account_id and not exists (
            select 1
            from consumption n
            where n.account_id = c.account_id and n.service_point_id = c.service_point_id
              and n.register_no = c.register_no and n.from_on = c.from_on and c.revision < n.revision
        )";
    Ok(read.number(SQL, vec![days.from().into(), days.to().into()]).await?.unwrap_or(0))
}

/// Every revision of what was used at a service point by these accounts, by first day, account and revision.
pub async fn uses_of_point(
    read: &mut Read,
    point: ServicePointId,
    accounts: &[AccountId],
) -> Result<Vec<PointUse>, Fault> {
    const SQL: &str = "
        select consumption_id, account_id, from_on, to_on, revision, read_on, steps, unit, is_estimated, is_vacant,
               findings, grounds, source
        from consumption
        where service_point_id = $1 and register_no = 1 and account_id in ({list})
        order by from_on, account_id, revision";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<UseRow> = read.listed_with(SQL, &[point.into()], &keys).await?;
    let used = |row: UseRow| {
        Ok(PointUse {
            consumption: ConsumptionId(row.consumption_id),
            account: AccountId(row.account_id),
            period: period((row.from_on, row.to_on), row.consumption_id)?,
            revision: row.revision,
            read_on: row.read_on,
            quantity: quantity((row.steps, &row.unit), row.consumption_id)?,
            is_estimated: row.is_estimated,
            is_vacant: row.is_vacant,
            findings: row.findings,
            grounds: row.grounds,
            source: row.source,
        })
    };
    let mut used = rows.into_iter().map(used).collect::<Result<Vec<PointUse>, Fault>>()?;
    used.sort_by_key(|one| (one.period.from(), one.account, one.revision));
    Ok(used)
}
