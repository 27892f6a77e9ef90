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
    let report = |row: ReportRow| SavedReport {
        id: row.saved_report_id,
        actor: ActorId(row.actor_id),
        title: row.title,
        address: row.address,
        is_shared: row.is_shared,
        saved_on: row.saved_on,
    };
    Ok(rows.into_iter().map(report).collect())
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

pub(crate) async fn delete_report(tx: &mut Tx, actor: ActorId, title: &str) -> Result<u64, Fault> {
    const SQL: &str = "
        delete from saved_report
        where actor_id = $1 and title = $2";
    tx.run(SQL, vec![actor.into(), title.into()]).await
}
