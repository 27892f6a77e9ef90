//! `Person`: what signing in knows of an actor.

use acts::Actor;

use super::SignInRefused;

/// An actor who may want to sign in.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) actor: Actor,
    pub(super) name: String,
    /// Empty when none was entered.
    pub(super) email: String,
    pub(super) is_person: bool,
    pub(super) is_active: bool,
    pub(super) password_hash: Option<String>,
    /// Whether a second factor was confirmed.
    pub(super) has_totp: bool,
}

impl Person {
    /// Refuses programs, and who does not work here anymore; in words for an administrator.
    pub(super) fn check(&self) -> Result<(), SignInRefused> {
        let code = || self.actor.code.clone();
        if !self.is_person {
            return Err(SignInRefused::NotAPerson { code: code() });
        }
        if !self.is_active {
            return Err(SignInRefused::NotActive { code: code() });
        }
        Ok(())
    }

    /// What a password should not be made of.
    pub(super) fn words(&self, town: &str) -> [String; 4] {
        [self.name.clone(), self.actor.code.clone(), self.email.clone(), town.to_owned()]
    }
}
