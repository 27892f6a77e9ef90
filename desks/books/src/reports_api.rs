//! Saved reports for programs: which there are, how often each is made, and what was made.

use axum::http::Method;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use staff::{FileOf, ReportResult};
use utoipa::{OpenApi, ToSchema};
use web::{Access, Ask, At, Envelope, List, Paging, Problem, Problems, Route};

use crate::days::day_of;
use crate::reporting::{Kept, SOME, check, permission_of_report};

/// Every address of saved reports for programs.
#[must_use]
pub(crate) fn api_routes() -> Vec<Route> {
    let (get, look) = (Method::GET, Access::NeedsAny(SOME));
    vec![
        Route::api(get.clone(), "/api/v1/reports/saved", ("Saved reports, for programs", look), list),
        Route::api(get.clone(), "/api/v1/reports/saved/{number}", ("A saved report, for programs", look), one),
        Route::api(
            get,
            "/api/v1/reports/saved/{number}/results/{day}",
            ("What was made of a saved report, for programs", look),
            result,
        ),
    ]
}

#[derive(OpenApi)]
#[openapi(paths(list, one, result))]
struct Described;

/// What is described of them.
#[must_use]
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

/// A saved report.
#[derive(Debug, Serialize, ToSchema)]
struct SavedReportBody {
    report: i64,
    title: String,
    /// The question, as an address of this site.
    address: String,
    /// The name of who saved it.
    saved_by: String,
    is_shared: bool,
    saved_on: NaiveDate,
    /// How often it is made by itself: day, week or month.
    every: Option<String>,
    /// The day of the week, from 1 for Monday, or of the month.
    on_day: Option<i64>,
}

/// A saved report with what was made of it.
#[derive(Debug, Serialize, ToSchema)]
struct WholeReportBody {
    report: i64,
    title: String,
    /// The newest first; twelve at most.
    results: Vec<ResultBody>,
}

/// What was made for a due day.
#[derive(Debug, Serialize, ToSchema)]
struct ResultBody {
    due_on: NaiveDate,
    made_on: NaiveDate,
    made_at: DateTime<Utc>,
    /// Why it was not made; null when it was.
    why_not: Option<String>,
    rows: i64,
    /// Whether rows are missing, because there are more than a report holds.
    is_cut: bool,
}

/// A result with its rows.
#[derive(Debug, Serialize, ToSchema)]
struct ResultFileBody {
    due_on: NaiveDate,
    /// The rows as comma-separated values.
    csv: String,
}

fn result_body(one: &ReportResult) -> ResultBody {
    ResultBody {
        due_on: one.due_on,
        made_on: one.made_on,
        made_at: one.made_at,
        why_not: one.why_not.clone(),
        rows: one.rows,
        is_cut: one.is_cut,
    }
}

/// The reports that the token's owner saved, and those that others share, where they may see what is in them.
#[utoipa::path(
    get, path = "/api/v1/reports/saved", tag = "reports", operation_id = "list_saved_reports",
    security(("bearer" = [])),
    params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<SavedReportBody>), Problems)
)]
async fn list(ask: Ask, paging: Paging) -> Result<List<SavedReportBody>, Problem> {
    let after: i64 = paging.after()?.unwrap_or(0);
    let mut read = ask.read().await?;
    let names = staff::names(&mut read).await?;
    let schedules = staff::report_schedules(&mut read).await?;
    let mut saved = staff::saved_reports(&mut read, ask.who()?.actor.id).await?;
    saved.sort_by_key(|one| one.id);
    let is_seen = |one: &&staff::SavedReport| permission_of_report(&one.address).is_none_or(|needed| ask.may(needed));
    let body = |one: &staff::SavedReport| {
        let schedule = schedules.iter().find(|schedule| schedule.report.id == one.id);
        let stored = schedule.map(|schedule| schedule.rhythm.stored());
        SavedReportBody {
            report: one.id,
            title: one.title.clone(),
            address: one.address.clone(),
            saved_by: names.get(&one.actor).cloned().unwrap_or_default(),
            is_shared: one.is_shared,
            saved_on: one.saved_on,
            every: stored.map(|(code, _)| code.to_owned()),
            on_day: stored.map(|(_, day)| day),
        }
    };
    let piece = saved.iter().filter(|one| after < one.id).filter(is_seen).take(paging.limit + 1).map(body).collect();
    Ok(List::of(piece, &paging, |one| one.report))
}

/// A saved report and what was made of it.
#[utoipa::path(
    get, path = "/api/v1/reports/saved/{number}", tag = "reports", operation_id = "get_saved_report",
    security(("bearer" = [])),
    params(("number" = String, Path, pattern = "^[0-9]+$", example = "1", description = "The number of the report.")),
    responses((status = 200, description = "The report.", body = Envelope<WholeReportBody>), Problems)
)]
async fn one(ask: Ask, At(number): At<String>) -> Result<Envelope<WholeReportBody>, Problem> {
    let kept = Kept::find(&ask, &number).await?;
    let results = staff::report_results(&mut ask.read().await?, kept.report.id).await?;
    let results = results.iter().map(result_body).collect();
    Ok(Envelope::of(WholeReportBody { report: kept.report.id, title: kept.report.title, results }))
}

/// The rows that were made for a due day.
#[utoipa::path(
    get, path = "/api/v1/reports/saved/{number}/results/{day}", tag = "reports", operation_id = "get_report_result",
    security(("bearer" = [])),
    params(
        ("number" = String, Path, pattern = "^[0-9]+$", example = "1", description = "The number of the report."),
        ("day" = String, Path, format = Date, example = "2026-07-01", description = "The day for which it was due, such as 2026-07-01."),
    ),
    responses((status = 200, description = "The rows.", body = Envelope<ResultFileBody>), Problems)
)]
async fn result(ask: Ask, At((number, day)): At<(String, String)>) -> Result<Envelope<ResultFileBody>, Problem> {
    let kept = Kept::find(&ask, &number).await?;
    let due_on = day_of(&day).ok_or_else(Problem::not_found)?;
    let mut read = ask.read().await?;
    let results = staff::report_results(&mut read, kept.report.id).await?;
    let result = results.iter().find(|one| one.due_on == due_on).ok_or_else(Problem::not_found)?;
    check(&ask, &result.address)?;
    let csv = staff::report_file(&mut read, (kept.report.id, due_on), FileOf::Csv).await?;
    let csv = String::from_utf8_lossy(&csv.ok_or_else(Problem::not_found)?).into_owned();
    Ok(Envelope::of(ResultFileBody { due_on, csv }))
}
