//! Rates, for programs: schedules, versions, and what a bill would cost.

use axum::http::Method;
use chrono::NaiveDate;
use revenue::RatesState;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Ask, At, Envelope, List, Paging, Problem, Problems, Route};

use crate::example::asked;
use crate::loaded::{Loaded, VersionRead, state};
use crate::version::of_address;

/// Every address of this desk for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    const ANY: Access = Access::SignedIn;
    let get = Method::GET;
    let mut routes = vec![
        Route::api(get.clone(), "/api/v1/rates", ("Rate schedules, for programs", ANY), list),
        Route::api(get.clone(), "/api/v1/rates/{schedule}", ("A rate schedule, for programs", ANY), one),
        Route::api(
            get.clone(),
            "/api/v1/rates/{schedule}/evaluate",
            ("What a bill would cost, for programs", ANY),
            evaluate,
        ),
        Route::api(get, "/api/v1/rates/{schedule}/{effective_on}", ("A version of rates, for programs", ANY), version),
    ];
    routes.extend(crate::what_if_api::api_routes());
    routes
}

/// What this desk describes of the API.
#[derive(OpenApi)]
#[openapi(paths(list, one, evaluate, version))]
struct Description;

/// What this desk describes of the API.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    let mut described = Description::openapi();
    described.merge(crate::what_if_api::description());
    described
}

/// A rate schedule.
#[derive(Debug, Serialize, ToSchema)]
struct RateSchedule {
    /// The stable code.
    code: String,
    /// The service it prices.
    service: String,
    title: String,
    /// The first day of the version in force today.
    in_force_since: Option<NaiveDate>,
    /// The first day of the next version.
    next_effective_on: Option<NaiveDate>,
    /// Proposals that are not in force.
    proposals: usize,
}

/// A rate schedule with its versions.
#[derive(Debug, Serialize, ToSchema)]
struct RateScheduleInFull {
    #[serde(flatten)]
    schedule: RateSchedule,
    /// By first day; also those that were taken back.
    versions: Vec<RateVersionHead>,
}

/// A version by its head.
#[derive(Debug, Serialize, ToSchema)]
struct RateVersionHead {
    effective_on: NaiveDate,
    ordinance: String,
    /// `in_force`, `scheduled`, `past` or `taken_back`.
    state: String,
    /// The number of the first bill run that used it; then it never changes.
    locked_by_run: Option<i64>,
}

/// A version with its text.
#[derive(Debug, Serialize, ToSchema)]
struct RateVersionInFull {
    #[serde(flatten)]
    head: RateVersionHead,
    schedule: String,
    /// Codes of the classes it knows.
    classes: Vec<String>,
    /// The text in the language of rate schedules.
    text: String,
}

/// What a bill would cost.
#[derive(Debug, Serialize, ToSchema)]
struct Evaluated {
    schedule: String,
    /// The first day of the version that prices it.
    effective_on: NaiveDate,
    ordinance: String,
    class: String,
    total_cents: i64,
    /// A line a charge, as on a bill.
    charges: Vec<EvaluatedCharge>,
    /// The account of the amount, line by line.
    explanation: Vec<String>,
}

/// One charge of such a bill.
#[derive(Debug, Serialize, ToSchema)]
struct EvaluatedCharge {
    name: String,
    title: String,
    revenue_code: String,
    cents: i64,
    /// Whether the customer pays it; otherwise the city bears it.
    is_billed: bool,
}

fn schedule_of(loaded: &Loaded, today: NaiveDate) -> RateSchedule {
    RateSchedule {
        code: loaded.code.clone(),
        service: loaded.service.clone(),
        title: loaded.title.clone(),
        in_force_since: loaded.on(today).map(VersionRead::effective_on),
        next_effective_on: loaded.after(today).map(VersionRead::effective_on),
        proposals: loaded.waiting().count(),
    }
}

fn head_of(loaded: &Loaded, one: &VersionRead, today: NaiveDate) -> RateVersionHead {
    let (_, words) = state(loaded, one, today);
    let locked_by_run = match one.recorded.state {
        RatesState::Locked { run } => Some(run),
        RatesState::Proposed | RatesState::Scheduled | RatesState::Superseded { .. } | RatesState::Withdrawn { .. } => {
            None
        }
    };
    let (effective_on, ordinance) = (one.effective_on(), one.version().ordinance.clone());
    RateVersionHead { effective_on, ordinance, state: words.replace(' ', "_"), locked_by_run }
}

