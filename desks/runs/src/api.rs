//! Bill runs, their exceptions and registers, for programs.

use axum::http::Method;
use billing::permissions::SEE;
use billing::{BillRun, ExceptionCode, ExceptionState, HeldBill, QueueLine, Register, RunState};
use chrono::NaiveDate;
use kernel::AccountId;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Ask, At, Envelope, List, Paging, Problem, Problems, Route};

use crate::held::accounts_of;
use crate::known::{Known, cycle_codes};
use crate::queue::Looked;
use crate::register::register_of;
use crate::words::last_on;

/// How exceptions stand.
const EXCEPTION_STATES: [ExceptionState; 3] = [ExceptionState::Open, ExceptionState::Released, ExceptionState::Held];

/// Every address of the API of this desk.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    let get = |path, title: &'static str| (Method::GET, path, (title, Access::Needs(SEE)));
    let (one, two, three, four, five) = (
        get("/api/v1/runs", "List bill runs"),
        get("/api/v1/runs/{number}", "A bill run"),
        get("/api/v1/runs/{number}/exceptions", "List exceptions of a run"),
        get("/api/v1/runs/{number}/register", "The register of a run"),
        get("/api/v1/runs/{number}/held", "List held bills of a run"),
    );
    let mut routes = vec![
        Route::api(one.0, one.1, one.2, list),
        Route::api(two.0, two.1, two.2, one_run),
        Route::api(three.0, three.1, three.2, exceptions),
        Route::api(four.0, four.1, four.2, register),
        Route::api(five.0, five.1, five.2, held),
    ];
    routes.extend(crate::completeness_api::api_routes());
    routes
}

/// What the API of this desk says of itself.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(
        paths(list, one_run, exceptions, held, register),
        components(schemas(RunBody, RunInFull, ExceptionBody, HeldBody, RegisterBody, CountBody, JournalBody)),
        tags((name = "runs", description = "Bill runs, their exceptions and registers."))
    )]
    struct Described;
    let mut described = Described::openapi();
    let of_exceptions = "list_run_exceptions";
    web::one_of(&mut described, (of_exceptions, "state"), EXCEPTION_STATES.map(ExceptionState::code));
    web::one_of(&mut described, (of_exceptions, "code"), ExceptionCode::ALL.map(ExceptionCode::code));
    described.merge(crate::completeness_api::description());
    described
}

/// A bill run.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct RunBody {
    /// Its id: changes name a run by it, all but `billing.prepare_off_cycle`, which takes the number. The two may differ.
    id: i64,
    /// Its number, the first half of its bills' numbers.
    number: i64,
    /// The code of its cycle.
    cycle: String,
    /// `regular`, `off_cycle` or `charges`.
    kind: String,
    /// Where it stands, such as `tried` or `being posted`.
    state: String,
    /// The first day of service.
    from_on: NaiveDate,
    /// The last day of service.
    through_on: NaiveDate,
    /// The date on the bills.
    bill_on: NaiveDate,
    /// When they are due.
    due_on: NaiveDate,
    /// The date in the books.
    gl_on: NaiveDate,
    /// Whether the register is signed.
    is_signed: bool,
    /// Whether the bills were given out.
    is_issued: bool,
}

/// A bill run with what it comes to.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct RunInFull {
    #[serde(flatten)]
    run: RunBody,
    /// Bills tried; absent before the trial.
    #[serde(skip_serializing_if = "Option::is_none")]
    bills: Option<i64>,
    /// What they come to in cents, held bills included; absent before the trial.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_cents: Option<i64>,
    /// Bills written to the books so far; absent before posting.
    #[serde(skip_serializing_if = "Option::is_none")]
    posted_bills: Option<i64>,
    /// What these come to in cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    posted_cents: Option<i64>,
    /// Exceptions by state and code.
    exceptions: Vec<CountBody>,
    /// Parts of the step under way, or of the last one.
    parts: i64,
    /// Parts of it that are done.
    parts_done: i64,
    /// Parts of it that were refused.
    parts_refused: i64,
}

/// How many exceptions of a code stand alike.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct CountBody {
    /// The code.
    code: String,
    /// `open`, `released` or `held`.
    state: String,
    /// How many.
    count: i64,
}

/// An exception in the queue.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ExceptionBody {
    /// The number of the account.
    account: String,
    /// What is unusual.
    code: String,
    /// The figure or name behind it.
    detail: String,
    /// `open`, `released` or `held`.
    state: String,
    /// What the bill comes to in cents.
    total_cents: i64,
    /// Why it was decided so.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The rule that decided, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// Who looks after the held bill.
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<String>,
    /// Until when it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_on: Option<NaiveDate>,
    #[serde(skip)]
    place: (String, i64),
}

