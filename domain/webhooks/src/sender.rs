//! `Sender`: sends messages that are due, in the background, until it is told to stop.
//!
//! A message is taken by moving its next try a minute ahead, in one short transaction; then it is sent outside of any. Who
//! dies in between loses nothing: after that minute it is taken again, under the same id. What came of it is noted only by
//! who took it last.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use acts::Door;
use chrono::{DateTime, Utc};
use db::{DoorKey, Fault};
use jobs::Stop;
use kernel::ActId;
use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode, header, redirect};
use secrets::Keys;
use tokio::task::{Id, JoinSet};

use crate::delivery::{Delivery, DeliveryRefused, DeliveryState, next_try};
use crate::networks::{Guarded, Scheme, literal, read_url, scheme_of};
use crate::store::deliveries;
use crate::webhook::LastTried;
use crate::{Networks, NotReached, Webhook, WebhookId, WebhookSecret, WebhookState, store, upkeep};

/// How often the sender asks whether something is due.
const EVERY: Duration = Duration::from_millis(300);
/// Old messages are looked for once in so many times, about every hour.
const UPKEEP_ROUNDS: u32 = 12_000;
/// For how long taken messages are nobody else's: longer than one takes to send and to be noted.
const HELD: chrono::Duration = chrono::Duration::seconds(60);
/// So many messages go to one webhook at a time; each webhook has a hand of its own, so a slow one holds up no other.
const AT_ONCE: i64 = 8;
/// How long a connection may take.
const CONNECTING: Duration = Duration::from_secs(5);
/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// So much of an answer is read, so that the connection can be used again. None of it is kept.
const READ_MAX: usize = 16 * 1024;
/// What we call ourselves.
const AGENT: &str = "Portreeve-Webhooks/1";

/// What a sender needs.
pub struct SenderParts {
    /// The door of the town, for its database and its clock.
    pub door: Door,
    /// What opens the database for noting what came of messages.
    pub door_key: DoorKey,
    /// What opens secrets.
    pub keys: Arc<Keys>,
    /// Where messages may go besides the internet.
    pub networks: Networks,
    /// The town's name, told with each message.
    pub town: String,
}

/// Sends messages.
#[derive(Clone)]
pub struct Sender(Arc<Inner>);

struct Inner {
    parts: SenderParts,
    networks: Arc<Networks>,
    https: Client,
    http: Client,
}

/// What came of sending one message.
struct Sent {
    status: Option<StatusCode>,
    refused: Option<DeliveryRefused>,
    /// For how many seconds the receiver wants to be left alone.
    rest_seconds: i64,
}

impl Sender {
    /// A sender; no network is asked for yet.
    pub fn new(parts: SenderParts) -> Result<Sender, Fault> {
        let networks = Arc::new(parts.networks.clone());
        let client = |scheme: Scheme| {
            Client::builder()
                .dns_resolver(Arc::new(Guarded { networks: networks.clone(), scheme }))
                // A proxy would ask for the host itself, and connect to wherever it likes.
                .no_proxy()
                .redirect(redirect::Policy::none())
                .https_only(scheme == Scheme::Https)
                .connect_timeout(CONNECTING)
                .timeout(PATIENCE)
                .pool_max_idle_per_host(2)
                .pool_idle_timeout(Duration::from_secs(30))
                .user_agent(AGENT)
                .build()
                .map_err(|error| Fault::caused("making ready to send messages", error))
        };
        let (https, http) = (client(Scheme::Https)?, client(Scheme::Http)?);
        Ok(Sender(Arc::new(Inner { parts, networks, https, http })))
    }

    /// Sends what is due, and what will be, until it is told to stop; what is on its way then is waited for.
    pub async fn stand(&self, stop: &Stop) {
        let mut hands = JoinSet::new();
        let mut busy: BTreeMap<Id, WebhookId> = BTreeMap::new();
        let mut rounds_to_upkeep = 0;
        while !stop.is_told() {
            rounds_to_upkeep = if rounds_to_upkeep == 0 { self.drop_old().await } else { rounds_to_upkeep - 1 };
            while let Some(ended) = hands.try_join_next_with_id() {
                match ended {
                    Ok((id, ())) => busy.remove(&id),
                    Err(error) => busy.remove(&error.id()),
                };
            }
            match self.due().await {
                Err(fault) => tracing::error!(%fault, "nobody can ask which messages are due"),
                Ok(due) => {
                    for webhook in due {
                        if busy.values().all(|other| *other != webhook) {
                            let (sender, stop) = (self.clone(), stop.clone());
                            let hand = hands.spawn(async move { sender.send_all(webhook, &stop).await });
                            busy.insert(hand.id(), webhook);
                        }
                    }
                }
            }
            tokio::time::sleep(EVERY).await;
        }
        while hands.join_next().await.is_some() {}
    }

