//! The SQL of the queue.

use acts::Entry;
use chrono::{DateTime, Utc};
use db::{Fault, Read, Tx};
use kernel::{JobId, OrderId};

use crate::{Job, JobState};

#[derive(sqlx::FromRow)]
struct JobRow {
    job_id: i64,
    kind: String,
    order_id: i64,
    state: String,
}

pub(crate) async fn insert_job(entry: &mut Entry, kind: &str, order: OrderId) -> Result<JobId, Fault> {
    const SQL: &str = "
        insert into job (job_id, kind, order_id, state, queued_at)
        values ($1, $2, $3, 'open', $4)";
    let job: JobId = entry.id("job").await?;
    let args = vec![job.into(), kind.into(), order.into(), entry.now.into()];
    entry.run_once(SQL, args).await?;
    Ok(job)
}

/// The job that carries out an order.
pub async fn job_of_order(read: &mut Read, order: OrderId) -> Result<Option<Job>, Fault> {
    const SQL: &str = "
        select job_id, kind, order_id, state
        from job
        where order_id = $1";
    let row: Option<JobRow> = read.one(SQL, vec![order.into()]).await?;
    row.map(job_of).transpose()
}

/// All jobs with work left, oldest first.
pub async fn open_jobs(read: &mut Read) -> Result<Vec<Job>, Fault> {
    const SQL: &str = "
        select job_id, kind, order_id, state
        from job
        where state = 'open'
        order by job_id";
    let rows: Vec<JobRow> = read.all(SQL, vec![]).await?;
    rows.into_iter().map(job_of).collect()
}

/// Opens a stopped job again; says whether it was stopped.
pub(crate) async fn reopen_job(entry: &mut Entry, order: OrderId) -> Result<bool, Fault> {
    const SQL: &str = "
        update job
        set state = 'open', ended_at = null
        where order_id = $1 and state = 'stopped'";
    Ok(entry.run(SQL, vec![order.into()]).await? == 1)
}

/// Holds a job against whoever else ends it, and says how it stands.
pub(crate) async fn lock_job(tx: &mut Tx, job: JobId) -> Result<JobState, Fault> {
    const SQL: &str = "
        select job_id, kind, order_id, state
        from job
        where job_id = $1 for update";
    let row: Option<JobRow> = tx.one(SQL, vec![job.into()]).await?;
    Ok(job_of(row.ok_or_else(|| Fault::new("the job is gone"))?)?.state)
}

pub(crate) async fn end_job(tx: &mut Tx, job: JobId, state: JobState, now: DateTime<Utc>) -> Result<(), Fault> {
    const SQL: &str = "
        update job
        set state = $2, ended_at = $3
        where job_id = $1";
    let state = match state {
        JobState::Open => "open",
        JobState::Done => "done",
        JobState::Stopped => "stopped",
    };
    tx.run_once(SQL, vec![job.into(), state.into(), now.into()]).await
}

fn job_of(row: JobRow) -> Result<Job, Fault> {
    let state = match row.state.as_str() {
        "open" => JobState::Open,
        "done" => JobState::Done,
        "stopped" => JobState::Stopped,
        _ => return Err(Fault::impossible_row("job", "state", row.job_id)),
    };
    Ok(Job { id: JobId(row.job_id), kind: row.kind, order: OrderId(row.order_id), state })
}
