//! Views and accuracy for programs: what can be asked, the answer to a question, and how accurate billing is.

use axum::http::Method;
use chrono::NaiveDate;
use kernel::Month;
use reports::{Cell, Kind};
use serde::Serialize;
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Answer, Ask, At, Envelope, List, Paging, Problem, Problems, Route};

use super::SOME;
use super::accuracy::{Figures, Gathered, Waiting, gather, share};
use super::answer::{Answered, summed};
use super::question::{How, Question};
use super::views::{VIEWS, View, ViewColumn};
use super::walk::walk;
use crate::figures_api::{UnderWayBody, told};
use crate::pages::parts::mark;
use crate::work::{Looked, Works};

/// Every address of views and accuracy for programs.
#[must_use]
pub(crate) fn api_routes() -> Vec<Route> {
    let (get, look) = (Method::GET, Access::NeedsAny(SOME));
    let sees_runs = Access::Needs(billing::permissions::SEE);
    vec![
        Route::api(get.clone(), "/api/v1/reports/views", ("What can be reported on, for programs", look), list),
        Route::api(
            get.clone(),
            "/api/v1/reports/views/{view}",
            ("A report of one's own, for programs", look),
            ask_view,
        ),
        Route::api(get, "/api/v1/reports/accuracy", ("Accuracy of billing, for programs", sees_runs), accuracy),
    ]
}

#[derive(OpenApi)]
#[openapi(paths(list, ask_view, accuracy))]
struct Described;

/// What is described of them.
#[must_use]
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    let mut described = Described::openapi();
    web::one_of(&mut described, (ASK, "view"), VIEWS.iter().map(|view| view.code));
    for number in 1..=4 {
        let how = format!("how{number}");
        web::one_of(&mut described, (ASK, &how), How::ALL.map(|(_, code, _)| code));
    }
    described
}

/// The name of the operation that asks a view.
const ASK: &str = "ask_view";

/// A view: what a report of one's own is made of.
#[derive(Debug, Serialize, ToSchema)]
struct ViewBody {
    view: &'static str,
    title: &'static str,
    /// What a row is.
    lead: &'static str,
    columns: Vec<ViewColumnBody>,
    #[serde(skip)]
    place: usize,
}

/// A column of a view or of a report.
#[derive(Debug, Serialize, ToSchema)]
struct ViewColumnBody {
    name: &'static str,
    title: &'static str,
    /// What stands in it: `text`, `count`, `money` in cents, `quantity` as text, `percent` in tenths, or `date`.
    kind: &'static str,
    /// Whether it is there when no columns are asked for.
    is_shown: bool,
}

/// A piece of a report.
#[derive(Debug, Serialize, ToSchema)]
struct ReportPiece {
    /// The rows, each with a value for each of `columns`; null where there is nothing.
    data: Vec<Vec<Value>>,
    /// Give it back as `cursor` for the next piece; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    columns: Vec<ViewColumnBody>,
    /// How many rows fit all conditions.
    fitting: i64,
    /// How many rows were looked at.
    looked_at: i64,
    /// Whether rows are missing, because there are more than a report holds.
    is_cut: bool,
}

/// How accurate billing is.
#[derive(Debug, Serialize, ToSchema)]
struct AccuracyBody {
    /// The newest first, thirteen at most.
    months: Vec<AccuracyMonth>,
    waiting: Vec<WaitingRun>,
}

/// What happened in a month.
#[derive(Debug, Serialize, ToSchema)]
struct AccuracyMonth {
    /// Such as 2026-01.
    month: String,
    runs: i64,
    bills: i64,
    /// Bills that rest on an estimate.
    estimated: i64,
    taken_back: i64,
    adjustments: i64,
    /// Tenths of a percent of the bills that are on actual reads; null when there are no bills.
    actual_tenths: Option<i64>,
    /// Tenths of a percent of bills that were taken back.
    taken_back_tenths: Option<i64>,
}

