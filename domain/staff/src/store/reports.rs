//! The SQL of saved reports.

use chrono::NaiveDate;
use db::{Fault, Read, Tx};
use kernel::ActorId;

/// A report that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedReport {
    /// Its id: that of the act that saved it.
    pub id: i64,
    /// Whose it is.
    pub actor: ActorId,
    /// What it is called.
    pub title: String,
    /// Its address on this site.
    pub address: String,
    /// Whether everybody sees it who may look at reports.
    pub is_shared: bool,
    /// When it was saved.
    pub saved_on: NaiveDate,
}

#[derive(sqlx::FromRow)]
struct ReportRow {
    saved_report_id: i64,
    actor_id: i64,
    title: String,
    address: String,
    is_shared: bool,
    saved_on: NaiveDate,
}

/// The reports somebody saved and those that others share, by title; a thousand at most.
pub async fn saved_reports(read: &mut Read, actor: ActorId) -> Result<Vec<SavedReport>, Fault> {
    const SQL: &str = "
        select saved_report_id, actor_id, title, address, is_shared, saved_on
        from saved_report
        where actor_id = $1 or is_shared
        order by title, saved_report_id
        limit 1000";
    let rows: Vec<ReportRow> = read.all(SQL, vec![actor.into()]).await?;
    Ok(rows.into_iter().map(report_of).collect())
}

/// A saved report by its number.
pub async fn saved_report(read: &mut Read, report: i64) -> Result<Option<SavedReport>, Fault> {
    const SQL: &str = "
        select saved_report_id, actor_id, title, address, is_shared, saved_on
        from saved_report
        where saved_report_id = $1";
    let row: Option<ReportRow> = read.one(SQL, vec![report.into()]).await?;
    Ok(row.map(report_of))
}

fn report_of(row: ReportRow) -> SavedReport {
    SavedReport {
        id: row.saved_report_id,
        actor: ActorId(row.actor_id),
        title: row.title,
        address: row.address,
        is_shared: row.is_shared,
        saved_on: row.saved_on,
    }
}

pub(crate) async fn insert_report(tx: &mut Tx, report: &SavedReport) -> Result<(), Fault> {
    const SQL: &str = "
        insert into saved_report (saved_report_id, actor_id, title, address, is_shared, saved_on)
        values ($1, $2, $3, $4, $5, $6)";
    let args = vec![
        report.id.into(),
        report.actor.into(),
        report.title.as_str().into(),
        report.address.as_str().into(),
        report.is_shared.into(),
        report.saved_on.into(),
    ];
    tx.run_once(SQL, args).await
}

/// Puts another question under the title of somebody's report; how many there were.
pub(crate) async fn replace_report(tx: &mut Tx, report: &SavedReport) -> Result<u64, Fault> {
    const SQL: &str = "
        update saved_report
        set address = $3, is_shared = $4, saved_on = $5
        where actor_id = $1 and title = $2";
    let args = vec![
        report.actor.into(),
        report.title.as_str().into(),
        report.address.as_str().into(),
        report.is_shared.into(),
        report.saved_on.into(),
    ];
    tx.run(SQL, args).await
}

/// Forgets somebody's report with all that was made of it; how many there were.
pub(crate) async fn delete_report(tx: &mut Tx, actor: ActorId, title: &str) -> Result<u64, Fault> {
    const FOUND: &str = "
        select saved_report_id
        from saved_report
        where actor_id = $1 and title = $2 for update";
    const SCHEDULE: &str = "
        delete from report_schedule
        where saved_report_id = $1";
    const RESULTS: &str = "
        delete from report_result
        where saved_report_id = $1";
    const REPORT: &str = "
        delete from saved_report
        where saved_report_id = $1";
    let found: Option<(i64,)> = tx.one(FOUND, vec![actor.into(), title.into()]).await?;
    let Some((report,)) = found else { return Ok(0) };
    // The schedule first: whoever keeps a result holds it.
    for sql in [SCHEDULE, RESULTS, REPORT] {
        tx.run(sql, vec![report.into()]).await?;
    }
    Ok(1)
}
