//! What files of agreements need: agreements with their source, and those that wait to be completed.

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, ActId, CycleId, RateProfileId, ServicePointId};

use crate::PendingAgreement;

/// An agreement that is on record, as a file tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AgreementOnRecord {
    pub(crate) service_point: ServicePointId,
    pub(crate) service: String,
    pub(crate) account: AccountId,
    pub(crate) schedule: String,
    pub(crate) cycle: CycleId,
    pub(crate) profile: RateProfileId,
    pub(crate) starts_on: NaiveDate,
    pub(crate) stops_on: Option<NaiveDate>,
    pub(crate) source: String,
}

#[derive(sqlx::FromRow)]
struct AgreementRow {
    service_point_id: i64,
    service: String,
    account_id: i64,
    schedule_code: String,
    cycle_id: i64,
    rate_profile_id: i64,
    starts_on: NaiveDate,
    stops_on: Option<NaiveDate>,
    source: String,
}

#[derive(sqlx::FromRow)]
struct PendingRow {
    pending_id: i64,
    service_point: String,
    service: String,
    account: String,
    schedule_code: String,
    cycle: String,
    class: String,
    dimensions: String,
    starts_on: NaiveDate,
    missing: String,
    assignee: String,
    due_on: NaiveDate,
    source: String,
}

impl PendingRow {
    fn pending(self) -> PendingAgreement {
        PendingAgreement {
            id: self.pending_id,
            service_point: self.service_point,
            service: self.service,
            account: self.account,
            schedule: self.schedule_code,
            cycle: self.cycle,
            class: self.class,
            dimensions: self.dimensions,
            starts_on: self.starts_on,
            missing: self.missing,
            assignee: self.assignee,
            due_on: self.due_on,
            source: self.source,
        }
    }
}

/// Lets one file of agreements in at a time: what overlaps is looked for before it is written.
pub(crate) async fn lock_cycles(tx: &mut Tx) -> Result<(), Fault> {
    const SQL: &str = "
        select count(*)
        from (
            select cycle_id
            from cycle
            order by cycle_id
            for update
        ) held";
    tx.hold(SQL, vec![]).await
}

/// All agreements there ever were at some service points, by point, service and first day.
pub(crate) async fn agreements_on_record(
    read: &mut Read,
    points: &[ServicePointId],
) -> Result<Vec<AgreementOnRecord>, Fault> {
    const SQL: &str = "
        select service_point_id, service, account_id, schedule_code, cycle_id, rate_profile_id, starts_on, stops_on,
               source
        from service_agreement
        where service_point_id in ({list})
        order by service_point_id, service, starts_on, agreement_id";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<AgreementRow> = read.listed(SQL, &keys).await?;
    let agreement = |row: AgreementRow| AgreementOnRecord {
        service_point: ServicePointId(row.service_point_id),
        service: row.service,
        account: AccountId(row.account_id),
        schedule: row.schedule_code,
        cycle: CycleId(row.cycle_id),
        profile: RateProfileId(row.rate_profile_id),
        starts_on: row.starts_on,
        stops_on: row.stops_on,
        source: row.source,
    };
    Ok(rows.into_iter().map(agreement).collect())
}

/// The agreements that wait to be completed, by service point, service and first day.
pub async fn pending_agreements(read: &mut Read) -> Result<Vec<PendingAgreement>, Fault> {
    const SQL: &str = "
        select pending_id, service_point, service, account, schedule_code, cycle, class, dimensions, starts_on, missing,
               assignee, due_on, source
        from pending_agreement
        where completed_act_id is null
        order by service_point, service, starts_on, pending_id";
    let rows: Vec<PendingRow> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().map(PendingRow::pending).collect())
}

/// Those of some service points, by the references of the points.
pub(crate) async fn pending_at(read: &mut Read, points: &[&str]) -> Result<Vec<PendingAgreement>, Fault> {
    const SQL: &str = "
        select pending_id, service_point, service, account, schedule_code, cycle, class, dimensions, starts_on, missing,
               assignee, due_on, source
        from pending_agreement
        where completed_act_id is null and service_point in ({list})
        order by service_point, service, starts_on, pending_id";
    let keys: Vec<Value> = points.iter().map(|point| Value::from(*point)).collect();
    let rows: Vec<PendingRow> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(PendingRow::pending).collect())
}

/// Records agreements that wait to be completed, each with what completed it where that came along.
pub(crate) async fn insert_pending(tx: &mut Tx, new: Vec<(PendingAgreement, Option<ActId>)>) -> Result<(), Fault> {
    let columns = [
        "pending_id",
        "service_point",
        "service",
        "account",
        "schedule_code",
        "cycle",
        "class",
        "dimensions",
        "starts_on",
        "missing",
        "assignee",
        "due_on",
        "source",
        "completed_act_id",
    ];
    let mut rows = Rows::new("pending_agreement", &columns);
    for (pending, completed) in new {
        rows.push([
            pending.id.into(),
            pending.service_point.into(),
            pending.service.into(),
            pending.account.into(),
            pending.schedule.into(),
            pending.cycle.into(),
            pending.class.into(),
            pending.dimensions.into(),
            pending.starts_on.into(),
            pending.missing.into(),
            pending.assignee.into(),
            pending.due_on.into(),
            pending.source.into(),
            completed.map(|act| act.0).into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// What waits for a service point, service and first day is complete: the service begins.
pub(crate) async fn complete_pending(
    tx: &mut Tx,
    (service_point, service, starts_on): (&str, &str, NaiveDate),
    act: ActId,
) -> Result<(), Fault> {
    const SQL: &str = "
        update pending_agreement
        set completed_act_id = $4
        where completed_act_id is null and service_point = $1 and service = $2 and starts_on = $3";
    tx.run(SQL, vec![service_point.into(), service.into(), starts_on.into(), act.0.into()]).await?;
    Ok(())
}

/// Records what more is known of an agreement that waits, or what completed it.
pub(crate) async fn update_pending(
    tx: &mut Tx,
    pending: &PendingAgreement,
    completed: Option<ActId>,
) -> Result<(), Fault> {
    const SQL: &str = "
        update pending_agreement
        set account = $2, schedule_code = $3, cycle = $4, class = $5, dimensions = $6, missing = $7, source = $8,
            completed_act_id = $9
        where pending_id = $1 and completed_act_id is null";
    let args = vec![
        pending.id.into(),
        pending.account.as_str().into(),
        pending.schedule.as_str().into(),
        pending.cycle.as_str().into(),
        pending.class.as_str().into(),
        pending.dimensions.as_str().into(),
        pending.missing.as_str().into(),
        pending.source.as_str().into(),
        completed.map(|act| act.0).into(),
    ];
    tx.run_once(SQL, args).await
}
