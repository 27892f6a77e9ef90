//! What proposed rates would change, for programs: priced by a sample at once, or by all accounts while one waits.

use axum::Json;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use billing::{Change, Effect, Increase, WhatIfReport};
use chrono::{DateTime, Utc};
use kernel::Month;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Answer, Ask, At, Envelope, Problem, Problems, Route};

use crate::pages::proposal::{Address, load};
use crate::trial::{LOOK, asked, trials, tried};
use crate::trials::Trial;

/// Where a proposal is tried.
const PATH: &str = "/api/v1/rates/{schedule}/{effective_on}/proposals/{number}/what-if";

/// Every address of what-if for programs.
#[must_use]
pub(crate) fn api_routes() -> Vec<Route> {
    let look = Access::NeedsAny(LOOK);
    vec![
        Route::api(Method::GET, PATH, ("What proposed rates would change, for programs", look), what_if),
        Route::api(Method::POST, PATH, ("Price all accounts by proposed rates, for programs", look), start),
    ]
}

#[derive(OpenApi)]
#[openapi(paths(what_if, start))]
struct Described;

/// What is described of them.
#[must_use]
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

/// How far pricing all accounts is.
#[derive(Debug, Serialize, ToSchema)]
struct PricingBody {
    /// Pieces of the town that are done.
    done: i64,
    pieces: i64,
}

/// What proposed rates would change.
#[derive(Debug, Serialize, ToSchema)]
struct WhatIfBody {
    schedule: String,
    /// The ordinance of the proposal.
    ordinance: String,
    /// When it was worked out.
    made_at: DateTime<Utc>,
    /// Whether only some accounts were looked at: then sums are of these, not of the town.
    is_sample: bool,
    /// Pieces of the town that were looked at.
    pieces_looked_at: i64,
    pieces: i64,
    /// The months whose use was priced, such as 2026-01.
    months: Vec<String>,
    total: EffectBody,
    classes: Vec<ClassEffect>,
    /// The accounts whose bills grow most, the largest growth first.
    largest: Vec<IncreaseBody>,
    /// Bills that the rates that would go on cannot price.
    not_priced_before: Vec<NotPriced>,
    /// Bills that the proposal cannot price.
    not_priced_after: Vec<NotPriced>,
}

/// What changes for some accounts.
#[derive(Debug, Serialize, ToSchema)]
struct EffectBody {
    accounts: i64,
    /// By the rates that would go on.
    before_cents: i64,
    /// By the proposal.
    after_cents: i64,
    /// In percent, as text; null where nothing was paid before.
    change_percent: Option<String>,
    less: i64,
    same: i64,
    more: i64,
    /// Accounts by how much their bills change, from the largest decrease.
    by_change: Vec<BandBody>,
}

/// Accounts whose bills change by so much.
#[derive(Debug, Serialize, ToSchema)]
struct BandBody {
    /// Such as `5 to 10 % more`.
    change: String,
    accounts: i64,
}

/// What changes for a class.
#[derive(Debug, Serialize, ToSchema)]
struct ClassEffect {
    class: String,
    #[serde(flatten)]
    effect: EffectBody,
}

/// An account whose bills grow.
#[derive(Debug, Serialize, ToSchema)]
struct IncreaseBody {
    account: String,
    classes: Vec<String>,
    before_cents: i64,
    after_cents: i64,
}

/// Why bills cannot be priced, and how many.
#[derive(Debug, Serialize, ToSchema)]
struct NotPriced {
    why: String,
    bills: i64,
}

/// What the use of real accounts would have cost by proposed rates. All accounts when they were priced, otherwise a sample.
#[utoipa::path(
    get, path = "/api/v1/rates/{schedule}/{effective_on}/proposals/{number}/what-if", tag = "rates",
    operation_id = "get_what_if", security(("bearer" = [])),
    params(
        ("schedule" = String, Path, example = "water", description = "The code of the schedule."),
        ("effective_on" = NaiveDate, Path, example = "2027-01-01", description = "The first day of the proposal."),
        ("number" = i64, Path, minimum = 1, example = 1, description = "The number of the proposal for that day."),
        ("from" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The first month whose use is priced; the last twelve when nothing is said."),
        ("to" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The last month."),
    ),
    responses(
        (status = 200, description = "What would change.", body = Envelope<WhatIfBody>),
        (status = 202, description = "All accounts are being priced.", body = Envelope<PricingBody>, headers(("Retry-After" = i64, description = "Seconds."))),
        Problems,
    )
)]
async fn what_if(ask: Ask, At(address): At<Address>) -> Answer {
    check_months(&ask)?;
    let told = load(&ask, &mut ask.read().await?, &address).await?;
    let asked = asked(&ask, &told);
    let trial = match trials(&ask).get(&asked) {
        Some(trial) => trial,
        None => trials(&ask).sample(&ask, &asked, &tried(&told)).await?,
    };
    match trial {
        Trial::Running { done, pieces } => Ok(under_way(done, pieces)),
        Trial::Refused(why) => Err(refused("what_if_refused", why)),
        Trial::Done(report, at) => Ok(Envelope::of(body(&report, at)).into_response()),
    }
}

