//! The SQL of single sign-on: who is known at a provider, and sign-ins that have begun.

use chrono::{DateTime, Utc};
use db::{Fault, Read, Tx};
use kernel::ActorId;
use secrets::{Sealed, Token};

use super::super::single_sign_on::Try;

/// Who is known at a provider by that identity.
pub(in crate::sign_in) async fn actor_of_identity(
    read: &mut Read,
    issuer: &str,
    subject: &str,
) -> Result<Option<ActorId>, Fault> {
    const SQL: &str = "
        select actor_id
        from single_sign_on
        where issuer = $1 and subject = $2";
    Ok(read.number(SQL, vec![issuer.into(), subject.into()]).await?.map(ActorId))
}

/// Whether an actor is known at a provider already.
pub(in crate::sign_in) async fn has_identity(read: &mut Read, issuer: &str, actor: ActorId) -> Result<bool, Fault> {
    const SQL: &str = "
        select count(*)
        from single_sign_on
        where issuer = $1 and actor_id = $2";
    Ok(read.number(SQL, vec![issuer.into(), actor.into()]).await?.is_some_and(|count| count > 0))
}

pub(in crate::sign_in) async fn insert_identity(
    tx: &mut Tx,
    issuer: &str,
    subject: &str,
    actor: ActorId,
) -> Result<(), Fault> {
    const SQL: &str = "
        insert into single_sign_on (issuer, subject, actor_id)
        values ($1, $2, $3)";
    tx.run_once(SQL, vec![issuer.into(), subject.into(), actor.into()]).await
}

/// Removes the identities of an actor; answers how many.
pub(in crate::sign_in) async fn delete_identities(tx: &mut Tx, actor: ActorId) -> Result<u64, Fault> {
    const SQL: &str = "
        delete from single_sign_on
        where actor_id = $1";
    tx.run(SQL, vec![actor.into()]).await
}

/// Removes what an actor was known by at a provider.
pub(in crate::sign_in) async fn delete_identity(tx: &mut Tx, issuer: &str, actor: ActorId) -> Result<(), Fault> {
    const SQL: &str = "
        delete from single_sign_on
        where issuer = $1 and actor_id = $2";
    tx.run(SQL, vec![issuer.into(), actor.into()]).await.map(|_| ())
}

/// What an actor is known by, with the provider first.
pub(in crate::sign_in) async fn identities_of(read: &mut Read, actor: ActorId) -> Result<Vec<(String, String)>, Fault> {
    const SQL: &str = "
        select issuer, subject
        from single_sign_on
        where actor_id = $1
        order by issuer, subject";
    read.all(SQL, vec![actor.into()]).await
}

/// The e-mail addresses of people who may sign in.
pub(in crate::sign_in) async fn emails(read: &mut Read) -> Result<Vec<(ActorId, String)>, Fault> {
    const SQL: &str = "
        select actor.actor_id, staff_member.email
        from actor
        join staff_member on staff_member.actor_id = actor.actor_id
        where actor.is_active = $1 and actor.kind = 'person' and staff_member.email <> ''
        order by actor.actor_id";
    let rows: Vec<(i64, String)> = read.all(SQL, vec![true.into()]).await?;
    Ok(rows.into_iter().map(|(actor, email)| (ActorId(actor), email)).collect())
}

pub(in crate::sign_in) async fn insert_try(tx: &mut Tx, state: &Token, begun: &Try) -> Result<(), Fault> {
    const SQL: &str = "
        insert into single_sign_on_try (state_hash, sealed, key_id, return_to, expires_at)
        values ($1, $2, $3, $4, $5)";
    let args = vec![
        state.hash().into(),
        begun.sealed.bytes.clone().into(),
        begun.sealed.key_id.as_str().into(),
        begun.return_to.as_str().into(),
        begun.expires_at.into(),
    ];
    tx.run_once(SQL, args).await
}

/// Takes a sign-in that has begun; of two that come with one state, one gets it.
pub(in crate::sign_in) async fn take_try(tx: &mut Tx, state: &Token) -> Result<Option<Try>, Fault> {
    const SQL: &str = "
        select sealed, key_id, return_to, expires_at
        from single_sign_on_try
        where state_hash = $1
        for update";
    const DELETE: &str = "
        delete from single_sign_on_try
        where state_hash = $1";
    let row: Option<(Vec<u8>, String, String, DateTime<Utc>)> = tx.one(SQL, vec![state.hash().into()]).await?;
    let Some((bytes, key_id, return_to, expires_at)) = row else { return Ok(None) };
    tx.run_once(DELETE, vec![state.hash().into()]).await?;
    Ok(Some(Try { sealed: Sealed { key_id, bytes }, return_to, expires_at }))
}

/// Removes sign-ins that nobody came back from.
pub(in crate::sign_in) async fn delete_old_tries(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), Fault> {
    const SQL: &str = "
        delete from single_sign_on_try
        where expires_at < $1";
    tx.run(SQL, vec![now.into()]).await.map(|_| ())
}
