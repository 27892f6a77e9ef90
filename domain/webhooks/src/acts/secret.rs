//! Gives a webhook a secret, the first one or another.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use chrono::Duration;
use data_encoding::HEXLOWER;
use secrets::Sealed;
use serde::{Deserialize, Serialize};

use super::{WebhookRefused, named, subject};
use crate::webhook::Secrets;
use crate::{WebhookId, permissions, store};

/// The longest time for which messages are signed with two secrets.
pub const HOURS_MAX: i64 = 168;
/// A nonce, 32 bytes, a tag.
const SEALED_BYTES: usize = 24 + 32 + 16;

/// Signs messages with another secret from now on, and with the one before too for some hours. The page or command seals
/// it first, so that neither the command nor the log ever holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetWebhookSecret {
    /// Which.
    pub webhook: i64,
    /// The secret, sealed, in hexadecimal digits.
    pub sealed: String,
    /// Which key sealed it.
    pub key_id: String,
    /// For how many hours the secret before still signs; 0 when somebody may know it.
    pub hours: i64,
}

impl SetWebhookSecret {
    /// The command that sets a sealed secret.
    #[must_use]
    pub fn of(webhook: WebhookId, sealed: &Sealed, hours: i64) -> SetWebhookSecret {
        let (sealed, key_id) = (HEXLOWER.encode(&sealed.bytes), sealed.key_id.clone());
        SetWebhookSecret { webhook: webhook.0, sealed, key_id, hours }
    }

    fn value(&self) -> Option<Sealed> {
        let bytes = HEXLOWER.decode(self.sealed.as_bytes()).ok().filter(|bytes| bytes.len() == SEALED_BYTES)?;
        let is_id = !self.key_id.is_empty() && self.key_id.len() <= 60 && self.key_id.is_ascii();
        is_id.then(|| Sealed { key_id: self.key_id.clone(), bytes })
    }
}

impl Act for SetWebhookSecret {
    const KIND: &'static str = "webhooks.set_secret";
    const PERSONAL: &'static [&'static str] = &["/sealed", "/key_id"];
    const SECRET: &'static [&'static str] = Self::PERSONAL;
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::MANAGE
    }

    fn subject(&self) -> Subject {
        subject(self.webhook)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let webhook = named(entry, self.webhook).await?;
        let Some(sealed) = self.value() else { return refuse(WebhookRefused::NotSealed) };
        if !(0..=HOURS_MAX).contains(&self.hours) {
            return refuse(WebhookRefused::Hours);
        }
        let until = entry.now + Duration::hours(self.hours);
        let before = webhook.secrets.newest.filter(|_| 0 < self.hours).map(|sealed| (sealed, until));
        store::set_secrets(entry, webhook.id, &Secrets { newest: Some(sealed), before }).await?;
        Ok(())
    }
}