/// Prices all accounts by proposed rates. Nothing is written: ask what came of it by the same address.
#[utoipa::path(
    post, path = "/api/v1/rates/{schedule}/{effective_on}/proposals/{number}/what-if", tag = "rates",
    operation_id = "start_what_if", security(("bearer" = [])),
    params(
        ("schedule" = String, Path, example = "water", description = "The code of the schedule."),
        ("effective_on" = NaiveDate, Path, example = "2027-01-01", description = "The first day of the proposal."),
        ("number" = i64, Path, minimum = 1, example = 1, description = "The number of the proposal for that day."),
        ("from" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The first month whose use is priced; the last twelve when nothing is said."),
        ("to" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}$", description = "The last month."),
    ),
    responses(
        (status = 202, description = "It goes on.", body = Envelope<PricingBody>, headers(("Retry-After" = i64, description = "Seconds."))),
        Problems,
    )
)]
async fn start(ask: Ask, At(address): At<Address>) -> Answer {
    check_months(&ask)?;
    let told = load(&ask, &mut ask.read().await?, &address).await?;
    let asked = asked(&ask, &told);
    match trials(&ask).start(&ask, &asked, tried(&told)) {
        true => Ok(under_way(0, 1)),
        false => Err(refused("what_if_under_way", "Another proposal is being priced by all accounts.".to_owned())),
    }
}

/// A page takes the last twelve months when it is given none; a program is told what makes no sense.
fn check_months(ask: &Ask) -> Result<(), Problem> {
    let month = |name: &str| match ask.query().text(name) {
        "" => Ok(false),
        text if Month::parse(text).is_ok() => Ok(true),
        _ => Err(Problem::bad_request(format!("`{name}` is a month such as 2026-01."))),
    };
    match (month("from")?, month("to")?) {
        (true, true) | (false, false) => Ok(()),
        _ => Err(Problem::bad_request("`from` and `to` go together.")),
    }
}

fn refused(code: &'static str, why: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, "This cannot be worked out", why)
}

fn under_way(done: i64, pieces: i64) -> Response {
    let body = Json(Envelope::of(PricingBody { done, pieces }));
    (StatusCode::ACCEPTED, [(header::RETRY_AFTER, "3")], body).into_response()
}

fn body(report: &WhatIfReport, made_at: DateTime<Utc>) -> WhatIfBody {
    let increase = |one: &Increase| IncreaseBody {
        account: one.account_number.clone(),
        classes: one.classes.iter().map(ToString::to_string).collect(),
        before_cents: one.before_cents.0,
        after_cents: one.after_cents.0,
    };
    let class = |(class, one): (&String, &Effect)| ClassEffect { class: class.clone(), effect: effect(one) };
    let reason = |(why, bills): (&String, &i64)| NotPriced { why: why.clone(), bills: *bills };
    WhatIfBody {
        schedule: report.schedule.clone(),
        ordinance: report.ordinance.clone(),
        made_at,
        is_sample: report.is_sample(),
        pieces_looked_at: report.pieces.0,
        pieces: report.pieces.1,
        months: report.months.iter().map(ToString::to_string).collect(),
        total: effect(&report.total),
        classes: report.classes.iter().map(class).collect(),
        largest: report.largest.iter().map(increase).collect(),
        not_priced_before: report.not_priced_before.iter().map(reason).collect(),
        not_priced_after: report.not_priced_after.iter().map(reason).collect(),
    }
}

fn effect(one: &Effect) -> EffectBody {
    let band = |(change, words): (Change, &'static str)| BandBody {
        change: words.to_owned(),
        accounts: one.by_change.get(&change).copied().unwrap_or(0),
    };
    EffectBody {
        accounts: one.accounts,
        before_cents: one.before_cents.0,
        after_cents: one.after_cents.0,
        change_percent: one.change_per_cent.map(|change| change.to_string()),
        less: one.less,
        same: one.same,
        more: one.more,
        by_change: Change::ALL.into_iter().map(band).collect(),
    }
}
