//! What people look at in the exception queue: pages of it, what a filter finds, and many decisions at once.

use chrono::NaiveDate;
use db::{Fault, Read, Tx, Value};
use kernel::{AccountId, ActorId, Cents, RateProfileId, RunId};

use super::exceptions::made_since;
use crate::exception::{Decision, ExceptionFilter, ExceptionState, QueuedException};
use crate::{ExceptionCode, QueueLine, QueueSum, RunService};

#[derive(sqlx::FromRow)]
struct LineRow {
    account_id: i64,
    code: String,
    detail: String,
    state: String,
    rule: Option<String>,
    reason: Option<String>,
    decided_by: Option<i64>,
    assignee: Option<String>,
    due_on: Option<NaiveDate>,
    position: i64,
    total_cents: i64,
}

#[derive(sqlx::FromRow)]
struct ServiceRow {
    account_id: i64,
    rate_profile_id: i64,
    service: String,
    from_on: NaiveDate,
    to_on: NaiveDate,
}

macro_rules! select_lines {
    ($rest:expr) => {
        concat!(
            "select e.account_id, e.code, e.detail, e.state, e.rule, e.reason, e.decided_by, e.assignee, e.due_on,
                    coalesce(t.position, 0) as position, coalesce(t.total_cents, 0) as total_cents
             from run_exception e
             left join run_trial t on t.account_id = e.account_id and t.run_id = e.run_id
             where e.run_id = $1 ",
            $rest
        )
    };
}

/// Held bills that were made since, beside the cycle, are in no queue any more.
macro_rules! still_waits {
    () => {
        concat!(" and (e.state <> 'held' or not ", made_since!(), ") ")
    };
}

/// Asks the question it ends bill by bill, in the order of the queue, until a page is full. Without it PostgreSQL makes
/// one join over all services of the run, which costs the same for every page; where all are added up, that is better.
macro_rules! bill_by_bill {
    () => {
        " limit 1 offset 0"
    };
}

/// A bill of which a service is of some kind: `$n` is its name, and empty where any will do.
macro_rules! has_service {
    ($n:literal, $asked:expr) => {
        concat!(
            " and (",
            $n,
            " = '' or exists (
                 select 1
                 from run_item i
                 join service_agreement a on a.account_id = i.account_id and a.agreement_id = i.agreement_id
                 where i.account_id = e.account_id and i.run_id = e.run_id and a.service = ",
            $n,
            $asked,
            ")) "
        )
    };
}

/// A bill of which a service is priced by one of some profiles.
macro_rules! has_profile {
    ($asked:expr) => {
        concat!(
            " and exists (
                 select 1
                 from run_item i
                 where i.account_id = e.account_id and i.run_id = e.run_id and i.rate_profile_id in ({list})",
            $asked,
            ") "
        )
    };
}

/// A page of a run's queue through a filter, by code and account, after a place; profiles are those of the class.
pub(crate) async fn queue_page(
    read: &mut Read,
    (run, filter, profiles): (RunId, &ExceptionFilter, Option<&[RateProfileId]>),
    after: Option<(&str, AccountId)>,
    limit: usize,
) -> Result<Vec<QueueLine>, Fault> {
    const OF_CODE: &str = select_lines!(concat!(
        "and e.state = $2 and e.code = $3 and $4 < e.account_id",
        still_waits!(),
        has_service!("$5", bill_by_bill!()),
        "order by e.code, e.account_id limit $6"
    ));
    const OF_ALL: &str = select_lines!(concat!(
        "and e.state = $2 and (e.code, e.account_id) > ($3, $4)",
        still_waits!(),
        has_service!("$5", bill_by_bill!()),
        "order by e.code, e.account_id limit $6"
    ));
    const OF_CODE_AND_CLASS: &str = select_lines!(concat!(
        "and e.state = $2 and e.code = $3 and $4 < e.account_id",
        still_waits!(),
        has_service!("$5", bill_by_bill!()),
        has_profile!(bill_by_bill!()),
        "order by e.code, e.account_id limit $6"
    ));
    const OF_CLASS: &str = select_lines!(concat!(
        "and e.state = $2 and (e.code, e.account_id) > ($3, $4)",
        still_waits!(),
        has_service!("$5", bill_by_bill!()),
        has_profile!(bill_by_bill!()),
        "order by e.code, e.account_id limit $6"
    ));
    let (after_code, after_account) = after.unwrap_or(("", AccountId(0)));
    let code = if let Some(code) = filter.code { code.code() } else { after_code };
    let size = i64::try_from(limit).unwrap_or(i64::MAX);
    let service = filter.service.as_deref().unwrap_or_default();
    let args: Vec<Value> =
        vec![run.into(), filter.state.code().into(), code.into(), after_account.into(), service.into(), size.into()];
    let rows: Vec<LineRow> = match (filter.code, profiles) {
        (Some(_), None) => read.all(OF_CODE, args).await?,
        (None, None) => read.all(OF_ALL, args).await?,
        (Some(_), Some(profiles)) => read.listed_with(OF_CODE_AND_CLASS, &args, &keys(profiles)).await?,
        (None, Some(profiles)) => read.listed_with(OF_CLASS, &args, &keys(profiles)).await?,
    };
    let mut rows: Vec<QueueLine> = rows.into_iter().map(line_of).collect::<Result<_, Fault>>()?;
    // A long list of profiles is asked in pieces, each in order.
    rows.sort_by(|one, other| {
        (one.exception.code.code(), one.exception.account).cmp(&(other.exception.code.code(), other.exception.account))
    });
    rows.dedup_by_key(|line| (line.exception.code, line.exception.account));
    rows.truncate(limit);
    Ok(rows)
}

