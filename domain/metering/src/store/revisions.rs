//! Revisions of consumption: what stands now, and which of the figures before were estimates.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, ConsumptionId, Period, Quantity, ServicePointId, Unit};

use crate::Consumption;

/// What stands for a service point and period, and the estimates it took the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingUse {
    /// The newest revision.
    pub consumption: Consumption,
    /// The days.
    pub period: Period,
    /// Its number, from 1.
    pub revision: i64,
    /// Whether it follows from reads; a figure that came in from elsewhere does not.
    pub is_read: bool,
    /// All revisions that are estimates.
    pub estimates: Vec<ConsumptionId>,
}

/// What is unusual about the consumption of some days, as it was found when the reads were closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedUse {
    /// Whose consumption.
    pub account: AccountId,
    /// Which.
    pub consumption: ConsumptionId,
    /// Whether it is an estimate.
    pub is_estimated: bool,
    /// What was found, one a line: a code, a colon, the figures.
    pub findings: String,
}

#[derive(sqlx::FromRow)]
struct StandingRow {
    account_id: i64,
    service_point_id: i64,
    from_on: NaiveDate,
    to_on: NaiveDate,
    revision: i64,
    consumption_id: i64,
    steps: i64,
    unit: String,
    is_estimated: bool,
    is_read: bool,
}

impl StandingUse {
    /// Whether it is what a service point used in the period with this first day.
    #[must_use]
    pub fn is_of(&self, point: ServicePointId, from_on: NaiveDate) -> bool {
        self.consumption.service_point == point && self.period.from() == from_on
    }
}

/// The accounts among `from..to` with consumption that was revised.
pub async fn revised_accounts(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<BTreeSet<AccountId>, Fault> {
    const SQL: &str = "
        select distinct account_id
        from consumption
        where 1 < revision and $1 <= account_id and account_id < $2";
    let rows: Vec<(i64,)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    Ok(rows.into_iter().map(|(account,)| AccountId(account)).collect())
}

/// What stands for the service points and periods of some accounts, by account, service point and first day.
pub async fn standing_uses(read: &mut Read, accounts: &[AccountId]) -> Result<Vec<StandingUse>, Fault> {
    const SQL: &str = "
        select account_id, service_point_id, from_on, to_on, revision, consumption_id, steps, unit, is_estimated,
               registered_steps is not null as is_read
        from consumption
        where account_id in ({list}) and register_no = 1
        order by account_id, service_point_id, from_on, revision";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<StandingRow> = read.listed(SQL, &keys).await?;
    let mut standing: Vec<StandingUse> = Vec::with_capacity(rows.len());
    for row in rows {
        let impossible = |column| Fault::impossible_row("consumption", column, row.consumption_id);
        let unit = Unit::parse(&row.unit).map_err(|_| impossible("unit"))?;
        let id = ConsumptionId(row.consumption_id);
        let consumption = Consumption {
            id,
            account: AccountId(row.account_id),
            service_point: ServicePointId(row.service_point_id),
            from_on: row.from_on,
            quantity: Quantity { steps: row.steps, unit },
            is_estimated: row.is_estimated,
        };
        let period = Period::new(row.from_on, row.to_on).map_err(|_| impossible("to_on"))?;
        let same = |last: &StandingUse| {
            last.consumption.account == consumption.account && last.is_of(consumption.service_point, row.from_on)
        };
        let mut estimates = match standing.pop_if(|last| same(last)) {
            Some(earlier) => earlier.estimates,
            None => Vec::new(),
        };
        estimates.extend(row.is_estimated.then_some(id));
        standing.push(StandingUse { consumption, period, revision: row.revision, is_read: row.is_read, estimates });
    }
    Ok(standing)
}

/// What is unusual about the consumption of accounts `from..to` that begins within a period, in every revision.
pub async fn noted_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    period: Period,
) -> Result<Vec<NotedUse>, Fault> {
    const SQL: &str = "
        select account_id, consumption_id, is_estimated, findings
        from consumption
        where $1 <= account_id and account_id < $2 and $3 <= from_on and from_on < $4
          and (is_estimated or findings <> '')
        order by account_id, service_point_id, register_no, from_on, revision";
    let args = vec![from.into(), to.into(), period.from().into(), period.to().into()];
    let rows: Vec<(i64, i64, bool, String)> = read.all(SQL, args).await?;
    let noted = |(account, consumption, is_estimated, findings): (i64, i64, bool, String)| NotedUse {
        account: AccountId(account),
        consumption: ConsumptionId(consumption),
        is_estimated,
        findings,
    };
    Ok(rows.into_iter().map(noted).collect())
}
