//! The SQL of one-time links.

use chrono::{DateTime, Utc};
use db::{Fault, Read, Tx};
use kernel::ActorId;
use secrets::Token;

use super::super::person::Person;

pub(in crate::sign_in) async fn insert_link(
    tx: &mut Tx,
    token: &Token,
    actor: ActorId,
    (made_at, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Fault> {
    const SQL: &str = "
        insert into sign_in_link (token_hash, actor_id, made_at, expires_at)
        values ($1, $2, $3, $4)";
    tx.run_once(SQL, vec![token.hash().into(), actor.into(), made_at.into(), expires_at.into()]).await
}

/// Ends the links of an actor that were not used.
pub(in crate::sign_in) async fn end_links(tx: &mut Tx, actor: ActorId, now: DateTime<Utc>) -> Result<u64, Fault> {
    const SQL: &str = "
        update sign_in_link
        set used_at = $2
        where actor_id = $1 and used_at is null";
    tx.run(SQL, vec![actor.into(), now.into()]).await
}

/// Uses a link; answers 0 when it was used or has expired.
pub(in crate::sign_in) async fn use_link(tx: &mut Tx, token: &Token, now: DateTime<Utc>) -> Result<u64, Fault> {
    const SQL: &str = "
        update sign_in_link
        set used_at = $2
        where token_hash = $1 and used_at is null and $2 < expires_at";
    tx.run(SQL, vec![token.hash().into(), now.into()]).await
}

/// For whom a link is good: not used, not expired, of somebody who may sign in.
pub(in crate::sign_in) async fn person_of_link(
    read: &mut Read,
    token: &Token,
    now: DateTime<Utc>,
) -> Result<Option<Person>, Fault> {
    const SQL: &str = "
        select actor_id, expires_at
        from sign_in_link
        where token_hash = $1 and used_at is null";
    let row: Option<(i64, DateTime<Utc>)> = read.one(SQL, vec![token.hash().into()]).await?;
    let Some((actor, _)) = row.filter(|(_, expires_at)| now < *expires_at) else { return Ok(None) };
    Ok(super::person(read, ActorId(actor)).await?.filter(|person| person.check().is_ok()))
}
