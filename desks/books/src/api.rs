//! The books and reports for programs: trial balance, ledger accounts, journals, views.

use axum::http::Method;
use chrono::NaiveDate;
use finance::{JournalLine, LinesOf};
use kernel::{AccountId, JournalId};
use ledger::JournalKind;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Ask, At, Envelope, List, Paging, Problem, Problems, Route, read_number};

use crate::days::{Days, day_of};
use crate::names::{Numbers, account_of, fund_code, run_of};

/// Every address of this desk for programs.
#[must_use]
pub(crate) fn api_routes() -> Vec<Route> {
    const LOOK: Access = Access::Needs(finance::SEE);
    let get = Method::GET;
    vec![
        Route::api(get.clone(), "/api/v1/books/trial-balance", ("The trial balance, for programs", LOOK), trial),
        Route::api(
            get.clone(),
            "/api/v1/books/ledger/{fund}/{account}",
            ("A ledger account by day, for programs", LOOK),
            ledger_days,
        ),
        Route::api(
            get.clone(),
            "/api/v1/books/days/{day}/journals",
            ("Journals of a day, for programs", LOOK),
            journals,
        ),
        Route::api(get, "/api/v1/books/journals/{journal}", ("A journal, for programs", LOOK), journal),
    ]
}

#[derive(OpenApi)]
#[openapi(paths(trial, ledger_days, journals, journal))]
struct Described;

/// What this desk describes of the API.
#[must_use]
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    let mut described = Described::openapi();
    web::one_of(&mut described, ("list_journals", "kind"), JournalKind::ALL.map(JournalKind::code));
    described
}

/// The trial balance of some days.
#[derive(Debug, Serialize, ToSchema)]
struct TrialBalanceBody {
    from_on: NaiveDate,
    through_on: NaiveDate,
    lines: Vec<TrialLineBody>,
}

/// A ledger account of a fund.
#[derive(Debug, Serialize, ToSchema)]
struct TrialLineBody {
    fund: String,
    ledger_account: String,
    name: String,
    kind: String,
    /// The balance before the days; debits are positive.
    before_cents: i64,
    debit_cents: i64,
    credit_cents: i64,
    after_cents: i64,
    /// How many postings stand on it within the days.
    postings: i64,
}

/// What moved on a day in journals of a kind.
#[derive(Debug, Serialize, ToSchema)]
struct LedgerDayBody {
    gl_on: NaiveDate,
    kind: String,
    postings: i64,
    debit_cents: i64,
    credit_cents: i64,
}

/// A journal as it is filed under an account.
#[derive(Debug, Serialize, ToSchema)]
struct JournalInList {
    /// Names the journal in addresses: account number and journal.
    reference: String,
    journal: i64,
    /// The number of the account; `0` is the city.
    account: String,
    kind: String,
    document: String,
    /// The entry of the log.
    act: i64,
    postings: i64,
    moved_cents: i64,
    #[serde(skip)]
    place: (i64, i64),
}

/// A journal with all its postings.
#[derive(Debug, Serialize, ToSchema)]
struct JournalBody {
    journal: i64,
    kind: String,
    gl_on: NaiveDate,
    document: String,
    /// The entry of the log.
    act: i64,
    /// The journal it takes back.
    reverses: Option<i64>,
    /// The journal that takes it back.
    taken_back_by: Option<i64>,
    postings: Vec<PostingBody>,
}

/// A posting.
#[derive(Debug, Serialize, ToSchema)]
struct PostingBody {
    line: i64,
    /// The number of the account; `0` is the city.
    account: String,
    fund: String,
    debit: String,
    credit: String,
    cents: i64,
}

