//! The completeness proof: every active service agreement is on exactly one uncancelled bill, or
//! is listed with its reason.

use std::collections::{BTreeMap, BTreeSet};

use db::{Fault, Read};
use kernel::{AccountId, AgreementId, Month, Period};
use metering::consumption_between;
use revenue::RateBook;
use serde::Serialize;

use crate::gather::is_unmeasured;
use crate::inputs::match_consumption;
use crate::store;
use crate::stretch::stretches;
use crate::{Agreement, BillRun, CHUNK_ACCOUNTS, Cycle, DueRule, RunKind};

/// A range of accounts, and those of them that count; all, where none are named.
type Asked = ((AccountId, AccountId), Option<BTreeSet<AccountId>>);

/// What a proof found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Completeness {
    /// Active agreements in all.
    pub agreements: i64,
    /// Those on exactly one bill, or in a run that will write one.
    pub billed: i64,
    /// Those listed, by reason.
    pub listed: BTreeMap<Reason, i64>,
    /// Those without a bill and without a reason, or on more than one bill.
    pub unexplained: Vec<Unbilled>,
}

/// Why an active agreement is on no bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Its bill is held in the exception queue, with reason, assignee and date.
    Held,
    /// Its cycle bills what is read, and nothing was read for the period.
    NotRead,
    /// Its bill's exceptions are still open.
    ExceptionOpen,
    /// Its cycle has no posted run for the month yet.
    NotBilledYet,
    /// Nothing explains it.
    Unexplained,
    /// It is on more than one bill.
    BilledTwice,
}

/// An agreement that is on no bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unbilled {
    /// The number of its account.
    pub account_number: String,
    /// Why.
    pub reason: Reason,
}

impl Completeness {
    /// Whether every active agreement is billed or explained.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unexplained.is_empty() && self.billed + self.listed.values().sum::<i64>() == self.agreements
    }

    fn list(&mut self, reason: Reason) {
        *self.listed.entry(reason).or_default() += 1;
    }
}

/// The proof for a run before it is signed: every active agreement of its cycle has an item, or a
/// reason to have none. A run beside the cycle answers for the accounts it is for; one of charges alone bills no service.
pub async fn run_completeness(read: &mut Read, run: &BillRun) -> Result<Completeness, Fault> {
    let cycle = cycle_of(read, run).await?;
    let book = RateBook::load(read).await?;
    let mut proof = Completeness::default();
    let mut missing = Vec::new();
    for (range, named) in ranges_of(read, run).await? {
        let of_run = (run.cycle, run.id);
        let mut without = match run.kind {
            RunKind::Regular | RunKind::OffCycle => {
                store::agreements_without_item(read, of_run, range, run.period).await?
            }
            RunKind::Charges => Vec::new(),
        };
        if let Some(named) = named {
            without.retain(|agreement| named.contains(&agreement.account));
        }
        let items = store::count_items(read, run.id, range).await?;
        proof.agreements += items + i64::try_from(without.len()).map_err(|_| Fault::new("too many agreements"))?;
        proof.billed += items;
        if without.is_empty() {
            continue;
        }
        for (agreement, was_read) in with_reads(read, &without, range, run.period).await? {
            let is_due = was_read || is_unmeasured(&book, (run.period, run.bill_on), agreement);
            match (cycle.due_rule, is_due) {
                (DueRule::WhenRead, false) => proof.list(Reason::NotRead),
                (DueRule::WhenRead, true) | (DueRule::EveryPeriod, _) => {
                    missing.push((agreement.account, Reason::Unexplained));
                }
            }
        }
    }
    name(read, &mut proof, missing).await?;
    Ok(proof)
}

/// The accounts that a run answers for, in ranges no longer than a chunk: those of its cycle, or those it is for.
async fn ranges_of(read: &mut Read, run: &BillRun) -> Result<Vec<Asked>, Fault> {
    let mut ranges = Vec::new();
    match run.kind {
        RunKind::Regular => {
            for chunk in store::account_chunks(read, Some(run.cycle), run.period, CHUNK_ACCOUNTS).await? {
                ranges.push(((AccountId(chunk.from), AccountId(chunk.to)), None));
            }
        }
        RunKind::OffCycle | RunKind::Charges => {
            for chunk in acts::chunks(read, run.prepare_order).await? {
                let scope = store::scope_between(read, run.id, (AccountId(chunk.from), AccountId(chunk.to))).await?;
                let named: BTreeSet<AccountId> = scope.into_iter().map(|one| one.account).collect();
                for range in stretches(named.iter().copied()) {
                    ranges.push((range, Some(named.range(range.0..range.1).copied().collect())));
                }
            }
        }
    }
    Ok(ranges)
}

