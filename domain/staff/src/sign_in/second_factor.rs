//! The second factor: codes of an authenticator app, and recovery codes for when it is lost.

use chrono::{DateTime, Utc};
use db::{Fault, Tx};
use kernel::ActorId;
use secrets::{Keys, Sealed, Token, one_time, recovery};

use super::sessions::NewSession;
use super::throttle::{Buckets, forgive};
use super::{Answer, Client, Event, Session, SignIn, SignInRefused, Step, for_others, store};

/// What a person needs to set up an app.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSetup {
    /// The address to scan.
    pub url: String,
    /// The same secret to type in.
    pub secret_text: String,
}

/// What a person has to prove themself with, for their profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factors {
    /// When the password was set; `None` without one.
    pub password_set_at: Option<DateTime<Utc>>,
    /// Since when there is a second factor.
    pub totp_since: Option<DateTime<Utc>>,
    /// Recovery codes not used yet.
    pub recovery_codes: i64,
}

/// What is stored of an app.
pub(super) struct Totp {
    pub(super) actor: ActorId,
    pub(super) sealed: Sealed,
    pub(super) last_step: Option<i64>,
    pub(super) confirmed_at: Option<DateTime<Utc>>,
}

impl Totp {
    /// What sealed secrets of an actor are bound to: copied to another row, they do not open.
    pub(super) fn context(actor: ActorId) -> String {
        format!("totp:{}", actor.0)
    }

    fn check(&self, keys: &Keys, code: &str, now: DateTime<Utc>) -> Result<Option<i64>, Fault> {
        Ok(one_time::check(&self.secret(keys)?, code, now, self.last_step))
    }

    fn secret(&self, keys: &Keys) -> Result<one_time::Secret, Fault> {
        let doing = || format!("opening the second factor of actor {}", self.actor.0);
        let plain =
            keys.open(&Totp::context(self.actor), &self.sealed).map_err(|error| Fault::caused(doing(), error))?;
        one_time::Secret::from_bytes(&plain)
            .ok_or_else(|| Fault::impossible_row("sign_in_secret", "totp_sealed", self.actor.0))
    }
}