/// The trial balance of a month, a day, or everything through a day; of the newest month when nothing is said.
#[utoipa::path(
    get, path = "/api/v1/books/trial-balance", tag = "books", operation_id = "get_trial_balance",
    security(("bearer" = [])),
    params(
        ("month" = Option<String>, Query, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2025-02", description = "A month, such as 2026-01."),
        ("on" = Option<String>, Query, format = Date, description = "A day, such as 2026-01-15."),
        ("through" = Option<String>, Query, format = Date, description = "Everything through a day."),
    ),
    responses((status = 200, description = "The trial balance.", body = Envelope<TrialBalanceBody>), Problems)
)]
async fn trial(ask: Ask) -> Result<Envelope<TrialBalanceBody>, Problem> {
    let mut read = ask.read().await?;
    let days = Days::asked(&ask, &mut read).await?;
    let balance = finance::trial_balance(&mut read, days.ends()).await?;
    let line = |(fund, side): (&ledger::Fund, &ledger::LedgerAccount)| {
        let sum = balance.place(fund.id, side.id);
        TrialLineBody {
            fund: fund.code.clone(),
            ledger_account: side.code.clone(),
            name: side.name.clone(),
            kind: side.kind.code().to_owned(),
            before_cents: sum.before.0,
            debit_cents: sum.debit.0,
            credit_cents: sum.credit.0,
            after_cents: sum.after().0,
            postings: sum.postings,
        }
    };
    let lines = balance.chart.opened().map(line).collect();
    Ok(Envelope::of(TrialBalanceBody { from_on: days.from_on, through_on: days.through_on, lines }))
}

/// What moved in a ledger account of a fund, day by day.
#[utoipa::path(
    get, path = "/api/v1/books/ledger/{fund}/{account}", tag = "books", operation_id = "list_ledger_days",
    security(("bearer" = [])),
    params(
        ("fund" = String, Path, example = "2400", description = "The code of the fund."),
        ("account" = String, Path, example = "115100", description = "The code of the ledger account."),
        ("month" = Option<String>, Query, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2025-02", description = "A month, such as 2026-01."),
        ("on" = Option<String>, Query, format = Date, description = "A day, such as 2026-01-15."),
        ("through" = Option<String>, Query, format = Date, description = "Everything through a day."),
    ),
    responses((status = 200, description = "The days.", body = Envelope<Vec<LedgerDayBody>>), Problems)
)]
async fn ledger_days(
    ask: Ask,
    At((fund, side)): At<(String, String)>,
) -> Result<Envelope<Vec<LedgerDayBody>>, Problem> {
    let mut read = ask.read().await?;
    let chart = finance::chart(&mut read).await?;
    let fund = chart.fund_by_code(&fund).ok_or_else(Problem::not_found)?.id;
    let side = chart.ledger_account_by_code(&side).ok_or_else(Problem::not_found)?.id;
    let days = Days::asked(&ask, &mut read).await?;
    let sums = finance::ledger_account_days(&mut read, (fund, side), days.ends()).await?;
    let mut lines: Vec<LedgerDayBody> = Vec::new();
    for sum in sums {
        let (debit, credit) =
            (if sum.debit == side { sum.cents.0 } else { 0 }, if sum.credit == side { sum.cents.0 } else { 0 });
        match lines.iter_mut().find(|line| line.gl_on == sum.gl_on && line.kind == sum.kind.code()) {
            Some(line) => {
                line.postings += sum.postings;
                line.debit_cents += debit;
                line.credit_cents += credit;
            }
            None => lines.push(LedgerDayBody {
                gl_on: sum.gl_on,
                kind: sum.kind.code().to_owned(),
                postings: sum.postings,
                debit_cents: debit,
                credit_cents: credit,
            }),
        }
    }
    Ok(Envelope::of(lines))
}