/// The proof for a month across the city: every active agreement of every cycle.
pub async fn month_completeness(read: &mut Read, month: Month) -> Result<Completeness, Fault> {
    let period = month.period();
    let runs = store::runs_of_month(read, period).await?;
    let book = RateBook::load(read).await?;
    let mut proof = Completeness::default();
    let mut missing = Vec::new();
    let cycles = store::cycles(read).await?;
    for chunk in store::account_chunks(read, None, period, CHUNK_ACCOUNTS).await? {
        let range = (AccountId(chunk.from), AccountId(chunk.to));
        let stands = stands_between(read, &runs, range).await?;
        for cycle in &cycles {
            let agreements = store::agreements_between(read, cycle.id, range, period).await?;
            let run = runs.iter().find(|run| run.cycle == cycle.id);
            let bill_on = run.map_or(month.last_on(), |run| run.bill_on);
            for (agreement, was_read) in with_reads(read, &agreements, range, period).await? {
                proof.agreements += 1;
                let is_due = was_read || is_unmeasured(&book, (period, bill_on), agreement);
                match reason_of(&stands, agreement, (cycle, run.is_some()), is_due) {
                    None => proof.billed += 1,
                    Some(reason @ (Reason::Unexplained | Reason::BilledTwice)) => {
                        missing.push((agreement.account, reason));
                    }
                    Some(reason) => proof.list(reason),
                }
            }
        }
    }
    name(read, &mut proof, missing).await?;
    Ok(proof)
}

/// How the agreements and bills of some accounts stand in the runs of a month.
struct Stands {
    /// In how many runs an agreement has an item.
    items: BTreeMap<(AccountId, AgreementId), i64>,
    /// How many uncancelled bills an agreement is on.
    bills: BTreeMap<(AccountId, AgreementId), i64>,
    held: BTreeSet<AccountId>,
    open: BTreeSet<AccountId>,
}

async fn stands_between(read: &mut Read, runs: &[BillRun], range: (AccountId, AccountId)) -> Result<Stands, Fault> {
    let mut stands =
        Stands { items: BTreeMap::new(), bills: BTreeMap::new(), held: BTreeSet::new(), open: BTreeSet::new() };
    for run in runs {
        for (account, agreement, is_billed) in store::items_with_bills(read, run.id, range).await? {
            *stands.items.entry((account, agreement)).or_default() += 1;
            if is_billed {
                *stands.bills.entry((account, agreement)).or_default() += 1;
            }
        }
        for queued in store::exceptions_between(read, run.id, range).await? {
            match queued.state {
                crate::ExceptionState::Held => stands.held.insert(queued.account),
                crate::ExceptionState::Open => stands.open.insert(queued.account),
                crate::ExceptionState::Released => false,
            };
        }
    }
    Ok(stands)
}

fn reason_of(stands: &Stands, agreement: &Agreement, (cycle, has_run): (&Cycle, bool), is_due: bool) -> Option<Reason> {
    let key = (agreement.account, agreement.id);
    let bills = stands.bills.get(&key).copied().unwrap_or(0);
    let has_item = stands.items.contains_key(&key);
    match (bills, cycle.due_rule) {
        (1, _) => None,
        (2.., _) => Some(Reason::BilledTwice),
        _ if has_item && stands.held.contains(&agreement.account) => Some(Reason::Held),
        _ if has_item && stands.open.contains(&agreement.account) => Some(Reason::ExceptionOpen),
        _ if has_item => Some(Reason::NotBilledYet),
        (_, DueRule::WhenRead) if !is_due => Some(Reason::NotRead),
        _ if !has_run => Some(Reason::NotBilledYet),
        _ => Some(Reason::Unexplained),
    }
}

async fn with_reads<'a>(
    read: &mut Read,
    agreements: &'a [Agreement],
    range: (AccountId, AccountId),
    period: Period,
) -> Result<Vec<(&'a Agreement, bool)>, Fault> {
    let used = consumption_between(read, range, period).await?;
    let borrowed: Vec<&Agreement> = agreements.iter().collect();
    let was_read = match_consumption(&borrowed, &used).into_iter().map(|used| used.is_some());
    Ok(agreements.iter().zip(was_read).collect())
}

async fn cycle_of(read: &mut Read, run: &BillRun) -> Result<Cycle, Fault> {
    let cycle = store::cycles(read).await?.into_iter().find(|cycle| cycle.id == run.cycle);
    cycle.ok_or_else(|| Fault::new("a run has no cycle"))
}

async fn name(read: &mut Read, proof: &mut Completeness, missing: Vec<(AccountId, Reason)>) -> Result<(), Fault> {
    let accounts: Vec<AccountId> = missing.iter().map(|(account, _)| *account).collect();
    let named = customers::accounts_by_id(read, &accounts).await?;
    for (account, reason) in missing {
        let account_number = named.get(&account).map_or_else(String::new, |account| account.number.to_string());
        proof.unexplained.push(Unbilled { account_number, reason });
    }
    Ok(())
}
