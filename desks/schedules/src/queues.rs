//! What about rates waits for a visitor: approvals, proposals not sent, and new rates that begin soon.

use acts::ProposalState;
use async_trait::async_trait;
use chrono::{Days, NaiveDate};
use db::Read;
use revenue::permissions::{ADOPT_RATES, APPROVE, PROPOSE_RATES};
use revenue::{RatesState, listed_rates};
use web::{Ask, Problem, Queue, QueueSource, Tone, encoded};

/// Tells what about rates waits.
#[derive(Clone, Copy, Debug, Default)]
pub struct RateQueues;

/// Rates that begin within so many days are told.
const SOON_DAYS: u64 = 30;

#[async_trait]
impl QueueSource for RateQueues {
    async fn queues(&self, ask: &Ask, read: &mut Read) -> Result<Vec<Queue>, Problem> {
        let mut queues = Vec::new();
        if ask.may(APPROVE) {
            queues.push(approvals(ask, read).await?);
        }
        if !(ask.may(APPROVE) || ask.may(PROPOSE_RATES) || ask.may(ADOPT_RATES)) {
            return Ok(queues);
        }
        let listed = listed_rates(read).await?;
        let today = ask.today();
        if ask.may(ADOPT_RATES) {
            let proposed = listed.iter().filter(|rates| rates.state == RatesState::Proposed);
            let count = i64::try_from(proposed.count()).unwrap_or(i64::MAX);
            let (title, href) = ("Proposed rates not in force".to_owned(), "/rates".to_owned());
            queues.push(Queue { title, href, count, since: None, tone: Tone::Info });
        }
        let soon: Vec<(&str, NaiveDate)> = listed
            .iter()
            .filter(|rates| rates.state == RatesState::Scheduled && is_soon(rates.effective_on, today))
            .map(|rates| (rates.schedule.as_str(), rates.effective_on))
            .collect();
        let href = match soon[..] {
            [(schedule, day)] => format!("/rates/{}/{day}", encoded(schedule)),
            _ => "/rates".to_owned(),
        };
        let count = i64::try_from(soon.len()).unwrap_or(i64::MAX);
        let title = format!("Rates that begin within {SOON_DAYS} days");
        queues.push(Queue { title, href, count, since: None, tone: Tone::Info });
        Ok(queues)
    }
}

fn is_soon(day: NaiveDate, today: NaiveDate) -> bool {
    today < day && today.checked_add_days(Days::new(SOON_DAYS)).is_none_or(|last| day <= last)
}

async fn approvals(ask: &Ask, read: &mut Read) -> Result<Queue, Problem> {
    let me = ask.who()?.actor.id;
    let waiting = acts::waiting_proposals(read).await?;
    let mine = waiting.iter().filter(|one| {
        one.approving == APPROVE.code
            && one.state_on(ask.today()) == ProposalState::Open
            && one.actor != me
            && one.assigned_to.is_none_or(|assigned| assigned == me)
    });
    let mine: Vec<_> = mine.collect();
    let zone = &ask.site().town().zone;
    let since = mine.iter().map(|one| one.proposed_at.with_timezone(zone).date_naive()).min();
    let href = match mine[..] {
        [one] => format!("/approvals/{}", one.proposal.0),
        _ => "/approvals".to_owned(),
    };
    let count = i64::try_from(mine.len()).unwrap_or(i64::MAX);
    Ok(Queue { title: "Rates that wait for your approval".to_owned(), href, count, since, tone: Tone::Warning })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soon_is_within_thirty_days() {
        let today: NaiveDate = "2026-07-01".parse().unwrap();
        let rows = [("2026-07-01", false), ("2026-07-02", true), ("2026-07-31", true), ("2026-08-01", false)];
        for (day, expected) in rows {
            assert_eq!(is_soon(day.parse().unwrap(), today), expected, "{day}");
        }
    }
}
