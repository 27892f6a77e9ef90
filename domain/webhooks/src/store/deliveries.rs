//! The SQL of messages.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use db::{Fault, Read, Tx};
use kernel::{ActId, OrderId};

use super::refused_of;
use crate::WebhookId;
use crate::delivery::{Delivery, DeliveryState, Subject};
use crate::webhook::LastTried;

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    delivery_id: i64,
    webhook_id: i64,
    message: String,
    act_id: i64,
    kind: String,
    subject_kind: String,
    subject_id: i64,
    account_number: Option<String>,
    order_id: Option<i64>,
    chunk_no: Option<i64>,
    happened_at: DateTime<Utc>,
    state: String,
    attempts: i64,
    claims: i64,
    next_at: DateTime<Utc>,
    last_status: Option<i64>,
    last_refusal: Option<String>,
    last_at: Option<DateTime<Utc>>,
}

/// What is asked of every message, of which rows the rest says.
macro_rules! select_deliveries {
    ($rest:literal) => {
        concat!(
            "select delivery_id, webhook_id, message, act_id, kind, subject_kind, subject_id, account_number, order_id,
                    chunk_no, happened_at, state, attempts, claims, next_at, last_status, last_refusal, last_at
             from webhook_delivery
             ",
            $rest
        )
    };
}

/// A message that is to be written.
pub(crate) struct NewDelivery<'a> {
    pub(crate) message: String,
    pub(crate) act: ActId,
    pub(crate) kind: &'a str,
    pub(crate) subject: &'a Subject,
    pub(crate) part: Option<(OrderId, i64)>,
    pub(crate) happened_at: DateTime<Utc>,
}

pub(crate) async fn insert(tx: &mut Tx, webhook: WebhookId, new: NewDelivery<'_>) -> Result<(), Fault> {
    const SQL: &str = "
        insert into webhook_delivery (delivery_id, webhook_id, message, act_id, kind, subject_kind, subject_id,
                                      account_number, order_id, chunk_no, happened_at, state, attempts, claims, next_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', 0, 0, $11)";
    let id: i64 = tx.id("webhook_delivery").await?;
    let args = vec![
        id.into(),
        webhook.into(),
        new.message.into(),
        new.act.into(),
        new.kind.into(),
        new.subject.kind.as_str().into(),
        new.subject.id.into(),
        new.subject.account_number.clone().into(),
        new.part.map(|(order, _)| order).into(),
        new.part.map(|(_, number)| number).into(),
        new.happened_at.into(),
    ];
    tx.run_once(SQL, args).await
}

/// Webhooks that can be sent to and have something to send.
pub(crate) async fn due_webhooks(read: &mut Read, now: DateTime<Utc>) -> Result<Vec<WebhookId>, Fault> {
    const SQL: &str = "
        select w.webhook_id
        from webhook w
        where w.state = 'active' and w.sealed is not null
          and exists (select 1
                      from webhook_delivery d
                      where d.webhook_id = w.webhook_id and d.state = 'open' and d.next_at <= $1)
        order by w.webhook_id";
    let rows: Vec<(i64,)> = read.all(SQL, vec![now.into()]).await?;
    Ok(rows.into_iter().map(|(id,)| WebhookId(id)).collect())
}

/// Takes some messages that are due, until an instant: nobody else takes them before. Those that another worker is taking
/// at this moment are passed over.
pub(crate) async fn claim(
    tx: &mut Tx,
    webhook: WebhookId,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
    most: i64,
) -> Result<Vec<Delivery>, Fault> {
    const SQL: &str = select_deliveries!(
        "where webhook_id = $1 and state = 'open' and next_at <= $2
         order by next_at, delivery_id
         limit $3 for update skip locked"
    );
    const TAKE: &str = "
        update webhook_delivery
        set claims = claims + 1, next_at = $2
        where delivery_id = $1";
    let rows: Vec<DeliveryRow> = tx.all(SQL, vec![webhook.into(), now.into(), most.into()]).await?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in rows {
        tx.run_once(TAKE, vec![row.delivery_id.into(), until.into()]).await?;
        let delivery = delivery_of(row)?;
        taken.push(Delivery { claims: delivery.claims + 1, next_at: until, ..delivery });
    }
    Ok(taken)
}

/// Notes what came of a try; says whether it was still ours to note.
pub(crate) async fn note(
    tx: &mut Tx,
    delivery: &Delivery,
    (state, next_at): (DeliveryState, DateTime<Utc>),
    last: &LastTried,
) -> Result<bool, Fault> {
    const SQL: &str = "
        update webhook_delivery
        set state = $3, next_at = $4, attempts = attempts + 1, last_status = $5, last_refusal = $6, last_at = $7
        where delivery_id = $1 and claims = $2 and state = 'open'";
    let refused = last.refused.map(|refused| refused.code().to_owned());
    let args = vec![
        delivery.id.into(),
        delivery.claims.into(),
        state.code().into(),
        next_at.into(),
        last.status.into(),
        refused.into(),
        last.at.into(),
    ];
    Ok(tx.run(SQL, args).await? == 1)
}

/// Sends one again that is not on its way.
pub(crate) async fn open_again(
    tx: &mut Tx,
    webhook: WebhookId,
    (message, now): (&str, DateTime<Utc>),
) -> Result<u64, Fault> {
    const SQL: &str = "
        update webhook_delivery
        set state = 'open', attempts = 0, claims = claims + 1, next_at = $3
        where webhook_id = $1 and message = $2";
    tx.run(SQL, vec![webhook.into(), message.into(), now.into()]).await
}

/// Sends again what was done since an instant and did not arrive, or all of it.
pub(crate) async fn open_since(
    tx: &mut Tx,
    webhook: WebhookId,
    (since, now): (DateTime<Utc>, DateTime<Utc>),
    with_delivered: bool,
) -> Result<u64, Fault> {
    const SQL: &str = "
        update webhook_delivery
        set state = 'open', attempts = 0, claims = claims + 1, next_at = $3
        where webhook_id = $1 and $2 <= happened_at and (state in ('given_up', 'set_aside') or (state = 'delivered' and $4))";
    tx.run(SQL, vec![webhook.into(), since.into(), now.into(), with_delivered.into()]).await
}

/// Lets be what was given up.
pub(crate) async fn set_aside(tx: &mut Tx, webhook: WebhookId) -> Result<u64, Fault> {
    const SQL: &str = "
        update webhook_delivery
        set state = 'set_aside'
        where webhook_id = $1 and state = 'given_up'";
    tx.run(SQL, vec![webhook.into()]).await
}

/// Whether messages stand so since before an instant. Since when one that is not sent any more stands so is in `next_at`.
pub(crate) async fn has_older(
    read: &mut Read,
    webhook: WebhookId,
    (state, before): (DeliveryState, DateTime<Utc>),
) -> Result<bool, Fault> {
    const SQL: &str = "
        select min(delivery_id)
        from webhook_delivery
        where webhook_id = $1 and state = $2 and next_at < $3";
    Ok(read.number(SQL, vec![webhook.into(), state.code().into(), before.into()]).await?.is_some())
}

/// Drops some messages that stand so since before an instant, the oldest first; how many those were.
pub(crate) async fn drop_older(
    tx: &mut Tx,
    webhook: WebhookId,
    (state, before): (DeliveryState, DateTime<Utc>),
    most: u64,
) -> Result<u64, Fault> {
    // Asked twice for the state: what somebody sends again meanwhile stays.
    const SQL: &str = "
        delete from webhook_delivery
        where state = $2 and delivery_id in (select delivery_id
                                             from webhook_delivery
                                             where webhook_id = $1 and state = $2 and next_at < $3
                                             order by next_at, delivery_id
                                             limit $4)";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    tx.run(SQL, vec![webhook.into(), state.code().into(), before.into(), most.into()]).await
}

/// How many messages of a webhook stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// To be sent.
    pub open: i64,
    /// Given up.
    pub given_up: i64,
    /// When the oldest was done that was given up.
    pub given_up_since: Option<DateTime<Utc>>,
}

