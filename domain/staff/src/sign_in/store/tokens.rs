//! The SQL of access tokens.

use std::collections::BTreeSet;

use acts::Actor;
use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Read, Tx};
use kernel::ActorId;
use secrets::Token;

use super::super::tokens::Kept;
use crate::sign_in::{Bearer, NewToken, TokenSeen};

#[derive(sqlx::FromRow)]
struct TokenRow {
    actor_id: i64,
    code: String,
    actor_name: String,
    is_active: bool,
    scopes: String,
    expires_on: NaiveDate,
    used_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct SeenRow {
    token_id: i64,
    name: String,
    scopes: String,
    made_at: DateTime<Utc>,
    expires_on: NaiveDate,
    used_at: Option<DateTime<Utc>>,
}

pub(in crate::sign_in) async fn insert_token(
    tx: &mut Tx,
    actor: ActorId,
    token: &Token,
    new: &NewToken,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    const SQL: &str = "
        insert into api_token (token_hash, token_id, actor_id, name, scopes, made_at, expires_on)
        values ($1, $2, $3, $4, $5, $6, $7)";
    let id: i64 = tx.id("api_token").await?;
    let scopes: Vec<&str> = new.scopes.iter().map(String::as_str).collect();
    let args = vec![
        token.hash().into(),
        id.into(),
        actor.into(),
        new.name.trim().into(),
        scopes.join(" ").into(),
        now.into(),
        new.expires_on.into(),
    ];
    tx.run_once(SQL, args).await
}

/// A token that has not been ended; whether it is good today is not asked here.
pub(in crate::sign_in) async fn token(read: &mut Read, token: &Token) -> Result<Option<Kept>, Fault> {
    const SQL: &str = "
        select actor.actor_id, actor.code, actor.name as actor_name, actor.is_active, api_token.scopes,
            api_token.expires_on, api_token.used_at
        from api_token
        join actor on actor.actor_id = api_token.actor_id
        where api_token.token_hash = $1 and api_token.ended_at is null";
    let row: Option<TokenRow> = read.one(SQL, vec![token.hash().into()]).await?;
    Ok(row.map(|row| Kept {
        bearer: Bearer {
            actor: Actor { id: ActorId(row.actor_id), code: row.code },
            name: row.actor_name,
            scopes: scopes(&row.scopes),
        },
        is_active: row.is_active,
        expires_on: row.expires_on,
        used_at: row.used_at,
    }))
}

pub(in crate::sign_in) async fn token_used(tx: &mut Tx, token: &Token, now: DateTime<Utc>) -> Result<(), Fault> {
    const SQL: &str = "
        update api_token
        set used_at = $2
        where token_hash = $1";
    tx.run(SQL, vec![token.hash().into(), now.into()]).await.map(|_| ())
}

/// The tokens of an actor that have not been ended, the latest first.
pub(in crate::sign_in) async fn tokens_of(read: &mut Read, actor: ActorId) -> Result<Vec<TokenSeen>, Fault> {
    const SQL: &str = "
        select token_id, name, scopes, made_at, expires_on, used_at
        from api_token
        where actor_id = $1 and ended_at is null
        order by token_id desc";
    let rows: Vec<SeenRow> = read.all(SQL, vec![actor.into()]).await?;
    let seen = rows.into_iter().map(|row| TokenSeen {
        token_id: row.token_id,
        name: row.name,
        scopes: scopes(&row.scopes),
        made_at: row.made_at,
        expires_on: row.expires_on,
        used_at: row.used_at,
    });
    Ok(seen.collect())
}

/// Ends all tokens of an actor; how many there were.
pub(in crate::sign_in) async fn end_tokens(tx: &mut Tx, actor: ActorId, now: DateTime<Utc>) -> Result<u64, Fault> {
    const SQL: &str = "
        update api_token
        set ended_at = $2
        where actor_id = $1 and ended_at is null";
    tx.run(SQL, vec![actor.into(), now.into()]).await
}

/// Ends a token of an actor; answers 0 when it was not there or had been ended.
pub(in crate::sign_in) async fn end_token(
    tx: &mut Tx,
    actor: ActorId,
    token_id: i64,
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    const SQL: &str = "
        update api_token
        set ended_at = $3
        where actor_id = $1 and token_id = $2 and ended_at is null";
    tx.run(SQL, vec![actor.into(), token_id.into(), now.into()]).await
}

fn scopes(text: &str) -> BTreeSet<String> {
    text.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}
