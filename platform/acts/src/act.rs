//! `Act`: a command that changes something, and who gives it.

use std::future::Future;

use kernel::{AccountId, ActId, RunId, ServicePointId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Actor, Entry, Failure};

/// A command: its fields are its canonical text, in their order.
///
/// `perform` loads, asks pure rules, and stores; it may be called again after a deadlock, so it
/// keeps nothing outside the transaction.
pub trait Act: Serialize + Send + Sync {
    /// The stable name, such as `billing.sign_run`.
    const KIND: &'static str;
    /// Raised when the fields change; samples of every released version must still be read.
    const VERSION: i64 = 1;
    /// The fields that say something of a person, as JSON pointers such as `/contact`: kept apart from the log, so that
    /// they can be erased.
    const PERSONAL: &'static [&'static str] = &[];
    /// Those of them that nobody is shown again, whatever they may: sealed numbers, hashes.
    const SECRET: &'static [&'static str] = &[];
    /// What the caller learns; kept with the act, for whoever repeats the command.
    type Outcome: Serialize + DeserializeOwned + Send;

    /// What the actor must be allowed.
    fn permission(&self) -> Permission;
    /// What they must be allowed besides, where it does what other acts do.
    fn also_needs(&self) -> Vec<Permission> {
        Vec::new()
    }
    /// What it is done to.
    fn subject(&self) -> Subject;
    /// Does it, in the entry's transaction.
    fn perform(&self, entry: &mut Entry) -> impl Future<Output = Result<Self::Outcome, Failure>> + Send;
}

/// What an actor may be allowed, with a sentence a city manager understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// The stable code, such as `billing.sign`.
    pub code: &'static str,
    /// What it allows.
    pub sentence: &'static str,
}

/// What an act is done to: a kind of thing and its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The kind, such as `account`.
    pub kind: &'static str,
    /// Its id; 0 for the town as a whole.
    pub id: i64,
}

impl Subject {
    /// The town as a whole.
    #[must_use]
    pub fn town() -> Subject {
        Subject { kind: "town", id: 0 }
    }

    /// A customer's account.
    #[must_use]
    pub fn account(id: AccountId) -> Subject {
        Subject { kind: "account", id: id.0 }
    }

    /// A place where a service is delivered.
    #[must_use]
    pub fn service_point(id: ServicePointId) -> Subject {
        Subject { kind: "service_point", id: id.0 }
    }

    /// A bill run.
    #[must_use]
    pub fn run(id: RunId) -> Subject {
        Subject { kind: "bill_run", id: id.0 }
    }
}

/// Who gives a command, why, and under which key it counts as the same command.
#[derive(Clone, Debug)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// Why, in words.
    pub reason: String,
    /// Repeating a command under the same key does nothing a second time.
    pub key: String,
}

/// What came of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done<T> {
    /// The entry in the log.
    pub act: ActId,
    /// What the act answers.
    pub outcome: T,
    /// Whether it had been done before, and nothing was done now.
    pub was_repeated: bool,
}

/// Whatever is an act is one by reference too.
impl<A: Act> Act for &A {
    const KIND: &'static str = A::KIND;
    const VERSION: i64 = A::VERSION;
    const PERSONAL: &'static [&'static str] = A::PERSONAL;
    const SECRET: &'static [&'static str] = A::SECRET;
    type Outcome = A::Outcome;

    fn permission(&self) -> Permission {
        A::permission(self)
    }

    fn also_needs(&self) -> Vec<Permission> {
        A::also_needs(self)
    }

    fn subject(&self) -> Subject {
        A::subject(self)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Self::Outcome, Failure> {
        A::perform(self, entry).await
    }
}
