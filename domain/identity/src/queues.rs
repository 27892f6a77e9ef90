//! What waits here: red flags to clear, protections to ask about again.

use async_trait::async_trait;
use chrono::Days;
use db::Read;
use web::{Ask, Problem, Queue, QueueSource, Tone};

use crate::permissions::{CLEAR_FLAGS, PROTECT};
use crate::store;

/// The queues of this room.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdentityQueues;

/// So many days before a protection is to be asked about, it shows.
pub(crate) const REVIEW_AHEAD: u64 = 30;
/// The most protections that are looked at.
pub(crate) const PROTECTIONS: i64 = 2_000;

#[async_trait]
impl QueueSource for IdentityQueues {
    async fn queues(&self, ask: &Ask, read: &mut Read) -> Result<Vec<Queue>, Problem> {
        let mut queues = Vec::new();
        if ask.may(CLEAR_FLAGS) {
            let (count, since) = store::open_flags_counted(read).await?;
            let (title, href) = ("Red flags to clear".to_owned(), "/red-flags".to_owned());
            queues.push(Queue { title, href, count, since, tone: Tone::Warning });
        }
        if ask.may(PROTECT) {
            let by = ask.today().checked_add_days(Days::new(REVIEW_AHEAD)).unwrap_or(ask.today());
            let all = customers::protections(read, PROTECTIONS).await?;
            let due: Vec<_> = all.into_iter().filter(|protection| protection.review_on <= by).collect();
            let count = i64::try_from(due.len()).unwrap_or(i64::MAX);
            let passed = due.iter().map(|protection| protection.review_on).min();
            queues.push(Queue {
                title: "Protected addresses to ask about".to_owned(),
                href: "/protected-persons".to_owned(),
                count,
                since: passed.filter(|day| *day <= ask.today()),
                tone: Tone::Warning,
            });
        }
        Ok(queues)
    }
}
