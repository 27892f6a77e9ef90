//! Accounts, for programs with a token: a list, one in full, its ledger and its timeline.

mod bodies;

use axum::http::Method;
use chrono::NaiveDate;
use kernel::AccountNumber;
use utoipa::OpenApi;
use web::{Access, Ask, At, Envelope, List, Paging, Problem, Problems, Route};

use self::bodies::{AccountInFull, AccountInList, LedgerLine, TimelineLine};
use crate::account::{Asked, Kind, Loaded, Told, timeline_page};
use crate::ledger::{Wanted, agreements_of, lines};
use crate::words::Named;

/// Every address of this desk for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    const LOOK: Access = Access::Needs(customers::permissions::SEE);
    let get = Method::GET;
    vec![
        Route::api(get.clone(), "/api/v1/accounts", ("Accounts, for programs", LOOK), list),
        Route::api(get.clone(), "/api/v1/accounts/{number}", ("An account, for programs", LOOK), one),
        Route::api(get.clone(), "/api/v1/accounts/{number}/ledger", ("A ledger, for programs", LOOK), ledger),
        Route::api(get, "/api/v1/accounts/{number}/timeline", ("A timeline, for programs", LOOK), timeline),
    ]
}

/// What this desk describes of the API.
#[derive(OpenApi)]
#[openapi(paths(list, one, ledger, timeline))]
struct Described;

/// The addresses of this desk for programs, described.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    let mut described = Described::openapi();
    web::one_of(&mut described, ("list_account_timeline", "kind"), Kind::ALL.map(|(_, name, _)| name));
    described
}

/// Accounts in the order of their numbers.
#[utoipa::path(
    get, path = "/api/v1/accounts", tag = "accounts", operation_id = "list_accounts", security(("bearer" = [])),
    params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<AccountInList>), Problems)
)]
async fn list(ask: Ask, paging: Paging) -> Result<List<AccountInList>, Problem> {
    let after: i64 = paging.after()?.unwrap_or(0);
    let first = AccountNumber::issue(after.clamp(0, i64::from(u32::MAX)) + 1);
    let mut read = ask.read().await?;
    let limit = i64::try_from(paging.limit).unwrap_or(50) + 1;
    let accounts = customers::accounts_from(&mut read, first, limit).await?;
    let accounts = accounts.into_iter().map(AccountInList::of).collect();
    Ok(List::of(accounts, &paging, AccountInList::serial))
}

/// An account: who, where, services, and what it owes by service and age.
#[utoipa::path(
    get, path = "/api/v1/accounts/{number}", tag = "accounts", operation_id = "get_account", security(("bearer" = [])),
    params(("number" = String, Path, pattern = "^[0-9]{6,9}-[0-9]$", example = "100001-7", description = "The number of the account, such as 100042-4.")),
    responses((status = 200, description = "The account.", body = Envelope<AccountInFull>), Problems)
)]
async fn one(ask: Ask, At(number): At<String>) -> Result<Envelope<AccountInFull>, Problem> {
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, &number).await?;
    let loaded = Loaded::of(&ask, &mut read, named).await?;
    Ok(Envelope::of(AccountInFull::of(&loaded)))
}

/// The postings of an account with the balance after each, oldest first.
#[utoipa::path(
    get, path = "/api/v1/accounts/{number}/ledger", tag = "accounts", operation_id = "list_account_ledger",
    security(("bearer" = [])),
    params(
        ("number" = String, Path, pattern = "^[0-9]{6,9}-[0-9]$", example = "100001-7", description = "The number of the account, such as 100042-4."),
        ("service" = Option<String>, Query, example = "water", description = "Only this service; `whole` for what belongs to none."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<LedgerLine>), Problems)
)]
async fn ledger(ask: Ask, At(number): At<String>, paging: Paging) -> Result<List<LedgerLine>, Problem> {
    let after: Option<(NaiveDate, i64, i64)> = paging.after()?;
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, &number).await?;
    let chart = finance::chart(&mut read).await?;
    let services = billing::account_services(&mut read, named.id).await?;
    let postings = finance::account_postings(&mut read, named.id).await?;
    let asked = ask.query().text("service");
    let agreements = agreements_of(&services, asked);
    if agreements.is_none() && !asked.is_empty() {
        return Err(Problem::bad_request("`service` is none that the account has or had."));
    }
    let mut lines = lines(&chart, &postings, &Wanted { agreements, ..Wanted::default() });
    lines.retain(|line| after.is_none_or(|after| after < LedgerLine::place(line)));
    lines.truncate(paging.limit + 1);
    let journals: Vec<_> = lines.iter().map(|line| line.posting.journal).collect();
    let heads = finance::journal_heads(&mut read, named.id, &journals).await?;
    let told = lines.iter().map(|line| LedgerLine::of(line, (&chart, &heads, &services)));
    Ok(List::of(told.collect(), &paging, LedgerLine::own_place))
}

/// Bills, payments, adjustments, moves, reads, notes and changes of an account, newest first.
#[utoipa::path(
    get, path = "/api/v1/accounts/{number}/timeline", tag = "accounts", operation_id = "list_account_timeline",
    security(("bearer" = [])),
    params(
        ("number" = String, Path, pattern = "^[0-9]{6,9}-[0-9]$", example = "100001-7", description = "The number of the account, such as 100042-4."),
        ("kind" = Option<String>, Query, example = "bills", description = "Only this kind, such as `bills`."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<TimelineLine>), Problems)
)]
async fn timeline(ask: Ask, At(number): At<String>, paging: Paging) -> Result<List<TimelineLine>, Problem> {
    let after: Option<(NaiveDate, i64)> = paging.after()?;
    let kind = match ask.query().text("kind") {
        "" => None,
        name => Some(Kind::named(name).ok_or_else(|| Problem::bad_request("`kind` is not one of the timeline."))?),
    };
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, &number).await?;
    let loaded = Loaded::of(&ask, &mut read, named).await?;
    let mut told: Vec<Told> = Vec::new();
    let mut before = after.and_then(|(on, _)| on.succ_opt());
    loop {
        let asked = Asked { kind, before };
        let page = timeline_page(&ask, &mut read, (&loaded, &asked)).await?;
        let is_later = |line: &Told| after.is_none_or(|after| (line.on, line.rank) < after);
        told.extend(page.lines.into_iter().filter(is_later));
        before = page.before;
        if before.is_none() || paging.limit < told.len() {
            break;
        }
    }
    let lines = told.into_iter().map(TimelineLine::of).collect();
    Ok(List::of(lines, &paging, TimelineLine::place))
}
