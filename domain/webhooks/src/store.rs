//! The SQL of webhooks.

pub(crate) mod deliveries;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use db::{Fault, Read, Rows, Tx};
use kernel::ActId;
use secrets::Sealed;

use crate::delivery::DeliveryRefused;
use crate::wanted::Wanted;
use crate::webhook::{LastTried, Secrets};
use crate::{Webhook, WebhookId, WebhookState};

#[derive(sqlx::FromRow)]
struct WebhookRow {
    webhook_id: i64,
    title: String,
    url: String,
    state: String,
    state_since: DateTime<Utc>,
    sealed: Option<Vec<u8>>,
    key_id: Option<String>,
    old_sealed: Option<Vec<u8>>,
    old_key_id: Option<String>,
    old_until: Option<DateTime<Utc>>,
    last_status: Option<i64>,
    last_refusal: Option<String>,
    last_at: Option<DateTime<Utc>>,
}

/// What is asked of every webhook, of which rows the rest says.
macro_rules! select_webhooks {
    ($rest:literal) => {
        concat!(
            "select webhook_id, title, url, state, state_since, sealed, key_id, old_sealed, old_key_id, old_until,
                    last_status, last_refusal, last_at
             from webhook
             ",
            $rest
        )
    };
}

/// All webhooks, by their titles.
pub async fn webhooks(read: &mut Read) -> Result<Vec<Webhook>, Fault> {
    const SQL: &str = select_webhooks!("order by title, webhook_id");
    let rows: Vec<WebhookRow> = read.all(SQL, vec![]).await?;
    let mut kinds = all_kinds(read).await?;
    rows.into_iter()
        .map(|row| {
            let wanted = kinds.remove(&row.webhook_id).unwrap_or_default();
            webhook_of(row, wanted)
        })
        .collect()
}

/// One webhook.
pub async fn webhook(read: &mut Read, id: WebhookId) -> Result<Option<Webhook>, Fault> {
    const SQL: &str = select_webhooks!("where webhook_id = $1");
    let row: Option<WebhookRow> = read.one(SQL, vec![id.into()]).await?;
    with_kinds(read, row).await
}

/// One webhook, held against whoever else changes it.
pub(crate) async fn held(tx: &mut Tx, id: WebhookId) -> Result<Option<Webhook>, Fault> {
    const SQL: &str = select_webhooks!("where webhook_id = $1 for update");
    let row: Option<WebhookRow> = tx.one(SQL, vec![id.into()]).await?;
    with_kinds(tx, row).await
}

async fn with_kinds(read: &mut Read, row: Option<WebhookRow>) -> Result<Option<Webhook>, Fault> {
    const SQL: &str = "
        select kind
        from webhook_kind
        where webhook_id = $1
        order by kind";
    let Some(row) = row else { return Ok(None) };
    let kinds: Vec<(String,)> = read.all(SQL, vec![row.webhook_id.into()]).await?;
    webhook_of(row, kinds.into_iter().map(|(kind,)| kind).collect()).map(Some)
}

async fn all_kinds(read: &mut Read) -> Result<BTreeMap<i64, BTreeSet<String>>, Fault> {
    const SQL: &str = "
        select webhook_id, kind
        from webhook_kind
        order by webhook_id, kind";
    let rows: Vec<(i64, String)> = read.all(SQL, vec![]).await?;
    let mut kinds: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for (webhook, kind) in rows {
        kinds.entry(webhook).or_default().insert(kind);
    }
    Ok(kinds)
}

fn webhook_of(row: WebhookRow, kinds: BTreeSet<String>) -> Result<Webhook, Fault> {
    let impossible = |column| Fault::impossible_row("webhook", column, row.webhook_id);
    let sealed = |bytes: Option<Vec<u8>>, key_id: Option<String>| {
        bytes.zip(key_id).map(|(bytes, key_id)| Sealed { key_id, bytes })
    };
    let last = match row.last_at {
        None => None,
        Some(at) => Some(LastTried { at, status: row.last_status, refused: refused_of(row.last_refusal.as_deref()) }),
    };
    Ok(Webhook {
        id: WebhookId(row.webhook_id),
        state: WebhookState::of_code(&row.state).ok_or_else(|| impossible("state"))?,
        title: row.title,
        url: row.url,
        wanted: Wanted::stored(kinds),
        since: row.state_since,
        secrets: Secrets {
            newest: sealed(row.sealed, row.key_id),
            before: sealed(row.old_sealed, row.old_key_id).zip(row.old_until),
        },
        last,
    })
}

pub(crate) fn refused_of(code: Option<&str>) -> Option<DeliveryRefused> {
    code.and_then(DeliveryRefused::of_code)
}

