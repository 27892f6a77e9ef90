//! `Registry`: every kind of act by its name, so that what waited for a second person can be carried out.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use async_trait::async_trait;
use db::Fault;
use serde::de::DeserializeOwned;

use crate::{Act, Entry, Failure, Permission, Subject};

/// Every kind of act, with the words it is called on screens.
#[derive(Default)]
pub struct Registry {
    kinds: BTreeMap<&'static str, KnownAct>,
}

/// A kind of act.
pub struct KnownAct {
    /// What it is called, such as "Sign a register".
    pub title: &'static str,
    reader: Box<dyn Reader>,
}

impl Registry {
    /// Adds a kind.
    #[must_use]
    pub fn with<A: Act + DeserializeOwned + 'static>(mut self, title: &'static str) -> Registry {
        self.kinds.insert(A::KIND, KnownAct { title, reader: Box::new(Of::<A>(PhantomData)) });
        self
    }

    /// What a kind is called; its own name when it is not known here.
    #[must_use]
    pub fn title<'a>(&self, kind: &'a str) -> &'a str {
        self.kinds.get(kind).map_or(kind, |known| known.title)
    }

    /// All kinds in order, with their titles.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.kinds.iter().map(|(kind, known)| (*kind, known.title))
    }

    /// What an actor must be allowed for a command of a kind; `None` when it cannot be read.
    #[must_use]
    pub fn permission(&self, kind: &str, command: &str) -> Option<Permission> {
        self.permissions(kind, command)?.into_iter().next()
    }

    /// All that an actor must be allowed for a command of a kind, its own permission first; `None` when it cannot be read.
    #[must_use]
    pub fn permissions(&self, kind: &str, command: &str) -> Option<Vec<Permission>> {
        Some(self.kinds.get(kind)?.reader.read(command).ok()?.permissions())
    }

    /// A command of a kind without what is kept apart from the log; of a kind that is not known, as it is.
    #[must_use]
    pub fn without_personal(&self, kind: &str, command: &str) -> String {
        let fields = self.kinds.get(kind).map_or(&[][..], |known| known.reader.personal());
        blanked(command, fields)
    }

    /// A command of a kind without what nobody is shown again; of a kind that is not known, as it is.
    #[must_use]
    pub fn without_secrets(&self, kind: &str, command: &str) -> String {
        let fields = self.kinds.get(kind).map_or(&[][..], |known| known.reader.secret());
        blanked(command, fields)
    }

    /// The version of a kind's fields, and a command of it as it is written today; `None` when the kind is not known.
    ///
    /// What does not read is a fault: a command of any released version must still be readable.
    pub fn rewritten(&self, kind: &str, command: &str) -> Option<Result<(i64, String), Fault>> {
        Some(self.kinds.get(kind)?.reader.rewritten(command))
    }

    /// The first field of a command that its kind does not know, such as `lines[0].street`; a slip of the pen in it must
    /// not be passed over as if nothing had been said.
    #[must_use]
    pub fn unknown_field(&self, kind: &str, command: &str) -> Option<String> {
        self.kinds.get(kind)?.reader.unknown_field(command)
    }

    /// Reads a stored command.
    pub(crate) fn read(&self, kind: &str, command: &str) -> Option<Result<Box<dyn AnyAct>, Fault>> {
        Some(self.kinds.get(kind)?.reader.read(command))
    }
}

/// An act whose type is not known where it is carried out.
#[async_trait]
pub(crate) trait AnyAct: Send + Sync {
    fn kind(&self) -> &'static str;
    fn version(&self) -> i64;
    /// The fields that are kept apart from the log.
    fn personal(&self) -> &'static [&'static str];
    fn permission(&self) -> Permission;
    /// Its own permission first, then what it needs besides.
    fn permissions(&self) -> Vec<Permission>;
    fn subject(&self) -> Subject;
    /// Does it, and answers the text of its outcome.
    async fn perform(&self, entry: &mut Entry) -> Result<String, Failure>;
}

trait Reader: Send + Sync {
    fn read(&self, command: &str) -> Result<Box<dyn AnyAct>, Fault>;
    fn rewritten(&self, command: &str) -> Result<(i64, String), Fault>;
    fn unknown_field(&self, command: &str) -> Option<String>;
    fn personal(&self) -> &'static [&'static str];
    fn secret(&self) -> &'static [&'static str];
}

struct Of<A>(PhantomData<fn() -> A>);

impl<A: Act + DeserializeOwned + 'static> Reader for Of<A> {
    fn read(&self, command: &str) -> Result<Box<dyn AnyAct>, Fault> {
        Ok(Box::new(One(read::<A>(command)?)))
    }

    fn rewritten(&self, command: &str) -> Result<(i64, String), Fault> {
        let text = serde_json::to_string(&read::<A>(command)?);
        Ok((A::VERSION, text.map_err(|error| Fault::caused("writing a command", error))?))
    }

    fn unknown_field(&self, command: &str) -> Option<String> {
        let mut unknown = None;
        let mut note = |path: serde_ignored::Path<'_>| {
            unknown.get_or_insert_with(|| path.to_string());
        };
        // What does not read at all is refused elsewhere.
        let _: Result<A, _> = serde_ignored::deserialize(&mut serde_json::Deserializer::from_str(command), &mut note);
        unknown
    }

    fn personal(&self) -> &'static [&'static str] {
        A::PERSONAL
    }

    fn secret(&self) -> &'static [&'static str] {
        A::SECRET
    }
}

fn blanked(command: &str, fields: &[&str]) -> String {
    if fields.is_empty() {
        return command.to_owned();
    }
    let Ok(mut value) = serde_json::from_str::<serde_json::Value>(command) else { return String::new() };
    for field in fields {
        if let Some(part) = value.pointer_mut(field) {
            *part = serde_json::Value::Null;
        }
    }
    value.to_string()
}

fn read<A: DeserializeOwned>(command: &str) -> Result<A, Fault> {
    serde_json::from_str(command).map_err(|error| Fault::caused("reading a command", error))
}

/// An act, taken for one of any kind.
pub(crate) struct One<A>(pub(crate) A);

#[async_trait]
impl<A: Act> AnyAct for One<A> {
    fn kind(&self) -> &'static str {
        A::KIND
    }

    fn version(&self) -> i64 {
        A::VERSION
    }

    fn personal(&self) -> &'static [&'static str] {
        A::PERSONAL
    }

    fn permission(&self) -> Permission {
        self.0.permission()
    }

    fn permissions(&self) -> Vec<Permission> {
        [self.0.permission()].into_iter().chain(self.0.also_needs()).collect()
    }

    fn subject(&self) -> Subject {
        self.0.subject()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<String, Failure> {
        let outcome = self.0.perform(entry).await?;
        serde_json::to_string(&outcome).map_err(|error| Failure::Fault(Fault::caused("writing an outcome", error)))
    }
}