/// The exceptions of one bill, by code.
pub async fn exceptions_of_bill(read: &mut Read, run: RunId, account: AccountId) -> Result<Vec<QueueLine>, Fault> {
    const SQL: &str = select_lines!("and e.account_id = $2 order by e.code");
    let rows: Vec<LineRow> = read.all(SQL, vec![run.into(), account.into()]).await?;
    rows.into_iter().map(line_of).collect()
}

/// How many exceptions a filter finds, on how many bills, and what these come to.
pub(crate) async fn queue_sum(
    read: &mut Read,
    (run, filter, profiles): (RunId, &ExceptionFilter, Option<&[RateProfileId]>),
) -> Result<QueueSum, Fault> {
    macro_rules! sum_of {
        ($rest:expr) => {
            concat!(
                "select coalesce(cast(sum(x.found) as bigint), 0), count(*),
                        coalesce(cast(sum(t.total_cents) as bigint), 0), coalesce(cast(sum(x.blocking) as bigint), 0)
                 from (
                     select e.account_id, e.run_id, count(*) as found,
                            cast(sum(case when e.code in ('no_schedule', 'no_consumption', 'not_priceable') then 1
                                          else 0 end) as bigint) as blocking
                     from run_exception e
                     where e.run_id = $1 and e.state = $2 and ($3 = '' or e.code = $3) ",
                still_waits!(),
                $rest,
                " group by e.account_id, e.run_id
                 ) x
                 left join run_trial t on t.account_id = x.account_id and t.run_id = x.run_id"
            )
        };
    }
    const OF_ALL: &str = sum_of!(has_service!("$4", ""));
    const OF_CLASS: &str = sum_of!(concat!(has_service!("$4", ""), has_profile!("")));
    let args: Vec<Value> = vec![
        run.into(),
        filter.state.code().into(),
        filter.code.map_or("", ExceptionCode::code).into(),
        filter.service.as_deref().unwrap_or_default().into(),
    ];
    let rows: Vec<(i64, i64, i64, i64)> = match profiles {
        None => read.all(OF_ALL, args).await?,
        Some(profiles) => read.listed_with(OF_CLASS, &args, &keys(profiles)).await?,
    };
    let mut sum = QueueSum::default();
    for (exceptions, bills, cents, blocking) in rows {
        sum.exceptions += exceptions;
        sum.bills += bills;
        sum.total += Cents(cents);
        sum.blocking += blocking;
    }
    Ok(sum)
}

/// The services of some accounts' bills in a run, with their profiles, by account.
pub(crate) async fn run_services(
    read: &mut Read,
    run: RunId,
    accounts: &[AccountId],
) -> Result<Vec<RunService>, Fault> {
    const SQL: &str = "
        select i.account_id, i.rate_profile_id, a.service, i.from_on, i.to_on
        from run_item i
        join service_agreement a on a.account_id = i.account_id and a.agreement_id = i.agreement_id
        where i.run_id = $1 and i.account_id in ({list})
        order by i.account_id, i.agreement_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<ServiceRow> = read.listed_with(SQL, &[run.into()], &keys).await?;
    let service = |row: ServiceRow| RunService {
        account: AccountId(row.account_id),
        profile: RateProfileId(row.rate_profile_id),
        service: row.service,
        from_on: row.from_on,
        to_on: row.to_on,
    };
    Ok(rows.into_iter().map(service).collect())
}

/// Which of some accounts a filter finds in a run.
pub(crate) async fn found_among(
    read: &mut Read,
    (run, filter): (RunId, &ExceptionFilter),
    accounts: &[AccountId],
) -> Result<Vec<AccountId>, Fault> {
    const SQL: &str = "
        select distinct account_id
        from run_exception
        where run_id = $1 and state = $2 and ($3 = '' or code = $3) and account_id in ({list})
        order by account_id";
    let args = [run.into(), filter.state.code().into(), filter.code.map_or("", ExceptionCode::code).into()];
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64,)> = read.listed_with(SQL, &args, &keys).await?;
    Ok(rows.into_iter().map(|(account,)| AccountId(account)).collect())
}

