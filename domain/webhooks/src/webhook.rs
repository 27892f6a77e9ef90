//! `Webhook`: a program elsewhere that is told of what is done here.

use chrono::{DateTime, Utc};
use db::Value;
use secrets::Sealed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::delivery::DeliveryRefused;
use crate::wanted::Wanted;

/// One webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WebhookId(pub i64);

impl From<i64> for WebhookId {
    fn from(id: i64) -> WebhookId {
        WebhookId(id)
    }
}

impl From<WebhookId> for Value {
    fn from(id: WebhookId) -> Value {
        id.0.into()
    }
}

/// Whether a webhook is told of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// It is.
    Active,
    /// Somebody here stopped it.
    Stopped,
    /// Its receiver answered that it wants no more (410 Gone).
    Gone,
}

impl WebhookState {
    /// The stable code, as stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            WebhookState::Active => "active",
            WebhookState::Stopped => "stopped",
            WebhookState::Gone => "gone",
        }
    }

    /// The state with a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<WebhookState> {
        [WebhookState::Active, WebhookState::Stopped, WebhookState::Gone].into_iter().find(|state| state.code() == code)
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            WebhookState::Active => "active",
            WebhookState::Stopped => "stopped",
            WebhookState::Gone => "ended by its receiver",
        }
    }
}

/// What messages are signed with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secrets {
    /// The newest, sealed; without one nothing is sent.
    pub newest: Option<Sealed>,
    /// The one before, and until when messages are signed with it too.
    pub before: Option<(Sealed, DateTime<Utc>)>,
}

/// What came of the last message that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastTried {
    /// When.
    pub at: DateTime<Utc>,
    /// What the receiver answered, if it did.
    pub status: Option<i64>,
    /// Why it did not arrive, if it did not.
    pub refused: Option<DeliveryRefused>,
}

/// A program elsewhere that is told of what is done here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// What people call it.
    pub title: String,
    /// Where messages go.
    pub url: String,
    /// Of what it is told.
    pub wanted: Wanted,
    /// Whether it is told.
    pub state: WebhookState,
    /// Since when.
    pub since: DateTime<Utc>,
    /// What messages are signed with.
    pub secrets: Secrets,
    /// What came of the last message, if any was tried.
    pub last: Option<LastTried>,
}

impl Webhook {
    /// The host it is at. Whoever may not manage webhooks sees no more of the address: its path may hold a secret.
    #[must_use]
    pub fn host(&self) -> String {
        let url = reqwest::Url::parse(&self.url).ok();
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }
}
