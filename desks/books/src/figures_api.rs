//! What is added up from the books, for programs: proofs, receivables by age, taxes by authority.

use axum::Json;
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use billing::{AgedLine, Aging, OwedLine, TaxReport, TaxedLine};
use chrono::NaiveDate;
use finance::{DayProof, LedgerProof};
use kernel::{Cents, FundId, LedgerAccountId};
use ledger::Chart;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Answer, Ask, Envelope, Problem, Problems, Route};

use crate::days::{Days, day_of};
use crate::names::fund_code;
use crate::pages::parts::mark;
use crate::work::{Looked, Works};

/// Every address of these figures for programs.
#[must_use]
pub(crate) fn api_routes() -> Vec<Route> {
    const LOOK: Access = Access::Needs(finance::SEE);
    let get = Method::GET;
    vec![
        Route::api(get.clone(), "/api/v1/books/proof", ("The proof of a day, for programs", LOOK), proof),
        Route::api(get.clone(), "/api/v1/books/proof/whole", ("The proof of all books, for programs", LOOK), whole),
        Route::api(get.clone(), "/api/v1/books/receivables", ("Receivables by age, for programs", LOOK), receivables),
        Route::api(get, "/api/v1/books/taxes", ("Taxes by authority, for programs", LOOK), taxes),
    ]
}

#[derive(OpenApi)]
#[openapi(paths(proof, whole, receivables, taxes))]
struct Described;

/// What is described of them.
#[must_use]
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

/// What is being added up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnderWayBody {
    /// What to do.
    next: String,
}

/// After how many seconds a program asks again.
const RETRY_AFTER: (HeaderName, &str) = (header::RETRY_AFTER, "3");

/// The figures once they are added up; until then a program is told to ask again.
pub(crate) fn told<T, B: Serialize>(looked: Looked<T>, body: impl Fn(&T) -> B) -> Response {
    match looked {
        Looked::Done(found) => Envelope::of(body(&found)).into_response(),
        Looked::UnderWay => {
            let next = "This is being added up from everything on record. Ask again in a few seconds.".to_owned();
            (StatusCode::ACCEPTED, [RETRY_AFTER], Json(Envelope::of(UnderWayBody { next }))).into_response()
        }
    }
}

/// The proof of a day.
#[derive(Debug, Serialize, ToSchema)]
struct DayProofBody {
    on: NaiveDate,
    is_proved: bool,
    journals: i64,
    postings: i64,
    /// Whether the postings of the day, added up again one by one, are what was kept; null when there are too many.
    is_recounted: Option<bool>,
    /// The funds' shares in pooled cash.
    pooled_cents: i64,
    /// The money that moved.
    tender_cents: i64,
    funds: Vec<FundBody>,
    controls: Vec<ControlBody>,
    /// Clearing accounts that are not clear at the end of the day.
    clearing: Vec<PlaceBody>,
    /// Balances where the chart has no open ledger account.
    strays: Vec<PlaceBody>,
}

/// Debits and credits of a fund.
#[derive(Debug, Serialize, ToSchema)]
struct FundBody {
    fund: String,
    name: String,
    debit_cents: i64,
    credit_cents: i64,
    is_balanced: bool,
}

/// A control account in a fund, and what its customers hold together.
#[derive(Debug, Serialize, ToSchema)]
struct ControlBody {
    fund: String,
    ledger_account: String,
    control_cents: i64,
    customers_cents: i64,
    agrees: bool,
}

/// What a ledger account of a fund holds.
#[derive(Debug, Serialize, ToSchema)]
struct PlaceBody {
    fund: String,
    ledger_account: String,
    cents: i64,
}

/// The proof of everything that was ever posted.
#[derive(Debug, Serialize, ToSchema)]
struct WholeProofBody {
    is_proved: bool,
    journals: i64,
    postings: i64,
    funds: Vec<FundBody>,
    controls: Vec<ControlBody>,
    findings: Vec<FindingBody>,
}

