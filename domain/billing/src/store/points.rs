//! Service points by who answers for them, for measuring and moves.

use std::collections::{BTreeMap, BTreeSet};

use acts::ChunkPlan;
use chrono::NaiveDate;
use db::{Fault, Read, Tx, Value};
use kernel::{AccountId, AgreementId, CycleId, Period, RateProfileId, ServicePointId};

use crate::Stage;

/// An agreement at a service point, with what moves and measuring ask of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PointService {
    pub(crate) account: AccountId,
    pub(crate) agreement: AgreementId,
    pub(crate) service_point: ServicePointId,
    pub(crate) service: String,
    pub(crate) schedule: String,
    pub(crate) profile: RateProfileId,
    pub(crate) cycle: CycleId,
    pub(crate) starts_on: NaiveDate,
    pub(crate) stops_on: Option<NaiveDate>,
    /// Whether it is the service the point is there for, whose account what is measured belongs to.
    pub(crate) is_measured: bool,
}

impl PointService {
    /// Whether it cannot be billed before a meter is there: trash has points of its own, and none.
    pub(crate) fn needs_meter(&self) -> bool {
        self.is_measured && revenue::ALL.iter().any(|line| line.service == self.service && line.is_metered())
    }
}

#[derive(sqlx::FromRow)]
struct PointRow {
    account_id: i64,
    agreement_id: i64,
    service_point_id: i64,
    service: String,
    schedule_code: String,
    rate_profile_id: i64,
    cycle_id: i64,
    starts_on: NaiveDate,
    stops_on: Option<NaiveDate>,
}

/// All agreements there ever were at some service points, by point and first day.
pub(crate) async fn services_at(read: &mut Read, points: &[ServicePointId]) -> Result<Vec<PointService>, Fault> {
    const SQL: &str = "
        select account_id, agreement_id, service_point_id, service, schedule_code, rate_profile_id, cycle_id, starts_on,
               stops_on
        from service_agreement
        where service_point_id in ({list})
        order by service_point_id, starts_on, agreement_id";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<PointRow> = read.listed(SQL, &keys).await?;
    with_services(read, rows, points).await
}

/// The accounts that answer or ever answered for service points.
pub async fn accounts_at(read: &mut Read, points: &[ServicePointId]) -> Result<BTreeSet<AccountId>, Fault> {
    const SQL: &str = "
        select distinct account_id
        from service_agreement
        where service_point_id in ({list})
        order by account_id";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<(i64,)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(id,)| AccountId(id)).collect())
}

/// The service points of accounts, those of the past too.
pub async fn points_of_accounts(
    read: &mut Read,
    accounts: &[AccountId],
) -> Result<BTreeSet<(AccountId, ServicePointId)>, Fault> {
    const SQL: &str = "
        select distinct account_id, service_point_id
        from service_agreement
        where account_id in ({list})
        order by account_id, service_point_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64, i64)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(account, point)| (AccountId(account), ServicePointId(point))).collect())
}

/// All agreements there ever were of an account, by point and first day.
pub(crate) async fn services_of(read: &mut Read, account: AccountId) -> Result<Vec<PointService>, Fault> {
    const SQL: &str = "
        select account_id, agreement_id, service_point_id, service, schedule_code, rate_profile_id, cycle_id, starts_on,
               stops_on
        from service_agreement
        where account_id = $1
        order by service_point_id, starts_on, agreement_id";
    let rows: Vec<PointRow> = read.all(SQL, vec![account.into()]).await?;
    let points: Vec<ServicePointId> = rows.iter().map(|row| ServicePointId(row.service_point_id)).collect();
    with_services(read, rows, &points).await
}

/// All agreements there ever were of accounts `from..to`, by account and agreement.
pub(crate) async fn services_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<PointService>, Fault> {
    const SQL: &str = "
        select account_id, agreement_id, service_point_id, service, schedule_code, rate_profile_id, cycle_id, starts_on,
               stops_on
        from service_agreement
        where $1 <= account_id and account_id < $2
        order by account_id, agreement_id";
    let rows: Vec<PointRow> = read.all(SQL, vec![from.into(), to.into()]).await?;
    let points: Vec<ServicePointId> = rows.iter().map(|row| ServicePointId(row.service_point_id)).collect();
    with_services(read, rows, &points).await
}

async fn with_services(
    read: &mut Read,
    rows: Vec<PointRow>,
    points: &[ServicePointId],
) -> Result<Vec<PointService>, Fault> {
    let own = premises::services_of_points(read, points).await?;
    let service = |row: PointRow| {
        let service_point = ServicePointId(row.service_point_id);
        let is_measured = own.get(&service_point) == Some(&row.service);
        PointService {
            account: AccountId(row.account_id),
            agreement: AgreementId(row.agreement_id),
            service_point,
            service: row.service,
            schedule: row.schedule_code,
            profile: RateProfileId(row.rate_profile_id),
            cycle: CycleId(row.cycle_id),
            starts_on: row.starts_on,
            stops_on: row.stops_on,
            is_measured,
        }
    };
    Ok(rows.into_iter().map(service).collect())
}

