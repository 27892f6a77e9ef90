//! The SQL of the act log, of bulk orders and of chunks.

pub(crate) mod personal;
pub(crate) mod proposals;
pub(crate) mod search;
pub(crate) mod watched;
pub(crate) mod weights;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{ActId, ActorId, Digest, OrderId};

use crate::entry::Entry;
use crate::personal::KeptApart;
use crate::seal::SealHead;
use crate::{Chunk, ChunkDone, ChunkPlan, Order, OrderPlan, Progress, Subject};

/// What a new entry of the log says.
pub(crate) struct NewAct<'a> {
    pub(crate) kind: &'a str,
    pub(crate) version: i64,
    pub(crate) permission: &'a str,
    pub(crate) subject: Subject,
    pub(crate) reason: &'a str,
    pub(crate) key: &'a str,
    pub(crate) command: &'a str,
    /// Fields of the command that are kept apart.
    pub(crate) personal: &'static [&'static str],
    pub(crate) outcome: &'a str,
    pub(crate) chunk: Option<(OrderId, i64)>,
}

#[derive(sqlx::FromRow)]
pub(crate) struct EarlierAct {
    pub(crate) act_id: i64,
    pub(crate) kind: String,
    pub(crate) command: String,
    pub(crate) outcome: String,
}

#[derive(sqlx::FromRow)]
struct ChunkRow {
    order_id: i64,
    chunk_no: i64,
    from_key: i64,
    to_key: i64,
    outcome: Option<String>,
    digest: Option<Vec<u8>>,
    refusal: Option<String>,
}

#[derive(sqlx::FromRow)]
struct OrderRow {
    order_id: i64,
    kind: String,
    in_sequence: bool,
    inputs: String,
}

/// An act with all its columns.
#[derive(sqlx::FromRow)]
pub(crate) struct ActRow {
    pub(crate) act_id: i64,
    pub(crate) actor_id: i64,
    pub(crate) kind: String,
    pub(crate) version: i64,
    pub(crate) permission: String,
    pub(crate) subject_kind: String,
    pub(crate) subject_id: i64,
    pub(crate) reason: String,
    pub(crate) idempotency_key: String,
    pub(crate) command: String,
    pub(crate) outcome: String,
    pub(crate) journal_digest: Option<Vec<u8>>,
    pub(crate) order_id: Option<i64>,
    pub(crate) chunk_no: Option<i64>,
    pub(crate) business_on: NaiveDate,
    pub(crate) entered_at: DateTime<Utc>,
}

/// A seal beside its act, which somebody may have taken away.
pub(crate) struct SealedRow {
    pub(crate) position: i64,
    pub(crate) act_id: i64,
    pub(crate) digest: Digest,
    pub(crate) sealed_at: DateTime<Utc>,
    pub(crate) act: Option<ActRow>,
    /// Salt and whole command of one whose personal fields are kept apart and not erased.
    pub(crate) personal: Option<(Vec<u8>, String)>,
}

#[derive(sqlx::FromRow)]
struct SealRow {
    position: i64,
    act_id: i64,
    digest: Vec<u8>,
    sealed_at: DateTime<Utc>,
}

pub(crate) async fn act_by_key(read: &mut Read, key: &str) -> Result<Option<EarlierAct>, Fault> {
    const SQL: &str = "
        select a.act_id, a.kind, coalesce(p.command, a.command) as command, a.outcome
        from act a
        left join act_personal p on p.act_id = a.act_id
        where a.idempotency_key = $1";
    read.one(SQL, vec![key.into()]).await
}

