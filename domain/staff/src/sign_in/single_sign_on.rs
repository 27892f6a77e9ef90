//! Single sign-on: leaving for a provider, and coming back once, in time, in the same browser.

use chrono::{DateTime, TimeDelta, Utc};
use db::{Fault, Tx};
use kernel::ActorId;
use secrets::{Sealed, Token};

use super::person::Person;
use super::provider::{Identity, Tie};
use super::{Answer, Client, Event, SignIn, SignInRefused, SingleSignOn, Step, store};

/// How long a sign-in at the provider may take.
const TRY_MINUTES: i64 = 10;

/// The most letters of what the provider sends back.
const CODE_MAX: usize = 4000;

/// The most letters of the page to go on with.
const RETURN_MAX: usize = 500;

/// A sign-in that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Where to send the browser.
    pub url: String,
    /// What the browser keeps in a cookie until it comes back, so that nobody is signed in by somebody else's link.
    pub state: Token,
}

/// What the browser comes back with.
#[derive(Clone, Copy)]
pub struct Returning<'a> {
    /// From the address.
    pub state: &'a str,
    /// From the browser's cookie.
    pub state_of_browser: &'a str,
    /// From the address.
    pub code: &'a str,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// Signed in, or why not.
    pub step: Step,
    /// The page to go on with: a path of ours.
    pub return_to: String,
}

/// What is stored of a sign-in that has begun.
pub(super) struct Try {
    pub(super) sealed: Sealed,
    pub(super) return_to: String,
    pub(super) expires_at: DateTime<Utc>,
}

impl SignIn {
    /// Where else people may sign in.
    #[must_use]
    pub fn providers(&self) -> &[SingleSignOn] {
        &self.parts.providers
    }

    /// Begins a sign-in at the provider with that issuer.
    pub async fn sso_begin(&self, issuer: &str, return_to: &str, now: DateTime<Utc>) -> Answer<Begun> {
        let Some(provider) = self.provider(issuer) else { return Ok(Err(SignInRefused::ProviderUnknown)) };
        let random = &self.parts.random;
        let tie = Tie { state: Token::new(random), nonce: Token::new(random), verifier: Token::new(random) };
        let url = provider.authorization_url(&tie).await?;
        let plain = format!("{}\n{}\n{issuer}", tie.nonce.text(), tie.verifier.text());
        let begun = Try {
            sealed: self.parts.keys.seal(&context(&tie.state), plain.as_bytes(), random),
            return_to: own_path(return_to).to_owned(),
            expires_at: now + TimeDelta::minutes(TRY_MINUTES),
        };
        let mut tx = self.write().await?;
        store::delete_old_tries(&mut tx, now).await?;
        store::insert_try(&mut tx, &tie.state, &begun).await?;
        tx.commit().await?;
        Ok(Ok(Begun { url, state: tie.state }))
    }

    /// Ends a sign-in at a provider: who is known by their identity there, or by their verified e-mail address, is in.
    pub async fn sso_end(
        &self,
        returning: Returning<'_>,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<Returned, Fault> {
        let refused =
            |refused, return_to: &str| Returned { step: Step::Refused(refused), return_to: return_to.to_owned() };
        let state = Token::parse(returning.state)
            .filter(|state| Token::parse(returning.state_of_browser).as_ref() == Some(state));
        let Some(state) = state else { return Ok(refused(SignInRefused::SingleSignOnExpired, "/")) };
        let Some(begun) = self.take_try(&state).await?.filter(|begun| now < begun.expires_at) else {
            return Ok(refused(SignInRefused::SingleSignOnExpired, "/"));
        };
        let (issuer, tie) = self.open_try(state, &begun)?;
        let Some(provider) = self.provider(&issuer) else {
            return Ok(refused(SignInRefused::ProviderUnknown, &begun.return_to));
        };
        let identity = match returning.code.len() <= CODE_MAX {
            true => provider.identity(returning.code, &tie, now).await?,
            false => None,
        };
        let mut tx = self.write().await?;
        let found = match identity {
            Some(identity) => self.person_behind(&mut tx, &issuer, identity, now).await?,
            None => Err(SignInRefused::SingleSignOnFailed),
        };
        let step = match found {
            Ok(person) => self.step_in(&mut tx, &person, client, now).await?,
            Err(refused) => {
                store::insert_event(&mut tx, None, Event::SingleSignOnFailed, now).await?;
                Step::Refused(refused)
            }
        };
        tx.commit().await?;
        Ok(Returned { step, return_to: begun.return_to })
    }

