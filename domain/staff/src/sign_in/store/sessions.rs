//! The SQL of sessions.

use acts::Actor;
use chrono::{DateTime, Utc};
use db::{Fault, Read, Tx};
use kernel::ActorId;
use secrets::Token;

use super::super::sessions::{Kept, NewSession};
use crate::sign_in::{Session, SessionSeen};

#[derive(sqlx::FromRow)]
struct SessionRow {
    session_id: i64,
    actor_id: i64,
    code: String,
    name: String,
    is_active: bool,
    form_key: String,
    is_whole: bool,
    client: String,
    seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct SeenRow {
    session_id: i64,
    client: String,
    started_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    is_whole: bool,
}

pub(in crate::sign_in) async fn insert_session(
    tx: &mut Tx,
    new: &NewSession<'_>,
    (token, form_key): (&Token, &Token),
    (started_at, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Fault> {
    const SQL: &str = "
        insert into session (token_hash, session_id, actor_id, form_key, is_whole, client, started_at, seen_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
    let id: i64 = tx.id("session").await?;
    let args = vec![
        token.hash().into(),
        id.into(),
        new.actor.into(),
        form_key.text().into(),
        new.is_whole.into(),
        new.client.into(),
        started_at.into(),
        expires_at.into(),
    ];
    tx.run_once(SQL, args).await
}

/// The session of a token that has not been ended; whether it is still believed is not asked here.
pub(in crate::sign_in) async fn session(read: &mut Read, token: &Token) -> Result<Option<Kept>, Fault> {
    const SQL: &str = "
        select session.session_id, session.actor_id, actor.code, actor.name, actor.is_active, session.form_key,
            session.is_whole, session.client, session.seen_at, session.expires_at
        from session
        join actor on actor.actor_id = session.actor_id
        where session.token_hash = $1 and session.ended_at is null";
    let row: Option<SessionRow> = read.one(SQL, vec![token.hash().into()]).await?;
    Ok(row.map(|row| Kept {
        session: Session {
            session_id: row.session_id,
            actor: Actor { id: ActorId(row.actor_id), code: row.code },
            name: row.name,
            form_key: row.form_key,
            is_whole: row.is_whole,
        },
        client: row.client,
        is_active: row.is_active,
        seen_at: row.seen_at,
        expires_at: row.expires_at,
    }))
}

pub(in crate::sign_in) async fn session_seen(tx: &mut Tx, token: &Token, now: DateTime<Utc>) -> Result<(), Fault> {
    const SQL: &str = "
        update session
        set seen_at = $2
        where token_hash = $1 and ended_at is null and seen_at < $2";
    tx.run(SQL, vec![token.hash().into(), now.into()]).await.map(|_| ())
}

/// The sessions of an actor that have not been ended, the latest first.
pub(in crate::sign_in) async fn sessions_of(read: &mut Read, actor: ActorId) -> Result<Vec<SessionSeen>, Fault> {
    const SQL: &str = "
        select session_id, client, started_at, seen_at, expires_at, is_whole
        from session
        where actor_id = $1 and ended_at is null
        order by session_id desc";
    let rows: Vec<SeenRow> = read.all(SQL, vec![actor.into()]).await?;
    let seen = rows.into_iter().map(|row| SessionSeen {
        session_id: row.session_id,
        client: row.client,
        started_at: row.started_at,
        seen_at: row.seen_at,
        expires_at: row.expires_at,
        is_whole: row.is_whole,
    });
    Ok(seen.collect())
}

/// Ends one session of an actor; answers its client, or `None` when it was not there or had been ended.
pub(in crate::sign_in) async fn end_session(
    tx: &mut Tx,
    actor: ActorId,
    session_id: i64,
    now: DateTime<Utc>,
) -> Result<Option<String>, Fault> {
    const FIND: &str = "
        select client
        from session
        where actor_id = $1 and session_id = $2 and ended_at is null
        for update";
    const SQL: &str = "
        update session
        set ended_at = $3
        where actor_id = $1 and session_id = $2 and ended_at is null";
    let found: Option<(String,)> = tx.one(FIND, vec![actor.into(), session_id.into()]).await?;
    let Some((client,)) = found else { return Ok(None) };
    tx.run_once(SQL, vec![actor.into(), session_id.into(), now.into()]).await?;
    Ok(Some(client))
}

/// Ends all sessions of an actor; answers how many.
pub(in crate::sign_in) async fn end_sessions(tx: &mut Tx, actor: ActorId, now: DateTime<Utc>) -> Result<u64, Fault> {
    const SQL: &str = "
        update session
        set ended_at = $2
        where actor_id = $1 and ended_at is null";
    tx.run(SQL, vec![actor.into(), now.into()]).await
}

/// Ends all sessions of an actor but one; answers how many.
pub(in crate::sign_in) async fn end_sessions_but(
    tx: &mut Tx,
    actor: ActorId,
    session_id: i64,
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    const SQL: &str = "
        update session
        set ended_at = $3
        where actor_id = $1 and session_id <> $2 and ended_at is null";
    tx.run(SQL, vec![actor.into(), session_id.into(), now.into()]).await
}

/// Removes what was over before an instant: sessions, links and counted tries.
pub(in crate::sign_in) async fn sweep(tx: &mut Tx, before: DateTime<Utc>) -> Result<(), Fault> {
    const SESSIONS: &str = "
        delete from session
        where expires_at < $1";
    const LINKS: &str = "
        delete from sign_in_link
        where expires_at < $1";
    const TRIES: &str = "
        delete from sign_in_throttle
        where last_at < $1";
    for sql in [SESSIONS, LINKS, TRIES] {
        tx.run(sql, vec![before.into()]).await?;
    }
    Ok(())
}