    /// Drops some messages that are old enough; after how many rounds it is worth looking for more.
    async fn drop_old(&self) -> u32 {
        let Inner { parts, .. } = &*self.0;
        match upkeep::drop_old(parts.door.db(), &parts.door_key, parts.door.now()).await {
            Ok(upkeep::Left::More) => 0,
            Ok(upkeep::Left::Nothing) => UPKEEP_ROUNDS,
            Err(fault) => {
                tracing::error!(%fault, "old messages are not dropped");
                UPKEEP_ROUNDS
            }
        }
    }

    async fn due(&self) -> Result<Vec<WebhookId>, Fault> {
        let door = &self.0.parts.door;
        deliveries::due_webhooks(&mut door.db().read().await?, door.now()).await
    }

    /// Sends everything of one webhook that is due.
    async fn send_all(&self, webhook: WebhookId, stop: &Stop) {
        while !stop.is_told() {
            match self.send_some(webhook).await {
                Ok(0) => return,
                Ok(_) => {}
                Err(fault) => {
                    tracing::error!(%fault, webhook = webhook.0, "messages of a webhook did not get on");
                    return;
                }
            }
        }
    }

    /// Takes some messages, sends them beside each other, and notes what came of them; how many they were.
    async fn send_some(&self, id: WebhookId) -> Result<usize, Fault> {
        let Some((webhook, taken)) = self.take(id).await? else { return Ok(0) };
        let webhook = Arc::new(webhook);
        let count = taken.len();
        let mut sending = JoinSet::new();
        for delivery in taken {
            let (sender, webhook) = (self.clone(), webhook.clone());
            sending.spawn(async move {
                let sent = sender.send(&webhook, &delivery).await;
                (delivery, sent)
            });
        }
        let mut all = Vec::with_capacity(count);
        while let Some(ended) = sending.join_next().await {
            all.push(ended.map_err(|error| Fault::caused("sending a message", error))?);
        }
        // Always in the same order, so that two who note never wait for each other.
        all.sort_by_key(|(delivery, _)| delivery.id);
        self.note(id, &all).await?;
        Ok(count)
    }

    async fn take(&self, id: WebhookId) -> Result<Option<(Webhook, Vec<Delivery>)>, Fault> {
        let Inner { parts, .. } = &*self.0;
        let now = parts.door.now();
        let mut tx = parts.door.db().write(&parts.door_key).await?;
        let Some(webhook) = store::webhook(&mut tx, id).await? else { return Ok(None) };
        if webhook.state != WebhookState::Active || webhook.secrets.newest.is_none() {
            return Ok(None);
        }
        let taken = deliveries::claim(&mut tx, id, (now, now + HELD), AT_ONCE).await?;
        if taken.is_empty() {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some((webhook, taken)))
    }

    async fn send(&self, webhook: &Webhook, delivery: &Delivery) -> Sent {
        match self.try_to_send(webhook, delivery).await {
            Ok((status, rest_seconds)) => {
                let refused = (!status.is_success()).then_some(DeliveryRefused::Status);
                Sent { status: Some(status), refused, rest_seconds }
            }
            Err(refused) => Sent { status: None, refused: Some(refused), rest_seconds: 0 },
        }
    }

