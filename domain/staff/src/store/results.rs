//! The SQL of what was made of saved reports: files that are kept for a while. They are derived, and no record of the
//! town: whoever keeps them needs no act, as with the index of the search box.

use chrono::{DateTime, NaiveDate, Utc};
use db::{Db, DoorKey, Fault, Read, Tx};
use kernel::ActorId;

/// Results of a report that are kept; the oldest go.
const KEPT: i64 = 12;

/// What was made of a report for a due day, or why nothing was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportResult {
    /// The day for which it was due.
    pub due_on: NaiveDate,
    /// The business date on which it was made.
    pub made_on: NaiveDate,
    /// When.
    pub made_at: DateTime<Utc>,
    /// The question, as it was then.
    pub address: String,
    /// Why it was not made; nothing when it was.
    pub why_not: Option<String>,
    /// How many rows it has.
    pub rows: i64,
    /// Whether rows are missing, because there are more than a report holds.
    pub is_cut: bool,
}

/// A result about to be kept.
#[derive(Debug)]
pub struct NewResult<'a> {
    /// The report.
    pub report: i64,
    /// The day for which it was due.
    pub due_on: NaiveDate,
    /// The business date.
    pub made_on: NaiveDate,
    /// Now.
    pub made_at: DateTime<Utc>,
    /// The question.
    pub address: &'a str,
    /// The files, or why there are none.
    pub outcome: Result<ReportFiles, String>,
}

/// A report as files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFiles {
    /// How many rows.
    pub rows: i64,
    /// Whether rows are missing.
    pub is_cut: bool,
    /// Comma-separated values.
    pub csv: Vec<u8>,
    /// A spreadsheet.
    pub xlsx: Vec<u8>,
}

/// Which file of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileOf {
    /// Comma-separated values.
    Csv,
    /// A spreadsheet.
    Xlsx,
}

#[derive(sqlx::FromRow)]
struct ResultRow {
    due_on: NaiveDate,
    made_on: NaiveDate,
    made_at: DateTime<Utc>,
    address: String,
    why_not: Option<String>,
    row_count: i64,
    is_cut: bool,
}

/// What was made of a report, newest first.
pub async fn report_results(read: &mut Read, report: i64) -> Result<Vec<ReportResult>, Fault> {
    const SQL: &str = "
        select due_on, made_on, made_at, address, why_not, row_count, is_cut
        from report_result
        where saved_report_id = $1
        order by due_on desc";
    let rows: Vec<ResultRow> = read.all(SQL, vec![report.into()]).await?;
    let result = |row: ResultRow| ReportResult {
        due_on: row.due_on,
        made_on: row.made_on,
        made_at: row.made_at,
        address: row.address,
        why_not: row.why_not,
        rows: row.row_count,
        is_cut: row.is_cut,
    };
    Ok(rows.into_iter().map(result).collect())
}

/// How many of somebody's reports are made by themselves, and of which of these the latest could not be made, with the
/// first day for which it was due.
pub async fn reports_by_clock(read: &mut Read, actor: ActorId) -> Result<(i64, i64, Option<NaiveDate>), Fault> {
    const ALL: &str = "
        select count(*)
        from report_schedule
        join saved_report on saved_report.saved_report_id = report_schedule.saved_report_id
        where saved_report.actor_id = $1";
    const NOT_MADE: &str = "
        select count(*), min(report_result.due_on)
        from saved_report
        join report_schedule on report_schedule.saved_report_id = saved_report.saved_report_id
        join report_result on report_result.saved_report_id = saved_report.saved_report_id
        where saved_report.actor_id = $1
          and report_result.why_not is not null
          and report_result.due_on = (
              select max(latest.due_on)
              from report_result latest
              where latest.saved_report_id = saved_report.saved_report_id
          )";
    let all = read.number(ALL, vec![actor.into()]).await?.unwrap_or(0);
    let not_made: Option<(i64, Option<NaiveDate>)> = read.one(NOT_MADE, vec![actor.into()]).await?;
    let (count, since) = not_made.unwrap_or_default();
    Ok((all, count, since))
}

/// A file of a result, when there is one.
pub async fn report_file(
    read: &mut Read,
    (report, due_on): (i64, NaiveDate),
    file: FileOf,
) -> Result<Option<Vec<u8>>, Fault> {
    const CSV: &str = "
        select csv
        from report_result
        where saved_report_id = $1 and due_on = $2";
    const XLSX: &str = "
        select xlsx
        from report_result
        where saved_report_id = $1 and due_on = $2";
    let sql = match file {
        FileOf::Csv => CSV,
        FileOf::Xlsx => XLSX,
    };
    let row: Option<(Option<Vec<u8>>,)> = read.one(sql, vec![report.into(), due_on.into()]).await?;
    Ok(row.and_then(|(bytes,)| bytes))
}

/// Keeps a result, unless there is one of that day or the report is made by itself no more; says whether it was kept.
pub async fn keep_result(db: &Db, key: &DoorKey, new: NewResult<'_>) -> Result<bool, Fault> {
    let mut tx = db.write(key).await?;
    let is_kept = is_scheduled(&mut tx, new.report).await? && insert(&mut tx, &new).await? == 1;
    if !is_kept {
        tx.roll_back().await?;
        return Ok(false);
    }
    delete_oldest(&mut tx, new.report).await?;
    tx.commit().await?;
    Ok(true)
}

/// Whether a report is still made by itself; nobody stops or drops it meanwhile.
async fn is_scheduled(tx: &mut Tx, report: i64) -> Result<bool, Fault> {
    const SQL: &str = "
        select saved_report_id
        from report_schedule
        where saved_report_id = $1 for update";
    let row: Option<(i64,)> = tx.one(SQL, vec![report.into()]).await?;
    Ok(row.is_some())
}

async fn insert(tx: &mut Tx, new: &NewResult<'_>) -> Result<u64, Fault> {
    const SQL: &str = "
        insert into report_result
            (saved_report_id, due_on, made_on, made_at, address, why_not, row_count, is_cut, csv, xlsx)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (saved_report_id, due_on) do nothing";
    let files = new.outcome.as_ref().ok();
    let args = vec![
        new.report.into(),
        new.due_on.into(),
        new.made_on.into(),
        new.made_at.into(),
        new.address.into(),
        new.outcome.as_ref().err().cloned().into(),
        files.map_or(0, |files| files.rows).into(),
        files.is_some_and(|files| files.is_cut).into(),
        files.map(|files| files.csv.clone()).into(),
        files.map(|files| files.xlsx.clone()).into(),
    ];
    tx.run(SQL, args).await
}

async fn delete_oldest(tx: &mut Tx, report: i64) -> Result<(), Fault> {
    const SQL: &str = "
        delete from report_result
        where saved_report_id = $1
          and due_on not in (
              select due_on
              from report_result
              where saved_report_id = $1
              order by due_on desc
              limit $2
          )";
    tx.run(SQL, vec![report.into(), KEPT.into()]).await.map(|_| ())
}
