//! What registers and reports read: frozen bills of many accounts, what they replace, decisions, dates of bills.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read, unpack};
use kernel::{AccountId, ActId, ActorId, AgreementId, BillNumber, Cents, RunId};

use super::facts::{ItemRow, inputs_of};
use crate::register::ReplacedBill;
use crate::{BillInputs, BillRun, ExceptionCode, ExceptionState, RunKind};

/// How many exceptions of a code were decided alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecidedCount {
    pub(crate) code: ExceptionCode,
    pub(crate) state: ExceptionState,
    pub(crate) rule: Option<String>,
    pub(crate) decided_by: Option<ActorId>,
    pub(crate) count: i64,
}

/// An exception for which a bill is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeldException {
    pub(crate) account: AccountId,
    pub(crate) code: ExceptionCode,
    pub(crate) rule: Option<String>,
    pub(crate) reason: String,
    pub(crate) decided_by: ActorId,
    pub(crate) assignee: String,
    pub(crate) due_on: NaiveDate,
}

/// When a bill counts in the books, and when its cancellation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BillDates {
    pub(crate) account: AccountId,
    pub(crate) run: RunId,
    pub(crate) gl_on: NaiveDate,
    pub(crate) cancelled_on: Option<NaiveDate>,
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    account_id: i64,
    code: String,
    rule: Option<String>,
    reason: Option<String>,
    decided_by: Option<i64>,
    assignee: Option<String>,
    due_on: Option<NaiveDate>,
}

#[derive(sqlx::FromRow)]
struct ReplacedRow {
    account_id: i64,
    new_position: i64,
    reason: String,
    run_id: i64,
    run_number: i64,
    position: i64,
    total_cents: i64,
}

