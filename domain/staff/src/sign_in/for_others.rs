//! What is done to somebody else's sign-in, in the transaction of the act that decides it.

use chrono::{DateTime, Utc};
use db::{Fault, Tx};
use kernel::ActorId;

use super::{Event, SignIn, store};

/// Whether somebody has a second factor, without which a one-time link opens everything of theirs.
pub(crate) async fn has_second_factor(tx: &mut Tx, actor: ActorId) -> Result<bool, Fault> {
    Ok(store::totp(tx, actor).await?.is_some_and(|totp| totp.confirmed_at.is_some()))
}

/// Removes a second factor and ends all sessions; whether there was one.
pub(crate) async fn clear_second_factor(tx: &mut Tx, actor: ActorId, now: DateTime<Utc>) -> Result<bool, Fault> {
    if store::hold_totp(tx, actor).await?.is_none() {
        return Ok(false);
    }
    store::clear_totp(tx, actor).await?;
    store::end_sessions(tx, actor, now).await?;
    store::end_tokens(tx, actor, now).await?;
    store::insert_event(tx, Some(actor), Event::SecondFactorCleared, now).await?;
    Ok(true)
}

/// Ends all sessions and access tokens of an actor; how many there were.
pub(crate) async fn end_sessions(tx: &mut Tx, actor: ActorId, now: DateTime<Utc>) -> Result<u64, Fault> {
    let count = store::end_sessions(tx, actor, now).await? + store::end_tokens(tx, actor, now).await?;
    if count > 0 {
        store::insert_event(tx, Some(actor), Event::SessionsEnded, now).await?;
    }
    Ok(count)
}

/// Links an identity at a provider to an actor, in the place of another one there; `false` when it is somebody else's.
pub(crate) async fn link_identity(
    tx: &mut Tx,
    (issuer, subject): (&str, &str),
    actor: ActorId,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    match store::actor_of_identity(tx, issuer, subject).await? {
        Some(known) => Ok(known == actor),
        None => {
            store::delete_identity(tx, issuer, actor).await?;
            store::insert_identity(tx, issuer, subject, actor).await?;
            store::insert_event(tx, Some(actor), Event::IdentityLinked, now).await?;
            Ok(true)
        }
    }
}

/// Forgets what an actor is known by at providers.
pub(crate) async fn forget_identities(tx: &mut Tx, actor: ActorId) -> Result<(), Fault> {
    store::delete_identities(tx, actor).await.map(|_| ())
}

impl SignIn {
    /// What an actor is known by at providers of single sign-on: issuer and identity, in the order of issuers.
    pub async fn identities_of(&self, actor: ActorId) -> Result<Vec<(String, String)>, Fault> {
        store::identities_of(&mut self.parts.db.read().await?, actor).await
    }
}
