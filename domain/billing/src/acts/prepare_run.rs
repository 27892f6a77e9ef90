//! Prepares a bill run: freezes an item for every due service agreement and issues bill numbers.

use std::collections::BTreeSet;

use ::acts::{Act, Chunk, ChunkDone, ChunkWork, Entry, Failure, OrderPlan, Permission, Subject, refuse, refused};
use chrono::{Days, NaiveDate};
use db::Fault;
use kernel::{DigestBuilder, OrderId, Period, RateVersionId, RunId};
use revenue::RateBook;
use serde::{Deserialize, Serialize};

use super::{RunRefused, read_outcome, write_outcome};
use crate::gather::due_bills;
use crate::{BillInputs, BillRun, CHUNK_ACCOUNTS, Cycle, RunKind, RunState, permissions, store};

/// Opens a run for a cycle and a period.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PrepareRun {
    /// The code of the cycle.
    pub cycle: String,
    /// The days to bill.
    pub period: Period,
    /// The date on the bills; also their date in the books.
    pub bill_on: NaiveDate,
    /// How many accounts a chunk holds, where it is not the usual number; only speed depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunk_accounts: Option<i64>,
}

/// How many accounts a chunk may hold: memory is bounded by the chunk.
const CHUNK_ACCOUNTS_ALLOWED: std::ops::RangeInclusive<i64> = 1..=100_000;

/// The run that was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// Its id.
    pub run: RunId,
    /// Its number.
    pub number: i64,
    /// The order that freezes its items.
    pub order: OrderId,
}

/// What a chunk answers: which positions its bills have.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PreparedChunk {
    pub(crate) first: i64,
    pub(crate) bills: i64,
    pub(crate) items: i64,
}

impl Act for PrepareRun {
    const KIND: &'static str = "billing.prepare_run";
    type Outcome = Prepared;

    fn permission(&self) -> Permission {
        permissions::PREPARE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Prepared, Failure> {
        let chunk_accounts = self.chunk_accounts.unwrap_or(CHUNK_ACCOUNTS);
        if !CHUNK_ACCOUNTS_ALLOWED.contains(&chunk_accounts) {
            return refuse(RunRefused::ChunkSize(chunk_accounts));
        }
        let last_on = self.period.to() - Days::new(1);
        if self.bill_on < last_on {
            return refuse(RunRefused::BilledBeforeEnd { last_on, bill_on: self.bill_on });
        }
        let cycle = store::cycle_by_code(entry, &self.cycle).await?;
        let cycle = cycle.ok_or_else(|| refused(RunRefused::UnknownCycle(self.cycle.clone())))?;
        self.check_alone(entry, &cycle).await?;
        let periods = store::cycle_periods(entry).await?;
        let planned = periods.iter().find(|one| one.cycle == cycle.id && one.period == self.period);
        if planned.is_some_and(|planned| !planned.is_closed) {
            return refuse(RunRefused::ReadsOpen { cycle: self.cycle.clone(), from: self.period.from() });
        }
        if let Some(order) = store::close_order(entry, cycle.id, self.period.from()).await?
            && !::acts::progress(entry, order).await?.is_complete()
        {
            return refuse(RunRefused::ReadsClosing { cycle: self.cycle.clone(), from: self.period.from() });
        }
        finance::share_period(entry, self.bill_on).await?;
        let run: RunId = entry.id("bill_run").await?;
        let chunks = store::account_chunks(entry, Some(cycle.id), self.period, chunk_accounts).await?;
        let inputs = PrepareInputs { run, kind: RunKind::Regular }.text()?;
        let plan = OrderPlan { kind: PrepareWork::KIND, in_sequence: true, inputs, chunks };
        let order = entry.place_order(plan).await?;
        let number = store::next_run_number(entry).await?;
        let prepared = BillRun {
            id: run,
            number,
            cycle: cycle.id,
            period: self.period,
            kind: RunKind::Regular,
            of_run: None,
            bill_on: self.bill_on,
            price_on: self.bill_on,
            due_on: store::terms(entry).await?.due_on(self.bill_on, cycle.days_to_pay),
            gl_on: self.bill_on,
            prepared_by: entry.actor.id,
            prepare_order: order,
            trial_order: None,
            post_order: None,
            cancel_order: None,
            cancelled: None,
            issued: None,
            is_signed: false,
        };
        store::insert_run(entry, &prepared).await?;
        jobs::enqueue(entry, PrepareWork::KIND, order).await?;
        Ok(Prepared { run, number, order })
    }
}

impl PrepareRun {
    async fn check_alone(&self, entry: &mut Entry, cycle: &Cycle) -> Result<(), Failure> {
        if let Some(there) = store::current_run(entry, cycle.id, self.period.from()).await? {
            return refuse(RunRefused::RunExists { run: there.number });
        }
        for earlier in store::cancelled_runs(entry, cycle.id, self.period.from()).await? {
            let progress = store::run_progress(entry, &earlier).await?;
            if earlier.state(&progress) == RunState::Cancelling {
                return refuse(RunRefused::StillCancelling { run: earlier.number });
            }
        }
        Ok(())
    }
}

/// What the order to prepare a run froze.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct PrepareInputs {
    pub(super) run: RunId,
    /// What the run bills; where an order does not say, a cycle.
    #[serde(default)]
    pub(super) kind: RunKind,
}