/// The frozen bills of accounts `from..to` in a run, by account. A run beside the cycle also has bills with nothing on
/// them: of accounts that it is for, whose services have all ended.
pub(crate) async fn bills_between(
    read: &mut Read,
    run: &BillRun,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<BillInputs>, Fault> {
    const SQL: &str = "
        select account_id, agreement_id, position, consumption_id, rate_version_id, rate_profile_id, from_on, to_on, steps, unit,
               particulars
        from run_item
        where $1 <= account_id and account_id < $2 and run_id = $3
        order by account_id, agreement_id";
    let rows: Vec<ItemRow> = read.all(SQL, vec![from.into(), to.into(), run.id.into()]).await?;
    let mut extras = super::extras_between(read, run.id, (from, to)).await?;
    let mut bills: Vec<BillInputs> = Vec::new();
    for row in &rows {
        let account = AccountId(row.account_id);
        if bills.last().is_none_or(|bill| bill.account != account) {
            bills.push(BillInputs::empty(account, row.position, run.price_on));
        }
        let bill = bills.last_mut().expect("one was pushed for the account");
        bill.items.push(inputs_of(row)?);
    }
    let mut scope = match run.kind {
        RunKind::Regular => Vec::new(),
        RunKind::OffCycle | RunKind::Charges => super::scope_between(read, run.id, (from, to)).await?,
    };
    let there: BTreeSet<AccountId> = bills.iter().map(|bill| bill.account).collect();
    scope.retain(|one| !there.contains(&one.account));
    bills.extend(scope.iter().map(|one| BillInputs::empty(one.account, one.position, run.price_on)));
    for bill in &mut bills {
        bill.extras = extras.remove(&bill.account).unwrap_or_default();
    }
    for (account, extras) in extras {
        bills.push(BillInputs { extras, ..BillInputs::empty(account, 0, run.price_on) });
    }
    bills.sort_by_key(|bill| bill.account);
    Ok(bills)
}

impl ReplacedBill {
    /// The bills of accounts `from..to` that a run takes the place of, by account.
    ///
    /// One that was taken back otherwise is none of them: this run has no bill for the account then, nor will it have one.
    pub(crate) async fn between(
        read: &mut Read,
        run: RunId,
        (from, to): (AccountId, AccountId),
    ) -> Result<Vec<ReplacedBill>, Fault> {
        const SQL: &str = "
            select s.account_id, s.position as new_position, s.reason, b.run_id, r.run_number, b.position, b.total_cents
            from run_scope s
            join bill b on b.account_id = s.account_id and b.run_id = s.replaces_run_id
            join bill_run r on r.run_id = b.run_id
            left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
            left join bill n on n.account_id = s.account_id and n.run_id = s.run_id
            where s.run_id = $1 and $2 <= s.account_id and s.account_id < $3
              and (c.account_id is null or n.account_id is not null)
            order by s.account_id";
        let rows: Vec<ReplacedRow> = read.all(SQL, vec![run.into(), from.into(), to.into()]).await?;
        let replaced = |row: ReplacedRow| ReplacedBill {
            account: AccountId(row.account_id),
            run: RunId(row.run_id),
            number: BillNumber { run: row.run_number, position: row.position },
            total: Cents(row.total_cents),
            position: row.new_position,
            reason: row.reason,
        };
        Ok(rows.into_iter().map(replaced).collect())
    }
}

/// The rate schedule of every agreement of accounts `from..to`; handed over packed, as registers ask for it everywhere.
pub(crate) async fn schedules_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<BTreeMap<AgreementId, String>, Fault> {
    const SQL: &str = "
        select schedule_code, string_agg(format('%s', agreement_id), ';')
        from service_agreement
        where $1 <= account_id and account_id < $2
        group by schedule_code";
    let rows: Vec<(String, Option<String>)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    let mut schedules = BTreeMap::new();
    for (schedule, packed) in rows {
        for row in unpack::<1>(packed.as_deref())? {
            let [Some(agreement)] = row else {
                return Err(Fault::impossible_row("service_agreement", "agreement_id", format!("{row:?}")));
            };
            schedules.insert(AgreementId(agreement), schedule.clone());
        }
    }
    Ok(schedules)
}

/// How the exceptions of a run stand, by code, state, rule and who decided.
pub(crate) async fn decided_counts(read: &mut Read, run: RunId) -> Result<Vec<DecidedCount>, Fault> {
    const SQL: &str = "
        select code, state, rule, decided_by, count(*)
        from run_exception
        where run_id = $1
        group by code, state, rule, decided_by
        order by code, state, coalesce(rule, ''), coalesce(decided_by, 0)";
    type Row = (String, String, Option<String>, Option<i64>, i64);
    let rows: Vec<Row> = read.all(SQL, vec![run.into()]).await?;
    let counted = |(code, state, rule, decided_by, count): Row| {
        let impossible = |column| Fault::impossible_row("run_exception", column, run.0);
        Ok(DecidedCount {
            code: ExceptionCode::parse(&code).ok_or_else(|| impossible("code"))?,
            state: ExceptionState::parse(&state).ok_or_else(|| impossible("state"))?,
            rule,
            decided_by: decided_by.map(ActorId),
            count,
        })
    };
    rows.into_iter().map(counted).collect()
}

/// The exceptions for which bills of a run are held, by account and code.
pub(crate) async fn held_exceptions(read: &mut Read, run: RunId) -> Result<Vec<HeldException>, Fault> {
    const SQL: &str = "
        select account_id, code, rule, reason, decided_by, assignee, due_on
        from run_exception
        where run_id = $1 and state = 'held'
        order by account_id, code";
    let rows: Vec<HeldRow> = read.all(SQL, vec![run.into()]).await?;
    let held = |row: HeldRow| {
        let impossible = |column| Fault::impossible_row("run_exception", column, row.account_id);
        Ok(HeldException {
            account: AccountId(row.account_id),
            code: ExceptionCode::parse(&row.code).ok_or_else(|| impossible("code"))?,
            rule: row.rule,
            reason: row.reason.ok_or_else(|| impossible("reason"))?,
            decided_by: row.decided_by.map(ActorId).ok_or_else(|| impossible("decided_by"))?,
            assignee: row.assignee.ok_or_else(|| impossible("assignee"))?,
            due_on: row.due_on.ok_or_else(|| impossible("due_on"))?,
        })
    };
    rows.into_iter().map(held).collect()
}

/// The act that signed a run.
pub(crate) async fn signed_act(read: &mut Read, run: RunId) -> Result<Option<ActId>, Fault> {
    const SQL: &str = "
        select act_id
        from run_signoff
        where run_id = $1";
    Ok(read.number(SQL, vec![run.into()]).await?.map(ActId))
}

/// When the bills of accounts `from..to` that were written count in the books, by run and account.
pub(crate) async fn dates_of_bills(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<BillDates>, Fault> {
    const SQL: &str = "
        select b.account_id, b.run_id, r.gl_on, c.cancelled_on
        from bill b
        join bill_run r on r.run_id = b.run_id
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where $1 <= b.account_id and b.account_id < $2
        order by b.run_id, b.account_id";
    let rows: Vec<(i64, i64, NaiveDate, Option<NaiveDate>)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    let dates = |(account, run, gl_on, cancelled_on)| BillDates {
        account: AccountId(account),
        run: RunId(run),
        gl_on,
        cancelled_on,
    };
    Ok(rows.into_iter().map(dates).collect())
}

/// The largest account id that a bill was written for.
pub(crate) async fn last_billed(read: &mut Read) -> Result<AccountId, Fault> {
    Ok(AccountId(read.number("select max(account_id) from bill", vec![]).await?.unwrap_or(0)))
}