/// The journals of a day, in the order in which they were posted.
#[utoipa::path(
    get, path = "/api/v1/books/days/{day}/journals", tag = "books", operation_id = "list_journals",
    security(("bearer" = [])),
    params(
        ("day" = String, Path, format = Date, example = "2025-02-06", description = "The day of the books, such as 2026-01-15."),
        ("kind" = Option<String>, Query, example = "bill", description = "Only journals of this kind, such as bill."),
        ("run" = Option<i64>, Query, minimum = 1, example = 1, description = "Only the bills of the run with this number, whatever the kind."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<JournalInList>), Problems)
)]
async fn journals(ask: Ask, At(day): At<String>, paging: Paging) -> Result<List<JournalInList>, Problem> {
    let gl_on = day_of(&day).ok_or_else(Problem::not_found)?;
    let (journal, account): (i64, i64) = paging.after()?.unwrap_or((0, -1));
    let kind = match ask.query().text("kind") {
        "" => None,
        code => Some(JournalKind::parse(code).map_err(|_| Problem::bad_request("`kind` is no kind of journal."))?),
    };
    let run = run_of(&ask)?;
    let mut read = ask.read().await?;
    let mut of = LinesOf {
        gl_on,
        place: None,
        kind,
        run,
        after: (JournalId(journal), AccountId(account)),
        limit: paging.limit + 1,
    };
    let mut found = finance::journal_lines(&mut read, of).await?;
    // A piece may come short when few of a kind stand among many; a list only ends where the day does.
    while let Some(next) = found.next.filter(|_| found.lines.len() <= paging.limit) {
        of.after = next;
        of.limit = paging.limit + 1 - found.lines.len();
        let more = finance::journal_lines(&mut read, of).await?;
        found.lines.extend(more.lines);
        found.next = more.next;
    }
    let numbers = Numbers::load(&mut read, found.lines.iter().map(|line| line.account)).await?;
    let body = |line: &JournalLine| {
        let account = numbers.of(line.account);
        JournalInList {
            reference: format!("{account}-{}", line.journal.0),
            journal: line.journal.0,
            account,
            kind: line.kind.code().to_owned(),
            document: line.document.clone(),
            act: line.act.0,
            postings: line.postings,
            moved_cents: line.debit.0,
            place: (line.journal.0, line.account.0),
        }
    };
    Ok(List::of(found.lines.iter().map(body).collect(), &paging, |line| line.place))
}

/// A journal with all its postings.
#[utoipa::path(
    get, path = "/api/v1/books/journals/{journal}", tag = "books", operation_id = "get_journal",
    security(("bearer" = [])),
    params(("journal" = String, Path, pattern = "^[0-9-]+$", example = "100001-7-1", description = "Its reference: account number and journal, such as 100042-4-7.")),
    responses((status = 200, description = "The journal.", body = Envelope<JournalBody>), Problems)
)]
async fn journal(ask: Ask, At(name): At<String>) -> Result<Envelope<JournalBody>, Problem> {
    let (number, id) = name.rsplit_once('-').ok_or_else(Problem::not_found)?;
    let id = JournalId(read_number(id).ok_or_else(Problem::not_found)?);
    let mut read = ask.read().await?;
    let account = account_of(&mut read, number).await?.ok_or_else(Problem::not_found)?;
    let whole = finance::whole_journal(&mut read, account, id).await?.ok_or_else(Problem::not_found)?;
    let chart = finance::chart(&mut read).await?;
    let numbers = Numbers::load(&mut read, whole.accounts.iter().copied()).await?;
    let side = |id| chart.ledger_account(id).map_or_else(String::new, |side| side.code.clone());
    let posting = |one: &finance::PostedLine| PostingBody {
        line: one.line,
        account: numbers.of(one.account),
        fund: fund_code(&chart, one.fund),
        debit: side(one.debit),
        credit: side(one.credit),
        cents: one.cents.0,
    };
    Ok(Envelope::of(JournalBody {
        journal: whole.id.0,
        kind: whole.kind.code().to_owned(),
        gl_on: whole.gl_on,
        document: whole.document.clone(),
        act: whole.act.0,
        reverses: whole.reverses.map(i64::from),
        taken_back_by: whole.taken_back.map(|(journal, _)| journal.0),
        postings: whole.postings.iter().map(posting).collect(),
    }))
}
