//! What waits about reads, for the home page.

use async_trait::async_trait;
use billing::{CyclePeriod, RunKind, periods_to_close};
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{Period, ServicePointId};
use metering::FoundUse;
use metering::permissions::{CORRECT_READS, ENTER_READS};
use web::{Ask, Problem, Queue, QueueSource, Tone};

/// Reads that are missing, reads to close, reads to look at.
pub struct ReadQueues;

#[async_trait]
impl QueueSource for ReadQueues {
    async fn queues(&self, ask: &Ask, read: &mut Read) -> Result<Vec<Queue>, Problem> {
        let mut queues = Vec::new();
        let (enters, closes) = (ask.may(ENTER_READS), ask.may(billing::permissions::CLOSE_READS));
        if !enters && !closes && !ask.may(CORRECT_READS) {
            return Ok(queues);
        }
        let all = billing::cycle_periods(read).await?;
        let today = ask.today();
        let (being_read, to_close): (Vec<CyclePeriod>, Vec<CyclePeriod>) =
            periods_to_close(&all, today).into_iter().partition(|one| today <= one.read_through);
        if enters {
            queues.push(queue("Cycles being read", "/reads", &being_read, |one| one.read_from, Tone::Info));
        }
        if closes {
            queues.push(queue("Reads to close", "/reads", &to_close, |one| one.read_through, Tone::Warning));
        }
        if ask.may(CORRECT_READS) {
            queues.push(flagged(read, &all).await?);
        }
        Ok(queues)
    }
}

fn queue(
    title: &str,
    href: &str,
    periods: &[CyclePeriod],
    since: impl Fn(&CyclePeriod) -> NaiveDate,
    tone: Tone,
) -> Queue {
    Queue {
        title: title.to_owned(),
        href: href.to_owned(),
        count: i64::try_from(periods.len()).unwrap_or(i64::MAX),
        since: periods.iter().map(since).min(),
        tone,
    }
}

async fn flagged(read: &mut Read, all: &[CyclePeriod]) -> Result<Queue, Fault> {
    let found = to_look_at(read, all).await?;
    Ok(Queue {
        title: "Reads to look at".to_owned(),
        href: "/reads/flagged".to_owned(),
        count: i64::try_from(found.len()).unwrap_or(i64::MAX),
        since: found.iter().map(|one| one.period.to()).min(),
        tone: Tone::Warning,
    })
}

/// The most figures that wait to be looked at together.
const WAITING_MAX: usize = 5_000;

/// The figures of cycles that are closed and not billed yet at which something was found. Those of other cycles that
/// share the days are billed, or not closed: nobody can work them off here.
pub(crate) async fn to_look_at(read: &mut Read, all: &[CyclePeriod]) -> Result<Vec<FoundUse>, Fault> {
    let unbilled = not_billed(read, all).await?;
    let mut days: Vec<Period> = unbilled.iter().map(|one| one.period).collect();
    days.sort_unstable_by_key(|period| (period.from(), period.to()));
    days.dedup();
    let mut found: Vec<FoundUse> = Vec::new();
    for period in days {
        let here = metering::found_uses(read, period, (0, WAITING_MAX)).await?;
        let points: Vec<ServicePointId> = here.iter().map(|one| one.service_point).collect();
        let cycles = billing::cycles_of_points(read, &points).await?;
        let waits = |one: &FoundUse| {
            unbilled.iter().any(|of| of.period == period && cycles.contains(&(one.service_point, of.cycle)))
        };
        found.extend(here.into_iter().filter(waits));
    }
    // Periods of two cycles that overlap find the same figure twice.
    found.sort_by_key(|one| (one.period.from(), one.account, one.service_point));
    found.dedup();
    found.truncate(WAITING_MAX);
    Ok(found)
}

/// The periods whose reads are closed and whose bills are not written yet.
async fn not_billed(read: &mut Read, all: &[CyclePeriod]) -> Result<Vec<CyclePeriod>, Fault> {
    let runs = billing::all_runs(read).await?;
    let written = |one: &CyclePeriod| {
        runs.iter().any(|run| {
            run.kind == RunKind::Regular
                && run.cancelled.is_none()
                && run.post_order.is_some()
                && (run.cycle, run.period.from()) == (one.cycle, one.period.from())
        })
    };
    Ok(all.iter().filter(|one| one.is_closed && !written(one)).cloned().collect())
}