/// Decides everything a filter finds, of one profile where one is named; says how many exceptions changed. They are counted
/// again by whoever decides ([`super::count_again`]).
pub(crate) async fn decide_matching(
    tx: &mut Tx,
    (run, filter, profile): (RunId, &ExceptionFilter, Option<RateProfileId>),
    (by, reason, decision): (ActorId, &str, &Decision),
) -> Result<i64, Fault> {
    macro_rules! found {
        () => {
            "select e.account_id
             from run_exception e
             where e.run_id = $1 and e.state = $2 and ($3 = '' or e.code = $3)
               and ($4 = '' or exists (
                   select 1
                   from run_item i
                   join service_agreement a on a.account_id = i.account_id and a.agreement_id = i.agreement_id
                   where i.account_id = e.account_id and i.run_id = e.run_id and a.service = $4))
               and ($5 = 0 or exists (
                   select 1
                   from run_item i
                   where i.account_id = e.account_id and i.run_id = e.run_id and i.rate_profile_id = $5))"
        };
    }
    const RELEASE: &str = concat!(
        "update run_exception
         set state = 'released', rule = null, reason = $6, decided_by = $7, assignee = null, due_on = null
         where run_id = $1 and state = $2 and ($3 = '' or code = $3)
           and code not in ('no_schedule', 'no_consumption', 'not_priceable', 'changed') and account_id in (",
        found!(),
        ")"
    );
    const HOLD: &str = concat!(
        "update run_exception
         set state = 'held', rule = null, reason = $6, decided_by = $7, assignee = $8, due_on = $9
         where run_id = $1 and account_id in (",
        found!(),
        ")"
    );
    const REOPEN: &str = concat!(
        "update run_exception
         set state = 'open', rule = null, reason = null, decided_by = null, assignee = null, due_on = null
         where run_id = $1 and state = $2 and ($2 = 'held' or $3 = '' or code = $3)
           and code not in ('taken_out', 'changed') and account_id in (",
        found!(),
        ")"
    );
    let mut args: Vec<Value> = vec![
        run.into(),
        filter.state.code().into(),
        filter.code.map_or("", ExceptionCode::code).into(),
        filter.service.as_deref().unwrap_or_default().into(),
        profile.map_or(0, |profile| profile.0).into(),
    ];
    let sql = match decision {
        Decision::Release => {
            args.extend([reason.into(), by.into()]);
            RELEASE
        }
        Decision::Hold { assignee, due_on } => {
            args.extend([reason.into(), by.into(), assignee.as_str().into(), (*due_on).into()]);
            HOLD
        }
        Decision::Reopen => REOPEN,
    };
    let changed = tx.run(sql, args).await?;
    i64::try_from(changed).map_err(|_| Fault::new("too many exceptions"))
}

/// Opens a decided exception again, of a held bill all of them; says how many. What people took out stays out.
/// [`super::change_counts_of_bills`] follows.
pub(crate) async fn reopen_one(
    tx: &mut Tx,
    (account, run, code): (AccountId, RunId, ExceptionCode),
) -> Result<i64, Fault> {
    const SQL: &str = "
        update run_exception
        set state = 'open', rule = null, reason = null, decided_by = null, assignee = null, due_on = null
        where account_id = $1 and run_id = $2 and code not in ('taken_out', 'changed')
          and (state = 'held' or (state = 'released' and code = $3))";
    let changed = tx.run(SQL, vec![account.into(), run.into(), code.code().into()]).await?;
    i64::try_from(changed).map_err(|_| Fault::new("too many exceptions"))
}

fn keys(profiles: &[RateProfileId]) -> Vec<Value> {
    profiles.iter().map(|profile| Value::from(*profile)).collect()
}

fn line_of(row: LineRow) -> Result<QueueLine, Fault> {
    let impossible = |column| Fault::impossible_row("run_exception", column, row.account_id);
    let code = ExceptionCode::parse(&row.code).ok_or_else(|| impossible("code"))?;
    let state = ExceptionState::parse(&row.state).ok_or_else(|| impossible("state"))?;
    let exception = QueuedException {
        account: AccountId(row.account_id),
        code,
        detail: row.detail,
        state,
        reason: row.reason,
        rule: row.rule,
        assignee: row.assignee,
        due_on: row.due_on,
    };
    Ok(QueueLine {
        exception,
        decided_by: row.decided_by.map(ActorId),
        position: row.position,
        total: Cents(row.total_cents),
    })
}
