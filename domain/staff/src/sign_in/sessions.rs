//! Sessions: for how long somebody who signed in is believed.

use acts::Actor;
use chrono::{DateTime, TimeDelta, Utc};
use db::{Fault, Tx};
use kernel::ActorId;
use secrets::Token;

use super::person::Person;
use super::{Client, Event, SignIn, Step, store};

/// A session ends after so many minutes without a page.
pub const SESSION_IDLE_MINUTES: i64 = 30;

/// A session ends after so many hours, whatever was done.
pub const SESSION_HOURS: i64 = 12;

/// How long a session waits for its second code.
const HALF_MINUTES: i64 = 10;

/// What is written about use is at most so old.
const SEEN_EVERY_SECONDS: i64 = 60;

/// What is over is kept for so long, for the list of sessions and for questions.
const KEPT_DAYS: i64 = 90;

/// Somebody who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its number, to name it in a list.
    pub session_id: i64,
    /// Who.
    pub actor: Actor,
    /// The person's name.
    pub name: String,
    /// What the forms of this session carry, so that other sites cannot send them.
    pub form_key: String,
    /// Whether the second code was given, or is not needed. Nothing else is open before.
    pub is_whole: bool,
}

/// A session in the list that a person is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSeen {
    /// Its number.
    pub session_id: i64,
    /// Address and browser.
    pub client: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it was last used, give or take a minute.
    pub seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// Whether the second code was given, or is not needed.
    pub is_whole: bool,
}

/// A session about to begin.
pub(super) struct NewSession<'a> {
    pub(super) actor: ActorId,
    pub(super) client: &'a str,
    pub(super) is_whole: bool,
}

/// What is stored of a session that has not been ended.
pub(super) struct Kept {
    pub(super) session: Session,
    pub(super) client: String,
    pub(super) is_active: bool,
    pub(super) seen_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

impl Kept {
    /// Whether it is still believed.
    pub(super) fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.is_active && is_live(self.seen_at, self.expires_at, now)
    }
}

/// Whether a session has neither idled nor lasted too long.
fn is_live(seen_at: DateTime<Utc>, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < expires_at && now < seen_at + TimeDelta::minutes(SESSION_IDLE_MINUTES)
}

impl SignIn {
    /// The session of a token, if it is live; this counts as use.
    pub async fn session(&self, token: &str, now: DateTime<Utc>) -> Result<Option<Session>, Fault> {
        let Some(token) = Token::parse(token) else { return Ok(None) };
        let kept = store::session(&mut self.parts.db.read().await?, &token).await?;
        let Some(kept) = kept.filter(|kept| kept.is_live(now)) else { return Ok(None) };
        if TimeDelta::seconds(SEEN_EVERY_SECONDS) <= now - kept.seen_at {
            let mut tx = self.write().await?;
            store::session_seen(&mut tx, &token, now).await?;
            tx.commit().await?;
        }
        Ok(Some(kept.session))
    }

    /// Ends the session of a token; whether there was one.
    pub async fn sign_out(&self, token: &str, now: DateTime<Utc>) -> Result<bool, Fault> {
        let Some(token) = Token::parse(token) else { return Ok(false) };
        let mut tx = self.write().await?;
        let Some(kept) = store::session(&mut tx, &token).await? else { return Ok(false) };
        let actor = kept.session.actor.id;
        store::end_session(&mut tx, actor, kept.session.session_id, now).await?;
        store::insert_event(&mut tx, Some(actor), Event::SignedOut, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The live sessions of one actor, the latest first.
    pub async fn sessions_of(&self, actor: ActorId, now: DateTime<Utc>) -> Result<Vec<SessionSeen>, Fault> {
        let mut sessions = store::sessions_of(&mut self.parts.db.read().await?, actor).await?;
        sessions.retain(|session| is_live(session.seen_at, session.expires_at, now));
        Ok(sessions)
    }

    /// Ends one session of an actor, and no other actor's; whether it was there.
    pub async fn end_session(&self, actor: ActorId, session_id: i64, now: DateTime<Utc>) -> Result<bool, Fault> {
        let mut tx = self.write().await?;
        let is_ended = store::end_session(&mut tx, actor, session_id, now).await?.is_some();
        if is_ended {
            store::insert_event(&mut tx, Some(actor), Event::SessionEnded, now).await?;
        }
        tx.commit().await?;
        Ok(is_ended)
    }

    /// Ends all sessions of an actor, such as one who leaves; how many there were.
    pub async fn end_all(&self, actor: ActorId, now: DateTime<Utc>) -> Result<u64, Fault> {
        let mut tx = self.write().await?;
        let count = store::end_sessions(&mut tx, actor, now).await?;
        if count > 0 {
            store::insert_event(&mut tx, Some(actor), Event::SessionsEnded, now).await?;
        }
        tx.commit().await?;
        Ok(count)
    }

    /// Lets in who has shown one factor: whole, or waiting for the second.
    pub(super) async fn step_in(
        &self,
        tx: &mut Tx,
        person: &Person,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<Step, Fault> {
        let (is_whole, client) = (!person.has_totp, client.words());
        let token =
            self.begin_session(tx, NewSession { actor: person.actor.id, client: &client, is_whole }, now).await?;
        if is_whole {
            store::insert_event(tx, Some(person.actor.id), Event::SignedIn, now).await?;
            return Ok(Step::In(token));
        }
        Ok(Step::NeedsSecondFactor(token))
    }

    /// Begins a session under a new token, and sweeps out what was over long ago.
    pub(super) async fn begin_session(
        &self,
        tx: &mut Tx,
        new: NewSession<'_>,
        now: DateTime<Utc>,
    ) -> Result<Token, Fault> {
        let token = Token::new(&self.parts.random);
        let form_key = Token::new(&self.parts.random);
        let lasts = if new.is_whole { TimeDelta::hours(SESSION_HOURS) } else { TimeDelta::minutes(HALF_MINUTES) };
        store::sweep(tx, now - TimeDelta::days(KEPT_DAYS)).await?;
        store::insert_session(tx, &new, (&token, &form_key), (now, now + lasts)).await?;
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_idles_out_and_ends() {
        let at = |minutes: i64| DateTime::from_timestamp(60 * minutes, 0).unwrap();
        for (seen, now, expected) in
            [(0, 0, true), (0, 29, true), (0, 30, false), (700, 719, true), (719, 720, false), (719, 721, false)]
        {
            assert_eq!(is_live(at(seen), at(720), at(now)), expected, "seen {seen} now {now}");
        }
    }
}
