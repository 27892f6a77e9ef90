//! What people look at before a run is there: what a cycle would take, and how far its reads are.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{Cents, CycleId, OrderId, Period, RunId};

/// What one service would bring to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueService {
    /// The service.
    pub service: String,
    /// How many agreements are active in the period.
    pub agreements: i64,
    /// Of how many accounts.
    pub accounts: i64,
    /// Those that begin within the period.
    pub starting: i64,
    /// Those that stop within it.
    pub stopping: i64,
}

/// What a run of a cycle for a period would take, by service.
pub async fn due_services(read: &mut Read, cycle: CycleId, period: Period) -> Result<Vec<DueService>, Fault> {
    const SQL: &str = "
        select service, count(*), count(distinct account_id),
               cast(sum(case when $2 < starts_on then 1 else 0 end) as bigint),
               cast(sum(case when stops_on is not null and stops_on < $3 then 1 else 0 end) as bigint)
        from service_agreement
        where cycle_id = $1 and starts_on < $3 and (stops_on is null or $2 < stops_on)
        group by service
        order by service";
    let args = vec![cycle.into(), period.from().into(), period.to().into()];
    let rows: Vec<(String, i64, i64, i64, i64)> = read.all(SQL, args).await?;
    let due = |(service, agreements, accounts, starting, stopping)| DueService {
        service,
        agreements,
        accounts,
        starting,
        stopping,
    };
    Ok(rows.into_iter().map(due).collect())
}

/// The order that closed, or is closing, the reads of a period of a cycle.
pub async fn close_order(read: &mut Read, cycle: CycleId, from: NaiveDate) -> Result<Option<OrderId>, Fault> {
    const SQL: &str = "
        select close_order_id
        from cycle_period
        where cycle_id = $1 and period_from = $2";
    Ok(read.number(SQL, vec![cycle.into(), from.into()]).await?.map(OrderId))
}

/// The title of a cycle, such as `Billed monthly from day 8`.
pub async fn cycle_titles(read: &mut Read) -> Result<Vec<(CycleId, String)>, Fault> {
    const SQL: &str = "
        select cycle_id, title
        from cycle
        order by cycle_id";
    let rows: Vec<(i64, String)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(|(id, title)| (CycleId(id), title)).collect())
}

/// What was signed of some runs: how many bills, how many of them held back, and the total.
pub async fn signed_sums(read: &mut Read, runs: &[RunId]) -> Result<BTreeMap<RunId, (i64, i64, Cents)>, Fault> {
    const SQL: &str = "
        select run_id, bill_count, held_count, total_cents
        from run_signoff
        where run_id in ({list})";
    let keys: Vec<Value> = runs.iter().map(|run| Value::from(*run)).collect();
    let rows: Vec<(i64, i64, i64, i64)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(run, bills, held, cents)| (RunId(run), (bills, held, Cents(cents)))).collect())
}

/// How many bills of a run stay back.
pub async fn held_count(read: &mut Read, run: RunId) -> Result<i64, Fault> {
    const SQL: &str = "
        select count(distinct account_id)
        from run_exception
        where run_id = $1 and state = 'held'";
    Ok(read.number(SQL, vec![run.into()]).await?.unwrap_or(0))
}
