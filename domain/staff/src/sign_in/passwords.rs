//! Signing in by name and password, and changing the password.

use chrono::{DateTime, Utc};
use db::Fault;
use secrets::{Token, hash_password, judge_password, verify_nobody, verify_password};

use super::person::Person;
use super::sessions::NewSession;
use super::throttle::{Buckets, forgive};
use super::{Answer, Client, Event, Session, SignIn, SignInRefused, Step, store};

/// The most letters of a name to sign in with; longer ones belong to nobody.
const CODE_MAX: usize = 100;

/// What a person gives to change the password.
pub struct Passwords<'a> {
    /// The present one.
    pub old: &'a str,
    /// The one to be.
    pub new: &'a str,
}

impl SignIn {
    /// Signs in by name and password. Whoever does not exist, has no password, has left or mistyped it is told the same,
    /// after the same work.
    pub async fn sign_in(
        &self,
        code: &str,
        password: &str,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<Step, Fault> {
        let code = if code.chars().count() > CODE_MAX { "" } else { code.trim() };
        let buckets = Buckets::of_code(code, client);
        let counted = match self.count_try(&buckets, now).await? {
            Ok(counted) => counted,
            Err(refused) => return Ok(Step::Refused(refused)),
        };
        let found = store::person_by_code(&mut self.parts.db.read().await?, code).await?;
        let whom = found.as_ref().map(|person| person.actor.id);
        let hash =
            found.as_ref().filter(|person| person.check().is_ok()).and_then(|person| person.password_hash.clone());
        let is_right = self.verify(password, hash.clone()).await?;

        let mut tx = self.write().await?;
        // Asked again: the password may have been changed, or the person may have left, meanwhile.
        let person = store::person_by_code(&mut tx, code).await?;
        let person = person.filter(|person| is_right && person.check().is_ok() && person.password_hash == hash);
        let step = match person {
            Some(person) => {
                forgive(&mut tx, &buckets, now).await?;
                self.step_in(&mut tx, &person, client, now).await?
            }
            None => {
                store::insert_event(&mut tx, whom, Event::SignInFailed, now).await?;
                if counted.blocks {
                    store::insert_event(&mut tx, whom, Event::SignInBlocked, now).await?;
                }
                Step::Refused(SignInRefused::WrongCredentials)
            }
        };
        tx.commit().await?;
        Ok(step)
    }

    /// Changes the password of whoever is signed in. All sessions of the person end; the answer is the token of a new one.
    pub async fn change_password(
        &self,
        session: &Session,
        passwords: Passwords<'_>,
        now: DateTime<Utc>,
    ) -> Answer<Token> {
        if !session.is_whole {
            return Ok(Err(SignInRefused::SecondFactorMissing));
        }
        let actor = session.actor.id;
        let buckets = Buckets::of_session("password", actor);
        if let Err(refused) = self.count_try(&buckets, now).await? {
            return Ok(Err(refused));
        }
        let person = store::person(&mut self.parts.db.read().await?, actor).await?;
        let Some(person) = person.filter(|person| person.check().is_ok()) else {
            return Ok(Err(SignInRefused::NotSignedIn));
        };
        if !self.verify(passwords.old, person.password_hash.clone()).await? {
            return Ok(Err(SignInRefused::WrongPassword));
        }
        if let Err(refused) = self.judge(&person, passwords.new).await? {
            let mut tx = self.write().await?;
            forgive(&mut tx, &buckets, now).await?;
            tx.commit().await?;
            return Ok(Err(refused));
        }
        let (password, random) = (passwords.new.to_owned(), self.parts.random.clone());
        let hash = self.work_aside(move || hash_password(&password, &random)).await?;

        let mut tx = self.write().await?;
        let Some(client) = store::end_session(&mut tx, actor, session.session_id, now).await? else {
            tx.roll_back().await?;
            return Ok(Err(SignInRefused::NotSignedIn));
        };
        forgive(&mut tx, &buckets, now).await?;
        store::set_password(&mut tx, actor, &hash, now).await?;
        store::end_sessions(&mut tx, actor, now).await?;
        store::end_links(&mut tx, actor, now).await?;
        store::insert_event(&mut tx, Some(actor), Event::PasswordChanged, now).await?;
        let token = self.begin_session(&mut tx, NewSession { actor, client: &client, is_whole: true }, now).await?;
        tx.commit().await?;
        Ok(Ok(token))
    }

    /// Whether a new password may be taken by this person.
    pub(super) async fn judge(&self, person: &Person, password: &str) -> Answer<()> {
        let (password, words) = (password.to_owned(), person.words(&self.parts.town));
        let breached = self.parts.breached.clone();
        self.work_aside(move || {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            if let Err(refused) = judge_password(&password, &words) {
                return Ok(Err(refused.into()));
            }
            let is_breached = breached.map_or(Ok(false), |list| list.holds(&password));
            match is_breached.map_err(|error| Fault::caused("looking into the list of stolen passwords", error))? {
                true => Ok(Err(secrets::PasswordRefused::Breached.into())),
                false => Ok(Ok(())),
            }
        })
        .await?
    }

    /// Whether a password is right; without a hash it is wrong, after the same work.
    async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool, Fault> {
        let password = password.to_owned();
        self.work_aside(move || match hash {
            Some(hash) => verify_password(&password, &hash),
            None => verify_nobody(&password),
        })
        .await
    }
}
