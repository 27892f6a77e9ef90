//! What waits here: files that could not be scanned.

use async_trait::async_trait;
use db::Read;
use web::{Ask, Problem, Queue, QueueSource, Tone};

use crate::permissions::WITHDRAW;
use crate::{Cabinet, Scan, store};

/// The queue of this room.
#[derive(Clone, Copy, Debug, Default)]
pub struct AttachmentQueues;

/// The most files that are counted.
const MOST: i64 = 1_000;

#[async_trait]
impl QueueSource for AttachmentQueues {
    async fn queues(&self, ask: &Ask, read: &mut Read) -> Result<Vec<Queue>, Problem> {
        // Where no file is scanned, none waits for it.
        if !ask.may(WITHDRAW) || !ask.site().part::<Cabinet>().has_scanner() {
            return Ok(Vec::new());
        }
        let waiting = store::scan_waits(read, Scan::Unknown, (0, MOST)).await?;
        let count = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
        let (title, href) = ("Files that wait for their scan".to_owned(), "/attachments".to_owned());
        Ok(vec![Queue { title, href, count, since: None, tone: Tone::Warning }])
    }
}