/// A run in which exceptions or held bills wait.
#[derive(Debug, Serialize, ToSchema)]
struct WaitingRun {
    run: i64,
    bill_on: NaiveDate,
    /// Days since the date on its bills.
    days: i64,
    open: i64,
    held: i64,
}

/// The views that the token may ask, with their columns.
#[utoipa::path(
    get, path = "/api/v1/reports/views", tag = "reports", operation_id = "list_views", security(("bearer" = [])),
    params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<ViewBody>), Problems)
)]
async fn list(ask: Ask, paging: Paging) -> Result<List<ViewBody>, Problem> {
    let after: Option<usize> = paging.after()?;
    let following = VIEWS.iter().enumerate().filter(|(place, _)| after.is_none_or(|after| after < *place));
    let body = |(place, view): (usize, &'static View)| ViewBody {
        view: view.code,
        title: view.title,
        lead: view.lead,
        columns: view.columns.iter().map(column).collect(),
        place,
    };
    let piece = following.filter(|(_, view)| ask.may(view.access)).take(paging.limit + 1).map(body).collect();
    Ok(List::of(piece, &paging, |one| one.place))
}

fn column(column: &'static ViewColumn) -> ViewColumnBody {
    let kind = match column.kind {
        Kind::Text => "text",
        Kind::Count => "count",
        Kind::Money => "money",
        Kind::Quantity => "quantity",
        Kind::Percent => "percent",
        Kind::Date => "date",
    };
    ViewColumnBody { name: column.name, title: column.title, kind, is_shown: column.is_shown }
}

/// The answer to a question: rows that fit up to four conditions, or their sums. What takes long goes on: ask again.
#[utoipa::path(
    get, path = "/api/v1/reports/views/{view}", tag = "reports", operation_id = "ask_view", security(("bearer" = [])),
    params(
        ("view" = String, Path, example = "bills", description = "The view."),
        ("columns" = Option<Vec<String>>, Query, example = json!(["bill", "run", "total"]), description = "The columns, each by its name; those shown anyway when nothing is said."),
        ("column1" = Option<String>, Query, example = "run", description = "The column of the first condition."),
        ("how1" = Option<String>, Query, example = "is", description = "How it is compared; `is` when nothing is said."),
        ("value1" = Option<String>, Query, example = "1", description = "What it is compared with."),
        ("column2" = Option<String>, Query, description = "The column of the second condition."),
        ("how2" = Option<String>, Query, description = "How it is compared."),
        ("value2" = Option<String>, Query, description = "What it is compared with."),
        ("column3" = Option<String>, Query, description = "The column of the third condition."),
        ("how3" = Option<String>, Query, description = "How it is compared."),
        ("value3" = Option<String>, Query, description = "What it is compared with."),
        ("column4" = Option<String>, Query, description = "The column of the fourth condition."),
        ("how4" = Option<String>, Query, description = "How it is compared."),
        ("value4" = Option<String>, Query, description = "What it is compared with."),
        ("group" = Option<String>, Query, description = "The column rows are put together by; a date with `.month` behind it by its month."),
        ("and_group" = Option<String>, Query, description = "A second one."),
        Paging,
    ),
    responses(
        (status = 200, description = "A piece of the report.", body = ReportPiece),
        (status = 202, description = "It is being put together.", body = Envelope<UnderWayBody>, headers(("Retry-After" = i64, description = "Seconds."))),
        Problems,
    )
)]
async fn ask_view(ask: Ask, At(code): At<String>, paging: Paging) -> Answer {
    let view = View::by_code(&code).ok_or_else(Problem::not_found)?;
    if !ask.may(view.access) {
        return Err(Problem::not_allowed(&[view.access]));
    }
    let question = asked(&ask, view)?;
    let after: Option<usize> = paging.after()?;
    let key = (format!("report {code} {question:?}"), mark(&ask, &mut ask.read().await?).await?);
    let (today, walked) = (ask.today(), question.clone());
    let work = move |db: db::Db| async move { walk(&db, view, &walked, today).await };
    let looked: Looked<Answered> = ask.site().part::<Works>().look(key, ask.site().door().db(), work).await?;
    match looked {
        Looked::UnderWay => Ok(told(Looked::UnderWay, |()| ())),
        Looked::Done(answered) => Ok(axum::response::IntoResponse::into_response(axum::Json(piece(
            (view, &question),
            &answered,
            (after.map_or(0, |after| after.saturating_add(1)), &paging),
        )))),
    }
}