    /// Forgets by which identities an actor is known at providers; how many there were. The next sign-in there links anew.
    ///
    /// Whoever asks must have been allowed to, by the door.
    pub async fn unlink_identities(&self, actor: ActorId, now: DateTime<Utc>) -> Result<u64, Fault> {
        let mut tx = self.write().await?;
        let count = store::delete_identities(&mut tx, actor).await?;
        if count > 0 {
            store::insert_event(&mut tx, Some(actor), Event::IdentityUnlinked, now).await?;
        }
        tx.commit().await?;
        Ok(count)
    }

    /// The person behind an identity, who is linked to it when this is the first time.
    async fn person_behind(&self, tx: &mut Tx, issuer: &str, identity: Identity, now: DateTime<Utc>) -> Answer<Person> {
        let unknown = Ok(Err(SignInRefused::IdentityUnknown));
        let actor = match store::actor_of_identity(tx, issuer, &identity.subject).await? {
            Some(actor) => actor,
            None => {
                let Some(email) = &identity.email else { return unknown };
                let people = store::emails(tx).await?;
                let Some(actor) = only_match(&people, email) else { return unknown };
                if store::has_identity(tx, issuer, actor).await? {
                    // Another identity there has been this person's: an administrator must look at it.
                    return unknown;
                }
                store::insert_identity(tx, issuer, &identity.subject, actor).await?;
                store::insert_event(tx, Some(actor), Event::IdentityLinked, now).await?;
                actor
            }
        };
        match store::person(tx, actor).await? {
            Some(person) if person.check().is_ok() => Ok(Ok(person)),
            _ => unknown,
        }
    }

    fn provider(&self, issuer: &str) -> Option<&SingleSignOn> {
        self.parts.providers.iter().find(|provider| provider.issuer == issuer)
    }

    /// Takes a sign-in out of the database: it can come back once.
    async fn take_try(&self, state: &Token) -> Result<Option<Try>, Fault> {
        let mut tx = self.write().await?;
        let found = store::take_try(&mut tx, state).await?;
        tx.commit().await?;
        Ok(found)
    }

    fn open_try(&self, state: Token, begun: &Try) -> Result<(String, Tie), Fault> {
        let broken = || Fault::new("table single_sign_on_try holds a sealed value of another form");
        let plain = self.parts.keys.open(&context(&state), &begun.sealed);
        let plain = plain.map_err(|error| Fault::caused("opening a sign-in at a provider", error))?;
        let text = String::from_utf8(plain).map_err(|_| broken())?;
        let mut lines = text.splitn(3, '\n');
        let mut token = || lines.next().and_then(Token::parse);
        let (Some(nonce), Some(verifier)) = (token(), token()) else { return Err(broken()) };
        let issuer = lines.next().ok_or_else(broken)?.to_owned();
        Ok((issuer, Tie { state, nonce, verifier }))
    }
}

fn context(state: &Token) -> String {
    format!("single_sign_on:{}", kernel::Digest::of(state.text().as_bytes()))
}

/// The one person with that address; capitals make no difference, and two people with one address are nobody.
fn only_match(people: &[(ActorId, String)], email: &str) -> Option<ActorId> {
    let wanted = email.trim().to_lowercase();
    let mut matches = people.iter().filter(|(_, email)| email.trim().to_lowercase() == wanted);
    match (matches.next(), matches.next()) {
        (Some((actor, email)), None) if !email.trim().is_empty() => Some(*actor),
        _ => None,
    }
}

/// A path of ours, or the first page: never another site's address.
fn own_path(text: &str) -> &str {
    let is_path = text.starts_with('/') && !text.starts_with("//") && text.len() <= RETURN_MAX;
    let is_plain = text.chars().all(|letter| letter.is_ascii_graphic() && letter != '\\');
    if is_path && is_plain { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        for (text, expected) in [
            ("/accounts/7?tab=bills#last", "/accounts/7?tab=bills#last"),
            ("", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nSet-Cookie: b", "/"),
            (&format!("/{}", "a".repeat(500)), "/"),
        ] {
            assert_eq!(own_path(text), expected, "{text}");
        }
    }

    #[test]
    fn an_address_must_belong_to_exactly_one_person() {
        let people = |emails: &[&str]| -> Vec<(ActorId, String)> {
            (1..).map(ActorId).zip(emails.iter().map(|email| (*email).to_owned())).collect()
        };
        assert_eq!(
            only_match(&people(&["ann@town.example", "bob@town.example"]), "Bob@Town.example"),
            Some(ActorId(2))
        );
        assert_eq!(only_match(&people(&["ann@town.example", "ANN@town.example"]), "ann@town.example"), None);
        assert_eq!(only_match(&people(&["", "ann@town.example"]), ""), None);
        assert_eq!(only_match(&people(&[""]), " "), None);
    }
}
