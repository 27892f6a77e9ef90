//! How people and programs prove who they are, and for how long that is believed.
//!
//! [`SignIn`] keeps passwords, second factors, sessions, links, tokens and single sign-on. What it writes is beside the
//! door: nobody acts before having signed in, and the log of acts is no place for secrets. Each step leaves an event.

mod client;
mod event;
pub(crate) mod for_others;
mod links;
mod passwords;
mod person;
mod provider;
mod refused;
mod second_factor;
mod sessions;
mod single_sign_on;
mod store;
mod throttle;
mod tokens;
mod upkeep;

use std::fmt;
use std::sync::Arc;

use db::{Db, DoorKey, Fault, Tx};
use secrets::{BreachedList, Keys, Random, Token};
use tokio::sync::Semaphore;

pub use client::Client;
pub use event::{Event, SignInEvent};
pub use links::{LINK_HOURS, LinkHolder};
pub use passwords::Passwords;
pub use provider::SingleSignOn;
pub use refused::SignInRefused;
pub use second_factor::{Factors, TotpSetup};
pub use sessions::{SESSION_HOURS, SESSION_IDLE_MINUTES, Session, SessionSeen};
pub use single_sign_on::{Begun, Returned, Returning};
pub use tokens::{Bearer, NewToken, TOKEN_DAYS_MAX, TokenSeen};

/// What the rules say, inside what the machine says: `?` passes faults on, refusals stay to be shown.
pub type Answer<T> = Result<Result<T, SignInRefused>, Fault>;

/// Passwords hashed at once; each takes 19 MiB, so that a flood of guesses cannot take all memory.
const HASHING_AT_ONCE: usize = 4;

/// Everything about signing in; cheap to clone.
#[derive(Clone)]
pub struct SignIn {
    parts: Arc<SignInParts>,
    hashing: Arc<Semaphore>,
}

/// What signing in stands on.
pub struct SignInParts {
    /// The town's database.
    pub db: Db,
    /// The key to writing, because nobody can act before having signed in.
    pub door_key: DoorKey,
    /// What seals second factors.
    pub keys: Arc<Keys>,
    /// Where tokens come from.
    pub random: Random,
    /// The town's name, shown in authenticator apps.
    pub town: String,
    /// Passwords that were stolen elsewhere, when the town keeps such a list.
    pub breached: Option<BreachedList>,
    /// Where else people may sign in.
    pub providers: Vec<SingleSignOn>,
}

/// Where somebody stands who tries to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The password was right; the token of a session that needs the second code.
    NeedsSecondFactor(Token),
    /// Signed in; the token of the session.
    In(Token),
    /// Not signed in, and why.
    Refused(SignInRefused),
}

impl SignIn {
    /// Signing in to a town.
    #[must_use]
    pub fn new(parts: SignInParts) -> SignIn {
        SignIn { parts: Arc::new(parts), hashing: Arc::new(Semaphore::new(HASHING_AT_ONCE)) }
    }

    async fn write(&self) -> Result<Tx, Fault> {
        self.parts.db.write(&self.parts.door_key).await
    }

    /// Work that keeps a processor busy, where it does not stop others.
    async fn work_aside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let doing = "working on a password";
        let _permit = self.hashing.acquire().await.map_err(|error| Fault::caused(doing, error))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Fault::caused(doing, error))
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("keys", &self.parts.keys).finish_non_exhaustive()
    }
}
