//! `Event`: what happened around signing in. Holds no secret, no address and nothing that was typed.

use chrono::{DateTime, Utc};
use db::Fault;
use kernel::ActorId;

use super::{SignIn, store};

/// Declares the events with their codes and the words for people, in one place.
macro_rules! events {
    ($($variant:ident $code:literal $words:literal;)*) => {
        /// One kind of thing that happens around signing in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Event {
            $(#[doc = $words] $variant,)*
        }

        impl Event {
            /// All kinds, in the order of the list.
            pub const ALL: &'static [Event] = &[$(Event::$variant,)*];

            /// The stable code, as stored.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Event::$variant => $code,)* }
            }

            /// The words for people.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Event::$variant => $words,)* }
            }
        }
    };
}

events! {
    LinkMade "link_made" "A one-time link was made";
    LinkUsed "link_used" "A one-time link was used";
    SignedIn "signed_in" "Signed in";
    SignInFailed "sign_in_failed" "A sign-in failed";
    SignInBlocked "sign_in_blocked" "Sign-in was paused after too many failures";
    SecondFactorPassed "second_factor_passed" "The second code was right";
    SecondFactorFailed "second_factor_failed" "A second code was wrong";
    RecoveryCodeUsed "recovery_code_used" "A recovery code was used";
    SignedOut "signed_out" "Signed out";
    SessionEnded "session_ended" "A session was ended";
    SessionsEnded "sessions_ended" "All sessions were ended";
    PasswordChanged "password_changed" "The password was changed";
    SecondFactorOn "second_factor_on" "The second factor was turned on";
    SecondFactorOff "second_factor_off" "The second factor was turned off";
    SecondFactorCleared "second_factor_cleared" "The second factor was removed by an administrator";
    TokenMade "token_made" "An access token was made";
    TokenEnded "token_ended" "An access token was ended";
    IdentityLinked "identity_linked" "An account of single sign-on was linked";
    IdentityUnlinked "identity_unlinked" "The accounts of single sign-on were unlinked";
    SingleSignOnFailed "single_sign_on_failed" "A single sign-on failed";
}

impl Event {
    /// Whether the person should look twice: somebody else may have tried.
    #[must_use]
    pub fn is_warning(self) -> bool {
        matches!(
            self,
            Event::SignInFailed
                | Event::SignInBlocked
                | Event::SecondFactorFailed
                | Event::RecoveryCodeUsed
                | Event::SecondFactorOff
                | Event::SecondFactorCleared
                | Event::SingleSignOnFailed
        )
    }

    /// The event of a stored code.
    pub(super) fn of_code(code: &str) -> Option<Event> {
        Event::ALL.iter().copied().find(|event| event.code() == code)
    }
}

/// One line of what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInEvent {
    /// Its number; later ones are greater on one machine.
    pub event_id: i64,
    /// Whom it was about, when that is somebody.
    pub actor: Option<ActorId>,
    /// What happened.
    pub what: Event,
    /// When.
    pub at: DateTime<Utc>,
}

impl SignIn {
    /// What happened around one actor, the latest first.
    pub async fn events_of(&self, actor: ActorId, count: i64) -> Result<Vec<SignInEvent>, Fault> {
        store::events_of(&mut self.parts.db.read().await?, actor, count.clamp(0, 500)).await
    }

    /// What happened in the whole town, the latest first.
    pub async fn events(&self, count: i64) -> Result<Vec<SignInEvent>, Fault> {
        store::events(&mut self.parts.db.read().await?, count.clamp(0, 500)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_known_by_its_code() {
        for event in Event::ALL {
            assert_eq!(Event::of_code(event.code()), Some(*event));
        }
        assert_eq!(Event::of_code("other"), None);
    }
}
