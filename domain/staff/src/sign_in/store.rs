//! The SQL of signing in: people and their secrets here, the rest in files of its own.

use acts::Actor;
use chrono::{DateTime, Utc};
use db::{Fault, Read, Tx};
use kernel::ActorId;

use super::person::Person;
use super::throttle::Tries;

mod events;
mod factors;
mod identities;
mod links;
mod sessions;
mod tokens;

pub(super) use events::{events, events_of, insert_event};
pub(super) use factors::{
    clear_totp, confirm_totp, factors, hold_totp, keys_in_use, replace_recovery_codes, reseal_totp, sealed_by_others,
    set_totp, totp, totp_used, use_recovery_code,
};
pub(super) use identities::{
    actor_of_identity, delete_identities, delete_identity, delete_old_tries, emails, has_identity, identities_of,
    insert_identity, insert_try, take_try,
};
pub(super) use links::{end_links, insert_link, person_of_link, use_link};
pub(super) use sessions::{
    end_session, end_sessions, end_sessions_but, insert_session, session, session_seen, sessions_of, sweep,
};
pub(super) use tokens::{end_token, end_tokens, insert_token, token, token_used, tokens_of};

#[derive(sqlx::FromRow)]
struct PersonRow {
    actor_id: i64,
    code: String,
    name: String,
    kind: String,
    is_active: bool,
    email: Option<String>,
    password_hash: Option<String>,
    totp_confirmed_at: Option<DateTime<Utc>>,
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Person {
        Person {
            actor: Actor { id: ActorId(row.actor_id), code: row.code },
            name: row.name,
            email: row.email.unwrap_or_default(),
            is_person: row.kind == "person",
            is_active: row.is_active,
            password_hash: row.password_hash,
            has_totp: row.totp_confirmed_at.is_some(),
        }
    }
}

/// The person with that code, whatever may keep them from signing in.
pub(super) async fn person_by_code(read: &mut Read, code: &str) -> Result<Option<Person>, Fault> {
    const SQL: &str = "
        select actor.actor_id, actor.code, actor.name, actor.kind, actor.is_active, staff_member.email,
            sign_in_secret.password_hash, sign_in_secret.totp_confirmed_at
        from actor
        left join staff_member on staff_member.actor_id = actor.actor_id
        left join sign_in_secret on sign_in_secret.actor_id = actor.actor_id
        where actor.code = $1";
    let row: Option<PersonRow> = read.one(SQL, vec![code.into()]).await?;
    Ok(row.map(Person::from))
}

/// The person with that id.
pub(super) async fn person(read: &mut Read, actor: ActorId) -> Result<Option<Person>, Fault> {
    const SQL: &str = "
        select actor.actor_id, actor.code, actor.name, actor.kind, actor.is_active, staff_member.email,
            sign_in_secret.password_hash, sign_in_secret.totp_confirmed_at
        from actor
        left join staff_member on staff_member.actor_id = actor.actor_id
        left join sign_in_secret on sign_in_secret.actor_id = actor.actor_id
        where actor.actor_id = $1";
    let row: Option<PersonRow> = read.one(SQL, vec![actor.into()]).await?;
    Ok(row.map(Person::from))
}

/// Makes sure that an actor has a row of secrets.
async fn ensure_secret(tx: &mut Tx, actor: ActorId) -> Result<(), Fault> {
    const SQL: &str = "
        insert into sign_in_secret (actor_id)
        values ($1)
        on conflict (actor_id) do nothing";
    tx.run(SQL, vec![actor.into()]).await.map(|_| ())
}

pub(super) async fn set_password(tx: &mut Tx, actor: ActorId, hash: &str, now: DateTime<Utc>) -> Result<(), Fault> {
    const SQL: &str = "
        update sign_in_secret
        set password_hash = $2, password_set_at = $3
        where actor_id = $1";
    ensure_secret(tx, actor).await?;
    tx.run_once(SQL, vec![actor.into(), hash.into(), now.into()]).await
}

/// What is known of a bucket, held until the transaction ends.
pub(super) async fn hold_tries(tx: &mut Tx, bucket: &str, now: DateTime<Utc>) -> Result<Tries, Fault> {
    const INSERT: &str = "
        insert into sign_in_throttle (bucket, failures, last_at)
        values ($1, 0, $2)
        on conflict (bucket) do nothing";
    const SQL: &str = "
        select failures, last_at, blocked_until
        from sign_in_throttle
        where bucket = $1
        for update";
    tx.run(INSERT, vec![bucket.into(), now.into()]).await?;
    let row: Option<(i64, DateTime<Utc>, Option<DateTime<Utc>>)> = tx.one(SQL, vec![bucket.into()]).await?;
    let (failures, last_at, blocked_until) = row.unwrap_or((0, now, None));
    Ok(Tries { failures, last_at, blocked_until })
}

pub(super) async fn update_tries(tx: &mut Tx, bucket: &str, tries: &Tries) -> Result<(), Fault> {
    const SQL: &str = "
        update sign_in_throttle
        set failures = $2, last_at = $3, blocked_until = $4
        where bucket = $1";
    let Tries { failures, last_at, blocked_until } = *tries;
    // A right try somewhere else may have emptied the bucket meanwhile: then there is nothing to write.
    tx.run(SQL, vec![bucket.into(), failures.into(), last_at.into(), blocked_until.into()]).await.map(|_| ())
}

pub(super) async fn delete_tries(tx: &mut Tx, bucket: &str) -> Result<(), Fault> {
    const SQL: &str = "
        delete from sign_in_throttle
        where bucket = $1";
    tx.run(SQL, vec![bucket.into()]).await.map(|_| ())
}