/// Something that is wrong with the books.
#[derive(Debug, Serialize, ToSchema)]
struct FindingBody {
    name: String,
    sentence: String,
    count: i64,
    /// One of the journals.
    journal: Option<i64>,
}

/// What customers owe on a day by how long it has been due.
#[derive(Debug, Serialize, ToSchema)]
struct ReceivablesBody {
    as_of: NaiveDate,
    lines: Vec<AgedBody>,
}

/// What is owed for a service in a fund.
#[derive(Debug, Serialize, ToSchema)]
struct AgedBody {
    /// Empty for what the account owes as a whole.
    service: String,
    fund: String,
    /// Code and name of the ledger account.
    receivable: String,
    not_due_cents: i64,
    /// Due for 1 to 30 days.
    days_30_cents: i64,
    /// Due for 31 to 60 days.
    days_60_cents: i64,
    /// Due for 61 to 90 days.
    days_90_cents: i64,
    older_cents: i64,
    /// What accounts have to their credit; never above zero.
    credits_cents: i64,
    total_cents: i64,
}

/// What bills and adjustments of some days owe each authority, and what was posted.
#[derive(Debug, Serialize, ToSchema)]
struct TaxesBody {
    from_on: NaiveDate,
    through_on: NaiveDate,
    /// Whether the books say of every tax what the bills say.
    is_agreed: bool,
    taxes: Vec<TaxBody>,
    owed: Vec<OwedBody>,
}

/// A tax of an authority in a fund.
#[derive(Debug, Serialize, ToSchema)]
struct TaxBody {
    authority: String,
    code: String,
    fund: String,
    /// Code and name of the ledger account in which it is owed.
    owed_in: String,
    bills: i64,
    taxable_cents: i64,
    exempt_cents: i64,
    tax_cents: i64,
    /// Whether the city bears it, so that no bill shows it.
    is_borne: bool,
}

/// What moved in a ledger account that taxes are owed in.
#[derive(Debug, Serialize, ToSchema)]
struct OwedBody {
    fund: String,
    /// Code and name of the ledger account.
    owed_in: String,
    /// By the bills.
    bills_cents: i64,
    /// Posted by bills.
    posted_cents: i64,
    adjusted_cents: i64,
    /// Posted otherwise, such as paid to the authority.
    otherwise_cents: i64,
    movement_cents: i64,
    is_agreed: bool,
}

/// What holds of the books on the evening of a day; of the newest day with postings when nothing is said.
#[utoipa::path(
    get, path = "/api/v1/books/proof", tag = "books", operation_id = "get_day_proof", security(("bearer" = [])),
    params(("on" = Option<String>, Query, format = Date, example = "2025-02-06", description = "The day, such as 2026-01-15.")),
    responses((status = 200, description = "The proof.", body = Envelope<DayProofBody>), Problems)
)]
async fn proof(ask: Ask) -> Result<Envelope<DayProofBody>, Problem> {
    let mut read = ask.read().await?;
    let on = match asked_day(&ask)? {
        Some(day) => day,
        None => finance::first_and_last_day(&mut read).await?.map_or(ask.today(), |(_, last)| last.min(ask.today())),
    };
    let proof = finance::prove_day(&mut read, on).await?;
    Ok(Envelope::of(day_proof(on, &proof)))
}

/// The day of `on`; what is no day is refused.
fn asked_day(ask: &Ask) -> Result<Option<NaiveDate>, Problem> {
    match ask.query().text("on") {
        "" => Ok(None),
        text => match day_of(text) {
            Some(day) => Ok(Some(day)),
            None => Err(Problem::bad_request("`on` is a date such as 2026-01-15.")),
        },
    }
}

