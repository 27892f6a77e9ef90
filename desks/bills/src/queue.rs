//! Which bills wait to be put right, for the home page.

use async_trait::async_trait;
use billing::permissions::CORRECT;
use db::Read;
use web::{Ask, Problem, Queue, QueueSource, Tone};

/// Bills that are to be made again.
pub struct BillQueues;

#[async_trait]
impl QueueSource for BillQueues {
    async fn queues(&self, ask: &Ask, read: &mut Read) -> Result<Vec<Queue>, Problem> {
        if !ask.may(CORRECT) {
            return Ok(Vec::new());
        }
        let (count, since) = billing::waiting_bills_count(read).await?;
        Ok(vec![Queue {
            title: "Bills to make again".to_owned(),
            href: "/bills/again".to_owned(),
            count,
            since,
            tone: Tone::Warning,
        }])
    }
}
