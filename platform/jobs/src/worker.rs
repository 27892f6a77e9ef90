//! `Worker`: takes the chunks of jobs until none is left.

use std::sync::Arc;
use std::time::Duration;

use acts::{By, ChunkStep, ChunkWork, Door, Failure, Progress};
use async_trait::async_trait;
use db::{DoorKey, Engine, Fault};
use kernel::OrderId;

use crate::store;
use crate::{Job, JobState, Stop};

/// How long a worker that has nothing left to take waits before it asks again.
const PAUSE: Duration = Duration::from_millis(20);

/// One kind of job: makes its work from the inputs its order froze.
pub trait JobKind: Send + Sync {
    /// Which orders it carries out.
    fn kind(&self) -> &'static str;
    /// The work of one order, shared by all workers on it.
    fn open(&self, inputs: &str) -> Result<Arc<dyn JobWork>, Fault>;
}

/// The work of one order.
#[async_trait]
pub trait JobWork: Send + Sync {
    /// Does the next open chunk.
    async fn step(&self, door: &Door, by: &By, order: OrderId) -> Result<ChunkStep, Failure>;
}

/// Turns a way of making a [`ChunkWork`] from an order's inputs into a [`JobKind`].
pub fn kind_of<W, F>(make: F) -> Arc<dyn JobKind>
where
    W: ChunkWork + 'static,
    F: Fn(&str) -> Result<W, Fault> + Send + Sync + 'static,
{
    Arc::new(Made { make })
}

struct Made<F> {
    make: F,
}

struct Opened<W> {
    work: W,
}

impl<W, F> JobKind for Made<F>
where
    W: ChunkWork + 'static,
    F: Fn(&str) -> Result<W, Fault> + Send + Sync + 'static,
{
    fn kind(&self) -> &'static str {
        W::KIND
    }

    fn open(&self, inputs: &str) -> Result<Arc<dyn JobWork>, Fault> {
        Ok(Arc::new(Opened { work: (self.make)(inputs)? }))
    }
}

#[async_trait]
impl<W: ChunkWork> JobWork for Opened<W> {
    async fn step(&self, door: &Door, by: &By, order: OrderId) -> Result<ChunkStep, Failure> {
        door.carry_out_chunk(by, order, &self.work).await
    }
}

/// What became of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How far its order is.
    pub progress: Progress,
    /// Why chunks were refused, in order.
    pub refusals: Vec<String>,
}

/// Carries out jobs of the kinds it knows.
#[derive(Clone)]
pub struct Worker {
    door: Door,
    kinds: Arc<[Arc<dyn JobKind>]>,
    stop: Stop,
}

impl Worker {
    /// A worker for these kinds of jobs.
    #[must_use]
    pub fn new(door: Door, kinds: Vec<Arc<dyn JobKind>>) -> Worker {
        Worker { door, kinds: kinds.into(), stop: Stop::default() }
    }

    /// The same, but it takes no more chunks once it is told to stop; the one it has it finishes.
    #[must_use]
    pub fn until(self, stop: &Stop) -> Worker {
        Worker { stop: stop.clone(), ..self }
    }

    /// Whether it can carry out jobs of a kind.
    #[must_use]
    pub fn knows(&self, kind: &str) -> bool {
        self.kinds.iter().any(|known| known.kind() == kind)
    }

    pub(crate) fn door(&self) -> &Door {
        &self.door
    }

    pub(crate) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Carries out a job to its end, telling how far it is after every chunk.
    ///
    /// Chunks refused before are tried again. On PostgreSQL two workers share the chunks; on
    /// SQLite there is one writer.
    pub async fn finish(
        &self,
        by: &By,
        order: OrderId,
        tell: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Report, Failure> {
        let mut read = self.door.db().read().await?;
        let job = store::job_of_order(&mut read, order).await?;
        let job = job.ok_or_else(|| Fault::new("the order has no job"))?;
        let placed = acts::open_order(&mut read, order).await?;
        let placed = placed.ok_or_else(|| Fault::new("the job has no order"))?;
        let is_refused = acts::progress(&mut read, order).await?.refused != 0;
        drop(read);
        let kind = self.kinds.iter().find(|kind| kind.kind() == job.kind);
        let kind = kind.ok_or_else(|| Fault::new(format!("no worker knows the job kind {}", job.kind)))?;
        if job.state != JobState::Done {
            if is_refused {
                self.door.reopen_refused(order).await?;
            }
            let workers = match self.door.db().engine() {
                Engine::Sqlite => 1,
                Engine::Postgres if placed.in_sequence => 1,
                Engine::Postgres => 2,
            };
            let work = kind.open(&placed.inputs)?;
            let mut hands = tokio::task::JoinSet::new();
            for _ in 1..workers {
                let (worker, by, work) = (self.clone(), by.clone(), work.clone());
                hands.spawn(async move { worker.work_through(&by, &*work, order, None).await });
            }
            self.work_through(by, &*work, order, Some(tell)).await?;
            while let Some(ended) = hands.join_next().await {
                ended.map_err(|error| Fault::caused("waiting for a worker", error))??;
            }
        }
        self.end(&job).await
    }

    async fn end(&self, job: &Job) -> Result<Report, Failure> {
        let mut tx = self.door.db().write(&DoorKey::for_the_door()).await?;
        // Counted while the job is held: of two that end it, the second sees all that was done.
        let before = store::lock_job(&mut tx, job.id).await?;
        let progress = acts::progress(&mut tx, job.order).await?;
        let refusals = acts::refused_chunks(&mut tx, job.order).await?;
        let state = match progress {
            all if all.is_complete() => JobState::Done,
            some if some.open() == 0 => JobState::Stopped,
            _ => JobState::Open,
        };
        if before != state && state != JobState::Open {
            store::end_job(&mut tx, job.id, state, self.door.now()).await?;
        }
        tx.commit().await?;
        Ok(Report { progress, refusals })
    }

    /// Takes chunks until none is open: what another worker holds may come back when that one dies.
    async fn work_through(
        &self,
        by: &By,
        work: &dyn JobWork,
        order: OrderId,
        tell: Option<&(dyn Fn(Progress) + Send + Sync)>,
    ) -> Result<(), Failure> {
        while !self.stop.is_told() {
            let step = work.step(&self.door, by, order).await?;
            let progress = acts::progress(&mut self.door.db().read().await?, order).await?;
            if let Some(tell) = tell {
                tell(progress);
            }
            match step {
                ChunkStep::Done | ChunkStep::Refused(_) => {}
                ChunkStep::NothingLeft if progress.open() == 0 => return Ok(()),
                ChunkStep::NothingLeft => tokio::time::sleep(PAUSE).await,
            }
        }
        Ok(())
    }
}
