//! `Standing`: a worker of this process that stays, and stops between two parts of a job.

use std::time::Duration;

use jobs::Stop;
use tokio::task::JoinHandle;
use webhooks::Sender;

use crate::commands::told_to_stop;
use crate::office::Office;

/// How long the part under way may take once the program is told to stop; what it has not finished, it forgets.
const PATIENCE: Duration = Duration::from_secs(20);

/// A worker in the background.
pub struct Standing {
    stop: Stop,
    task: JoinHandle<()>,
}

impl Standing {
    /// Begins to work, and to send messages where there is a sender. As soon as the machine stops the program, no further
    /// part of a job is taken.
    pub fn begin(office: &Office, sender: Option<Sender>) -> Standing {
        let (stop, office) = (Stop::default(), Office { door: office.door.clone() });
        let told = stop.clone();
        let task = tokio::spawn(async move {
            let listening = tokio::spawn({
                let told = told.clone();
                async move {
                    told_to_stop().await;
                    told.tell();
                }
            });
            office.stand(&told, sender.as_ref()).await;
            listening.abort();
        });
        Standing { stop, task }
    }

    /// Stops after the part of a job that is under way.
    pub async fn end(mut self) {
        self.stop.tell();
        if tokio::time::timeout(PATIENCE, &mut self.task).await.is_err() {
            tracing::warn!("a part of a job took too long, and is done again at the next start");
            self.task.abort();
        }
    }
}
