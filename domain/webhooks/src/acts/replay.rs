//! Sends messages again, sends one to see whether it arrives, and lets be what was given up.

use acts::{Act, Entry, Failure, Permission, refuse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{WebhookRefused, named, subject};
use crate::delivery::{Subject, TEST, message_id};
use crate::store::deliveries;
use crate::{Webhook, WebhookState, outbox, permissions};

/// Sends a message again, or all of what was done since an instant, under the ids they had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// Which webhook.
    pub webhook: i64,
    /// The id of one message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Whether those since then go again that had arrived; a receiver that lost what it had wants them.
    #[serde(default)]
    pub with_delivered: bool,
}

/// Sends a message that tells of nothing, to see whether it arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendTest {
    /// Which webhook.
    pub webhook: i64,
}

/// Lets be all messages that were given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAside {
    /// Which webhook.
    pub webhook: i64,
}

impl Act for Replay {
    const KIND: &'static str = "webhooks.replay";
    type Outcome = u64;

    fn permission(&self) -> Permission {
        permissions::MANAGE
    }

    fn subject(&self) -> acts::Subject {
        subject(self.webhook)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<u64, Failure> {
        let webhook = active(entry, self.webhook).await?;
        let now = entry.now;
        match (&self.message, self.since) {
            (Some(message), None) => match deliveries::open_again(entry, webhook.id, (message, now)).await? {
                0 => refuse(WebhookRefused::NoMessage(shown(message))),
                count => Ok(count),
            },
            (None, Some(since)) => {
                match deliveries::open_since(entry, webhook.id, (since, now), self.with_delivered).await? {
                    0 => refuse(WebhookRefused::NothingSince),
                    count => Ok(count),
                }
            }
            (None, None) | (Some(_), Some(_)) => refuse(WebhookRefused::WhatAgain),
        }
    }
}

impl Act for SendTest {
    const KIND: &'static str = "webhooks.send_test";
    type Outcome = String;

    fn permission(&self) -> Permission {
        permissions::MANAGE
    }

    fn subject(&self) -> acts::Subject {
        subject(self.webhook)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<String, Failure> {
        let webhook = active(entry, self.webhook).await?;
        let own = subject(webhook.id.0);
        let about = Subject { kind: own.kind.to_owned(), id: own.id, account_number: None };
        outbox::write(entry, webhook.id, (TEST, &about), None).await?;
        Ok(message_id(webhook.id, entry.act, (TEST, entry.now)))
    }
}

impl Act for SetAside {
    const KIND: &'static str = "webhooks.set_aside";
    type Outcome = u64;

    fn permission(&self) -> Permission {
        permissions::MANAGE
    }

    fn subject(&self) -> acts::Subject {
        subject(self.webhook)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<u64, Failure> {
        let webhook = named(entry, self.webhook).await?;
        match deliveries::set_aside(entry, webhook.id).await? {
            0 => refuse(WebhookRefused::NothingGivenUp),
            count => Ok(count),
        }
    }
}

async fn active(entry: &mut Entry, webhook: i64) -> Result<Webhook, Failure> {
    let webhook = named(entry, webhook).await?;
    if webhook.state == WebhookState::Active { Ok(webhook) } else { refuse(WebhookRefused::NotActive) }
}

/// What somebody typed, as far as it can be shown.
fn shown(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(60).collect()
}
