//! What waits here: reports that should have been made by themselves, and were not.

use async_trait::async_trait;
use db::Read;
use web::{Ask, Problem, Queue, QueueSource, Tone};

/// The queues of this desk.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReportQueues;

#[async_trait]
impl QueueSource for ReportQueues {
    async fn queues(&self, ask: &Ask, read: &mut Read) -> Result<Vec<Queue>, Problem> {
        if !ask.may(staff::SCHEDULE_REPORTS) {
            return Ok(Vec::new());
        }
        let (all, count, since) = staff::reports_by_clock(read, ask.who()?.actor.id).await?;
        if all == 0 {
            return Ok(Vec::new());
        }
        let (title, href) = ("Reports that were not made".to_owned(), "/reports".to_owned());
        Ok(vec![Queue { title, href, count, since, tone: Tone::Warning }])
    }
}
