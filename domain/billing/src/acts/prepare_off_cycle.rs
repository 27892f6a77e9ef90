//! Prepares a run beside the cycle: single bills of another run made at last or made again, or charges alone.

use std::collections::{BTreeMap, BTreeSet};

use ::acts::{Act, ChunkPlan, Entry, Failure, OrderPlan, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::{AccountId, Period, RunId};
use serde::{Deserialize, Serialize};

use super::find::account_named;
use super::prepare_run::PrepareInputs;
use super::{PrepareWork, Prepared, RunRefused};
use crate::store::{self, Scoped};
use crate::{BillRun, RunKind, RunState, permissions};

/// Makes bills of a posted run again from what is known now, or makes those at last that were held or came late.
///
/// A bill that stands is taken back when the new one is posted. Rates, taxes and quantities are those of the run's own
/// bill date; what was used, by whom and as which class, is what is on record today.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PrepareOffCycle {
    /// The number of the run.
    pub run: i64,
    /// Account numbers; none at all means every account with a bill of the run that stands.
    pub accounts: Vec<String>,
    /// The date on the new bills.
    pub bill_on: NaiveDate,
    /// Why; it stands on record with each bill.
    pub reason: String,
}

/// Bills charges by code alone, for accounts that do not wait for their next bill.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PrepareCharges {
    /// Account numbers.
    pub accounts: Vec<String>,
    /// The date on the bills.
    pub bill_on: NaiveDate,
    /// Why.
    pub reason: String,
}

/// How many accounts one command names: memory is bounded.
const ACCOUNTS_MAX: usize = 5_000;
/// Accounts of one transaction.
const CHUNK_ACCOUNTS: usize = 1_000;

impl Act for PrepareOffCycle {
    const KIND: &'static str = "billing.prepare_off_cycle";
    type Outcome = Prepared;

    fn permission(&self) -> Permission {
        permissions::CORRECT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Prepared, Failure> {
        check_reason(&self.reason)?;
        let run = store::run_by_number(entry, self.run).await?.ok_or_else(|| refused(RunRefused::UnknownRun))?;
        let run = store::lock_run(entry, run.id).await?.ok_or_else(|| refused(RunRefused::UnknownRun))?;
        let progress = store::run_progress(entry, &run).await?;
        if run.kind != RunKind::Regular || run.state(&progress) != RunState::Posted {
            return refuse(RunRefused::NotToBillAgain { run: run.number, state: run.state(&progress).word() });
        }
        if self.bill_on < run.bill_on {
            return refuse(RunRefused::BilledBeforeFirst { first_on: run.bill_on, bill_on: self.bill_on });
        }
        finance::share_period(entry, self.bill_on).await?;
        let gl_on = finance::locks(entry).await?.earliest_open_on(run.gl_on);
        let new: RunId = entry.id("bill_run").await?;
        let chunks = match self.accounts.len() {
            0 => {
                store::insert_scope_of_all(entry, new, run.id, &self.reason).await?;
                super::try_run::chunks_of(entry, run.prepare_order).await?
            }
            _ => {
                let accounts = accounts_named(entry, &self.accounts).await?;
                let standing = store::standing_bills(entry, &run, &accounts).await?;
                check_free(entry, &run, &accounts).await?;
                check_something(entry, &run, &accounts, &standing).await?;
                let scope = scope_of(&accounts, |account| standing.get(&account).copied());
                store::insert_scope(entry, new, &scope, &self.reason).await?;
                chunks_of_scope(&scope)
            }
        };
        let prepared = BillRun {
            kind: RunKind::OffCycle,
            of_run: Some(run.id),
            bill_on: self.bill_on,
            price_on: run.price_on,
            gl_on,
            ..unprepared(entry, new, &run)
        };
        place(entry, prepared, chunks).await
    }
}

impl Act for PrepareCharges {
    const KIND: &'static str = "billing.prepare_charges";
    type Outcome = Prepared;

