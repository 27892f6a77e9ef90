//! One bill, for programs.

mod bodies;
mod rebilled;
mod wrong;

use billing::{StayingBill, WaitingBill, staying_bills, waiting_bills};
use chrono::NaiveDate;
use kernel::{AccountId, ActId, BillNumber, RunId};
use utoipa::OpenApi;
use web::{Access, Ask, At, Envelope, List, Paging, Problem, Problems, Route};

use bodies::{Bill, Why};
use rebilled::RebilledBody;
use wrong::{Around, BillAgainBody, StayingBillBody};

/// The addresses for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    let see = Access::Needs(customers::permissions::SEE);
    let right = Access::NeedsAny(&[billing::permissions::CORRECT, billing::permissions::SEE]);
    vec![
        Route::api(axum::http::Method::GET, "/api/v1/bills/again", ("List bills to make again", right), again),
        Route::api(
            axum::http::Method::GET,
            "/api/v1/bills/staying",
            ("List bills that stay as they are", right),
            staying,
        ),
        Route::api(axum::http::Method::GET, "/api/v1/bills/{number}", ("Get a bill", see), bill),
        Route::api(axum::http::Method::GET, "/api/v1/bills/{number}/why", ("Get why a bill is so much", see), why),
        Route::api(
            axum::http::Method::GET,
            "/api/v1/bills/{number}/rebill",
            ("Preview a bill made again", Access::Needs(billing::permissions::CORRECT)),
            rebill,
        ),
    ]
}

/// What they answer.
#[derive(OpenApi)]
#[openapi(paths(again, staying, bill, why, rebill))]
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
    let around = Around::of(&mut read, bills.iter().flat_map(|one| &one.not_so)).await?;
    let body = |one: &WaitingBill| BillAgainBody::of(one, &around);
    Ok(List::of(bills.iter().map(body).collect(), &paging, |body| body.place))
}

/// Bills that stay as they are, the newest day first.
///
/// They say what is not so any more, and somebody decided that they are not made again.
#[utoipa::path(
    get, path = "/api/v1/bills/staying", tag = "bills", operation_id = "list_bills_that_stay", security(("bearer" = [])),
    params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<StayingBillBody>), Problems)
)]
async fn staying(ask: Ask, paging: Paging) -> Result<List<StayingBillBody>, Problem> {
    let after = paging.after::<(NaiveDate, i64)>()?.map(|(day, act)| (day, ActId(act)));
    let mut read = ask.read().await?;
    let bills = staying_bills(&mut read, after, (0, paging.limit + 1)).await?;
    let around = Around::of(&mut read, bills.iter().flat_map(|one| &one.not_so)).await?;
    let names = staff::names(&mut read).await?;
    let body = |one: &StayingBill| StayingBillBody::of(one, &around, &names);
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
    let around = Around::of(&mut read, again.iter()).await?;
    Ok(Envelope::of(Bill::of(&view, replaced_by, (&again, &around))))
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

/// A bill as it would be made again today, beside the one that stands; `billing.prepare_off_cycle` makes it.
#[utoipa::path(
    get, path = "/api/v1/bills/{number}/rebill", tag = "bills", operation_id = "preview_rebill", security(("bearer" = [])),
    params(("number" = String, Path, pattern = "^[0-9]+-[0-9]{1,6}$", example = "1-000001", description = "The number on it, such as 12-000345.")),
    responses((status = 200, description = "Both bills.", body = Envelope<RebilledBody>), Problems)
)]
async fn rebill(ask: Ask, At(number): At<String>) -> Result<Envelope<RebilledBody>, Problem> {
    let (mut read, number) = (ask.read().await?, parse(&number)?);
    let preview = billing::rebill_preview(&mut read, number).await?.ok_or_else(Problem::not_found)?;
    let preview = preview.map_err(|why| Problem::refused(&why))?;
    let use_to_work_out = billing::points_to_work_out(&mut read, number).await?;
    Ok(Envelope::of(RebilledBody::of(number, preview, use_to_work_out)))
}

fn parse(number: &str) -> Result<BillNumber, Problem> {
    BillNumber::parse(number).map_err(|_| Problem::not_found())
}
