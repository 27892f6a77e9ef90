//! Webhooks and their messages, for programs with a token. No secret is ever told here, not even sealed.

use axum::http::Method;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Ask, At, Envelope, List, Paging, Problem, Problems, Route, number};

use crate::permissions::MANAGE;
use crate::store::deliveries::{DeliveryCounts, counts, deliveries};
use crate::{Delivery, DeliveryRefused, DeliveryState, Webhook, WebhookId, WebhookState, store};

/// Every address of this room for programs.
#[must_use]
pub fn api_routes() -> Vec<Route> {
    const MANAGES: Access = Access::Needs(MANAGE);
    let get = Method::GET;
    vec![
        Route::api(get.clone(), "/api/v1/webhooks", ("Webhooks, for programs", MANAGES), list),
        Route::api(get.clone(), "/api/v1/webhooks/{id}", ("One webhook, for programs", MANAGES), one),
        Route::api(get, "/api/v1/webhooks/{id}/messages", ("Messages of a webhook, for programs", MANAGES), messages),
    ]
}

/// What this room describes of the API.
#[derive(OpenApi)]
#[openapi(paths(list, one, messages))]
struct Described;

/// The addresses of this room for programs, described.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

/// A program elsewhere that is told of what is done here.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookBody {
    /// Its number.
    id: i64,
    /// What people call it.
    title: String,
    /// Where messages go.
    url: String,
    /// Of what it is told: single kinds of change, all of a part (`billing.*`), or all (`*`).
    kinds: Vec<String>,
    /// Whether it is told.
    state: WebhookState,
    /// Since when it stands so.
    since: DateTime<Utc>,
    /// Whether it has a secret; without one messages wait.
    has_secret: bool,
    /// Messages to be sent.
    open: i64,
    /// Messages that were given up.
    given_up: i64,
}

/// One message.
#[derive(Debug, Serialize, ToSchema)]
struct MessageBody {
    /// What the receiver knows it by.
    id: String,
    /// What was done.
    kind: String,
    /// The entry of the log it tells of.
    entry: i64,
    /// When that was done.
    happened_at: DateTime<Utc>,
    /// How it stands.
    state: DeliveryState,
    /// How often it was tried since it was written or sent again.
    attempts: i64,
    /// When it is tried next, while it is open.
    next_at: Option<DateTime<Utc>>,
    /// When it was tried last.
    last_at: Option<DateTime<Utc>>,
    /// What the receiver answered last.
    last_status: Option<i64>,
    /// Why it did not arrive last.
    last_refused: Option<DeliveryRefused>,
}

fn webhook_body(webhook: Webhook, counts: DeliveryCounts) -> WebhookBody {
    WebhookBody {
        id: webhook.id.0,
        kinds: webhook.wanted.kinds().map(str::to_owned).collect(),
        title: webhook.title,
        url: webhook.url,
        state: webhook.state,
        since: webhook.since,
        has_secret: webhook.secrets.newest.is_some(),
        open: counts.open,
        given_up: counts.given_up,
    }
}

fn message_body(delivery: Delivery) -> MessageBody {
    MessageBody {
        next_at: (delivery.state == DeliveryState::Open).then_some(delivery.next_at),
        id: delivery.message,
        kind: delivery.kind,
        entry: delivery.act.0,
        happened_at: delivery.happened_at,
        state: delivery.state,
        attempts: delivery.attempts,
        last_at: delivery.last_at,
        last_status: delivery.last_status,
        last_refused: delivery.last_refused,
    }
}

/// All webhooks, by number.
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "list_webhooks", security(("bearer" = [])),
    params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<WebhookBody>), Problems)
)]
async fn list(ask: Ask, paging: Paging) -> Result<List<WebhookBody>, Problem> {
    let after: i64 = paging.after()?.unwrap_or(i64::MIN);
    let mut read = ask.read().await?;
    let counts = counts(&mut read).await?;
    let mut all = store::webhooks(&mut read).await?;
    all.sort_by_key(|webhook| webhook.id);
    let following = all.into_iter().filter(|webhook| after < webhook.id.0).take(paging.limit + 1);
    let bodies = following.map(|webhook| {
        let counts = counts.get(&webhook.id).copied().unwrap_or_default();
        webhook_body(webhook, counts)
    });
    Ok(List::of(bodies.collect(), &paging, |last| last.id))
}

/// One webhook.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}", tag = "webhooks", operation_id = "get_webhook", security(("bearer" = [])),
    params(("id" = i64, Path, minimum = 1, example = 1, description = "The number of the webhook.")),
    responses((status = 200, description = "The webhook.", body = Envelope<WebhookBody>), Problems)
)]
async fn one(ask: Ask, At(id): At<String>) -> Result<Envelope<WebhookBody>, Problem> {
    let id = WebhookId(number(&id)?);
    let mut read = ask.read().await?;
    let webhook = store::webhook(&mut read, id).await?.ok_or_else(Problem::not_found)?;
    let counts = counts(&mut read).await?.get(&id).copied().unwrap_or_default();
    Ok(Envelope::of(webhook_body(webhook, counts)))
}

/// Messages of a webhook, the newest first.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/messages", tag = "webhooks", operation_id = "list_webhook_messages",
    security(("bearer" = [])),
    params(
        ("id" = i64, Path, minimum = 1, example = 1, description = "The number of the webhook."),
        ("state" = Option<DeliveryState>, Query, example = "open", description = "Only those that stand so."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<MessageBody>), Problems)
)]
async fn messages(ask: Ask, At(id): At<String>, paging: Paging) -> Result<List<MessageBody>, Problem> {
    let id = WebhookId(number(&id)?);
    let before: i64 = paging.after()?.unwrap_or(i64::MAX);
    let state = match ask.query().text("state") {
        "" => None,
        code => Some(
            DeliveryState::of_code(code)
                .ok_or_else(|| Problem::bad_request("`state` is open, delivered, given_up or set_aside."))?,
        ),
    };
    let mut read = ask.read().await?;
    store::webhook(&mut read, id).await?.ok_or_else(Problem::not_found)?;
    let most = i64::try_from(paging.limit).unwrap_or(i64::MAX).saturating_add(1);
    let found = deliveries(&mut read, (id, state), before, most).await?;
    let last = found.get(paging.limit.saturating_sub(1)).map(|delivery| delivery.id);
    Ok(List::of(found.into_iter().map(message_body).collect(), &paging, |_| last))
}