/// How many messages of each webhook wait or were given up.
pub async fn counts(read: &mut Read) -> Result<BTreeMap<WebhookId, DeliveryCounts>, Fault> {
    const SQL: &str = "
        select webhook_id, state, count(*), min(happened_at)
        from webhook_delivery
        where webhook_id in (select webhook_id from webhook) and state in ('open', 'given_up')
        group by webhook_id, state";
    let rows: Vec<(i64, String, i64, DateTime<Utc>)> = read.all(SQL, vec![]).await?;
    let mut counts: BTreeMap<WebhookId, DeliveryCounts> = BTreeMap::new();
    for (webhook, state, count, oldest) in rows {
        let of = counts.entry(WebhookId(webhook)).or_default();
        match DeliveryState::of_code(&state) {
            Some(DeliveryState::Open) => of.open = count,
            Some(DeliveryState::GivenUp) => (of.given_up, of.given_up_since) = (count, Some(oldest)),
            Some(DeliveryState::Delivered | DeliveryState::SetAside) | None => {}
        }
    }
    Ok(counts)
}

/// Messages of a webhook before one, the newest first, all or those in a state.
pub async fn deliveries(
    read: &mut Read,
    (webhook, state): (WebhookId, Option<DeliveryState>),
    before: i64,
    most: i64,
) -> Result<Vec<Delivery>, Fault> {
    const ALL: &str = select_deliveries!(
        "where webhook_id = $1 and delivery_id < $2
         order by delivery_id desc
         limit $3"
    );
    const IN_STATE: &str = select_deliveries!(
        "where webhook_id = $1 and state = $4 and delivery_id < $2
         order by delivery_id desc
         limit $3"
    );
    let mut args = vec![webhook.into(), before.into(), most.into()];
    let rows: Vec<DeliveryRow> = match state {
        None => read.all(ALL, args).await?,
        Some(state) => {
            args.push(state.code().into());
            read.all(IN_STATE, args).await?
        }
    };
    rows.into_iter().map(delivery_of).collect()
}

/// One message of a webhook.
pub(crate) async fn delivery(read: &mut Read, webhook: WebhookId, message: &str) -> Result<Option<Delivery>, Fault> {
    const SQL: &str = select_deliveries!("where message = $1 and webhook_id = $2");
    let row: Option<DeliveryRow> = read.one(SQL, vec![message.into(), webhook.into()]).await?;
    row.map(delivery_of).transpose()
}

fn delivery_of(row: DeliveryRow) -> Result<Delivery, Fault> {
    let state = DeliveryState::of_code(&row.state);
    Ok(Delivery {
        id: row.delivery_id,
        webhook: WebhookId(row.webhook_id),
        message: row.message,
        act: ActId(row.act_id),
        kind: row.kind,
        subject: Subject { kind: row.subject_kind, id: row.subject_id, account_number: row.account_number },
        part: row.order_id.map(OrderId).zip(row.chunk_no),
        happened_at: row.happened_at,
        state: state.ok_or_else(|| Fault::impossible_row("webhook_delivery", "state", row.delivery_id))?,
        attempts: row.attempts,
        claims: row.claims,
        next_at: row.next_at,
        last_status: row.last_status,
        last_refused: refused_of(row.last_refusal.as_deref()),
        last_at: row.last_at,
    })
}
