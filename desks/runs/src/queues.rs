//! What of bill runs waits for a visitor, for the home page.

use async_trait::async_trait;
use billing::permissions::{CLOSE_READS, EXCEPTIONS, POST, PREPARE, SIGN};
use billing::{BillRun, RunState};
use db::Read;
use kernel::RunId;
use web::{Ask, Problem, Queue, QueueSource, Tone};

use crate::list;

/// The queues of bill runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunQueues;

#[async_trait]
impl QueueSource for RunQueues {
    async fn queues(&self, ask: &Ask, read: &mut Read) -> Result<Vec<Queue>, Problem> {
        let may = |permissions: &[acts::Permission]| permissions.iter().any(|permission| ask.may(*permission));
        if !may(&[CLOSE_READS, EXCEPTIONS, POST, PREPARE, SIGN]) {
            return Ok(Vec::new());
        }
        let mut runs = billing::all_runs(read).await?;
        runs.retain(|run| run.cancelled.is_none() && run.post_order.is_none());
        let states = billing::run_states(read, &runs).await?;
        let ids: Vec<RunId> = runs.iter().map(|run| run.id).collect();
        let open = billing::open_counts(read, &ids).await?;
        let open_of = |run: &BillRun| open.get(&run.id).copied().unwrap_or(0);
        let at = |state: RunState| -> Vec<&BillRun> {
            runs.iter().zip(&states).filter(|(_, is)| **is == state).map(|(run, _)| run).collect()
        };
        let mut queues = Vec::new();
        let tried = at(RunState::Tried);
        if may(&[EXCEPTIONS]) {
            let with: Vec<&BillRun> = tried.iter().copied().filter(|run| 0 < open_of(run)).collect();
            let count = with.iter().map(|run| open_of(run)).sum();
            queues.push(queue(("Exceptions to decide", "/exceptions"), &with, count, Tone::Warning));
        }
        if may(&[SIGN]) {
            let mut mine = Vec::new();
            for run in tried.iter().copied().filter(|run| open_of(run) == 0) {
                if !has_made(ask, read, run).await? {
                    mine.push(run);
                }
            }
            queues.push(queue(
                ("Registers to sign", "/register"),
                &mine,
                crate::words::count(mine.len()),
                Tone::Warning,
            ));
        }
        if may(&[POST]) {
            let signed = at(RunState::Signed);
            queues.push(queue(("Runs to post", ""), &signed, crate::words::count(signed.len()), Tone::Warning));
        }
        if may(&[PREPARE, CLOSE_READS]) {
            queues.push(to_prepare(ask, read).await?);
        }
        Ok(queues)
    }
}

/// A queue of runs; of one run it leads to where that is worked.
fn queue((title, below): (&str, &str), runs: &[&BillRun], count: i64, tone: Tone) -> Queue {
    let href = match runs {
        [run] => format!("/runs/{}{below}", run.number),
        _ => "/runs".to_owned(),
    };
    Queue { title: title.to_owned(), href, count, since: runs.iter().map(|run| run.bill_on).min(), tone }
}

/// Whether the visitor prepared or tried a run, and so may not sign it.
async fn has_made(ask: &Ask, read: &mut Read, run: &BillRun) -> Result<bool, Problem> {
    let me = ask.who()?.actor.id;
    let tried_by = match run.trial_order {
        Some(order) => acts::order_given_by(read, order).await?,
        None => None,
    };
    Ok(run.prepared_by == me || tried_by == Some(me))
}

async fn to_prepare(ask: &Ask, read: &mut Read) -> Result<Queue, Problem> {
    let today = ask.today();
    let mut due = list::due(read, today).await?;
    due.retain(|due| due.run.is_none() && due.is_due(today));
    let since = due.iter().map(|due| due.bill_on).min().filter(|day| *day < today);
    let tone = if since.is_some() { Tone::Bad } else { Tone::Warning };
    let (title, href) = ("Periods to bill".to_owned(), "/runs".to_owned());
    Ok(Queue { title, href, count: crate::words::count(due.len()), since, tone })
}