    fn permission(&self) -> Permission {
        permissions::CHARGES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Prepared, Failure> {
        check_reason(&self.reason)?;
        finance::share_period(entry, self.bill_on).await?;
        let accounts = accounts_named(entry, &self.accounts).await?;
        let agreements = store::agreements_of(entry, &accounts).await?;
        let cycles = store::cycles_of(entry, &accounts).await?;
        let with_service: BTreeSet<AccountId> = agreements.iter().map(|agreement| agreement.account).collect();
        let without = accounts.iter().position(|account| !with_service.contains(account));
        let cycle = cycles.first().copied().filter(|_| without.is_none());
        let cycle = cycle.ok_or_else(|| {
            let account = without.map_or_else(String::new, |place| self.accounts[place].clone());
            refused(RunRefused::NoService { account })
        })?;
        let to = self.bill_on.succ_opt().unwrap_or(NaiveDate::MAX);
        let period =
            Period::new(self.bill_on, to).map_err(|error| db::Fault::caused("the day of a run of charges", error))?;
        let new: RunId = entry.id("bill_run").await?;
        let scope = scope_of(&accounts, |_| None);
        store::insert_scope(entry, new, &scope, &self.reason).await?;
        let like = BillRun {
            id: new,
            number: 0,
            cycle,
            period,
            kind: RunKind::Charges,
            of_run: None,
            bill_on: self.bill_on,
            price_on: self.bill_on,
            due_on: self.bill_on,
            gl_on: self.bill_on,
            prepared_by: entry.actor.id,
            prepare_order: 0.into(),
            trial_order: None,
            post_order: None,
            cancel_order: None,
            cancelled: None,
            issued: None,
            is_signed: false,
        };
        let prepared = unprepared(entry, new, &like);
        place(entry, prepared, chunks_of_scope(&scope)).await
    }
}

/// A run like another, of which nothing is done yet.
fn unprepared(entry: &Entry, id: RunId, like: &BillRun) -> BillRun {
    BillRun {
        id,
        prepared_by: entry.actor.id,
        trial_order: None,
        post_order: None,
        cancel_order: None,
        cancelled: None,
        issued: None,
        is_signed: false,
        ..like.clone()
    }
}

/// Places the order of a run, with its number and due date.
async fn place(entry: &mut Entry, run: BillRun, chunks: Vec<ChunkPlan>) -> Result<Prepared, Failure> {
    let inputs = PrepareInputs { run: run.id, kind: run.kind }.text()?;
    let order = entry
        .place_order(OrderPlan { kind: <PrepareWork as ::acts::ChunkWork>::KIND, in_sequence: true, inputs, chunks })
        .await?;
    let number = store::next_run_number(entry).await?;
    let cycles = store::cycles(entry).await?;
    let days = cycles.iter().find(|cycle| cycle.id == run.cycle).map_or(0, |cycle| cycle.days_to_pay);
    let due_on = store::terms(entry).await?.due_on(run.bill_on, days);
    let run = BillRun { number, due_on, prepare_order: order, ..run };
    store::insert_run(entry, &run).await?;
    jobs::enqueue(entry, <PrepareWork as ::acts::ChunkWork>::KIND, order).await?;
    Ok(Prepared { run: run.id, number, order })
}

fn check_reason(reason: &str) -> Result<(), Failure> {
    if reason.trim().is_empty() { refuse(RunRefused::NoReason) } else { Ok(()) }
}

/// The accounts that are named, each once, in the order of their ids.
async fn accounts_named(entry: &mut Entry, named: &[String]) -> Result<Vec<AccountId>, Failure> {
    if !(1..=ACCOUNTS_MAX).contains(&named.len()) {
        return refuse(RunRefused::HowMany(named.len()));
    }
    let mut accounts = BTreeSet::new();
    for number in named {
        let account = account_named(entry, number).await?;
        let account = account.map_err(|_| refused(RunRefused::UnknownAccount(number.clone())))?;
        if !accounts.insert(account) {
            return refuse(RunRefused::NamedTwice(number.clone()));
        }
        entry.concerns(account);
    }
    Ok(accounts.into_iter().collect())
}

/// Refuses accounts that another run makes a bill for already, for the same period.
async fn check_free(entry: &mut Entry, run: &BillRun, accounts: &[AccountId]) -> Result<(), Failure> {
    let Some((other, account)) = store::scoped_elsewhere(entry, run, accounts).await? else { return Ok(()) };
    let named = customers::accounts_by_id(entry, &[account]).await?;
    let account = named.values().map(|account| account.number.to_string()).collect();
    refuse(RunRefused::AlreadyMade { account, run: other })
}

/// Refuses accounts that have neither a bill to make again nor a service in the period.
async fn check_something(
    entry: &mut Entry,
    run: &BillRun,
    accounts: &[AccountId],
    standing: &BTreeMap<AccountId, RunId>,
) -> Result<(), Failure> {
    let served = store::served_in(entry, (run.cycle, run.period), accounts).await?;
    let is_nothing = |account: &&AccountId| !standing.contains_key(account) && !served.contains(account);
    let Some(account) = accounts.iter().find(is_nothing) else { return Ok(()) };
    let named = customers::accounts_by_id(entry, &[*account]).await?;
    let account = named.values().map(|account| account.number.to_string()).collect();
    refuse(RunRefused::NothingToBill { account, run: run.number })
}

fn scope_of(accounts: &[AccountId], replaces: impl Fn(AccountId) -> Option<RunId>) -> Vec<Scoped> {
    let scoped =
        |(position, account): (i64, &AccountId)| Scoped { account: *account, position, replaces: replaces(*account) };
    (1_i64..).zip(accounts).map(scoped).collect()
}

fn chunks_of_scope(scope: &[Scoped]) -> Vec<ChunkPlan> {
    let starts: BTreeMap<usize, i64> =
        scope.iter().enumerate().step_by(CHUNK_ACCOUNTS).map(|(place, one)| (place, one.account.0)).collect();
    let last = scope.last().map_or(0, |one| one.account.0);
    let end = |place: usize| scope.get(place + CHUNK_ACCOUNTS).map_or(last + 1, |one| one.account.0);
    starts.into_iter().map(|(place, from)| ChunkPlan { from, to: end(place) }).collect()
}
