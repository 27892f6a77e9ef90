//! What waits here: messages that were given up, webhooks their receivers ended.

use async_trait::async_trait;
use db::Read;
use web::{Ask, Problem, Queue, QueueSource, Tone};

use crate::permissions::MANAGE;
use crate::{WebhookState, store};

/// The queues of this room.
#[derive(Clone, Copy, Debug, Default)]
pub struct WebhookQueues;

#[async_trait]
impl QueueSource for WebhookQueues {
    async fn queues(&self, ask: &Ask, read: &mut Read) -> Result<Vec<Queue>, Problem> {
        if !ask.may(MANAGE) {
            return Ok(Vec::new());
        }
        let counts = store::deliveries::counts(read).await?;
        let since = counts.values().filter_map(|counts| counts.given_up_since).min();
        let gone = store::webhooks(read).await?;
        let gone: Vec<_> = gone.into_iter().filter(|webhook| webhook.state == WebhookState::Gone).collect();
        let queue = |title: &str, count: i64, since: Option<chrono::NaiveDate>| Queue {
            title: title.to_owned(),
            href: "/webhooks".to_owned(),
            count,
            since,
            tone: Tone::Warning,
        };
        let ended = gone.iter().map(|webhook| webhook.since.date_naive()).min();
        Ok(vec![
            queue(
                "Webhook messages given up",
                counts.values().map(|counts| counts.given_up).sum(),
                since.map(|since| since.date_naive()),
            ),
            queue("Webhooks ended by their receiver", i64::try_from(gone.len()).unwrap_or(i64::MAX), ended),
        ])
    }
}
