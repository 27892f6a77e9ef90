//! Posts a signed run: prices every bill again, refuses what changed, writes bills and postings.

use std::collections::{BTreeMap, BTreeSet};

use ::acts::{Act, Chunk, ChunkDone, ChunkWork, Entry, Failure, OrderPlan, Permission, Subject, refuse, refused};
use db::Fault;
use kernel::{AccountId, Cents, OrderId, RunId};
use revenue::RateBook;
use serde::{Deserialize, Serialize};

use super::try_run::{chunks_of, digest_of_bills};
use super::write_bills::Writing;
use super::{RunInputs, RunRefused, run_in, trial_of, write_outcome};
use crate::gather::Gathered;
use crate::pricing::{PricedBill, price};
use crate::read_ahead::ReadAhead;
use crate::store::TriedBill;
use crate::{BillInputs, BillRun, Disposition, ExceptionCode, Limits, RunState, permissions, store};

/// Posts a run that someone signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PostRun {
    /// The run.
    pub run: RunId,
}

/// What a chunk wrote.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PostedChunk {
    pub(crate) bills: i64,
    pub(crate) postings: i64,
    pub(crate) total_cents: i64,
}

impl Act for PostRun {
    const KIND: &'static str = "billing.post_run";
    type Outcome = OrderId;

    fn permission(&self) -> Permission {
        permissions::POST
    }

    fn subject(&self) -> Subject {
        Subject::run(self.run)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<OrderId, Failure> {
        let (mut run, _) = run_in(entry, self.run, &[RunState::Signed]).await?;
        let signed = store::signoff(entry, run.id).await?.ok_or_else(|| Fault::new("a signed run has no sign-off"))?;
        let held = store::held_accounts(entry, run.id).await?.len();
        // Bills may be taken out after sign-off, never put back in.
        if signed.items != trial_of(entry, &run).await?.1 || i64::try_from(held).unwrap_or(0) < signed.held {
            return refuse(RunRefused::SignedOtherwise { run: run.number });
        }
        let chunks = chunks_of(entry, run.prepare_order).await?;
        let inputs = RunInputs { run: run.id }.text()?;
        let order = entry.place_order(OrderPlan { kind: PostWork::KIND, in_sequence: false, inputs, chunks }).await?;
        run.post_order = Some(order);
        store::set_order(entry, &run).await?;
        jobs::enqueue(entry, PostWork::KIND, order).await?;
        Ok(order)
    }
}

/// Posts the bills of one chunk.
pub struct PostWork {
    inputs: RunInputs,
    ahead: ReadAhead,
}

impl PostWork {
    /// The work for what an order froze.
    pub fn new(inputs: &str) -> Result<PostWork, Fault> {
        Ok(PostWork { inputs: RunInputs::parse(inputs)?, ahead: ReadAhead::default() })
    }
}

impl ChunkWork for PostWork {
    const KIND: &'static str = "billing.post";

    fn permission(&self) -> Permission {
        permissions::POST
    }

    fn subject(&self) -> Subject {
        Subject::run(self.inputs.run)
    }

    async fn perform(&self, entry: &mut Entry, chunk: &Chunk) -> Result<ChunkDone, Failure> {
        let run = store::share_run(entry, self.inputs.run).await?;
        let run = run.ok_or_else(|| refused(RunRefused::UnknownRun))?;
        if run.cancelled.is_some() {
            return refuse(RunRefused::WrongState { run: run.number, state: RunState::Cancelled.word() });
        }
        revenue::share_rates(entry).await?;
        let range = (AccountId(chunk.from), AccountId(chunk.to));
        // Whoever corrects an account waits for this chunk, or this chunk sees the correction.
        customers::hold_accounts(entry, range).await?;
        let book = RateBook::load(entry).await?;
        let frozen = self.ahead.bills(entry, &run, &book, chunk).await?;
        let mut held = store::held_between(entry, run.id, range).await?;
        let bills = price_again(&book, frozen);
        if !is_as_signed(entry, &run, chunk, &bills).await? {
            let tried = store::tried_bills(entry, run.id, range).await?;
            check_signed(entry, &run, chunk, &tried).await?;
            held.extend(take_out_changed(entry, &run, (&tried, &held), &bills).await?);
        }
        let to_write: Vec<&Again<'_>> = bills.iter().filter(|bill| !held.contains(&bill.inputs.account)).collect();
        check_priced(entry, &run, &to_write).await?;
        let outcome = Writing::of(entry, &run, &book, range).await?.write(entry, &to_write).await?;
        let digest = digest_of_bills(to_write.iter().map(|bill| &bill.tried));
        Ok(ChunkDone { outcome: write_outcome(&outcome)?, digest })
    }
}

/// A bill priced again from today's facts.
pub(super) struct Again<'a> {
    pub(super) inputs: BillInputs,
    is_as_frozen: bool,
    pub(super) priced: PricedBill<'a>,
    pub(super) tried: TriedBill,
}