    /// The status of the answer, and for how many seconds the receiver wants to be left alone.
    async fn try_to_send(&self, webhook: &Webhook, delivery: &Delivery) -> Result<(StatusCode, i64), DeliveryRefused> {
        let Inner { parts, networks, https, http } = &*self.0;
        let now = parts.door.now();
        let body = delivery.body(&parts.town);
        let signatures = self.signatures(webhook, (&delivery.message, now), &body)?;
        let url = read_url(&webhook.url)?;
        let scheme = scheme_of(&url);
        if let Some(address) = literal(&url) {
            networks.judge(scheme, address)?;
        }
        let client = match scheme {
            Scheme::Https => https,
            Scheme::Http => http,
        };
        let request = client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &delivery.message)
            .header("webhook-timestamp", now.timestamp().to_string())
            .header("webhook-signature", signatures)
            .body(body);
        let mut answer = request.send().await.map_err(|error| why(&error))?;
        let mut left = READ_MAX;
        while let Ok(Some(piece)) = answer.chunk().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                break;
            }
        }
        Ok((answer.status(), rest_seconds(answer.status(), answer.headers())))
    }

    /// With the newest secret and, while that holds, with the one before.
    fn signatures(
        &self,
        webhook: &Webhook,
        (message, now): (&str, DateTime<Utc>),
        body: &str,
    ) -> Result<String, DeliveryRefused> {
        let before = webhook.secrets.before.iter().filter(|(_, until)| now < *until).map(|(sealed, _)| sealed);
        let mut all = Vec::new();
        for sealed in webhook.secrets.newest.iter().chain(before) {
            let secret = WebhookSecret::open(webhook.id, sealed, &self.0.parts.keys).map_err(|fault| {
                tracing::error!(%fault, webhook = webhook.id.0, "the secret of a webhook does not open");
                DeliveryRefused::Secret
            })?;
            all.push(secret.sign(message, now.timestamp(), body));
        }
        Ok(all.join(" "))
    }

    async fn note(&self, id: WebhookId, all: &[(Delivery, Sent)]) -> Result<(), Fault> {
        let Inner { parts, .. } = &*self.0;
        let now = parts.door.now();
        let mut tx = parts.door.db().write(&parts.door_key).await?;
        // Held first, as acts do: whoever starts or stops it meanwhile comes before or after, not in between.
        let Some(webhook) = store::held(&mut tx, id).await? else { return Ok(()) };
        let mut newest = None;
        for (delivery, sent) in all {
            let last = LastTried { at: now, status: status_of(sent), refused: sent.refused };
            let next = next_try(delivery.attempts + 1, (now, sent.rest_seconds));
            let stands = match (sent.refused, next) {
                (None, _) => (DeliveryState::Delivered, now),
                (Some(_), Some(next)) => (DeliveryState::Open, next),
                (Some(_), None) => (DeliveryState::GivenUp, now),
            };
            deliveries::note(&mut tx, delivery, stands, &last).await?;
            newest = Some(last);
            tell(id, delivery.act, (sent, stands.0));
        }
        if let Some(newest) = newest {
            store::set_last(&mut tx, id, &newest).await?;
        }
        let is_gone = all.iter().any(|(_, sent)| sent.status == Some(StatusCode::GONE));
        if is_gone && webhook.state == WebhookState::Active {
            store::set_state(&mut tx, id, (WebhookState::Gone, now)).await?;
            tracing::warn!(webhook = id.0, "a receiver wants no more messages, and is sent none");
        }
        tx.commit().await
    }
}

/// For how many seconds a receiver that has too much to do wants to be left alone (RFC 9110, 10.2.3; RFC 6585, 4): what it
/// gives as seconds counts, a date does not.
fn rest_seconds(status: StatusCode, headers: &HeaderMap) -> i64 {
    let is_busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let asked = headers.get(header::RETRY_AFTER).filter(|_| is_busy).and_then(|value| value.to_str().ok());
    asked.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

fn status_of(sent: &Sent) -> Option<i64> {
    sent.status.map(|status| i64::from(status.as_u16()))
}

fn tell(webhook: WebhookId, act: ActId, (sent, state): (&Sent, DeliveryState)) {
    if let Some(refused) = sent.refused {
        let (status, why, state) = (status_of(sent), refused.code(), state.code());
        tracing::warn!(webhook = webhook.0, act = act.0, status, why, state, "a message was not delivered");
    }
}

/// Why no answer came. Nothing of what the other side said is kept.
fn why(error: &reqwest::Error) -> DeliveryRefused {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(not_reached) = error.downcast_ref::<NotReached>() {
            return (*not_reached).into();
        }
        cause = error.source();
    }
    if error.is_timeout() { DeliveryRefused::Timeout } else { DeliveryRefused::Connection }
}
