//! Cancels a run: before it is posted by a word, after that by reversing every bill.

use std::collections::BTreeSet;

use ::acts::{
    Act, Chunk, ChunkDone, ChunkPlan, ChunkWork, Entry, Failure, OrderPlan, Permission, Subject, refuse, refused,
};
use db::Fault;
use kernel::{AccountId, DigestBuilder, OrderId, RunId};
use serde::{Deserialize, Serialize};

use super::reverse_adjustment::take_back_adjustments;
use super::try_run::chunks_of;
use super::{RunInputs, RunRefused, run_in, write_outcome};
use crate::again::refresh_bills_again;
use crate::{BillRun, RunKind, RunState, permissions, store};

/// Cancels a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelRun {
    /// The run.
    pub run: RunId,
}

/// What a chunk reversed.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CancelledChunk {
    pub(crate) bills: i64,
}

impl Act for CancelRun {
    const KIND: &'static str = "billing.cancel_run";
    /// The order that reverses the bills, when there are any.
    type Outcome = Option<OrderId>;

    fn permission(&self) -> Permission {
        permissions::CANCEL
    }

    fn subject(&self) -> Subject {
        Subject::run(self.run)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Option<OrderId>, Failure> {
        let allowed = [
            RunState::Preparing,
            RunState::Prepared,
            RunState::Trying,
            RunState::Tried,
            RunState::Signed,
            RunState::Posting,
            RunState::Posted,
        ];
        let (mut run, _) = run_in(entry, self.run, &allowed).await?;
        if run.issued.is_some() {
            return refuse(RunRefused::Issued { run: run.number });
        }
        let act = entry.act;
        store::mark_cancelled(entry, run.id, act).await?;
        if run.post_order.is_none() {
            return Ok(None);
        }
        let chunks = chunks_of(entry, run.prepare_order).await?;
        check_unpaid(entry, &run, &chunks).await?;
        let inputs = RunInputs { run: run.id }.text()?;
        let order = entry.place_order(OrderPlan { kind: CancelWork::KIND, in_sequence: false, inputs, chunks }).await?;
        run.cancel_order = Some(order);
        store::set_order(entry, &run).await?;
        jobs::enqueue(entry, CancelWork::KIND, order).await?;
        Ok(Some(order))
    }
}

/// Refuses a run of which a customer has paid since it was billed.
async fn check_unpaid(entry: &mut Entry, run: &BillRun, chunks: &[ChunkPlan]) -> Result<(), Failure> {
    for chunk in chunks {
        let range = (AccountId(chunk.from), AccountId(chunk.to));
        let paid = finance::payers_between(entry, range.0, range.1, run.bill_on).await?;
        if paid.is_empty() {
            continue;
        }
        let billed = store::cancellable_between(entry, run.id, range).await?;
        if let Some((account, _)) = billed.iter().find(|(account, _)| paid.contains(account)) {
            let named = customers::accounts_by_id(entry, &[*account]).await?;
            let account = named.values().map(|account| account.number.to_string()).collect();
            return refuse(RunRefused::Paid { run: run.number, account });
        }
    }
    Ok(())
}

/// Reverses the bills of one chunk.
pub struct CancelWork {
    inputs: RunInputs,
}

impl CancelWork {
    /// The work for what an order froze.
    pub fn new(inputs: &str) -> Result<CancelWork, Fault> {
        Ok(CancelWork { inputs: RunInputs::parse(inputs)? })
    }
}

impl ChunkWork for CancelWork {
    const KIND: &'static str = "billing.cancel";

    fn permission(&self) -> Permission {
        permissions::CANCEL
    }

    fn subject(&self) -> Subject {
        Subject::run(self.inputs.run)
    }

    async fn perform(&self, entry: &mut Entry, chunk: &Chunk) -> Result<ChunkDone, Failure> {
        let run = store::run_by_id(entry, self.inputs.run).await?;
        let run = run.ok_or_else(|| refused(RunRefused::UnknownRun))?;
        let range = (AccountId(chunk.from), AccountId(chunk.to));
        customers::hold_accounts(entry, range).await?;
        let bills = store::cancellable_between(entry, run.id, range).await?;
        let chart = finance::chart(entry).await?;
        // Decision 7: what is in a locked period is corrected in the earliest open one.
        let gl_on = finance::locks(entry).await?.earliest_open_on(run.gl_on);
        let keys: BTreeSet<finance::JournalKey> = bills.iter().copied().collect();
        let reversed = finance::reverse_journals(entry, &chart, &keys, gl_on).await?;
        let mut digest = DigestBuilder::new();
        let mut cancellations = Vec::with_capacity(bills.len());
        for (account, journal) in bills {
            let reversal = reversed.get(&journal).copied();
            let reversal = reversal.ok_or_else(|| Fault::new("a bill's journal was not reversed"))?;
            digest.int(account.0).int(journal.0);
            cancellations.push((account, reversal));
        }
        store::insert_cancellations(entry, run.id, (gl_on, "the whole run was canceled"), &cancellations).await?;
        let accounts: BTreeSet<AccountId> = cancellations.iter().map(|(account, _)| *account).collect();
        take_back_adjustments(entry, &chart, (run.id, range), &accounts).await?;
        let accounts = match run.kind {
            // What a bill of the cycle charges goes with it; what another one charges is as right as before.
            RunKind::Regular => store::accounts_again(entry, range).await?.into_iter().collect(),
            RunKind::OffCycle | RunKind::Charges => accounts,
        };
        refresh_bills_again(entry, &accounts).await?;
        let bills = i64::try_from(cancellations.len()).map_err(|_| Fault::new("too many bills"))?;
        Ok(ChunkDone { outcome: write_outcome(&CancelledChunk { bills })?, digest: digest.finish() })
    }
}