/// How many webhooks there are.
pub(crate) async fn count(read: &mut Read) -> Result<i64, Fault> {
    Ok(read.number("select count(*) from webhook", vec![]).await?.unwrap_or(0))
}

/// Whether another webhook has a title.
pub(crate) async fn is_taken(read: &mut Read, title: &str, but: Option<WebhookId>) -> Result<bool, Fault> {
    const SQL: &str = "
        select count(*)
        from webhook
        where title = $1 and webhook_id <> $2";
    let but = but.map_or(0, |id| id.0);
    Ok(read.number(SQL, vec![title.into(), but.into()]).await? != Some(0))
}

pub(crate) async fn insert(
    tx: &mut Tx,
    (title, url, wanted): (&str, &str, &Wanted),
    (now, act): (DateTime<Utc>, ActId),
) -> Result<WebhookId, Fault> {
    const SQL: &str = "
        insert into webhook (webhook_id, title, url, state, state_since, act_id)
        values ($1, $2, $3, 'active', $4, $5)";
    let id: WebhookId = tx.id("webhook").await?;
    tx.run_once(SQL, vec![id.into(), title.into(), url.into(), now.into(), act.into()]).await?;
    insert_kinds(tx, id, wanted).await?;
    Ok(id)
}

pub(crate) async fn update(
    tx: &mut Tx,
    id: WebhookId,
    (title, url, wanted): (&str, &str, &Wanted),
) -> Result<(), Fault> {
    const SQL: &str = "
        update webhook
        set title = $2, url = $3
        where webhook_id = $1";
    const GONE: &str = "
        delete from webhook_kind
        where webhook_id = $1";
    tx.run_once(SQL, vec![id.into(), title.into(), url.into()]).await?;
    tx.run(GONE, vec![id.into()]).await?;
    insert_kinds(tx, id, wanted).await
}

async fn insert_kinds(tx: &mut Tx, id: WebhookId, wanted: &Wanted) -> Result<(), Fault> {
    let mut rows = Rows::new("webhook_kind", &["webhook_id", "kind"]);
    for kind in wanted.kinds() {
        rows.push([id.into(), kind.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

pub(crate) async fn set_state(
    tx: &mut Tx,
    id: WebhookId,
    (state, now): (WebhookState, DateTime<Utc>),
) -> Result<(), Fault> {
    const SQL: &str = "
        update webhook
        set state = $2, state_since = $3
        where webhook_id = $1";
    tx.run_once(SQL, vec![id.into(), state.code().into(), now.into()]).await
}

pub(crate) async fn set_secrets(tx: &mut Tx, id: WebhookId, secrets: &Secrets) -> Result<(), Fault> {
    const SQL: &str = "
        update webhook
        set sealed = $2, key_id = $3, old_sealed = $4, old_key_id = $5, old_until = $6
        where webhook_id = $1";
    let parts = |sealed: Option<&Sealed>| {
        (sealed.map(|sealed| sealed.bytes.clone()), sealed.map(|sealed| sealed.key_id.clone()))
    };
    let (newest, key) = parts(secrets.newest.as_ref());
    let (before, old_key) = parts(secrets.before.as_ref().map(|(sealed, _)| sealed));
    let until = secrets.before.as_ref().map(|(_, until)| *until);
    let args = vec![id.into(), newest.into(), key.into(), before.into(), old_key.into(), until.into()];
    tx.run_once(SQL, args).await
}

/// Notes what came of the last message. It is no change of the town: whoever sends it writes it down.
pub(crate) async fn set_last(tx: &mut Tx, id: WebhookId, last: &LastTried) -> Result<(), Fault> {
    const SQL: &str = "
        update webhook
        set last_status = $2, last_refusal = $3, last_at = $4
        where webhook_id = $1";
    let refused = last.refused.map(|refused| refused.code().to_owned());
    tx.run_once(SQL, vec![id.into(), last.status.into(), refused.into(), last.at.into()]).await
}

/// The webhooks that are told of a kind of change, asked for by its names.
pub(crate) async fn that_want(read: &mut Read, names: &[String; 3]) -> Result<Vec<WebhookId>, Fault> {
    const SQL: &str = "
        select k.webhook_id
        from webhook_kind k
        join webhook w on w.webhook_id = k.webhook_id
        where k.kind in ($1, $2, $3) and w.state = 'active'
        group by k.webhook_id
        order by k.webhook_id";
    let args = names.iter().map(|name| name.as_str().into()).collect();
    let rows: Vec<(i64,)> = read.all(SQL, args).await?;
    Ok(rows.into_iter().map(|(id,)| WebhookId(id)).collect())
}