fn price_again(book: &RateBook, frozen: Vec<Gathered>) -> Vec<Again<'_>> {
    let no_limits = Limits::new();
    let again = |bill: Gathered| {
        let priced = price(book, &no_limits, &bill.now);
        let tried = TriedBill {
            account: bill.now.account,
            position: bill.now.position,
            total: priced.total,
            digest: bill.now.digest(),
        };
        Again { is_as_frozen: bill.is_as_frozen, inputs: bill.now, priced, tried }
    };
    frozen.into_iter().map(again).collect()
}

/// Whether every bill of the chunk, priced again, is what was signed. Otherwise what the trial
/// found tells which bills changed, and whether all of them are held.
async fn is_as_signed(entry: &mut Entry, run: &BillRun, chunk: &Chunk, bills: &[Again<'_>]) -> Result<bool, Fault> {
    let order = run.trial_order.ok_or_else(|| Fault::new("a signed run has no trial"))?;
    let signed = ::acts::chunk_digest(entry, order, chunk.number).await?;
    let now = digest_of_bills(bills.iter().map(|bill| &bill.tried));
    if signed != Some(now) || !bills.iter().all(|bill| bill.is_as_frozen) {
        return Ok(false);
    }
    let total: Cents = bills.iter().map(|bill| bill.priced.total).sum();
    let range = (AccountId(chunk.from), AccountId(chunk.to));
    Ok(store::tried_total(entry, run.id, range).await? == (bills.len(), total))
}

/// Takes out of the run the bills that are no longer what was signed, each with someone to look after it: nothing is
/// priced anew without a word. Held ones may change.
async fn take_out_changed(
    entry: &mut Entry,
    run: &BillRun,
    (tried, held): (&[TriedBill], &BTreeSet<AccountId>),
    bills: &[Again<'_>],
) -> Result<Vec<AccountId>, Failure> {
    let now: BTreeMap<AccountId, &Again<'_>> = bills.iter().map(|bill| (bill.inputs.account, bill)).collect();
    let is_same =
        |tried: &TriedBill| now.get(&tried.account).is_some_and(|bill| bill.is_as_frozen && bill.tried == *tried);
    let mut changed: BTreeSet<AccountId> = tried
        .iter()
        .filter(|tried| !held.contains(&tried.account) && !is_same(tried))
        .map(|tried| tried.account)
        .collect();
    let known: BTreeSet<AccountId> = tried.iter().map(|tried| tried.account).collect();
    changed.extend(now.keys().filter(|account| !known.contains(account)));
    let changed: Vec<AccountId> = changed.into_iter().collect();
    let rule = store::rules(entry).await?.into_iter().find(|rule| rule.code == ExceptionCode::Changed);
    let (assignee, days) = match rule.map(|rule| rule.disposition) {
        Some(Disposition::Hold { assignee, days }) => (assignee, days),
        Some(Disposition::Release) | None => (CHANGED_ASSIGNEE.to_owned(), CHANGED_DAYS),
    };
    let due_on = entry.today + chrono::Days::new(u64::try_from(days).unwrap_or(0));
    let by = entry.actor.id;
    store::take_out(entry, run.id, &changed, (by, &assignee, due_on)).await?;
    Ok(changed)
}

/// Who looks after a bill that changed after sign-off, and for how many days, where the town has no rule.
const CHANGED_ASSIGNEE: &str = "billing analyst";
const CHANGED_DAYS: i64 = 14;

/// Compares what is stored about the chunk with the digest that was signed.
async fn check_signed(entry: &mut Entry, run: &BillRun, chunk: &Chunk, tried: &[TriedBill]) -> Result<(), Failure> {
    let order = run.trial_order.ok_or_else(|| Fault::new("a signed run has no trial"))?;
    let signed = ::acts::chunk_digest(entry, order, chunk.number).await?;
    if signed == Some(digest_of_bills(tried.iter())) {
        return Ok(());
    }
    refuse(RunRefused::TrialChanged { run: run.number, chunk: chunk.number })
}

/// Refuses a bill without a price that is not held: somebody took its hold away behind the door.
async fn check_priced(entry: &mut Entry, run: &BillRun, bills: &[&Again<'_>]) -> Result<(), Failure> {
    let is_blocked = |bill: &&&Again<'_>| bill.priced.exceptions.iter().any(|found| found.code.is_blocking());
    let Some(bill) = bills.iter().find(is_blocked) else { return Ok(()) };
    let accounts = customers::accounts_by_id(entry, &[bill.inputs.account]).await?;
    let account = accounts.values().map(|account| account.number.to_string()).collect();
    refuse(RunRefused::WithoutPrice { run: run.number, account })
}
