//! One bill, for programs.

mod bodies;

use kernel::BillNumber;
use utoipa::OpenApi;
use web::{Access, Ask, At, Envelope, Problem, Problems, Route};

use bodies::{Bill, Why};

/// The addresses for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    let see = Access::Needs(customers::permissions::SEE);
    vec![
        Route::api(axum::http::Method::GET, "/api/v1/bills/{number}", ("Get a bill", see), bill),
        Route::api(axum::http::Method::GET, "/api/v1/bills/{number}/why", ("Get why a bill is so much", see), why),
    ]
}

/// What they answer.
#[derive(OpenApi)]
#[openapi(paths(bill, why))]
struct Description;

/// The description of these addresses.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// A bill as the customer has it: services, lines, the statement, its state.
#[utoipa::path(
    get, path = "/api/v1/bills/{number}", tag = "bills", operation_id = "get_bill", security(("bearer" = [])),
    params(("number" = String, Path, pattern = "^[0-9]+-[0-9]{1,6}$", example = "1-000001", description = "The number on it, such as 12-000345.")),
    responses((status = 200, description = "The bill.", body = Envelope<Bill>), Problems)
)]
async fn bill(ask: Ask, At(number): At<String>) -> Result<Envelope<Bill>, Problem> {
    let mut read = ask.read().await?;
    let view = billing::bill_view(&mut read, parse(&number)?).await?.ok_or_else(Problem::not_found)?;
    let bills = billing::bills_of_account(&mut read, view.bill.account).await?;
    let replaced_by = bills.iter().find(|one| one.replaces == Some(view.bill.run)).map(|one| one.number);
    Ok(Envelope::of(Bill::of(&view, replaced_by)))
}

/// Why a bill is so much: reads, quantities, tiers, rates and rounding of every line.
#[utoipa::path(
    get, path = "/api/v1/bills/{number}/why", tag = "bills", operation_id = "get_bill_why", security(("bearer" = [])),
    params(("number" = String, Path, pattern = "^[0-9]+-[0-9]{1,6}$", example = "1-000001", description = "The number on it, such as 12-000345.")),
    responses((status = 200, description = "Its services, explained.", body = Envelope<Why>), Problems)
)]
async fn why(ask: Ask, At(number): At<String>) -> Result<Envelope<Why>, Problem> {
    let mut read = ask.read().await?;
    let view = billing::bill_view(&mut read, parse(&number)?).await?.ok_or_else(Problem::not_found)?;
    Ok(Envelope::of(Why::of(&view)))
}

fn parse(number: &str) -> Result<BillNumber, Problem> {
    BillNumber::parse(number).map_err(|_| Problem::not_found())
}
