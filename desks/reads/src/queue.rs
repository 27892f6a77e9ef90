//! What waits about reads, for the home page.

use async_trait::async_trait;
use billing::{CyclePeriod, periods_to_close};
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{CycleId, Period};
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
    let days = not_billed(read, all).await?;
    let count = match days {
        Some(days) => metering::found_count(read, days).await?,
        None => 0,
    };
    Ok(Queue {
        title: "Reads to look at".to_owned(),
        href: "/reads/flagged".to_owned(),
        count,
        since: days.map(Period::to).filter(|_| 0 < count),
        tone: Tone::Warning,
    })
}

/// The days whose reads are closed and whose bills are not written yet, over all cycles.
pub(crate) async fn not_billed(read: &mut Read, all: &[CyclePeriod]) -> Result<Option<Period>, Fault> {
    let mut cycles: Vec<CycleId> = all.iter().map(|one| one.cycle).collect();
    cycles.dedup();
    let (mut from, mut to): (Option<NaiveDate>, Option<NaiveDate>) = (None, None);
    for cycle in cycles {
        let Some(last) = all.iter().rfind(|one| one.cycle == cycle && one.is_closed) else { continue };
        let run = billing::current_run(read, cycle, last.period.from()).await?;
        if run.is_some_and(|run| run.post_order.is_some()) {
            continue;
        }
        from = Some(from.map_or(last.period.from(), |from| from.min(last.period.from())));
        to = Some(to.map_or(last.period.to(), |to| to.max(last.period.to())));
    }
    Ok(from.zip(to).and_then(|(from, to)| Period::new(from, to).ok()))
}
