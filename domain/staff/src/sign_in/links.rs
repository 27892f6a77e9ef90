//! One-time links: how the first administrator gets in, and whoever is new or forgot the password.

use chrono::{DateTime, TimeDelta, Utc};
use db::Fault;
use secrets::{Token, hash_password};

use super::{Answer, Client, Event, SignIn, SignInRefused, Step, store};

/// How long a link may be used.
pub const LINK_HOURS: i64 = 24;

/// For whom a link was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkHolder {
    /// The name to sign in with.
    pub code: String,
    /// The person's name.
    pub name: String,
}

impl SignIn {
    /// A link with which one person may choose a password within 24 hours. Earlier links of the person end.
    ///
    /// Whoever asks must have been allowed to: at the console, or by the door.
    pub async fn first_link(&self, code: &str, now: DateTime<Utc>) -> Answer<Token> {
        let mut tx = self.write().await?;
        let Some(person) = store::person_by_code(&mut tx, code).await? else {
            return Ok(Err(SignInRefused::UnknownPerson { code: code.to_owned() }));
        };
        if let Err(refused) = person.check() {
            return Ok(Err(refused));
        }
        let token = Token::new(&self.parts.random);
        store::end_links(&mut tx, person.actor.id, now).await?;
        store::insert_link(&mut tx, &token, person.actor.id, (now, now + TimeDelta::hours(LINK_HOURS))).await?;
        store::insert_event(&mut tx, Some(person.actor.id), Event::LinkMade, now).await?;
        tx.commit().await?;
        Ok(Ok(token))
    }

    /// For whom a link is good, if it is good; asked before the page that uses it is shown.
    pub async fn link_holder(&self, token: &str, now: DateTime<Utc>) -> Result<Option<LinkHolder>, Fault> {
        let Some(token) = Token::parse(token) else { return Ok(None) };
        let found = store::person_of_link(&mut self.parts.db.read().await?, &token, now).await?;
        Ok(found.map(|person| LinkHolder { code: person.actor.code, name: person.name }))
    }

    /// Uses a link: sets the password, ends all sessions of the person, and signs in. A refused password leaves the link
    /// as it is; a second factor stays, so that a link alone does not open what needs two.
    pub async fn use_link(
        &self,
        token: &str,
        password: &str,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<Step, Fault> {
        let expired = Ok(Step::Refused(SignInRefused::LinkExpired));
        let Some(token) = Token::parse(token) else { return expired };
        let Some(person) = store::person_of_link(&mut self.parts.db.read().await?, &token, now).await? else {
            return expired;
        };
        if let Err(refused) = self.judge(&person, password).await? {
            return Ok(Step::Refused(refused));
        }
        let (password, random) = (password.to_owned(), self.parts.random.clone());
        let hash = self.work_aside(move || hash_password(&password, &random)).await?;

        let mut tx = self.write().await?;
        if store::use_link(&mut tx, &token, now).await? == 0 {
            // Somebody used it while this one was being hashed.
            tx.roll_back().await?;
            return expired;
        }
        let actor = person.actor.id;
        store::end_links(&mut tx, actor, now).await?;
        store::set_password(&mut tx, actor, &hash, now).await?;
        store::end_sessions(&mut tx, actor, now).await?;
        store::end_tokens(&mut tx, actor, now).await?;
        for event in [Event::LinkUsed, Event::PasswordChanged] {
            store::insert_event(&mut tx, Some(actor), event, now).await?;
        }
        let step = self.step_in(&mut tx, &person, client, now).await?;
        tx.commit().await?;
        Ok(step)
    }
}
