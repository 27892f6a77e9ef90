//! Completeness for programs: the proof in figures, and the days on no bill.

use axum::http::Method;
use billing::permissions::SEE;
use billing::{Coverage, Overbilled, Uncovered};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Ask, Envelope, List, Paging, Problem, Problems, Route};

use crate::completeness::{REASONS, code, day_of, proof};

/// Every address of completeness for programs.
#[must_use]
pub(crate) fn api_routes() -> Vec<Route> {
    const LOOK: Access = Access::Needs(SEE);
    vec![
        Route::api(Method::GET, "/api/v1/completeness", ("Completeness, for programs", LOOK), figures),
        Route::api(Method::GET, "/api/v1/completeness/gaps", ("List days on no bill", LOOK), gaps),
    ]
}

#[derive(OpenApi)]
#[openapi(paths(figures, gaps))]
struct Described;

/// What is described of them.
#[must_use]
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    let mut described = Described::openapi();
    web::one_of(&mut described, ("list_completeness_gaps", "reason"), REASONS.map(code));
    described
}

/// The proof that every service day is billed once, or is listed.
#[derive(Debug, Serialize, ToSchema)]
struct CompletenessBody {
    as_of: NaiveDate,
    /// Services that had a day to bill.
    services: i64,
    /// Service days that should be billed by then.
    days: i64,
    /// Those on exactly one bill.
    billed_days: i64,
    /// Gaps that are listed.
    gaps: i64,
    /// Those left over two runs.
    escalated: i64,
    by_reason: Vec<ReasonCount>,
    /// What nothing explains; empty when the proof holds.
    findings: Vec<CompletenessFinding>,
}

/// How many gaps have a reason.
#[derive(Debug, Serialize, ToSchema)]
struct ReasonCount {
    reason: &'static str,
    count: i64,
}

/// Days that are billed twice, or though nobody was served.
#[derive(Debug, Serialize, ToSchema)]
struct CompletenessFinding {
    /// The number of the account.
    account: String,
    service: String,
    /// `billed_twice` or `beyond_service`.
    name: String,
    from_on: NaiveDate,
    days: i64,
}

/// Days of a service that are on no bill.
#[derive(Debug, Serialize, ToSchema)]
struct GapBody {
    /// The number of the account; what the record says where there is none.
    account: String,
    service: String,
    from_on: NaiveDate,
    /// The last day; null where it goes on.
    through_on: Option<NaiveDate>,
    reason: &'static str,
    /// The reason in words.
    words: String,
    /// Who looks after it.
    assignee: String,
    /// By when.
    due_on: NaiveDate,
    /// Whether it was left over two runs.
    is_escalated: bool,
    #[serde(skip)]
    place: Place,
}

/// The order of gaps: escalated ones first, then by the day they are due.
type Place = (bool, NaiveDate, String, NaiveDate, String);

/// The day of `as_of`, today when nothing is said.
fn as_of(ask: &Ask) -> Result<NaiveDate, Problem> {
    match ask.query().text("as_of") {
        "" => Ok(ask.today()),
        text => day_of(text).ok_or_else(|| Problem::bad_request("`as_of` is a date such as 2026-07-01.")),
    }
}

/// Whether every service day up to the last bills due by a day is on one bill, or listed.
#[utoipa::path(
    get, path = "/api/v1/completeness", tag = "runs", operation_id = "get_completeness", security(("bearer" = [])),
    params(("as_of" = Option<NaiveDate>, Query, example = "2026-01-27", description = "The day; today when nothing is said.")),
    responses((status = 200, description = "The proof.", body = Envelope<CompletenessBody>), Problems)
)]
async fn figures(ask: Ask) -> Result<Envelope<CompletenessBody>, Problem> {
    let as_of = as_of(&ask)?;
    let proof = proof(&mut ask.read().await?, as_of).await?;
    Ok(Envelope::of(body(&proof)))
}

fn body(proof: &Coverage) -> CompletenessBody {
    let finding = |one: &Overbilled| CompletenessFinding {
        account: one.account_number.clone(),
        service: one.service.clone(),
        name: one.name.to_owned(),
        from_on: one.from_on,
        days: one.days,
    };
    let by_reason = proof.by_reason.iter().map(|(reason, count)| ReasonCount { reason: code(*reason), count: *count });
    CompletenessBody {
        as_of: proof.as_of,
        services: proof.services,
        days: proof.days,
        billed_days: proof.billed_days,
        gaps: crate::words::count(proof.listed.len()),
        escalated: crate::words::count(proof.listed.iter().filter(|one| one.is_escalated).count()),
        by_reason: by_reason.collect(),
        findings: proof.findings.iter().map(finding).collect(),
    }
}

/// Days on no bill, each with its reason: escalated ones first, then by the day they are due.
#[utoipa::path(
    get, path = "/api/v1/completeness/gaps", tag = "runs", operation_id = "list_completeness_gaps",
    security(("bearer" = [])),
    params(
        ("as_of" = Option<NaiveDate>, Query, example = "2026-07-01", description = "The day; today when nothing is said."),
        ("reason" = Option<String>, Query, description = "Only gaps with this reason."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<GapBody>), Problems)
)]
async fn gaps(ask: Ask, paging: Paging) -> Result<List<GapBody>, Problem> {
    let reason = ask.query().text("reason");
    if !reason.is_empty() && !REASONS.iter().any(|one| code(*one) == reason) {
        return Err(Problem::bad_request("`reason` is no reason of gaps."));
    }
    let after: Option<Place> = paging.after()?;
    let proof = proof(&mut ask.read().await?, as_of(&ask)?).await?;
    let wanted = proof.listed.iter().filter(|one| reason.is_empty() || code(one.reason) == reason);
    let mut gaps: Vec<GapBody> =
        wanted.map(gap).filter(|one| after.as_ref().is_none_or(|after| *after < one.place)).collect();
    gaps.sort_by(|one, other| one.place.cmp(&other.place));
    gaps.truncate(paging.limit + 1);
    Ok(List::of(gaps, &paging, |one| one.place.clone()))
}

fn gap(one: &Uncovered) -> GapBody {
    GapBody {
        account: one.account_number.clone(),
        service: one.service.clone(),
        from_on: one.from_on,
        through_on: one.to_on.and_then(|to| to.pred_opt()),
        reason: code(one.reason),
        words: one.words.clone(),
        assignee: one.assignee.clone(),
        due_on: one.due_on,
        is_escalated: one.is_escalated,
        place: (!one.is_escalated, one.due_on, one.account_number.clone(), one.from_on, one.service.clone()),
    }
}