fn day_proof(on: NaiveDate, proof: &DayProof) -> DayProofBody {
    let chart = &proof.balances.chart;
    let fund = |fund: &ledger::Fund| {
        let sum = proof.balances.fund(fund.id);
        FundBody {
            fund: fund.code.clone(),
            name: fund.name.clone(),
            debit_cents: sum.debit.0,
            credit_cents: sum.credit.0,
            is_balanced: sum.debit == sum.credit && sum.after().is_zero(),
        }
    };
    let control = |(fund, side, control, customers): (FundId, LedgerAccountId, Cents, Cents)| ControlBody {
        fund: fund_code(chart, fund),
        ledger_account: side_code(chart, side),
        control_cents: control.0,
        customers_cents: customers.0,
        agrees: control == customers,
    };
    let place = |(fund, side, cents): &(FundId, LedgerAccountId, Cents)| PlaceBody {
        fund: fund_code(chart, *fund),
        ledger_account: side_code(chart, *side),
        cents: cents.0,
    };
    DayProofBody {
        on,
        is_proved: proof.is_proved(),
        journals: proof.journals,
        postings: proof.postings,
        is_recounted: proof.is_recounted,
        pooled_cents: proof.pooled.0,
        tender_cents: proof.tender.0,
        funds: chart.funds().map(fund).collect(),
        controls: proof.controls().into_iter().map(control).collect(),
        clearing: proof.clearing.iter().map(place).collect(),
        strays: proof.strays.iter().map(place).collect(),
    }
}

fn side_code(chart: &Chart, side: LedgerAccountId) -> String {
    chart.ledger_account(side).map_or_else(String::new, |side| side.code.clone())
}

/// Every claim about every posting. What takes long goes on: ask again.
#[utoipa::path(
    get, path = "/api/v1/books/proof/whole", tag = "books", operation_id = "get_whole_proof",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The proof.", body = Envelope<WholeProofBody>),
        (status = 202, description = "It is being added up.", body = Envelope<UnderWayBody>, headers(("Retry-After" = i64, description = "Seconds."))),
        Problems,
    )
)]
async fn whole(ask: Ask) -> Answer {
    let key = ("proof".to_owned(), mark(&ask, &mut ask.read().await?).await?);
    let work = |db: db::Db| async move { finance::prove(&mut db.read().await?).await };
    let looked: Looked<LedgerProof> = ask.site().part::<Works>().look(key, ask.site().door().db(), work).await?;
    Ok(told(looked, whole_proof))
}

fn whole_proof(proof: &LedgerProof) -> WholeProofBody {
    let fund = |one: &finance::FundLine| FundBody {
        fund: one.fund.clone(),
        name: one.name.clone(),
        debit_cents: one.debit_cents.0,
        credit_cents: one.credit_cents.0,
        is_balanced: one.is_balanced,
    };
    let control = |one: &finance::ControlLine| ControlBody {
        fund: one.fund.clone(),
        ledger_account: one.ledger_account.clone(),
        control_cents: one.control_cents.0,
        customers_cents: one.customers_cents.0,
        agrees: one.agrees,
    };
    let finding = |one: &finance::Finding| FindingBody {
        name: one.name.to_owned(),
        sentence: one.sentence.clone(),
        count: one.count,
        journal: one.example_journal.map(|journal| journal.0),
    };
    WholeProofBody {
        is_proved: proof.is_proved,
        journals: proof.journals,
        postings: proof.postings,
        funds: proof.funds.iter().map(fund).collect(),
        controls: proof.controls.iter().map(control).collect(),
        findings: proof.findings.iter().map(finding).collect(),
    }
}