/// Stops an agreement on a day.
pub(crate) async fn stop_agreement(
    tx: &mut Tx,
    (account, agreement): (AccountId, AgreementId),
    stops_on: NaiveDate,
    reason: &str,
) -> Result<(), Fault> {
    const SQL: &str = "
        update service_agreement
        set stops_on = $3, stop_reason = $4
        where account_id = $1 and agreement_id = $2";
    tx.run_once(SQL, vec![account.into(), agreement.into(), stops_on.into(), reason.into()]).await
}

/// Puts the end of a stopped agreement off, or takes it away.
pub(crate) async fn stop_otherwise(
    tx: &mut Tx,
    (account, agreement): (AccountId, AgreementId),
    (stopped_on, stops_on): (NaiveDate, Option<NaiveDate>),
    reason: &str,
) -> Result<(), Fault> {
    const SQL: &str = "
        update service_agreement
        set stops_on = $3, stop_reason = $4
        where account_id = $1 and agreement_id = $2 and stops_on = $5";
    let reason = if stops_on.is_some() { reason } else { "" };
    let args = vec![account.into(), agreement.into(), stops_on.into(), reason.into(), stopped_on.into()];
    tx.run_once(SQL, args).await
}

/// Gives an agreement the class, dimension values and schedule it should have had from its first day.
pub(crate) async fn correct_agreement(
    tx: &mut Tx,
    (account, agreement): (AccountId, AgreementId),
    (profile, schedule): (RateProfileId, &str),
) -> Result<(), Fault> {
    const SQL: &str = "
        update service_agreement
        set rate_profile_id = $3, schedule_code = $4
        where account_id = $1 and agreement_id = $2";
    tx.run_once(SQL, vec![account.into(), agreement.into(), profile.into(), schedule.into()]).await
}

/// Which accounts among `from..to` have their first or last bill of a cycle in a period; others are in between.
pub(crate) async fn stages_between(
    read: &mut Read,
    cycle: CycleId,
    (from, to): (AccountId, AccountId),
    period: Period,
) -> Result<BTreeMap<AccountId, Stage>, Fault> {
    const FINAL: &str = "
        select account_id
        from service_agreement
        where $1 <= account_id and account_id < $2 and cycle_id = $3
          and starts_on < $5 and (stops_on is null or $4 < stops_on)
        group by account_id
        having max(case when stops_on is null or $5 < stops_on then 1 else 0 end) = 0";
    const FIRST: &str = "
        select account_id
        from service_agreement
        where $1 <= account_id and account_id < $2 and cycle_id = $3
          and starts_on < $5 and (stops_on is null or $4 < stops_on)
        group by account_id
        having max(case when starts_on < $4 then 1 else 0 end) = 0";
    let args = vec![from.into(), to.into(), cycle.into(), period.from().into(), period.to().into()];
    let mut stages = BTreeMap::new();
    // Who comes and goes within one period has a final bill.
    for (sql, stage) in [(FIRST, Stage::First), (FINAL, Stage::Final)] {
        let rows: Vec<(i64,)> = read.all(sql, args.clone()).await?;
        stages.extend(rows.into_iter().map(|(account,)| (AccountId(account), stage)));
    }
    Ok(stages)
}

/// Cuts the service points of a cycle into chunks of about `size` ids.
pub(crate) async fn point_chunks(read: &mut Read, cycle: CycleId, size: i64) -> Result<Vec<ChunkPlan>, Fault> {
    const SQL: &str = "
        select min(service_point_id), max(service_point_id)
        from service_agreement
        where cycle_id = $1";
    let found: Option<(Option<i64>, Option<i64>)> = read.one(SQL, vec![cycle.into()]).await?;
    let Some((Some(first), Some(last))) = found else { return Ok(Vec::new()) };
    let starts = (0..).map(|number| first + number * size).take_while(|start| *start <= last);
    Ok(starts.map(|from| ChunkPlan { from, to: (from + size).min(last + 1) }).collect())
}

/// The service points among `from..to` that are or were billed in a cycle.
pub(crate) async fn points_of_cycle(
    read: &mut Read,
    cycle: CycleId,
    (from, to): (ServicePointId, ServicePointId),
) -> Result<Vec<ServicePointId>, Fault> {
    const SQL: &str = "
        select distinct service_point_id
        from service_agreement
        where $1 <= service_point_id and service_point_id < $2 and cycle_id = $3
        order by service_point_id";
    let rows: Vec<(i64,)> = read.all(SQL, vec![from.into(), to.into(), cycle.into()]).await?;
    Ok(rows.into_iter().map(|(point,)| ServicePointId(point)).collect())
}
