//! The SQL of reports that are made by the clock: how often each is due, and what was made last.

use acts::Entry;
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::ActorId;

use super::SavedReport;
use crate::Rhythm;

/// A saved report that is made by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportSchedule {
    /// The report.
    pub report: SavedReport,
    /// How often.
    pub rhythm: Rhythm,
    /// The first day that counts.
    pub first_on: NaiveDate,
    /// The latest due day for which it was made, or for which was said why not.
    pub last_due_on: Option<NaiveDate>,
}

#[derive(sqlx::FromRow)]
struct ScheduleRow {
    saved_report_id: i64,
    actor_id: i64,
    title: String,
    address: String,
    is_shared: bool,
    saved_on: NaiveDate,
    rhythm: String,
    rhythm_day: i64,
    first_on: NaiveDate,
    last_due_on: Option<NaiveDate>,
}

/// All reports that are made by themselves, by number.
pub async fn report_schedules(read: &mut Read) -> Result<Vec<ReportSchedule>, Fault> {
    const SQL: &str = "
        select saved_report.saved_report_id, saved_report.actor_id, saved_report.title, saved_report.address,
            saved_report.is_shared, saved_report.saved_on, report_schedule.rhythm, report_schedule.rhythm_day,
            report_schedule.first_on,
            (
                select max(report_result.due_on)
                from report_result
                where report_result.saved_report_id = report_schedule.saved_report_id
            ) as last_due_on
        from report_schedule
        join saved_report on saved_report.saved_report_id = report_schedule.saved_report_id
        order by saved_report.saved_report_id";
    let rows: Vec<ScheduleRow> = read.all(SQL, vec![]).await?;
    rows.into_iter().map(schedule).collect()
}

fn schedule(row: ScheduleRow) -> Result<ReportSchedule, Fault> {
    let rhythm = Rhythm::of(&row.rhythm, row.rhythm_day);
    Ok(ReportSchedule {
        rhythm: rhythm.ok_or_else(|| Fault::impossible_row("report_schedule", "rhythm", row.saved_report_id))?,
        first_on: row.first_on,
        last_due_on: row.last_due_on,
        report: SavedReport {
            id: row.saved_report_id,
            actor: ActorId(row.actor_id),
            title: row.title,
            address: row.address,
            is_shared: row.is_shared,
            saved_on: row.saved_on,
        },
    })
}

/// How many reports of somebody are made by themselves, but for one.
pub(crate) async fn count_schedules(read: &mut Read, actor: ActorId, but: i64) -> Result<i64, Fault> {
    const SQL: &str = "
        select count(*)
        from report_schedule
        join saved_report on saved_report.saved_report_id = report_schedule.saved_report_id
        where saved_report.actor_id = $1 and saved_report.saved_report_id <> $2";
    Ok(read.number(SQL, vec![actor.into(), but.into()]).await?.unwrap_or(0))
}

/// Lets a report be made by itself, in place of how it was before.
pub(crate) async fn put_schedule(entry: &mut Entry, report: i64, rhythm: Rhythm) -> Result<(), Fault> {
    const SQL: &str = "
        insert into report_schedule (saved_report_id, rhythm, rhythm_day, first_on, act_id)
        values ($1, $2, $3, $4, $5)
        on conflict (saved_report_id) do update
        set rhythm = $2, rhythm_day = $3, first_on = $4, act_id = $5";
    let (code, day) = rhythm.stored();
    let (today, act) = (entry.today, entry.act);
    entry.run_once(SQL, vec![report.into(), code.into(), day.into(), today.into(), act.into()]).await
}

/// Ends it; how many there were.
pub(crate) async fn delete_schedule(entry: &mut Entry, report: i64) -> Result<u64, Fault> {
    const SQL: &str = "
        delete from report_schedule
        where saved_report_id = $1";
    entry.run(SQL, vec![report.into()]).await
}