/// What customers owe on a day, by service and age; today when nothing is said. What takes long goes on: ask again.
#[utoipa::path(
    get, path = "/api/v1/books/receivables", tag = "books", operation_id = "get_receivables",
    security(("bearer" = [])),
    params(("on" = Option<String>, Query, format = Date, example = "2026-01-15", description = "The day, such as 2026-01-15.")),
    responses(
        (status = 200, description = "The receivables.", body = Envelope<ReceivablesBody>),
        (status = 202, description = "They are being added up.", body = Envelope<UnderWayBody>, headers(("Retry-After" = i64, description = "Seconds."))),
        Problems,
    )
)]
async fn receivables(ask: Ask) -> Answer {
    let on = asked_day(&ask)?.unwrap_or(ask.today());
    let key = (format!("receivables {on}"), mark(&ask, &mut ask.read().await?).await?);
    let work = move |db: db::Db| async move { billing::receivables_by_age(&mut db.read().await?, on).await };
    let looked: Looked<Aging> = ask.site().part::<Works>().look(key, ask.site().door().db(), work).await?;
    let body = |aging: &Aging| ReceivablesBody { as_of: aging.as_of, lines: aging.lines.iter().map(aged).collect() };
    Ok(told(looked, body))
}

fn aged(line: &AgedLine) -> AgedBody {
    let [not_due, days_30, days_60, days_90, older] = line.by_age;
    AgedBody {
        service: line.service.clone(),
        fund: line.fund.clone(),
        receivable: line.receivable.clone(),
        not_due_cents: not_due.0,
        days_30_cents: days_30.0,
        days_60_cents: days_60.0,
        days_90_cents: days_90.0,
        older_cents: older.0,
        credits_cents: line.credits.0,
        total_cents: line.total().0,
    }
}

/// What bills and adjustments of some days owe each authority; of the newest month when nothing is said. What takes long
/// goes on: ask again.
#[utoipa::path(
    get, path = "/api/v1/books/taxes", tag = "books", operation_id = "get_taxes", security(("bearer" = [])),
    params(
        ("month" = Option<String>, Query, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2025-02", description = "A month, such as 2026-01."),
        ("on" = Option<String>, Query, format = Date, description = "A day, such as 2026-01-15."),
        ("through" = Option<String>, Query, format = Date, description = "Everything through a day."),
    ),
    responses(
        (status = 200, description = "The taxes.", body = Envelope<TaxesBody>),
        (status = 202, description = "They are being added up.", body = Envelope<UnderWayBody>, headers(("Retry-After" = i64, description = "Seconds."))),
        Problems,
    )
)]
async fn taxes(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let (from_on, through_on) = Days::asked(&ask, &mut read).await?.ends();
    let key = (format!("taxes {:?}", (from_on, through_on)), mark(&ask, &mut read).await?);
    drop(read);
    let work = move |db: db::Db| async move { billing::tax_report(&mut db.read().await?, from_on, through_on).await };
    let looked: Looked<TaxReport> = ask.site().part::<Works>().look(key, ask.site().door().db(), work).await?;
    let body = |report: &TaxReport| TaxesBody {
        from_on: report.from_on,
        through_on: report.through_on,
        is_agreed: report.is_agreed(),
        taxes: report.taxes.iter().map(tax).collect(),
        owed: report.owed.iter().map(owed).collect(),
    };
    Ok(told(looked, body))
}

fn tax(line: &TaxedLine) -> TaxBody {
    TaxBody {
        authority: line.authority.clone(),
        code: line.code.clone(),
        fund: line.fund.clone(),
        owed_in: line.liability.clone(),
        bills: line.sum.bills,
        taxable_cents: line.sum.taxable.0,
        exempt_cents: line.sum.exempt.0,
        tax_cents: line.sum.tax.0,
        is_borne: line.is_borne,
    }
}

fn owed(line: &OwedLine) -> OwedBody {
    OwedBody {
        fund: line.fund.clone(),
        owed_in: line.liability.clone(),
        bills_cents: line.by_bills.0,
        posted_cents: line.posted.0,
        adjusted_cents: line.adjusted.0,
        otherwise_cents: line.otherwise.0,
        movement_cents: line.movement().0,
        is_agreed: line.is_agreed(),
    }
}
