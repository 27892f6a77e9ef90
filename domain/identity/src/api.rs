//! Callers, red flags and the town's rule, for programs with a token. No identifier is ever told here, not even masked.

use axum::http::Method;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::AccountId;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Ask, At, Envelope, List, Paging, Problem, Problems, Route};

use crate::permissions::{CLEAR_FLAGS, VERIFY};
use crate::{CallerRole, Question, RedFlag, RedFlagRule, Verification, VerificationRule, store};

/// Every address of this room for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    const LOOK: Access = Access::NeedsAny(&[VERIFY, CLEAR_FLAGS, acts::permissions::READ]);
    let get = Method::GET;
    vec![
        Route::api(get.clone(), "/api/v1/verification-rule", ("How callers are verified, for programs", LOOK), rule),
        Route::api(
            get.clone(),
            "/api/v1/accounts/{number}/verifications",
            ("Callers of an account, for programs", LOOK),
            verifications,
        ),
        Route::api(get, "/api/v1/red-flags", ("Red flags, for programs", LOOK), flags),
    ]
}

/// What this room describes of the API.
#[derive(OpenApi)]
#[openapi(paths(rule, verifications, flags))]
struct Described;

/// The addresses of this room for programs, described.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

/// The most callers and flags that are looked at.
const MOST: i64 = 10_000;

/// How the town verifies callers.
#[derive(Debug, Serialize, ToSchema)]
struct RuleBody {
    /// The questions that count.
    questions: Vec<Question>,
    /// How many must be right; one of them more than name and address.
    needed: i64,
    /// For how many minutes that holds.
    minutes: i64,
    /// For how many days after a change the telephone does not count, nor a bill mailed to a new address.
    recent_days: i64,
    /// After how many failed calls of a day nobody is verified on the phone.
    tries: i64,
}

/// A caller who was asked.
#[derive(Debug, Serialize, ToSchema)]
struct VerificationBody {
    /// The entry of the log.
    entry: i64,
    /// What they said they are.
    role: CallerRole,
    /// Whether they proved it.
    is_verified: bool,
    /// What they knew; what they said is stored nowhere.
    matched: Vec<Question>,
    /// When.
    at: DateTime<Utc>,
    /// Until when it holds.
    holds_until: DateTime<Utc>,
}

/// A red flag nobody has cleared.
#[derive(Debug, Serialize, ToSchema)]
struct RedFlagBody {
    /// The number of the account.
    account: String,
    /// Which sign.
    rule: RedFlagRule,
    /// What was seen.
    words: String,
    /// The entry that raised it: whoever clears it names that.
    raised_by: i64,
    /// When.
    found_on: NaiveDate,
}

/// How callers are verified.
#[utoipa::path(
    get, path = "/api/v1/verification-rule", tag = "identity", operation_id = "get_verification_rule",
    security(("bearer" = [])),
    responses((status = 200, description = "The town's rule.", body = Envelope<RuleBody>), Problems)
)]
async fn rule(ask: Ask) -> Result<Envelope<RuleBody>, Problem> {
    let rule = store::rule(&mut ask.read().await?).await?;
    let needed = i64::try_from(rule.needed).unwrap_or(i64::MAX);
    let VerificationRule { questions, minutes, recent_days, tries, .. } = rule;
    Ok(Envelope::of(RuleBody { questions, needed, minutes, recent_days, tries }))
}

/// Who was asked about an account, the newest first.
#[utoipa::path(
    get, path = "/api/v1/accounts/{number}/verifications", tag = "identity", operation_id = "list_verifications",
    security(("bearer" = [])),
    params(
        ("number" = String, Path, pattern = "^[0-9]{6,9}-[0-9]$", example = "100001-7", description = "The number of the account."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<VerificationBody>), Problems)
)]
async fn verifications(ask: Ask, At(number): At<String>, paging: Paging) -> Result<List<VerificationBody>, Problem> {
    let after: Option<i64> = paging.after()?;
    let mut read = ask.read().await?;
    let account = customers::account_named(&mut read, &number).await?.filter(|account| account.id != AccountId::CITY);
    let account = account.ok_or_else(Problem::not_found)?;
    let calls = store::verifications_of(&mut read, account.id, MOST).await?;
    let following = calls.into_iter().filter(|call| after.is_none_or(|after| call.act.0 < after));
    let body = |call: Verification| VerificationBody {
        entry: call.act.0,
        role: call.role,
        is_verified: call.is_verified,
        matched: call.matched,
        at: call.at,
        holds_until: call.holds_until,
    };
    Ok(List::of(following.take(paging.limit + 1).map(body).collect(), &paging, |last| last.entry))
}

/// Red flags nobody has cleared, the oldest first.
#[utoipa::path(
    get, path = "/api/v1/red-flags", tag = "identity", operation_id = "list_red_flags", security(("bearer" = [])),
    params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<RedFlagBody>), Problems)
)]
async fn flags(ask: Ask, paging: Paging) -> Result<List<RedFlagBody>, Problem> {
    let after: Option<(NaiveDate, i64, String, i64)> = paging.after()?;
    let mut read = ask.read().await?;
    let place = |flag: &RedFlag| (flag.found_on, flag.account.0, flag.finding.rule.code().to_owned(), flag.act.0);
    let all = store::open_flags(&mut read, MOST).await?;
    let following = all.into_iter().filter(|flag| after.as_ref().is_none_or(|after| *after < place(flag)));
    let flags: Vec<RedFlag> = following.take(paging.limit + 1).collect();
    let ids: Vec<AccountId> = flags.iter().map(|flag| flag.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &ids).await?;
    let last = flags.get(paging.limit.saturating_sub(1)).map(place);
    let body = |flag: RedFlag| RedFlagBody {
        account: accounts.get(&flag.account).map(|account| account.number.to_string()).unwrap_or_default(),
        rule: flag.finding.rule,
        words: flag.finding.words,
        raised_by: flag.act.0,
        found_on: flag.found_on,
    };
    Ok(List::of(flags.into_iter().map(body).collect(), &paging, |_| last.clone()))
}
