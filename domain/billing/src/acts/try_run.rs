//! Tries a run: prices every bill and stores its total, the digest of its inputs, its exceptions.

use std::collections::BTreeMap;

use ::acts::{Act, Chunk, ChunkDone, ChunkPlan, ChunkWork, Entry, Failure, OrderPlan, Permission, Subject, refused};
use db::Fault;
use kernel::{AccountId, Digest, DigestBuilder, OrderId, RunId};
use revenue::RateBook;
use serde::{Deserialize, Serialize};

use super::prepare_run::note_uses;
use super::{RunInputs, RunRefused, run_in, write_outcome};
use crate::pricing::price;
use crate::read_ahead::ReadAhead;
use crate::stage::Stages;
use crate::store::TriedBill;
use crate::tally::Tallies;
use crate::{
    BillInputs, BillKind, Exception, ExceptionCode, ExceptionState, QueuedException, RunState, permissions, store,
};

/// Tries a prepared run, or tries it again after corrections.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TryRun {
    /// The run.
    pub run: RunId,
}

/// What a chunk's trial comes to.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct TriedChunk {
    pub(crate) bills: i64,
    pub(crate) zero_bills: i64,
    pub(crate) total_cents: i64,
    /// Bills of which inputs were corrected since they were frozen, and frozen anew.
    pub(crate) refrozen: i64,
}

impl Act for TryRun {
    const KIND: &'static str = "billing.try_run";
    type Outcome = OrderId;

    fn permission(&self) -> Permission {
        permissions::PREPARE
    }

    fn subject(&self) -> Subject {
        Subject::run(self.run)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<OrderId, Failure> {
        let allowed = [RunState::Prepared, RunState::Trying, RunState::Tried];
        let (mut run, _) = run_in(entry, self.run, &allowed).await?;
        store::clear_trial(entry, run.id).await?;
        let chunks = chunks_of(entry, run.prepare_order).await?;
        let inputs = RunInputs { run: run.id }.text()?;
        let order = entry.place_order(OrderPlan { kind: TryWork::KIND, in_sequence: false, inputs, chunks }).await?;
        run.trial_order = Some(order);
        store::set_order(entry, &run).await?;
        jobs::enqueue(entry, TryWork::KIND, order).await?;
        Ok(order)
    }
}

/// The chunks of a run: every order of it has the same.
pub(crate) async fn chunks_of(entry: &mut Entry, order: OrderId) -> Result<Vec<ChunkPlan>, Fault> {
    let chunks = ::acts::chunks(entry, order).await?;
    Ok(chunks.iter().map(|chunk| ChunkPlan { from: chunk.from, to: chunk.to }).collect())
}

/// The digest over a chunk's bills in order: positions, inputs and totals.
pub(crate) fn digest_of_bills<'a>(bills: impl Iterator<Item = &'a TriedBill>) -> Digest {
    let mut digest = DigestBuilder::new();
    for bill in bills {
        digest.int(bill.account.0).int(bill.position).int(bill.total.0).bytes(&bill.digest.0);
    }
    digest.finish()
}

/// Tries the bills of one chunk.
pub struct TryWork {
    inputs: RunInputs,
    ahead: ReadAhead,
}

impl TryWork {
    /// The work for what an order froze.
    pub fn new(inputs: &str) -> Result<TryWork, Fault> {
        Ok(TryWork { inputs: RunInputs::parse(inputs)?, ahead: ReadAhead::default() })
    }
}

impl ChunkWork for TryWork {
    const KIND: &'static str = "billing.try";

    fn permission(&self) -> Permission {
        permissions::PREPARE
    }

    fn subject(&self) -> Subject {
        Subject::run(self.inputs.run)
    }

