//! The SQL of second factors and recovery codes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use db::{Fault, Read, Rows, Tx};
use kernel::ActorId;
use secrets::Sealed;

use super::super::second_factor::Totp;
use crate::sign_in::Factors;

#[derive(sqlx::FromRow)]
struct TotpRow {
    actor_id: i64,
    totp_sealed: Option<Vec<u8>>,
    totp_key_id: Option<String>,
    totp_last_step: Option<i64>,
    totp_confirmed_at: Option<DateTime<Utc>>,
}

impl TotpRow {
    fn totp(self) -> Option<Totp> {
        Some(Totp {
            actor: ActorId(self.actor_id),
            sealed: Sealed { key_id: self.totp_key_id?, bytes: self.totp_sealed? },
            last_step: self.totp_last_step,
            confirmed_at: self.totp_confirmed_at,
        })
    }
}

/// The app of an actor, confirmed or not, held until the transaction ends.
pub(in crate::sign_in) async fn hold_totp(tx: &mut Tx, actor: ActorId) -> Result<Option<Totp>, Fault> {
    const SQL: &str = "
        select actor_id, totp_sealed, totp_key_id, totp_last_step, totp_confirmed_at
        from sign_in_secret
        where actor_id = $1
        for update";
    let row: Option<TotpRow> = tx.one(SQL, vec![actor.into()]).await?;
    Ok(row.and_then(TotpRow::totp))
}

/// The app of an actor, confirmed or not, as it stands.
pub(in crate::sign_in) async fn totp(read: &mut Read, actor: ActorId) -> Result<Option<Totp>, Fault> {
    const SQL: &str = "
        select actor_id, totp_sealed, totp_key_id, totp_last_step, totp_confirmed_at
        from sign_in_secret
        where actor_id = $1";
    let row: Option<TotpRow> = read.one(SQL, vec![actor.into()]).await?;
    Ok(row.and_then(TotpRow::totp))
}

/// Stores a new app that waits for its first code.
pub(in crate::sign_in) async fn set_totp(tx: &mut Tx, actor: ActorId, sealed: &Sealed) -> Result<(), Fault> {
    const SQL: &str = "
        update sign_in_secret
        set totp_sealed = $2, totp_key_id = $3, totp_last_step = null, totp_confirmed_at = null
        where actor_id = $1";
    super::ensure_secret(tx, actor).await?;
    tx.run_once(SQL, vec![actor.into(), sealed.bytes.clone().into(), sealed.key_id.as_str().into()]).await
}

pub(in crate::sign_in) async fn confirm_totp(
    tx: &mut Tx,
    actor: ActorId,
    step: i64,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    const SQL: &str = "
        update sign_in_secret
        set totp_last_step = $2, totp_confirmed_at = $3
        where actor_id = $1";
    tx.run_once(SQL, vec![actor.into(), step.into(), now.into()]).await
}

/// Notes the last step whose code was used.
pub(in crate::sign_in) async fn totp_used(tx: &mut Tx, actor: ActorId, step: i64) -> Result<(), Fault> {
    const SQL: &str = "
        update sign_in_secret
        set totp_last_step = $2
        where actor_id = $1";
    tx.run_once(SQL, vec![actor.into(), step.into()]).await
}

/// Forgets the app and its recovery codes.
pub(in crate::sign_in) async fn clear_totp(tx: &mut Tx, actor: ActorId) -> Result<(), Fault> {
    const SQL: &str = "
        update sign_in_secret
        set totp_sealed = null, totp_key_id = null, totp_last_step = null, totp_confirmed_at = null
        where actor_id = $1";
    tx.run_once(SQL, vec![actor.into()]).await?;
    replace_recovery_codes(tx, actor, vec![]).await
}

pub(in crate::sign_in) async fn replace_recovery_codes(
    tx: &mut Tx,
    actor: ActorId,
    hashes: Vec<Vec<u8>>,
) -> Result<(), Fault> {
    const DELETE: &str = "
        delete from recovery_code
        where actor_id = $1";
    tx.run(DELETE, vec![actor.into()]).await?;
    let mut rows = Rows::new("recovery_code", &["actor_id", "code_hash"]);
    for hash in hashes {
        rows.push([actor.into(), hash.into()]);
    }
    tx.bulk(rows).await.map(|_| ())
}

/// Uses a recovery code; answers 0 when there is no such code, or it was used.
pub(in crate::sign_in) async fn use_recovery_code(
    tx: &mut Tx,
    actor: ActorId,
    hash: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<u64, Fault> {
    const SQL: &str = "
        update recovery_code
        set used_at = $3
        where actor_id = $1 and code_hash = $2 and used_at is null";
    tx.run(SQL, vec![actor.into(), hash.into(), now.into()]).await
}

pub(in crate::sign_in) async fn factors(read: &mut Read, actor: ActorId) -> Result<Factors, Fault> {
    const SQL: &str = "
        select password_set_at, totp_confirmed_at
        from sign_in_secret
        where actor_id = $1";
    const CODES: &str = "
        select count(*)
        from recovery_code
        where actor_id = $1 and used_at is null";
    type Since = Option<DateTime<Utc>>;
    let row: Option<(Since, Since)> = read.one(SQL, vec![actor.into()]).await?;
    let (password_set_at, totp_since) = row.unwrap_or_default();
    let recovery_codes = read.number(CODES, vec![actor.into()]).await?.unwrap_or(0);
    Ok(Factors { password_set_at, totp_since, recovery_codes })
}

/// How many apps each key sealed.
pub(in crate::sign_in) async fn keys_in_use(read: &mut Read) -> Result<BTreeMap<String, i64>, Fault> {
    const SQL: &str = "
        select totp_key_id, count(*)
        from sign_in_secret
        where totp_key_id is not null
        group by totp_key_id
        order by totp_key_id";
    let rows: Vec<(String, i64)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().collect())
}

/// The apps that another key than this one sealed, held until the transaction ends.
pub(in crate::sign_in) async fn sealed_by_others(tx: &mut Tx, key_id: &str) -> Result<Vec<Totp>, Fault> {
    const SQL: &str = "
        select actor_id, totp_sealed, totp_key_id, totp_last_step, totp_confirmed_at
        from sign_in_secret
        where totp_key_id <> $1
        order by actor_id
        for update";
    let rows: Vec<TotpRow> = tx.all(SQL, vec![key_id.into()]).await?;
    Ok(rows.into_iter().filter_map(TotpRow::totp).collect())
}

pub(in crate::sign_in) async fn reseal_totp(tx: &mut Tx, actor: ActorId, sealed: &Sealed) -> Result<(), Fault> {
    const SQL: &str = "
        update sign_in_secret
        set totp_sealed = $2, totp_key_id = $3
        where actor_id = $1";
    tx.run_once(SQL, vec![actor.into(), sealed.bytes.clone().into(), sealed.key_id.as_str().into()]).await
}
