//! What screens look up about moves and about the service points of a cycle: pages by key or place, never a whole city.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, CycleId, Period, ServicePointId};

/// Services of an account that begin or end on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountMove {
    /// The first day, or the day after the last one.
    pub on: NaiveDate,
    /// Whose services.
    pub account: AccountId,
    /// How many begin or end.
    pub services: i64,
    /// One of the service points.
    pub service_point: ServicePointId,
}

/// Which side of a move is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveSide {
    /// Services that begin.
    Starts,
    /// Services that end.
    Stops,
}

/// Who has services that begin, or end, within some days: the latest day first.
pub async fn account_moves(
    read: &mut Read,
    side: MoveSide,
    days: Period,
    (offset, limit): (usize, usize),
) -> Result<Vec<AccountMove>, Fault> {
    const STARTS: &str = "
        select starts_on, account_id, count(*), min(service_point_id)
        from service_agreement
        where $1 <= starts_on and starts_on < $2
        group by starts_on, account_id
        order by starts_on desc, account_id desc
        limit $3 offset $4";
    const STOPS: &str = "
        select stops_on, account_id, count(*), min(service_point_id)
        from service_agreement
        where $1 <= stops_on and stops_on < $2
        group by stops_on, account_id
        order by stops_on desc, account_id desc
        limit $3 offset $4";
    let sql = match side {
        MoveSide::Starts => STARTS,
        MoveSide::Stops => STOPS,
    };
    let small = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let args = vec![days.from().into(), days.to().into(), small(limit).into(), small(offset).into()];
    let rows: Vec<(NaiveDate, i64, i64, i64)> = read.all(sql, args).await?;
    let moved = |(on, account, services, point)| {
        let (account, service_point) = (AccountId(account), ServicePointId(point));
        AccountMove { on, account, services, service_point }
    };
    Ok(rows.into_iter().map(moved).collect())
}

/// How many [`account_moves`] there are.
pub async fn account_moves_count(read: &mut Read, side: MoveSide, days: Period) -> Result<i64, Fault> {
    const STARTS: &str = "
        select count(*)
        from (
            select starts_on, account_id
            from service_agreement
            where $1 <= starts_on and starts_on < $2
            group by starts_on, account_id
        ) moved";
    const STOPS: &str = "
        select count(*)
        from (
            select stops_on, account_id
            from service_agreement
            where $1 <= stops_on and stops_on < $2
            group by stops_on, account_id
        ) moved";
    let sql = match side {
        MoveSide::Starts => STARTS,
        MoveSide::Stops => STOPS,
    };
    Ok(read.number(sql, vec![days.from().into(), days.to().into()]).await?.unwrap_or(0))
}

/// How many agreements wait to be completed, and the day by which the first has to be.
pub async fn pending_count(read: &mut Read) -> Result<(i64, Option<NaiveDate>), Fault> {
    const SQL: &str = "
        select count(*), min(due_on)
        from pending_agreement
        where completed_act_id is null";
    let row: Option<(i64, Option<NaiveDate>)> = read.one(SQL, vec![]).await?;
    Ok(row.unwrap_or((0, None)))
}

/// The cycles in which some service points are or were billed.
pub async fn cycles_of_points(
    read: &mut Read,
    points: &[ServicePointId],
) -> Result<BTreeSet<(ServicePointId, CycleId)>, Fault> {
    const SQL: &str = "
        select distinct service_point_id, cycle_id
        from service_agreement
        where service_point_id in ({list})
        order by service_point_id, cycle_id";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<(i64, i64)> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|(point, cycle)| (ServicePointId(point), CycleId(cycle))).collect())
}

/// Which of some service points are served in a cycle on a day.
pub(crate) async fn points_served_among(
    read: &mut Read,
    (cycle, on): (CycleId, NaiveDate),
    points: &[ServicePointId],
) -> Result<BTreeSet<ServicePointId>, Fault> {
    const SQL: &str = "
        select distinct service_point_id
        from service_agreement
        where cycle_id = $1 and starts_on <= $2 and (stops_on is null or $2 < stops_on)
          and service_point_id in ({list})";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<(i64,)> = read.listed_with(SQL, &[cycle.into(), on.into()], &keys).await?;
    Ok(rows.into_iter().map(|(point,)| ServicePointId(point)).collect())
}

/// Service points behind one that are served in a cycle on a day, by their ids.
pub(crate) async fn points_served_after(
    read: &mut Read,
    (cycle, on): (CycleId, NaiveDate),
    after: ServicePointId,
    limit: i64,
) -> Result<Vec<ServicePointId>, Fault> {
    const SQL: &str = "
        select distinct service_point_id
        from service_agreement
        where cycle_id = $1 and $2 < service_point_id
          and starts_on <= $3 and (stops_on is null or $3 < stops_on)
        order by service_point_id
        limit $4";
    let rows: Vec<(i64,)> = read.all(SQL, vec![cycle.into(), after.into(), on.into(), limit.into()]).await?;
    Ok(rows.into_iter().map(|(point,)| ServicePointId(point)).collect())
}