impl SignIn {
    /// Makes a session whole by a code of the app or a recovery code. The old token ends; a new one is answered.
    pub async fn second_factor(
        &self,
        token: &str,
        code: &str,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<Step, Fault> {
        let half = match Token::parse(token) {
            Some(token) => store::session(&mut self.parts.db.read().await?, &token).await?,
            None => None,
        };
        let Some(half) = half.filter(|kept| kept.is_live(now) && !kept.session.is_whole) else {
            return Ok(Step::Refused(SignInRefused::NotSignedIn));
        };
        let actor = half.session.actor.id;
        let buckets = Buckets::of_second_factor(actor, client);
        let counted = match self.count_try(&buckets, now).await? {
            Ok(counted) => counted,
            Err(refused) => return Ok(Step::Refused(refused)),
        };
        let mut tx = self.write().await?;
        if !self.takes_code(&mut tx, actor, code, now).await? {
            store::insert_event(&mut tx, Some(actor), Event::SecondFactorFailed, now).await?;
            if counted.blocks {
                store::insert_event(&mut tx, Some(actor), Event::SignInBlocked, now).await?;
            }
            tx.commit().await?;
            return Ok(Step::Refused(SignInRefused::WrongCode));
        }
        if store::end_session(&mut tx, actor, half.session.session_id, now).await?.is_none() {
            tx.roll_back().await?;
            return Ok(Step::Refused(SignInRefused::NotSignedIn));
        }
        forgive(&mut tx, &buckets, now).await?;
        for event in [Event::SecondFactorPassed, Event::SignedIn] {
            store::insert_event(&mut tx, Some(actor), event, now).await?;
        }
        let new = NewSession { actor, client: &half.client, is_whole: true };
        let token = self.begin_session(&mut tx, new, now).await?;
        tx.commit().await?;
        Ok(Step::In(token))
    }

    /// Begins to set up an app; nothing is needed to sign in until its first code was given.
    pub async fn start_totp(&self, session: &Session, now: DateTime<Utc>) -> Answer<TotpSetup> {
        if let Err(refused) = self.still_whole(session, now).await? {
            return Ok(Err(refused));
        }
        let actor = session.actor.id;
        let secret = one_time::Secret::new(&self.parts.random);
        let sealed = self.parts.keys.seal(&Totp::context(actor), secret.bytes(), &self.parts.random);
        let mut tx = self.write().await?;
        if store::hold_totp(&mut tx, actor).await?.is_some_and(|totp| totp.confirmed_at.is_some()) {
            return Ok(Err(SignInRefused::SecondFactorIsOn));
        }
        store::set_totp(&mut tx, actor, &sealed).await?;
        tx.commit().await?;
        Ok(Ok(self.setup(&secret, session)))
    }

    /// What [`SignIn::start_totp`] answered, for as long as the first code was not given.
    pub async fn setup_under_way(&self, session: &Session, now: DateTime<Utc>) -> Answer<Option<TotpSetup>> {
        if let Err(refused) = self.still_whole(session, now).await? {
            return Ok(Err(refused));
        }
        let totp = store::totp(&mut self.parts.db.read().await?, session.actor.id).await?;
        let Some(totp) = totp.filter(|totp| totp.confirmed_at.is_none()) else { return Ok(Ok(None)) };
        Ok(Ok(Some(self.setup(&totp.secret(&self.parts.keys)?, session))))
    }

    fn setup(&self, secret: &one_time::Secret, session: &Session) -> TotpSetup {
        TotpSetup { url: secret.url(&self.parts.town, &session.actor.code), secret_text: secret.text() }
    }

    /// Turns the second factor on by its first code; other sessions end. The recovery codes are shown this once.
    pub async fn confirm_totp(&self, session: &Session, code: &str, now: DateTime<Utc>) -> Answer<Vec<String>> {
        let buckets = match self.may_try_code(session, now).await? {
            Ok(buckets) => buckets,
            Err(refused) => return Ok(Err(refused)),
        };
        let actor = session.actor.id;
        let mut tx = self.write().await?;
        let Some(totp) = store::hold_totp(&mut tx, actor).await? else {
            return Ok(Err(SignInRefused::SecondFactorIsOff));
        };
        if totp.confirmed_at.is_some() {
            return Ok(Err(SignInRefused::SecondFactorIsOn));
        }
        let Some(step) = totp.check(&self.parts.keys, code, now)? else {
            return Ok(Err(SignInRefused::WrongCode));
        };
        let codes = recovery::new_codes(&self.parts.random);
        let hashes: Vec<Vec<u8>> = codes.iter().filter_map(|code| recovery::hash(code)).collect();
        forgive(&mut tx, &buckets, now).await?;
        store::confirm_totp(&mut tx, actor, step, now).await?;
        store::replace_recovery_codes(&mut tx, actor, hashes).await?;
        store::end_sessions_but(&mut tx, actor, session.session_id, now).await?;
        store::insert_event(&mut tx, Some(actor), Event::SecondFactorOn, now).await?;
        tx.commit().await?;
        Ok(Ok(codes))
    }

    /// Turns one's own second factor off, by one more code of it.
    pub async fn stop_totp(&self, session: &Session, code: &str, now: DateTime<Utc>) -> Answer<()> {
        let buckets = match self.may_try_code(session, now).await? {
            Ok(buckets) => buckets,
            Err(refused) => return Ok(Err(refused)),
        };
        let actor = session.actor.id;
        let mut tx = self.write().await?;
        if store::hold_totp(&mut tx, actor).await?.is_none_or(|totp| totp.confirmed_at.is_none()) {
            return Ok(Err(SignInRefused::SecondFactorIsOff));
        }
        if !self.takes_code(&mut tx, actor, code, now).await? {
            return Ok(Err(SignInRefused::WrongCode));
        }
        forgive(&mut tx, &buckets, now).await?;
        store::clear_totp(&mut tx, actor).await?;
        store::insert_event(&mut tx, Some(actor), Event::SecondFactorOff, now).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Removes the second factor of somebody who lost telephone and codes, and ends all sessions of theirs.
    ///
    /// Whoever asks must have been allowed to, by the door.
    pub async fn clear_second_factor(&self, actor: ActorId, now: DateTime<Utc>) -> Answer<()> {
        let mut tx = self.write().await?;
        if !for_others::clear_second_factor(&mut tx, actor, now).await? {
            return Ok(Err(SignInRefused::SecondFactorIsOff));
        }
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// What an actor has to prove themself with.
    pub async fn factors(&self, actor: ActorId) -> Result<Factors, Fault> {
        store::factors(&mut self.parts.db.read().await?, actor).await
    }

    /// Whether a code of the app or a recovery code is good; it is then used up.
    async fn takes_code(&self, tx: &mut Tx, actor: ActorId, code: &str, now: DateTime<Utc>) -> Result<bool, Fault> {
        // The row is held, so that the same code given twice at once is taken once.
        let totp = store::hold_totp(tx, actor).await?;
        let Some(totp) = totp.filter(|totp| totp.confirmed_at.is_some()) else { return Ok(false) };
        if let Some(step) = totp.check(&self.parts.keys, code, now)? {
            store::totp_used(tx, actor, step).await?;
            return Ok(true);
        }
        let Some(hash) = recovery::hash(code) else { return Ok(false) };
        let is_used = store::use_recovery_code(tx, actor, hash, now).await? == 1;
        if is_used {
            store::insert_event(tx, Some(actor), Event::RecoveryCodeUsed, now).await?;
        }
        Ok(is_used)
    }

    /// Counts a try of a code by somebody who is signed in.
    async fn may_try_code(&self, session: &Session, now: DateTime<Utc>) -> Answer<Buckets> {
        if let Err(refused) = self.still_whole(session, now).await? {
            return Ok(Err(refused));
        }
        let buckets = Buckets::of_session("second", session.actor.id);
        Ok(self.count_try(&buckets, now).await?.map(|_| buckets))
    }

    /// Whether a session is whole and has not been ended since it was asked for.
    async fn still_whole(&self, session: &Session, now: DateTime<Utc>) -> Answer<()> {
        if !session.is_whole {
            return Ok(Err(SignInRefused::SecondFactorMissing));
        }
        let live = self.sessions_of(session.actor.id, now).await?;
        match live.iter().any(|seen| seen.session_id == session.session_id && seen.is_whole) {
            true => Ok(Ok(())),
            false => Ok(Err(SignInRefused::NotSignedIn)),
        }
    }
}

impl std::fmt::Debug for TotpSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSetup(…)")
    }
}