/// What is asked; what makes no sense in it is refused, not left out.
fn asked(ask: &Ask, view: &View) -> Result<Question, Problem> {
    let (question, wrong) = Question::of(view, ask.query());
    if wrong.is_empty() { Ok(question) } else { Err(Problem::bad_request(wrong.join(" "))) }
}

fn piece(
    (view, question): (&'static View, &Question),
    answered: &Answered,
    (first, paging): (usize, &Paging),
) -> ReportPiece {
    let rows: Vec<(usize, &Vec<Cell>)> = answered.rows.iter().enumerate().skip(first).take(paging.limit + 1).collect();
    let list = List::of(rows, paging, |(place, _)| *place);
    let data = list.data.into_iter().map(|(_, row)| row.iter().map(value).collect());
    ReportPiece {
        data: data.collect(),
        next_cursor: list.next_cursor,
        columns: columns(view, question),
        fitting: answered.fitting,
        looked_at: answered.looked_at,
        is_cut: answered.is_cut(question),
    }
}

/// The columns of the rows, in their order: those asked for; of groups their own, how many rows, and the sums.
fn columns(view: &'static View, question: &Question) -> Vec<ViewColumnBody> {
    let own = |place: usize| column(&view.columns[place]);
    if question.group.is_empty() {
        return question.columns.iter().map(|place| own(*place)).collect();
    }
    let rows = ViewColumnBody { name: "rows", title: "Rows", kind: "count", is_shown: true };
    let groups = question.group.iter().map(|group| own(group.place));
    groups.chain([rows]).chain(summed(view, question).into_iter().map(own)).collect()
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) => text.as_str().into(),
        Cell::Count(count) | Cell::Tenths(count) => (*count).into(),
        Cell::Money(cents) => cents.0.into(),
        Cell::Quantity(quantity) => quantity.to_string().into(),
        Cell::Date(day) => day.to_string().into(),
    }
}

/// How often a bill rests on an estimate, is taken back or adjusted, in the last 13 months. What takes long goes on: ask
/// again.
#[utoipa::path(
    get, path = "/api/v1/reports/accuracy", tag = "reports", operation_id = "get_accuracy", security(("bearer" = [])),
    responses(
        (status = 200, description = "The figures.", body = Envelope<AccuracyBody>),
        (status = 202, description = "They are being added up.", body = Envelope<UnderWayBody>, headers(("Retry-After" = i64, description = "Seconds."))),
        Problems,
    )
)]
async fn accuracy(ask: Ask) -> Answer {
    let key = ("accuracy".to_owned(), mark(&ask, &mut ask.read().await?).await?);
    let work = |db: db::Db| async move { gather(&db).await };
    let looked: Looked<Gathered> = ask.site().part::<Works>().look(key, ask.site().door().db(), work).await?;
    let today = ask.today();
    let month = |(first_on, one): (&NaiveDate, &Figures)| AccuracyMonth {
        month: Month::of(*first_on).to_string(),
        runs: one.runs,
        bills: one.bills,
        estimated: one.estimated,
        taken_back: one.taken_back,
        adjustments: one.adjustments,
        actual_tenths: share(one.bills - one.estimated, one.bills),
        taken_back_tenths: share(one.taken_back, one.bills),
    };
    let waiting = |one: &Waiting| WaitingRun {
        run: one.run,
        bill_on: one.bill_on,
        days: (today - one.bill_on).num_days().max(0),
        open: one.open,
        held: one.held,
    };
    Ok(told(looked, |gathered| AccuracyBody {
        months: gathered.months.iter().rev().map(month).collect(),
        waiting: gathered.waiting.iter().map(waiting).collect(),
    }))
}
