//! The changes of this room.

mod add;
mod refused;
mod replay;
mod secret;
mod stop_start;

pub use add::{AddWebhook, ChangeWebhook};
pub use refused::WebhookRefused;
pub use replay::{Replay, SendTest, SetAside};
pub use secret::{HOURS_MAX, SetWebhookSecret};
pub use stop_start::{StartWebhook, StopWebhook};

use acts::{Entry, Failure, Subject, refused};

use crate::{Webhook, WebhookId, store};

fn subject(webhook: i64) -> Subject {
    Subject { kind: "webhook", id: webhook }
}

/// The webhook that is named, held.
async fn named(entry: &mut Entry, webhook: i64) -> Result<Webhook, Failure> {
    let found = store::held(entry, WebhookId(webhook)).await?;
    found.ok_or_else(|| refused(WebhookRefused::Unknown(webhook)))
}
