//! What pages ask of one account: its services, bills, what holds them up, and charges that wait for a bill.

use chrono::NaiveDate;
use db::{Fault, Read, packed_day, unpack};
use kernel::{AccountId, AgreementId, BillNumber, Cents, JournalId, Period, RateProfileId, RunId, ServicePointId};

use super::exceptions::made_since;
use crate::exception::{ExceptionCode, ExceptionState};
use crate::stage::Stage;
use crate::{AccountCharge, store};

/// After every day that can be meant.
const LAST_DAY: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a date of the calendar");

/// A service agreement as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountService {
    /// Its id.
    pub agreement: AgreementId,
    /// Where the service is delivered.
    pub service_point: ServicePointId,
    /// The service.
    pub service: String,
    /// The rate schedule it is priced by.
    pub schedule: String,
    /// Its class and dimension values.
    pub profile: RateProfileId,
    /// The code of the cycle it is billed in.
    pub cycle: String,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The day after the last, once it is stopped.
    pub stops_on: Option<NaiveDate>,
    /// Why it was stopped; may be empty.
    pub stop_reason: String,
}

impl AccountService {
    /// Whether the service is delivered on a day.
    #[must_use]
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.starts_on <= day && self.stops_on.is_none_or(|stops_on| day < stops_on)
    }
}

/// A bill of an account in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountBill {
    /// The run it belongs to.
    pub run: RunId,
    /// The number on it.
    pub number: BillNumber,
    /// The date on it.
    pub bill_on: NaiveDate,
    /// When it is due.
    pub due_on: NaiveDate,
    /// What it comes to.
    pub total: Cents,
    /// Its journal.
    pub journal: JournalId,
    /// The journal that took it back, and its day.
    pub taken_back: Option<(JournalId, NaiveDate)>,
}

/// The newest statement of an account in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewestStatement {
    /// The run of its bill.
    pub run: RunId,
    /// Whether it is the account's first, last or one in between.
    pub stage: Stage,
    /// What was due.
    pub due: Cents,
    /// The part that was due before.
    pub past_due: Cents,
}

/// Something that holds a bill of an account up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountException {
    /// The number of the run.
    pub run: i64,
    /// The days it bills.
    pub period: Period,
    /// What is unusual.
    pub code: ExceptionCode,
    /// The figure or name behind it.
    pub detail: String,
    /// Whether it waits for a decision, or the bill is held.
    pub state: ExceptionState,
    /// Why it is held.
    pub reason: Option<String>,
    /// Who looks after it.
    pub assignee: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
}

#[derive(sqlx::FromRow)]
struct ServiceRow {
    agreement_id: i64,
    service_point_id: i64,
    service: String,
    schedule_code: String,
    rate_profile_id: i64,
    code: String,
    starts_on: NaiveDate,
    stops_on: Option<NaiveDate>,
    stop_reason: String,
}

#[derive(sqlx::FromRow)]
struct ExceptionRow {
    run_number: i64,
    period_from: NaiveDate,
    period_to: NaiveDate,
    code: String,
    detail: String,
    state: String,
    reason: Option<String>,
    assignee: Option<String>,
    due_on: Option<NaiveDate>,
}

/// All services an account has or had, by service, the newest agreement first.
pub async fn account_services(read: &mut Read, account: AccountId) -> Result<Vec<AccountService>, Fault> {
    const SQL: &str = "
        select a.agreement_id, a.service_point_id, a.service, a.schedule_code, a.rate_profile_id, c.code, a.starts_on,
               a.stops_on, a.stop_reason
        from service_agreement a
        join cycle c on c.cycle_id = a.cycle_id
        where a.account_id = $1
        order by a.service, a.starts_on desc, a.agreement_id";
    let rows: Vec<ServiceRow> = read.all(SQL, vec![account.into()]).await?;
    let service = |row: ServiceRow| AccountService {
        agreement: AgreementId(row.agreement_id),
        service_point: ServicePointId(row.service_point_id),
        service: row.service,
        schedule: row.schedule_code,
        profile: RateProfileId(row.rate_profile_id),
        cycle: row.code,
        starts_on: row.starts_on,
        stops_on: row.stops_on,
        stop_reason: row.stop_reason,
    };
    Ok(rows.into_iter().map(service).collect())
}