    async fn perform(&self, entry: &mut Entry, chunk: &Chunk) -> Result<ChunkDone, Failure> {
        let run = store::share_run(entry, self.inputs.run).await?;
        let run = run.ok_or_else(|| refused(RunRefused::UnknownRun))?;
        if run.cancelled.is_some() || run.trial_order != Some(chunk.order) {
            return Err(refused(RunRefused::WrongState { run: run.number, state: "past this trial" }));
        }
        revenue::share_rates(entry).await?;
        let book = RateBook::load(entry).await?;
        let limits = store::limits(entry).await?;
        let range = (AccountId(chunk.from), AccountId(chunk.to));
        let frozen = self.ahead.bills(entry, &run, &book, chunk).await?;
        let stages = Stages::of(entry, &run, range).await?;
        let mut outcome = TriedChunk::default();
        let mut tallies = Tallies::default();
        let mut tried: Vec<(TriedBill, Vec<Exception>)> = Vec::with_capacity(frozen.len());
        let mut corrected: Vec<BillInputs> = Vec::new();
        for bill in frozen {
            let mut priced = price(&book, &limits, &bill.now);
            stages.add_findings(&bill.now, &mut priced.exceptions);
            tallies.add(&book, &bill.now, &priced);
            outcome.bills += 1;
            outcome.total_cents += priced.total.0;
            outcome.zero_bills += i64::from(BillKind::of(priced.total) == BillKind::Zero);
            let (account, position, digest) = (bill.now.account, bill.now.position, bill.now.digest());
            tried.push((TriedBill { account, position, total: priced.total, digest }, priced.exceptions));
            if !bill.is_as_frozen {
                outcome.refrozen += 1;
                corrected.push(bill.now);
            }
        }
        store::refreeze_items(entry, run.id, &corrected).await?;
        note_uses(entry, &run, &corrected).await?;
        store::insert_trials(entry, run.id, &tried).await?;
        store::insert_tallies(entry, (run.id, chunk.number), tallies.into_rows()).await?;
        queue_exceptions(entry, run.id, range, &tried).await?;
        let digest = digest_of_bills(tried.iter().map(|(bill, _)| bill));
        Ok(ChunkDone { outcome: write_outcome(&outcome)?, digest })
    }
}

/// Brings the queue up to what the trial found. A decision made after an earlier trial stays
/// while the figure it was made on stays.
async fn queue_exceptions(
    entry: &mut Entry,
    run: RunId,
    range: (AccountId, AccountId),
    tried: &[(TriedBill, Vec<Exception>)],
) -> Result<(), Fault> {
    let queued = store::exceptions_between(entry, run, range).await?;
    let mut decided: BTreeMap<(AccountId, ExceptionCode), QueuedException> =
        queued.into_iter().map(|queued| ((queued.account, queued.code), queued)).collect();
    let mut new = Vec::new();
    let mut changes = store::ExceptionCounts::new();
    for (bill, exceptions) in tried {
        for exception in exceptions {
            let key = (bill.account, exception.code);
            match decided.remove(&key) {
                Some(before) if before.detail == exception.detail || is_held_by_hand(&before) => {}
                Some(before) => {
                    store::delete_exception(entry, run, &before).await?;
                    *changes.entry((before.code, before.state.code())).or_default() -= 1;
                    new.push((bill.account, exception));
                }
                None => new.push((bill.account, exception)),
            }
        }
    }
    for gone in decided.values().filter(|queued| !is_held_by_hand(queued)) {
        store::delete_exception(entry, run, gone).await?;
        *changes.entry((gone.code, gone.state.code())).or_default() -= 1;
    }
    for (_, exception) in &new {
        *changes.entry((exception.code, ExceptionState::Open.code())).or_default() += 1;
    }
    store::insert_exceptions(entry, run, &new).await?;
    store::change_counts(entry, run, &changes).await
}

/// Whether a person holds the bill: that stays until a person releases it, whatever a trial finds.
fn is_held_by_hand(queued: &QueuedException) -> bool {
    queued.state == ExceptionState::Held && queued.rule.is_none()
}
