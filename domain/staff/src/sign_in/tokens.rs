//! Access tokens: how programs act in the name of a person, or in their own, within scopes and for a time.

use std::collections::BTreeSet;

use acts::Actor;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use db::Fault;
use kernel::ActorId;
use secrets::Token;

use super::{Answer, Event, SignIn, SignInRefused, store};

/// The most days a token lasts.
pub const TOKEN_DAYS_MAX: i64 = 366;

/// The most letters of a token's name.
const NAME_MAX: usize = 100;

/// The most scopes of a token, and the most letters of one.
const SCOPES_MAX: usize = 100;
const SCOPE_LETTERS_MAX: usize = 100;

/// What is written about use is at most so old.
const USED_EVERY_SECONDS: i64 = 60;

/// A token about to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// What its holder is called, so that it can be found again.
    pub name: String,
    /// The codes of permissions it may use, of those its actor has.
    pub scopes: BTreeSet<String>,
    /// The last day on which it is good.
    pub expires_on: NaiveDate,
}

/// Whoever came with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// In whose name.
    pub actor: Actor,
    /// That actor's name.
    pub name: String,
    /// What it may use, of what its actor is allowed.
    pub scopes: BTreeSet<String>,
}

/// A token in the list that its owner is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSeen {
    /// Its number.
    pub token_id: i64,
    /// What its holder is called.
    pub name: String,
    /// What it may use.
    pub scopes: BTreeSet<String>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The last day on which it is good.
    pub expires_on: NaiveDate,
    /// When it was last used, give or take a minute.
    pub used_at: Option<DateTime<Utc>>,
}

/// What is stored of a token that has not been ended.
pub(super) struct Kept {
    pub(super) bearer: Bearer,
    pub(super) is_active: bool,
    pub(super) expires_on: NaiveDate,
    pub(super) used_at: Option<DateTime<Utc>>,
}

impl NewToken {
    fn check(&self, today: NaiveDate) -> Result<(), SignInRefused> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
            return Err(SignInRefused::TokenName);
        }
        let are_scopes =
            (1..=SCOPES_MAX).contains(&self.scopes.len()) && self.scopes.iter().all(|scope| is_scope(scope));
        if !are_scopes {
            return Err(SignInRefused::TokenScopes);
        }
        if self.expires_on < today || TimeDelta::days(TOKEN_DAYS_MAX) < self.expires_on - today {
            return Err(SignInRefused::TokenExpiry);
        }
        Ok(())
    }
}

/// Whether a text can be the code of a permission, such as `billing.sign`.
fn is_scope(text: &str) -> bool {
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    text.len() <= SCOPE_LETTERS_MAX && text.split_once('.').is_some_and(|(room, verb)| is_word(room) && is_word(verb))
}

impl SignIn {
    /// Makes a token of an actor; it is shown this once. What it opens is never more than what its actor is allowed.
    pub async fn new_token(
        &self,
        actor: ActorId,
        new: &NewToken,
        now: DateTime<Utc>,
        today: NaiveDate,
    ) -> Answer<Token> {
        if let Err(refused) = new.check(today) {
            return Ok(Err(refused));
        }
        let token = Token::new(&self.parts.random);
        let mut tx = self.write().await?;
        if store::person(&mut tx, actor).await?.is_none_or(|person| !person.is_active) {
            return Ok(Err(SignInRefused::NotSignedIn));
        }
        store::insert_token(&mut tx, actor, &token, new, now).await?;
        store::insert_event(&mut tx, Some(actor), Event::TokenMade, now).await?;
        tx.commit().await?;
        Ok(Ok(token))
    }

    /// Who comes with a token, if it is good on this business day.
    pub async fn bearer(&self, token: &str, now: DateTime<Utc>, today: NaiveDate) -> Result<Option<Bearer>, Fault> {
        let Some(token) = Token::parse(token) else { return Ok(None) };
        let kept = store::token(&mut self.parts.db.read().await?, &token).await?;
        let Some(kept) = kept.filter(|kept| kept.is_active && today <= kept.expires_on) else { return Ok(None) };
        if kept.used_at.is_none_or(|used_at| TimeDelta::seconds(USED_EVERY_SECONDS) <= now - used_at) {
            let mut tx = self.write().await?;
            store::token_used(&mut tx, &token, now).await?;
            tx.commit().await?;
        }
        Ok(Some(kept.bearer))
    }

    /// The tokens of an actor that have not been ended, the latest first; expired ones too.
    pub async fn tokens_of(&self, actor: ActorId) -> Result<Vec<TokenSeen>, Fault> {
        store::tokens_of(&mut self.parts.db.read().await?, actor).await
    }

    /// Ends one token of an actor, and no other actor's; whether it was there.
    pub async fn end_token(&self, actor: ActorId, token_id: i64, now: DateTime<Utc>) -> Result<bool, Fault> {
        let mut tx = self.write().await?;
        let is_ended = store::end_token(&mut tx, actor, token_id, now).await? == 1;
        if is_ended {
            store::insert_event(&mut tx, Some(actor), Event::TokenEnded, now).await?;
        }
        tx.commit().await?;
        Ok(is_ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_needs_a_name_scopes_and_a_near_end() {
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        let new = |name: &str, scopes: &[&str], expires_on| NewToken {
            name: name.to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            expires_on,
        };
        let far = NaiveDate::from_ymd_opt(2027, 7, 3).unwrap();
        let long = "a".repeat(101);
        #[rustfmt::skip]
        let rows = [
            (new("meter hub", &["metering.read"], day(7, 1)), Ok(())),
            (new(" ",         &["metering.read"], day(7, 1)), Err(SignInRefused::TokenName)),
            (new("a\nb",      &["metering.read"], day(7, 1)), Err(SignInRefused::TokenName)),
            (new(&long,       &["metering.read"], day(7, 1)), Err(SignInRefused::TokenName)),
            (new("meter hub", &[],                day(7, 1)), Err(SignInRefused::TokenScopes)),
            (new("meter hub", &["everything"],    day(7, 1)), Err(SignInRefused::TokenScopes)),
            (new("meter hub", &["a.b c.d"],       day(7, 1)), Err(SignInRefused::TokenScopes)),
            (new("meter hub", &["metering.read"], day(6, 30)), Err(SignInRefused::TokenExpiry)),
            (new("meter hub", &["metering.read"], far),       Err(SignInRefused::TokenExpiry)),
        ];
        for (new, expected) in rows {
            assert_eq!(new.check(day(7, 1)), expected, "{new:?}");
        }
    }
}
