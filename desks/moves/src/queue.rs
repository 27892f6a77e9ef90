//! What waits about moves, for the home page.

use async_trait::async_trait;
use billing::permissions::{CORRECT, MOVES};
use db::Read;
use web::{Ask, Problem, Queue, QueueSource, Tone};

/// Agreements that wait to be completed.
pub struct MoveQueues;

#[async_trait]
impl QueueSource for MoveQueues {
    async fn queues(&self, ask: &Ask, read: &mut Read) -> Result<Vec<Queue>, Problem> {
        if !ask.may(MOVES) && !ask.may(CORRECT) {
            return Ok(Vec::new());
        }
        let (count, due_on) = billing::pending_count(read).await?;
        Ok(vec![Queue {
            title: "Agreements to complete".to_owned(),
            href: "/moves/pending".to_owned(),
            count,
            since: due_on.filter(|due_on| *due_on <= ask.today()),
            tone: Tone::Warning,
        }])
    }
}