pub(crate) async fn insert_act(entry: &mut Entry, new: NewAct<'_>) -> Result<(), Fault> {
    const SQL: &str = "
        insert into act (act_id, actor_id, kind, version, permission, subject_kind, subject_id, reason, idempotency_key,
                         command, outcome, journal_digest, order_id, chunk_no, business_on, entered_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let apart = match new.personal {
        [] => None,
        fields => Some(KeptApart::new(new.command, fields)?),
    };
    let command = apart.as_ref().map_or(new.command, |apart| &apart.logged);
    let about = entry.judged().about.clone().unwrap_or_else(|| new.subject.clone());
    let args = vec![
        entry.act.into(),
        entry.actor.id.into(),
        new.kind.into(),
        new.version.into(),
        new.permission.into(),
        new.subject.kind.into(),
        new.subject.id.into(),
        new.reason.into(),
        new.key.into(),
        command.into(),
        new.outcome.into(),
        entry.journal_digest().into(),
        new.chunk.map(|(order, _)| order).into(),
        new.chunk.map(|(_, number)| number).into(),
        entry.today.into(),
        entry.now.into(),
    ];
    entry.run_once(SQL, args).await?;
    match apart {
        Some(apart) => personal::insert(entry, &about, (new.command, &apart)).await,
        None => Ok(()),
    }
}

pub(crate) async fn insert_order(tx: &mut Tx, act: ActId, plan: OrderPlan) -> Result<OrderId, Fault> {
    const SQL: &str = "
        insert into bulk_order (order_id, act_id, kind, in_sequence, chunk_count, inputs)
        values ($1, $2, $3, $4, $5, $6)";
    let order: OrderId = tx.id("bulk_order").await?;
    let count = i64::try_from(plan.chunks.len()).map_err(|_| Fault::new("too many chunks"))?;
    let args =
        vec![order.into(), act.into(), plan.kind.into(), plan.in_sequence.into(), count.into(), plan.inputs.into()];
    tx.run_once(SQL, args).await?;
    let mut rows = Rows::new("chunk", &["order_id", "chunk_no", "from_key", "to_key", "state"]);
    for (number, chunk) in (0_i64..).zip(plan.chunks) {
        rows.push([order.into(), number.into(), chunk.from.into(), chunk.to.into(), "open".into()]);
    }
    tx.bulk(rows).await?;
    Ok(order)
}

/// An order by its id.
pub async fn open_order(read: &mut Read, order: OrderId) -> Result<Option<Order>, Fault> {
    const SQL: &str = "
        select order_id, kind, in_sequence, inputs
        from bulk_order
        where order_id = $1";
    let row: Option<OrderRow> = read.one(SQL, vec![order.into()]).await?;
    Ok(row.map(|row| Order {
        id: OrderId(row.order_id),
        kind: row.kind,
        in_sequence: row.in_sequence,
        inputs: row.inputs,
    }))
}

/// Locks the next open chunk; chunks that another worker holds are passed over, unless the
/// order must be done in sequence.
pub(crate) async fn claim_chunk(tx: &mut Tx, order: &Order) -> Result<Option<Chunk>, Fault> {
    const ANY: &str = "
        select order_id, chunk_no, from_key, to_key, outcome, digest, refusal
        from chunk
        where order_id = $1 and state = 'open'
        order by chunk_no
        limit 1 for update skip locked";
    const NEXT: &str = "
        select order_id, chunk_no, from_key, to_key, outcome, digest, refusal
        from chunk
        where order_id = $1 and state = 'open'
        order by chunk_no
        limit 1 for update";
    if order.in_sequence {
        // Waiting for the order's row first: whoever comes second sees what the first one did.
        tx.number("select order_id from bulk_order where order_id = $1 for update", vec![order.id.into()]).await?;
    }
    let sql = if order.in_sequence { NEXT } else { ANY };
    let row: Option<ChunkRow> = tx.one(sql, vec![order.id.into()]).await?;
    row.map(chunk_of).transpose()
}

pub(crate) async fn finish_chunk(entry: &mut Entry, chunk: &Chunk, done: &ChunkDone) -> Result<(), Fault> {
    const SQL: &str = "
        update chunk
        set state = 'done', outcome = $3, digest = $4, act_id = $5, refusal = null
        where order_id = $1 and chunk_no = $2 and state = 'open'";
    let args = vec![
        chunk.order.into(),
        chunk.number.into(),
        done.outcome.as_str().into(),
        done.digest.into(),
        entry.act.into(),
    ];
    entry.run_once(SQL, args).await
}

pub(crate) async fn refuse_chunk(tx: &mut Tx, chunk: &Chunk, words: &str) -> Result<u64, Fault> {
    const SQL: &str = "
        update chunk
        set state = 'refused', refusal = $3
        where order_id = $1 and chunk_no = $2 and state = 'open'";
    tx.run(SQL, vec![chunk.order.into(), chunk.number.into(), words.into()]).await
}

pub(crate) async fn reopen_refused(tx: &mut Tx, order: OrderId) -> Result<u64, Fault> {
    const SQL: &str = "
        update chunk
        set state = 'open'
        where order_id = $1 and state = 'refused'";
    tx.run(SQL, vec![order.into()]).await
}

/// All chunks of an order, by number.
pub async fn chunks(read: &mut Read, order: OrderId) -> Result<Vec<Chunk>, Fault> {
    const SQL: &str = "
        select order_id, chunk_no, from_key, to_key, outcome, digest, refusal
        from chunk
        where order_id = $1
        order by chunk_no";
    let rows: Vec<ChunkRow> = read.all(SQL, vec![order.into()]).await?;
    rows.into_iter().map(chunk_of).collect()
}

/// The act that placed an order.
pub async fn order_act(read: &mut Read, order: OrderId) -> Result<Option<ActId>, Fault> {
    const SQL: &str = "
        select act_id
        from bulk_order
        where order_id = $1";
    Ok(read.number(SQL, vec![order.into()]).await?.map(ActId))
}

/// Who gave an order.
pub async fn order_given_by(read: &mut Read, order: OrderId) -> Result<Option<ActorId>, Fault> {
    const SQL: &str = "
        select a.actor_id
        from bulk_order o
        join act a on a.act_id = o.act_id
        where o.order_id = $1";
    Ok(read.number(SQL, vec![order.into()]).await?.map(ActorId))
}

/// Whether nothing was done since an act but chunks of one order. Ids follow commits only where
/// one transaction writes at a time.
pub async fn is_alone_since(read: &mut Read, act: ActId, order: OrderId) -> Result<bool, Fault> {
    const SQL: &str = "
        select count(*)
        from act
        where $1 < act_id and (order_id is null or order_id <> $2)";
    Ok(read.number(SQL, vec![act.into(), order.into()]).await? == Some(0))
}

/// The range of a chunk, when the order has that many.
pub async fn chunk_range(read: &mut Read, order: OrderId, number: i64) -> Result<Option<ChunkPlan>, Fault> {
    Ok(chunk(read, order, number).await?.map(|chunk| ChunkPlan { from: chunk.from, to: chunk.to }))
}

/// The command of the newest act of a kind.
pub async fn newest_command(read: &mut Read, kind: &str) -> Result<Option<String>, Fault> {
    const SQL: &str = "
        select command
        from act
        where kind = $1
        order by entered_at desc, act_id desc
        limit 1";
    let row: Option<(String,)> = read.one(SQL, vec![kind.into()]).await?;
    Ok(row.map(|(command,)| command))
}

/// The commands of a kind that were carried out on a subject after an act, oldest first.
pub async fn commands_on(read: &mut Read, subject: Subject, kind: &str, after: ActId) -> Result<Vec<String>, Fault> {
    const SQL: &str = "
        select command
        from act
        where subject_kind = $1 and subject_id = $2 and kind = $3 and $4 < act_id
        order by act_id";
    let args = vec![subject.kind.into(), subject.id.into(), kind.into(), after.into()];
    let rows: Vec<(String,)> = read.all(SQL, args).await?;
    Ok(rows.into_iter().map(|(command,)| command).collect())
}

/// Whether a command was carried out under a key.
pub async fn was_done(read: &mut Read, key: &str) -> Result<bool, Fault> {
    Ok(act_by_key(read, key).await?.is_some())
}

/// The newest entry of the log; 0 when there is none.
pub async fn newest_act(read: &mut Read) -> Result<ActId, Fault> {
    Ok(ActId(read.number("select max(act_id) from act", vec![]).await?.unwrap_or(0)))
}

/// What a chunk that is done answered.
pub async fn chunk_outcome(read: &mut Read, order: OrderId, number: i64) -> Result<Option<String>, Fault> {
    Ok(chunk(read, order, number).await?.and_then(|chunk| chunk.outcome))
}

/// The digest over what a chunk that is done did.
pub async fn chunk_digest(read: &mut Read, order: OrderId, number: i64) -> Result<Option<Digest>, Fault> {
    Ok(chunk(read, order, number).await?.and_then(|chunk| chunk.digest))
}

async fn chunk(read: &mut Read, order: OrderId, number: i64) -> Result<Option<Chunk>, Fault> {
    const SQL: &str = "
        select order_id, chunk_no, from_key, to_key, outcome, digest, refusal
        from chunk
        where order_id = $1 and chunk_no = $2";
    let row: Option<ChunkRow> = read.one(SQL, vec![order.into(), number.into()]).await?;
    row.map(chunk_of).transpose()
}

/// Why chunks of an order stand refused, by number.
pub async fn refused_chunks(read: &mut Read, order: OrderId) -> Result<Vec<String>, Fault> {
    const SQL: &str = "
        select refusal
        from chunk
        where order_id = $1 and state = 'refused'
        order by chunk_no";
    let rows: Vec<(String,)> = read.all(SQL, vec![order.into()]).await?;
    Ok(rows.into_iter().map(|(refusal,)| refusal).collect())
}

/// How far an order is.
pub async fn progress(read: &mut Read, order: OrderId) -> Result<Progress, Fault> {
    const SQL: &str = "
        select state, count(*)
        from chunk
        where order_id = $1
        group by state";
    let rows: Vec<(String, i64)> = read.all(SQL, vec![order.into()]).await?;
    let count = |state: &str| rows.iter().filter(|(name, _)| name == state).map(|(_, count)| count).sum();
    Ok(Progress { chunks: rows.iter().map(|(_, count)| count).sum(), done: count("done"), refused: count("refused") })
}

/// How far some orders are; those without chunks are left out.
pub async fn progress_of(read: &mut Read, orders: &[OrderId]) -> Result<BTreeMap<OrderId, Progress>, Fault> {
    const SQL: &str = "
        select order_id, state, count(*)
        from chunk
        where order_id in ({list})
        group by order_id, state";
    let keys: Vec<Value> = orders.iter().map(|order| Value::from(*order)).collect();
    let rows: Vec<(i64, String, i64)> = read.listed(SQL, &keys).await?;
    let mut all: BTreeMap<OrderId, Progress> = BTreeMap::new();
    for (order, state, count) in rows {
        let progress = all.entry(OrderId(order)).or_default();
        progress.chunks += count;
        match state.as_str() {
            "done" => progress.done += count,
            "refused" => progress.refused += count,
            _ => {}
        }
    }
    Ok(all)
}

/// The digests of the journals that acts wrote, by act.
pub async fn journal_digests(read: &mut Read) -> Result<Vec<(ActId, Digest)>, Fault> {
    const SQL: &str = "
        select act_id, journal_digest
        from act
        where journal_digest is not null
        order by act_id";
    let rows: Vec<(i64, Vec<u8>)> = read.all(SQL, vec![]).await?;
    // One that is no digest at all was tampered with: it is taken for another one, and found.
    let digest = |bytes: &[u8]| Digest::from_bytes(bytes).unwrap_or_else(|| Digest::of(bytes));
    Ok(rows.into_iter().map(|(act, bytes)| (ActId(act), digest(&bytes))).collect())
}

/// The last seal, if there is any.
pub(crate) async fn seal_head(read: &mut Read) -> Result<Option<SealHead>, Fault> {
    const SQL: &str = "
        select position, act_id, digest, sealed_at
        from seal
        order by position desc
        limit 1";
    let row: Option<SealRow> = read.one(SQL, vec![]).await?;
    let head = |row: SealRow| SealHead { position: row.position, digest: digest_in(&row), sealed_at: row.sealed_at };
    Ok(row.map(head))
}

/// Acts without a seal, oldest ids first.
pub(crate) async fn unsealed_acts(read: &mut Read, limit: i64) -> Result<Vec<ActRow>, Fault> {
    const SQL: &str = "
        select a.act_id, a.actor_id, a.kind, a.version, a.permission, a.subject_kind, a.subject_id, a.reason,
               a.idempotency_key, a.command, a.outcome, a.journal_digest, a.order_id, a.chunk_no, a.business_on, a.entered_at
        from act a
        left join seal s on s.act_id = a.act_id
        where s.act_id is null
        order by a.act_id
        limit $1";
    read.all(SQL, vec![limit.into()]).await
}

pub(crate) async fn count_unsealed(read: &mut Read) -> Result<i64, Fault> {
    const SQL: &str = "
        select count(*)
        from act a
        left join seal s on s.act_id = a.act_id
        where s.act_id is null";
    Ok(read.number(SQL, vec![]).await?.unwrap_or(0))
}

pub(crate) async fn insert_seals(tx: &mut Tx, seals: &[(ActId, SealHead)]) -> Result<(), Fault> {
    let mut rows = Rows::new("seal", &["position", "act_id", "digest", "sealed_at"]);
    for (act, seal) in seals {
        rows.push([seal.position.into(), (*act).into(), seal.digest.into(), seal.sealed_at.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// A page of the seals from a position on, each beside its act.
pub(crate) async fn sealed_page(read: &mut Read, from: i64, limit: i64) -> Result<Vec<SealedRow>, Fault> {
    const SEALS: &str = "
        select position, act_id, digest, sealed_at
        from seal
        where $1 <= position
        order by position
        limit $2";
    const ACTS: &str = "
        select act_id, actor_id, kind, version, permission, subject_kind, subject_id, reason, idempotency_key, command,
               outcome, journal_digest, order_id, chunk_no, business_on, entered_at
        from act
        where act_id in ({list})";
    const PERSONAL: &str = "
        select act_id, salt, command
        from act_personal
        where act_id in ({list})";
    let seals: Vec<SealRow> = read.all(SEALS, vec![from.into(), limit.into()]).await?;
    let keys: Vec<Value> = seals.iter().map(|seal| seal.act_id.into()).collect();
    let acts: Vec<ActRow> = read.listed(ACTS, &keys).await?;
    let personal: Vec<(i64, Vec<u8>, String)> = read.listed(PERSONAL, &keys).await?;
    let mut personal: BTreeMap<i64, (Vec<u8>, String)> =
        personal.into_iter().map(|(act, salt, command)| (act, (salt, command))).collect();
    let mut acts: BTreeMap<i64, ActRow> = acts.into_iter().map(|act| (act.act_id, act)).collect();
    let sealed = |seal: SealRow| SealedRow {
        position: seal.position,
        act_id: seal.act_id,
        digest: digest_in(&seal),
        sealed_at: seal.sealed_at,
        act: acts.remove(&seal.act_id),
        personal: personal.remove(&seal.act_id),
    };
    Ok(seals.into_iter().map(sealed).collect())
}

/// The digest of a seal. One that is no digest at all was tampered with: it is taken for another one, and found.
fn digest_in(row: &SealRow) -> Digest {
    Digest::from_bytes(&row.digest).unwrap_or_else(|| Digest::of(&row.digest))
}

fn chunk_of(row: ChunkRow) -> Result<Chunk, Fault> {
    let digest = match row.digest {
        Some(bytes) => {
            let key = format!("order {} chunk {}", row.order_id, row.chunk_no);
            Some(Digest::from_bytes(&bytes).ok_or_else(|| Fault::impossible_row("chunk", "digest", key))?)
        }
        None => None,
    };
    Ok(Chunk {
        order: OrderId(row.order_id),
        number: row.chunk_no,
        from: row.from_key,
        to: row.to_key,
        outcome: row.outcome,
        digest,
        refusal: row.refusal,
    })
}