/// A bill that stays back and was not made since.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct HeldBody {
    /// The number of the account.
    account: String,
    /// What was found on it, the first by code.
    code: String,
    /// The figure or name behind it.
    detail: String,
    /// Why it is held.
    reason: String,
    /// Who looks after it.
    assignee: String,
    /// Until when.
    due_on: NaiveDate,
    /// What its trial came to in cents.
    total_cents: i64,
    #[serde(skip)]
    place: (NaiveDate, i64),
}

/// The register of a run in figures.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct RegisterBody {
    /// Its number, which is that of the run.
    number: i64,
    /// Bills that go out.
    bills: i64,
    /// Bills that stay back.
    held: i64,
    /// What the bills that go out come to, in cents.
    total_cents: i64,
    /// The hash of the register's text.
    digest: String,
    /// What is posted with the bills.
    journal: Vec<JournalBody>,
    /// Who signed it; absent before that.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_by: Option<String>,
}

/// A line of the journal that a run makes.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct JournalBody {
    /// The fund.
    fund: String,
    /// The ledger account debited.
    debit: String,
    /// The ledger account credited.
    credit: String,
    /// The revenue code.
    revenue: String,
    /// How much, in cents.
    cents: i64,
}

impl RunBody {
    fn of(run: &BillRun, state: RunState, cycle: &str) -> RunBody {
        RunBody {
            id: run.id.0,
            number: run.number,
            cycle: cycle.to_owned(),
            kind: run.kind.code().to_owned(),
            state: state.word().to_owned(),
            from_on: run.period.from(),
            through_on: last_on(run.period),
            bill_on: run.bill_on,
            due_on: run.due_on,
            gl_on: run.gl_on,
            is_signed: run.is_signed,
            is_issued: run.issued.is_some(),
        }
    }
}

/// Bill runs, the newest first.
#[utoipa::path(
    get, path = "/api/v1/runs", tag = "runs", operation_id = "list_runs", security(("bearer" = [])),
    params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<RunBody>), Problems)
)]
async fn list(ask: Ask, paging: Paging) -> Result<List<RunBody>, Problem> {
    let before: i64 = paging.after()?.unwrap_or(i64::MAX);
    let mut read = ask.read().await?;
    let codes = cycle_codes(&mut read).await?;
    let mut runs = billing::all_runs(&mut read).await?;
    runs.retain(|run| run.number < before);
    runs.sort_by_key(|run| std::cmp::Reverse(run.number));
    runs.truncate(paging.limit + 1);
    let states = billing::run_states(&mut read, &runs).await?;
    let body = |(run, state): (&BillRun, &RunState)| {
        RunBody::of(run, *state, codes.get(&run.cycle).map_or("", String::as_str))
    };
    Ok(List::of(runs.iter().zip(&states).map(body).collect(), &paging, |run| run.number))
}

/// A bill run, with what it comes to and how its exceptions stand.
#[utoipa::path(
    get, path = "/api/v1/runs/{number}", tag = "runs", operation_id = "get_run", security(("bearer" = [])),
    params(("number" = i64, Path, minimum = 1, example = 1, description = "The number of the run.")),
    responses((status = 200, description = "The run.", body = Envelope<RunInFull>), Problems)
)]
async fn one_run(ask: Ask, At(number): At<String>) -> Result<Envelope<RunInFull>, Problem> {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    let tried = billing::trial_sum(&mut read, &known.run).await?;
    let posted = billing::posted_sum(&mut read, &known.run).await?;
    let (_, progress) = billing::last_order(&mut read, &known.run).await?;
    let counted = known.counts.iter().map(|((code, state), count)| CountBody {
        code: code.code().to_owned(),
        state: (*state).to_owned(),
        count: *count,
    });
    Ok(Envelope::of(RunInFull {
        run: RunBody::of(&known.run, known.state, &known.cycle),
        bills: tried.map(|sum| sum.bills),
        total_cents: tried.map(|sum| sum.total.0),
        posted_bills: posted.map(|(bills, _)| bills),
        posted_cents: posted.map(|(_, total)| total.0),
        exceptions: counted.collect(),
        parts: progress.chunks,
        parts_done: progress.done,
        parts_refused: progress.refused,
    }))
}