impl PrepareInputs {
    pub(super) fn text(self) -> Result<String, Fault> {
        serde_json::to_string(&self).map_err(|error| Fault::caused("writing the inputs of an order", error))
    }
}

/// Freezes the items of one chunk of accounts.
pub struct PrepareWork {
    inputs: PrepareInputs,
}

impl PrepareWork {
    /// The work for what an order froze.
    pub fn new(inputs: &str) -> Result<PrepareWork, Fault> {
        let inputs = serde_json::from_str(inputs);
        Ok(PrepareWork { inputs: inputs.map_err(|error| Fault::caused("reading the inputs of an order", error))? })
    }
}

impl ChunkWork for PrepareWork {
    const KIND: &'static str = "billing.prepare";

    /// What the run was asked for by: whoever may bill charges without delay need not prepare cycles.
    fn permission(&self) -> Permission {
        match self.inputs.kind {
            RunKind::Regular => permissions::PREPARE,
            RunKind::OffCycle => permissions::CORRECT,
            RunKind::Charges => permissions::CHARGES,
        }
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
        if run.kind != self.inputs.kind {
            return Err(Fault::new("the order to prepare a run is for one of another kind").into());
        }
        revenue::share_rates(entry).await?;
        let cycles = store::cycles(entry).await?;
        let cycle = cycles.into_iter().find(|cycle| cycle.id == run.cycle);
        let cycle = cycle.ok_or_else(|| Fault::new("a run has no cycle"))?;
        // Chunks are done in order, so positions go on where the chunk before ended.
        let before = match chunk.number {
            0 => PreparedChunk { first: 1, bills: 0, items: 0 },
            number => {
                let before = ::acts::chunk_outcome(entry, chunk.order, number - 1).await?;
                read_outcome(before.as_deref())?
            }
        };
        let first = before.first + before.bills;
        let book = RateBook::load(entry).await?;
        let range = (chunk.from.into(), chunk.to.into());
        let bills = due_bills(entry, (&run, cycle.due_rule), &book, range, first).await?;
        store::insert_items(entry, run.id, &bills).await?;
        note_uses(entry, &run, &bills).await?;
        let mut digest = DigestBuilder::new();
        bills.iter().for_each(|bill| {
            digest.bytes(&bill.digest().0);
        });
        let items = bills.iter().map(|bill| bill.items.len()).sum::<usize>();
        let count = |number: usize| i64::try_from(number).map_err(|_| Fault::new("too many items"));
        let outcome = PreparedChunk { first, bills: count(bills.len())?, items: count(items)? };
        Ok(ChunkDone { outcome: write_outcome(&outcome)?, digest: digest.finish() })
    }
}

/// Notes which versions bills are frozen with, so that these are locked.
pub(super) async fn note_uses(entry: &mut Entry, run: &BillRun, bills: &[BillInputs]) -> Result<(), Fault> {
    let versions: BTreeSet<RateVersionId> =
        bills.iter().flat_map(|bill| &bill.items).flat_map(|item| item.versions()).collect();
    let act = entry.act;
    revenue::note_uses(entry, (act, run.number), &versions).await
}

/// How many bills an order to prepare has made so far.
pub(crate) async fn prepared_bills(read: &mut db::Read, order: OrderId) -> Result<i64, Fault> {
    let mut bills = 0;
    for chunk in ::acts::chunks(read, order).await?.iter().filter(|chunk| chunk.outcome.is_some()) {
        let prepared: PreparedChunk = read_outcome(chunk.outcome.as_deref())?;
        bills += prepared.bills;
    }
    Ok(bills)
}

/// The accounts among which the bill at a position of a run is; `None` when there is no such position.
pub(crate) async fn prepared_chunk_with(
    read: &mut db::Read,
    run: &BillRun,
    position: i64,
) -> Result<Option<(kernel::AccountId, kernel::AccountId)>, Fault> {
    for chunk in ::acts::chunks(read, run.prepare_order).await? {
        let Some(outcome) = chunk.outcome.as_deref() else { break };
        let prepared: PreparedChunk = read_outcome(Some(outcome))?;
        if prepared.first <= position && position < prepared.first + prepared.bills {
            return Ok(Some((chunk.from.into(), chunk.to.into())));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_prepared_by_the_permission_it_was_asked_for_by() {
        for (kind, permission) in [
            ("", permissions::PREPARE),
            (r#","kind":"regular""#, permissions::PREPARE),
            (r#","kind":"off_cycle""#, permissions::CORRECT),
            (r#","kind":"charges""#, permissions::CHARGES),
        ] {
            let work = PrepareWork::new(&format!(r#"{{"run":7{kind}}}"#)).expect("as orders are placed");
            assert_eq!(work.permission().code, permission.code, "{kind}");
        }
    }
}
