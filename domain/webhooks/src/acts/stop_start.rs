//! Stops telling a program, and begins again.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use serde::{Deserialize, Serialize};

use super::{WebhookRefused, named, subject};
use crate::{WebhookState, permissions, store};

/// Sends nothing from now on. What is done meanwhile is not kept for it; what waited stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopWebhook {
    /// Which.
    pub webhook: i64,
}

/// Tells it again of what is done from now on, and sends what waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartWebhook {
    /// Which.
    pub webhook: i64,
}

impl Act for StopWebhook {
    const KIND: &'static str = "webhooks.stop";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::MANAGE
    }

    fn subject(&self) -> Subject {
        subject(self.webhook)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let webhook = named(entry, self.webhook).await?;
        if webhook.state == WebhookState::Stopped {
            return refuse(WebhookRefused::Stopped);
        }
        let now = entry.now;
        store::set_state(entry, webhook.id, (WebhookState::Stopped, now)).await?;
        Ok(())
    }
}

impl Act for StartWebhook {
    const KIND: &'static str = "webhooks.start";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::MANAGE
    }

    fn subject(&self) -> Subject {
        subject(self.webhook)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let webhook = named(entry, self.webhook).await?;
        if webhook.state == WebhookState::Active {
            return refuse(WebhookRefused::Active);
        }
        let now = entry.now;
        store::set_state(entry, webhook.id, (WebhookState::Active, now)).await?;
        Ok(())
    }
}