/// Exceptions of a run, by code and account.
#[utoipa::path(
    get, path = "/api/v1/runs/{number}/exceptions", tag = "runs", operation_id = "list_run_exceptions",
    security(("bearer" = [])),
    params(
        ("number" = i64, Path, minimum = 1, example = 17, description = "The number of the run."),
        ("state" = Option<String>, Query, example = "released", description = "`open`, `released` or `held`; open when nothing is said."),
        ("code" = Option<String>, Query, example = "high_use", description = "Only exceptions of this code."),
        ("class" = Option<String>, Query, description = "Only bills with a service of this class."),
        ("service" = Option<String>, Query, description = "Only bills with this service."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<ExceptionBody>), Problems)
)]
async fn exceptions(ask: Ask, At(number): At<String>, paging: Paging) -> Result<List<ExceptionBody>, Problem> {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    check_filter(&ask)?;
    let (looked, after) = (Looked::of(ask.query()), paging.after::<(String, i64)>()?);
    let after = after.as_ref().map(|(code, account)| (code.as_str(), AccountId(*account)));
    let lines = billing::queue_page(&mut read, (known.run.id, &looked.filter), after, paging.limit + 1).await?;
    let accounts: Vec<AccountId> = lines.iter().map(|line| line.exception.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    let body = |line: QueueLine| {
        let exception = line.exception;
        let account = accounts.get(&exception.account);
        ExceptionBody {
            account: account.map_or_else(String::new, |account| account.number.to_string()),
            code: exception.code.code().to_owned(),
            detail: exception.detail,
            state: ExceptionState::code(exception.state).to_owned(),
            total_cents: line.total.0,
            reason: exception.reason,
            rule: exception.rule,
            assignee: exception.assignee,
            due_on: exception.due_on,
            place: (exception.code.code().to_owned(), exception.account.0),
        }
    };
    Ok(List::of(lines.into_iter().map(body).collect(), &paging, |body| body.place.clone()))
}

/// A page leaves out of a filter what makes no sense; a program is told.
fn check_filter(ask: &Ask) -> Result<(), Problem> {
    let (state, code) = (ask.query().text("state"), ask.query().text("code"));
    if !state.is_empty() && ExceptionState::parse(state).is_none() {
        return Err(Problem::bad_request("`state` is open, released or held."));
    }
    if !code.is_empty() && ExceptionCode::parse(code).is_none() {
        return Err(Problem::bad_request("`code` is no code of exceptions."));
    }
    Ok(())
}

/// Held bills of a run that were not made since, by the day they are held until and account.
#[utoipa::path(
    get, path = "/api/v1/runs/{number}/held", tag = "runs", operation_id = "list_held_bills",
    security(("bearer" = [])),
    params(
        ("number" = i64, Path, minimum = 1, example = 1, description = "The number of the run."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<HeldBody>), Problems)
)]
async fn held(ask: Ask, At(number): At<String>, paging: Paging) -> Result<List<HeldBody>, Problem> {
    let mut read = ask.read().await?;
    let run = Known::load(&mut read, &number).await?.run;
    let after = paging.after::<(NaiveDate, i64)>()?.map(|(due_on, account)| (due_on, run.id, AccountId(account)));
    // A run that was cancelled holds nothing any more.
    let runs = if run.cancelled.is_none() { vec![run.id] } else { Vec::new() };
    let bills = billing::held_bills(&mut read, &runs, after, paging.limit + 1).await?;
    let accounts = accounts_of(&mut read, &bills).await?;
    let body = |bill: HeldBill| HeldBody {
        account: accounts.get(&bill.account).map_or_else(String::new, |account| account.number.to_string()),
        code: bill.code.code().to_owned(),
        place: (bill.due_on, bill.account.0),
        detail: bill.detail,
        reason: bill.reason,
        assignee: bill.assignee,
        due_on: bill.due_on,
        total_cents: bill.total.0,
    };
    Ok(List::of(bills.into_iter().map(body).collect(), &paging, |body| body.place))
}

/// The register of a run that was tried, in figures.
#[utoipa::path(
    get, path = "/api/v1/runs/{number}/register", tag = "runs", operation_id = "get_run_register",
    security(("bearer" = [])),
    params(("number" = i64, Path, minimum = 1, example = 1, description = "The number of the run.")),
    responses((status = 200, description = "The register.", body = Envelope<RegisterBody>), Problems)
)]
async fn register(ask: Ask, At(number): At<String>) -> Result<Envelope<RegisterBody>, Problem> {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    if !known.is_tried() {
        return Err(Problem::not_found());
    }
    let register: std::sync::Arc<Register> = register_of(&mut read, &known).await?;
    let line = |line: &billing::JournalLine| JournalBody {
        fund: line.fund.clone(),
        debit: line.debit.clone(),
        credit: line.credit.clone(),
        revenue: line.revenue.clone(),
        cents: line.cents.0,
    };
    Ok(Envelope::of(RegisterBody {
        number: register.number,
        bills: register.counts.going_out(),
        held: crate::words::count(register.held.len()),
        total_cents: register.total.0,
        digest: register.digest().to_string(),
        journal: register.journal.iter().map(line).collect(),
        signed_by: register.signed.as_ref().map(|signed| signed.by.clone()),
    }))
}
