//! What of bill runs waits for a visitor, for the home page.

use std::collections::BTreeMap;

use async_trait::async_trait;
use billing::acts::RunStep;
use billing::permissions::{CANCEL, CLOSE_READS, EXCEPTIONS, ISSUE, POST, PREPARE, SIGN};
use billing::{BillRun, RunState};
use chrono::NaiveDate;
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
        if !may(&[CANCEL, CLOSE_READS, EXCEPTIONS, ISSUE, POST, PREPARE, SIGN]) {
            return Ok(Vec::new());
        }
        let runs = Runs::load(read).await?;
        let mut queues = Vec::new();
        let tried = runs.at(RunState::Tried);
        if may(&[PREPARE]) {
            queues.push(of_runs("Runs to try", "", &runs.at(RunState::Prepared), ask.today()));
        }
        if may(&[EXCEPTIONS]) {
            let with: Vec<&BillRun> = tried.iter().copied().filter(|run| 0 < runs.open_of(run)).collect();
            let count = with.iter().map(|run| runs.open_of(run)).sum();
            queues.push(Queue { count, ..of_runs("Exceptions to decide", "/exceptions", &with, ask.today()) });
        }
        if may(&[EXCEPTIONS, SIGN]) {
            queues.push(held_past(ask, read).await?);
        }
        if may(&[SIGN]) {
            let (me, mut mine) = (ask.who()?.actor.id, Vec::new());
            for run in tried.iter().copied().filter(|run| runs.open_of(run) == 0) {
                if !billing::is_made_by(read, run, me).await? {
                    mine.push(run);
                }
            }
            queues.push(of_runs("Registers to sign", "/register", &mine, ask.today()));
        }
        if may(&[POST]) {
            queues.push(of_runs("Runs to post", "", &runs.at(RunState::Signed), ask.today()));
        }
        if may(&[ISSUE]) {
            let written = runs.at(RunState::Posted);
            queues.push(of_runs("Bills to give out", "", &written, ask.today()));
        }
        if may(&[PREPARE, POST, CANCEL]) {
            let stopped = runs.stopped(ask, read).await?;
            queues.push(Queue { tone: Tone::Bad, ..of_runs("Runs that stand still", "", &stopped, ask.today()) });
        }
        if may(&[PREPARE, CLOSE_READS]) {
            queues.push(to_prepare(ask, read).await?);
        }
        Ok(queues)
    }
}

/// The runs somebody still has something to do with.
struct Runs {
    runs: Vec<(BillRun, RunState)>,
    open: BTreeMap<RunId, i64>,
}

impl Runs {
    async fn load(read: &mut Read) -> Result<Runs, Problem> {
        let mut runs = billing::all_runs(read).await?;
        // A run that was cancelled before it posted anything, or whose bills are with the customers, is over.
        runs.retain(|run| run.issued.is_none() && (run.cancelled.is_none() || run.cancel_order.is_some()));
        let states = billing::run_states(read, &runs).await?;
        let unposted: Vec<RunId> = runs.iter().filter(|run| run.post_order.is_none()).map(|run| run.id).collect();
        let open = billing::open_counts(read, &unposted).await?;
        Ok(Runs { runs: runs.into_iter().zip(states).collect(), open })
    }

    fn at(&self, state: RunState) -> Vec<&BillRun> {
        self.runs.iter().filter(|(_, is)| *is == state).map(|(run, _)| run).collect()
    }

    fn open_of(&self, run: &BillRun) -> i64 {
        self.open.get(&run.id).copied().unwrap_or(0)
    }

    /// Those under way of which nothing is left to try, yet parts were refused: somebody has to let them go on.
    async fn stopped(&self, ask: &Ask, read: &mut Read) -> Result<Vec<&BillRun>, Problem> {
        let mut stopped = Vec::new();
        for (run, state) in &self.runs {
            if !RunStep::of(*state).is_some_and(|step| ask.may(step.permission())) {
                continue;
            }
            let (_, done) = billing::last_order(read, run).await?;
            if done.refused != 0 && done.open() == 0 {
                stopped.push(run);
            }
        }
        Ok(stopped)
    }
}

/// Bills that are held beyond their day: whoever works exceptions is told, and so is the supervisor.
async fn held_past(ask: &Ask, read: &mut Read) -> Result<Queue, Problem> {
    let ids: Vec<RunId> = crate::held::runs(read).await?.iter().map(|run| run.id).collect();
    let past = billing::held_past(read, &ids, ask.today()).await?;
    Ok(Queue {
        title: "Holds past their date".to_owned(),
        href: "/runs/held".to_owned(),
        count: past.values().map(|past| past.bills).sum(),
        since: past.values().map(|past| past.since).min(),
        tone: Tone::Bad,
    })
}

/// A queue of runs; of one run it leads to where that is worked. A bill date to come is no age.
fn of_runs(title: &str, below: &str, runs: &[&BillRun], today: NaiveDate) -> Queue {
    let href = match runs {
        [run] => format!("/runs/{}{below}", run.number),
        _ => "/runs".to_owned(),
    };
    let since = runs.iter().map(|run| run.bill_on).min().filter(|day| *day <= today);
    Queue { title: title.to_owned(), href, count: crate::words::count(runs.len()), since, tone: Tone::Warning }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn run(number: i64, bill_on: &str) -> BillRun {
        let bill_on: NaiveDate = bill_on.parse().unwrap();
        BillRun {
            id: RunId(number),
            number,
            cycle: kernel::CycleId(1),
            period: kernel::Month::of(bill_on).period(),
            kind: billing::RunKind::Regular,
            of_run: None,
            bill_on,
            price_on: bill_on,
            due_on: bill_on,
            gl_on: bill_on,
            prepared_by: kernel::ActorId(1),
            prepare_order: kernel::OrderId(1),
            trial_order: None,
            post_order: None,
            cancel_order: None,
            cancelled: None,
            issued: None,
            is_signed: false,
        }
    }

    #[test]
    fn a_queue_of_one_run_leads_to_it_and_a_bill_date_to_come_is_no_age() {
        let today: NaiveDate = "2026-07-01".parse().unwrap();
        let (past, to_come) = (run(7, "2026-06-06"), run(8, "2026-07-06"));
        #[rustfmt::skip]
        let rows = [
            (vec![&past],           "/runs/7/register", Some(past.bill_on)),
            (vec![&to_come],        "/runs/8/register", None),
            (vec![&past, &to_come], "/runs",            Some(past.bill_on)),
            (vec![],                "/runs",            None),
        ];
        for (runs, href, since) in rows {
            let queue = of_runs("Registers to sign", "/register", &runs, today);
            assert_eq!((queue.href.as_str(), queue.since), (href, since), "{runs:?}");
            assert_eq!(queue.count, crate::words::count(runs.len()));
        }
    }
}