/// All rate schedules, by code.
#[utoipa::path(
    get, path = "/api/v1/rates", tag = "rates", operation_id = "list_rate_schedules", security(("bearer" = [])),
    params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<RateSchedule>), Problems)
)]
async fn list(ask: Ask, paging: Paging) -> Result<List<RateSchedule>, Problem> {
    let after: String = paging.after()?.unwrap_or_default();
    let mut read = ask.read().await?;
    let mut all = Loaded::all(&mut read).await?;
    all.sort_by(|one, other| one.code.cmp(&other.code));
    let following = all.iter().filter(|one| after.is_empty() || after < one.code).take(paging.limit + 1);
    let schedules = following.map(|one| schedule_of(one, ask.today())).collect();
    Ok(List::of(schedules, &paging, |one| one.code.clone()))
}

/// A rate schedule with all its versions.
#[utoipa::path(
    get, path = "/api/v1/rates/{schedule}", tag = "rates", operation_id = "get_rate_schedule",
    security(("bearer" = [])), params(("schedule" = String, Path, example = "water", description = "The code of the schedule.")),
    responses((status = 200, description = "The schedule.", body = Envelope<RateScheduleInFull>), Problems)
)]
async fn one(ask: Ask, At(code): At<String>) -> Result<Envelope<RateScheduleInFull>, Problem> {
    let mut read = ask.read().await?;
    let loaded = Loaded::one(&mut read, &code).await?;
    let versions = loaded.versions.iter().map(|one| head_of(&loaded, one, ask.today())).collect();
    Ok(Envelope::of(RateScheduleInFull { schedule: schedule_of(&loaded, ask.today()), versions }))
}

/// A version with its text.
#[utoipa::path(
    get, path = "/api/v1/rates/{schedule}/{effective_on}", tag = "rates", operation_id = "get_rate_version",
    security(("bearer" = [])),
    params(
        ("schedule" = String, Path, example = "water", description = "The code of the schedule."),
        ("effective_on" = NaiveDate, Path, example = "2025-10-01", description = "The first day of the version."),
    ),
    responses((status = 200, description = "The version.", body = Envelope<RateVersionInFull>), Problems)
)]
async fn version(ask: Ask, At((code, day)): At<(String, String)>) -> Result<Envelope<RateVersionInFull>, Problem> {
    let mut read = ask.read().await?;
    let loaded = Loaded::one(&mut read, &code).await?;
    let one = of_address(&loaded, &day)?;
    let (classes, text) = (one.version().classes.clone(), one.recorded.text.clone());
    let head = head_of(&loaded, one, ask.today());
    Ok(Envelope::of(RateVersionInFull { head, schedule: code, classes, text }))
}

/// What a whole period would cost, by the version that holds on a day. Nothing is billed.
///
/// Dimensions and quantities of the version, such as `meter_size` or `dwelling_units`, are further parts of the query.
#[utoipa::path(
    get, path = "/api/v1/rates/{schedule}/evaluate", tag = "rates", operation_id = "evaluate_rates",
    security(("bearer" = [])),
    params(
        ("schedule" = String, Path, example = "water", description = "The code of the schedule."),
        ("on" = Option<NaiveDate>, Query, example = "2026-01-15", description = "The day that decides version and season; today when absent."),
        ("use" = Option<String>, Query, example = "8", description = "What was used, in the unit the rates ask for."),
        ("class" = Option<String>, Query, example = "residential", description = "The class; the first of the version when absent."),
    ),
    responses((status = 200, description = "The bill.", body = Envelope<Evaluated>), Problems)
)]
async fn evaluate(ask: Ask, At(code): At<String>) -> Result<Envelope<Evaluated>, Problem> {
    let mut read = ask.read().await?;
    let loaded = Loaded::one(&mut read, &code).await?;
    let on = match ask.query().text("on") {
        "" => ask.today(),
        text => NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map_err(|_| Problem::bad_request("on is not a date such as 2026-07-01."))?,
    };
    let none = || Problem::bad_request("No version of the schedule holds on that day.");
    let version = loaded.on(on).ok_or_else(none)?.version();
    let example = asked(&ask, version).map_err(Problem::bad_request)?;
    let explanation =
        rates::tools::Example { on: Some(on), ..example }.explain(version).map_err(Problem::bad_request)?;
    let charges = explanation.charges.iter().map(|charge| EvaluatedCharge {
        name: charge.name.clone(),
        title: charge.title.title("en").to_owned(),
        revenue_code: charge.revenue.clone(),
        cents: charge.cents.0,
        is_billed: charge.is_billed,
    });
    let account = explanation.lines("en").into_iter().map(|line| match line.amount {
        Some(amount) => format!("{}: {amount}", line.said),
        None => line.said,
    });
    Ok(Envelope::of(Evaluated {
        schedule: code,
        effective_on: explanation.effective_on,
        ordinance: explanation.ordinance.clone(),
        class: explanation.class.clone(),
        total_cents: explanation.total.0,
        charges: charges.collect(),
        explanation: account.collect(),
    }))
}