/// All bills of an account, by date and run. They come packed: twenty years are some hundreds.
pub async fn account_bills(read: &mut Read, account: AccountId) -> Result<Vec<AccountBill>, Fault> {
    const SQL: &str = "
        select string_agg(format('%s %s %s %s %s %s %s %s %s', b.run_id, r.run_number, b.position,
                                 replace(cast(b.bill_on as text), '-', ''), replace(cast(b.due_on as text), '-', ''),
                                 b.total_cents, b.journal_id, c.journal_id,
                                 replace(cast(c.cancelled_on as text), '-', '')), ';')
        from bill b
        join bill_run r on r.run_id = b.run_id
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where b.account_id = $1";
    let packed: Option<(Option<String>,)> = read.one(SQL, vec![account.into()]).await?;
    let mut bills = Vec::new();
    for row in unpack::<9>(packed.and_then(|(packed,)| packed).as_deref())? {
        let impossible = |column| Fault::impossible_row("bill", column, format!("{row:?}"));
        let [
            Some(run),
            Some(number),
            Some(position),
            Some(bill_on),
            Some(due_on),
            Some(total),
            Some(journal),
            back,
            on,
        ] = row
        else {
            return Err(impossible("run_id"));
        };
        bills.push(AccountBill {
            run: RunId(run),
            number: BillNumber { run: number, position },
            bill_on: packed_day(bill_on).ok_or_else(|| impossible("bill_on"))?,
            due_on: packed_day(due_on).ok_or_else(|| impossible("due_on"))?,
            total: Cents(total),
            journal: JournalId(journal),
            taken_back: back.zip(on).and_then(|(back, on)| Some((JournalId(back), packed_day(on)?))),
        });
    }
    bills.sort_unstable_by_key(|bill| (bill.bill_on, bill.run));
    Ok(bills)
}

/// The newest statement of an account, if it ever had one.
pub async fn newest_statement(read: &mut Read, account: AccountId) -> Result<Option<NewestStatement>, Fault> {
    const SQL: &str = "
        select s.run_id, s.stage, s.due_cents, s.past_due_cents
        from bill_statement s
        left join bill_cancellation c on c.account_id = s.account_id and c.run_id = s.run_id
        where s.account_id = $1 and c.account_id is null
        order by s.run_id desc
        limit 1";
    let row: Option<(i64, String, i64, i64)> = read.one(SQL, vec![account.into()]).await?;
    let Some((run, stage, due, past_due)) = row else { return Ok(None) };
    let stage = Stage::parse(&stage).ok_or_else(|| Fault::impossible_row("bill_statement", "stage", account.0))?;
    Ok(Some(NewestStatement { run: RunId(run), stage, due: Cents(due), past_due: Cents(past_due) }))
}

/// What holds bills of an account up: exceptions nobody decided, and bills held that were not made since.
pub async fn account_exceptions(read: &mut Read, account: AccountId) -> Result<Vec<AccountException>, Fault> {
    const SQL: &str = concat!(
        "select r.run_number, r.period_from, r.period_to, e.code, e.detail, e.state, e.reason, e.assignee, e.due_on
         from run_exception e
         join bill_run r on r.run_id = e.run_id
         left join bill b on b.account_id = e.account_id and b.run_id = e.run_id
         where e.account_id = $1 and e.state <> 'released' and r.cancelled_act_id is null and b.account_id is null
           and not ",
        made_since!(),
        "order by r.run_number desc, e.code"
    );
    let rows: Vec<ExceptionRow> = read.all(SQL, vec![account.into()]).await?;
    let exception = |row: ExceptionRow| {
        let impossible = |column| Fault::impossible_row("run_exception", column, account.0);
        Ok(AccountException {
            run: row.run_number,
            period: Period::new(row.period_from, row.period_to).map_err(|_| impossible("run_id"))?,
            code: ExceptionCode::parse(&row.code).ok_or_else(|| impossible("code"))?,
            detail: row.detail,
            state: ExceptionState::parse(&row.state).ok_or_else(|| impossible("state"))?,
            reason: row.reason,
            assignee: row.assignee,
            due_on: row.due_on,
        })
    };
    rows.into_iter().map(exception).collect()
}

/// The charges and credits by code of an account that are still to be billed: recurring ones, and those on no bill yet.
pub async fn waiting_charges(read: &mut Read, account: AccountId) -> Result<Vec<AccountCharge>, Fault> {
    let range = (account, AccountId(account.0 + 1));
    let charges = store::charges_between(read, range, LAST_DAY).await?;
    if charges.is_empty() {
        return Ok(charges);
    }
    let charged = store::charged_between(read, range, None).await?;
    let is_billed = |charge: &AccountCharge| charged.keys().any(|(_, id, _)| *id == charge.id);
    let waits = |charge: &AccountCharge| match charge.is_recurring {
        true => charge.to_on.is_none(),
        false => !charge.is_ended && !is_billed(charge),
    };
    Ok(charges.into_iter().filter(waits).collect())
}
