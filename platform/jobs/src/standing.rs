//! `stand`: a worker that stays, and carries out every job as it comes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use acts::{By, Failure};
use db::Fault;
use kernel::OrderId;

use crate::{Job, Worker, store};

/// How often a standing worker asks whether there is something to do.
const EVERY: Duration = Duration::from_millis(300);

/// The most rounds for which a job that failed is left alone: about a minute.
const REST_MAX: u32 = 200;

/// Tells workers to stop after the chunk they have.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on no worker takes another chunk.
    pub fn tell(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether they were told.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A job that failed: how long it was left alone last, and for how many rounds it still is.
#[derive(Clone, Copy, Debug, Default)]
struct Rest {
    length: u32,
    left: u32,
}

impl Rest {
    /// Each time twice as long.
    fn next(self) -> Rest {
        let length = (self.length * 2).clamp(4, REST_MAX);
        Rest { length, left: length }
    }
}

/// Carries out open jobs, oldest first, until the worker is told to stop; `on_behalf` says who ordered the work.
///
/// What fails is logged and tried again later, so one job that cannot be done keeps no other waiting. Any number of
/// processes may stand at once.
pub async fn stand<F, Fut>(worker: &Worker, on_behalf: F)
where
    F: Fn(OrderId) -> Fut,
    Fut: Future<Output = Result<Option<By>, Fault>>,
{
    let mut resting: BTreeMap<OrderId, Rest> = BTreeMap::new();
    while !worker.stop().is_told() {
        let jobs = match open_jobs(worker).await {
            Ok(jobs) => jobs,
            Err(fault) => {
                tracing::error!(%fault, "a worker cannot ask for work");
                Vec::new()
            }
        };
        resting.retain(|order, _| jobs.iter().any(|job| job.order == *order));
        for job in jobs {
            if worker.stop().is_told() {
                return;
            }
            let rest = resting.get(&job.order).copied().unwrap_or_default();
            if 0 < rest.left {
                resting.insert(job.order, Rest { left: rest.left - 1, ..rest });
                continue;
            }
            if let Err(failure) = carry_out(worker, &job, &on_behalf).await {
                tracing::error!(%failure, kind = job.kind, order = job.order.0, "a job did not get on");
                resting.insert(job.order, rest.next());
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn open_jobs(worker: &Worker) -> Result<Vec<Job>, Fault> {
    let mut jobs = store::open_jobs(&mut worker.door().db().read().await?).await?;
    jobs.retain(|job| worker.knows(&job.kind));
    Ok(jobs)
}

async fn carry_out<F, Fut>(worker: &Worker, job: &Job, on_behalf: &F) -> Result<(), Failure>
where
    F: Fn(OrderId) -> Fut,
    Fut: Future<Output = Result<Option<By>, Fault>>,
{
    let by = on_behalf(job.order).await?;
    let by = by.ok_or_else(|| Fault::new("nobody ordered this work"))?;
    let report = worker.finish(&by, job.order, &|_| {}).await?;
    for refusal in &report.refusals {
        tracing::warn!(kind = job.kind, order = job.order.0, refusal, "a part of a job was refused");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_fails_rests_longer_each_time() {
        let mut rest = Rest::default();
        let mut lengths = Vec::new();
        for _ in 0..8 {
            rest = rest.next();
            lengths.push(rest.left);
        }
        assert_eq!(lengths, [4, 8, 16, 32, 64, 128, 200, 200]);
    }
}
