//! Closes the reads of a cycle's period: what was used becomes known, judged, or estimated.

use ::acts::{Act, Chunk, ChunkDone, ChunkWork, Entry, Failure, OrderPlan, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{CycleId, DigestBuilder, OrderId, Refusal, ServicePointId};
use serde::{Deserialize, Serialize};

use super::{read_outcome, write_outcome};
use crate::measuring::measure_points;
use crate::{permissions, store};

/// Closes the reads of the period of a cycle that begins on a day. Closed again, late reads count.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CloseReads {
    /// The code of the cycle.
    pub cycle: String,
    /// The first day of the period.
    pub from_on: NaiveDate,
}

/// Service points of one transaction.
const CHUNK_POINTS: i64 = 5_000;

/// Why reads are not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseRefused {
    /// No such cycle.
    #[error("there is no billing cycle '{0}'")]
    UnknownCycle(String),
    /// The calendar has no such period.
    #[error("the calendar of cycle '{cycle}' has no period from {from_on}")]
    NoPeriod {
        /// The cycle.
        cycle: String,
        /// The day.
        from_on: NaiveDate,
    },
    /// The period before is open: its reads come first.
    #[error("the reads of cycle '{cycle}' from {before} are to be closed first")]
    BeforeOpen {
        /// The cycle.
        cycle: String,
        /// The first day of the period before.
        before: NaiveDate,
    },
    /// Reads may still come.
    #[error("meters of cycle '{cycle}' are read until {read_through}; close the reads after that day")]
    StillReading {
        /// The cycle.
        cycle: String,
        /// The last day of the read window.
        read_through: NaiveDate,
    },
}

impl Refusal for CloseRefused {
    fn code(&self) -> &'static str {
        match self {
            CloseRefused::UnknownCycle(_) => "cycle_unknown",
            CloseRefused::NoPeriod { .. } => "no_period",
            CloseRefused::BeforeOpen { .. } => "period_before_open",
            CloseRefused::StillReading { .. } => "still_reading",
        }
    }
}

/// What an order froze.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct CloseInputs {
    cycle: CycleId,
}

/// What came of the reads of some service points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedChunk {
    /// Periods of accounts that have a figure now, or another one.
    pub figures: i64,
    /// Estimates among them.
    pub estimates: i64,
    /// Periods that have no figure: nothing to estimate by.
    pub unknown: i64,
}

impl ClosedChunk {
    /// What came of all chunks of an order that are done.
    pub async fn of_order(read: &mut Read, order: OrderId) -> Result<ClosedChunk, Fault> {
        let mut sum = ClosedChunk::default();
        for chunk in ::acts::chunks(read, order).await?.iter().filter(|chunk| chunk.outcome.is_some()) {
            let done: ClosedChunk = read_outcome(chunk.outcome.as_deref())?;
            sum.figures += done.figures;
            sum.estimates += done.estimates;
            sum.unknown += done.unknown;
        }
        Ok(sum)
    }
}

impl Act for CloseReads {
    const KIND: &'static str = "billing.close_reads";
    type Outcome = OrderId;

    fn permission(&self) -> Permission {
        permissions::CLOSE_READS
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<OrderId, Failure> {
        let cycle = store::cycle_by_code(entry, &self.cycle).await?;
        let cycle = cycle.ok_or_else(|| refused(CloseRefused::UnknownCycle(self.cycle.clone())))?;
        let mut periods = store::cycle_periods(entry).await?;
        periods.retain(|one| one.cycle == cycle.id);
        let no_period = || CloseRefused::NoPeriod { cycle: self.cycle.clone(), from_on: self.from_on };
        let at = periods.iter().position(|one| one.period.from() == self.from_on);
        let at = at.ok_or_else(|| refused(no_period()))?;
        if let Some(before) = at.checked_sub(1).map(|before| &periods[before]).filter(|before| !before.is_closed)
            && periods.iter().any(|one| one.is_closed)
        {
            return refuse(CloseRefused::BeforeOpen { cycle: self.cycle.clone(), before: before.period.from() });
        }
        if entry.today <= periods[at].read_through {
            let read_through = periods[at].read_through;
            return refuse(CloseRefused::StillReading { cycle: self.cycle.clone(), read_through });
        }
        let chunks = store::point_chunks(entry, cycle.id, CHUNK_POINTS).await?;
        let inputs = serde_json::to_string(&CloseInputs { cycle: cycle.id });
        let inputs = inputs.map_err(|error| Fault::caused("writing the inputs of an order", error))?;
        let order = entry.place_order(OrderPlan { kind: CloseWork::KIND, in_sequence: false, inputs, chunks }).await?;
        store::close_period(entry, cycle.id, self.from_on, order).await?;
        jobs::enqueue(entry, CloseWork::KIND, order).await?;
        Ok(order)
    }
}

/// Measures the service points of one chunk.
pub struct CloseWork {
    inputs: CloseInputs,
}

impl CloseWork {
    /// The work for what an order froze.
    pub fn new(inputs: &str) -> Result<CloseWork, Fault> {
        let inputs = serde_json::from_str(inputs);
        Ok(CloseWork { inputs: inputs.map_err(|error| Fault::caused("reading the inputs of an order", error))? })
    }
}

impl ChunkWork for CloseWork {
    const KIND: &'static str = "billing.close_reads";

    fn permission(&self) -> Permission {
        permissions::CLOSE_READS
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry, chunk: &Chunk) -> Result<ChunkDone, Failure> {
        let range = (ServicePointId(chunk.from), ServicePointId(chunk.to));
        let points = store::points_of_cycle(entry, self.inputs.cycle, range).await?;
        let measured = measure_points(entry, &points).await?;
        let outcome =
            ClosedChunk { figures: measured.figures, estimates: measured.estimates, unknown: measured.unknown };
        let mut digest = DigestBuilder::new();
        digest.int(chunk.from).int(chunk.to).int(outcome.figures).int(outcome.estimates);
        Ok(ChunkDone { outcome: write_outcome(&outcome)?, digest: digest.finish() })
    }
}
