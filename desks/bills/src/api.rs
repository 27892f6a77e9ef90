//! One bill, for programs.

mod bodies;

use billing::{WaitingBill, waiting_bills};
use chrono::NaiveDate;
use kernel::{AccountId, BillNumber, RunId, ServicePointId};
use utoipa::OpenApi;
use web::{Access, Ask, At, Envelope, List, Paging, Problem, Problems, Route};

use bodies::{Bill, BillAgainBody, Why};

/// The addresses for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    let see = Access::Needs(customers::permissions::SEE);
    let right = Access::NeedsAny(&[billing::permissions::CORRECT, billing::permissions::SEE]);
    vec![
        Route::api(axum::http::Method::GET, "/api/v1/bills/again", ("List bills to make again", right), again),
        Route::api(axum::http::Method::GET, "/api/v1/bills/{number}", ("Get a bill", see), bill),
        Route::api(axum::http::Method::GET, "/api/v1/bills/{number}/why", ("Get why a bill is so much", see), why),
    ]
}

/// What they answer.
#[derive(OpenApi)]
#[openapi(paths(again, bill, why))]
struct Description;

/// The description of these addresses.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// Bills that are to be made again, those that wait longest first.
///
/// They stand and say what is not so any more; those that somebody lets stay are none of them.
#[utoipa::path(
    get, path = "/api/v1/bills/again", tag = "bills", operation_id = "list_bills_to_make_again", security(("bearer" = [])),
    params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<BillAgainBody>), Problems)
)]
async fn again(ask: Ask, paging: Paging) -> Result<List<BillAgainBody>, Problem> {
    let after = paging.after::<(NaiveDate, i64, i64)>()?;
    let after = after.map(|(since, account, run)| (since, AccountId(account), RunId(run)));
    let mut read = ask.read().await?;
    let bills = waiting_bills(&mut read, after, (0, paging.limit + 1)).await?;
    let accounts: Vec<AccountId> = bills.iter().map(|one| one.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    let points: Vec<ServicePointId> = bills.iter().flat_map(|one| &one.why).map(|(point, _)| *point).collect();
    let points = premises::references_by_id(&mut read, &points).await?;
    let body = |one: &WaitingBill| {
        let account = accounts.get(&one.account).map(|account| account.number.to_string());
        BillAgainBody::of(one, account.unwrap_or_default(), &points)
    };
    Ok(List::of(bills.iter().map(body).collect(), &paging, |body| body.place))
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
    let mut again = billing::bills_again_of(&mut read, &[view.bill.account]).await?;
    again.retain(|one| one.run == view.bill.run);
    let points: Vec<ServicePointId> = again.iter().map(|one| one.bill.service_point).collect();
    let points = premises::references_by_id(&mut read, &points).await?;
    Ok(Envelope::of(Bill::of(&view, replaced_by, (&again, &points))))
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
