//! `Held`: everything somebody is allowed on a day, and from where.

use std::collections::{BTreeMap, BTreeSet};

use kernel::ActorId;

/// From where somebody has a permission.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Granted to them alone: named programs, and who founded the town.
    Direct,
    /// A role of their own, by its code.
    Role(String),
    /// A role of somebody absent, for whom they stand in.
    ActingFor(ActorId),
}

/// Everything somebody is allowed on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// By the code of the permission; each has at least one source.
    pub permissions: BTreeMap<String, Vec<Source>>,
}

impl Held {
    /// Gathers what comes from a source; the same source counts once.
    pub(crate) fn gather(sources: impl IntoIterator<Item = (String, Source)>) -> Held {
        let mut gathered: BTreeMap<String, BTreeSet<Source>> = BTreeMap::new();
        for (permission, source) in sources {
            gathered.entry(permission).or_default().insert(source);
        }
        let permissions = gathered.into_iter().map(|(code, sources)| (code, sources.into_iter().collect())).collect();
        Held { permissions }
    }

    /// Whether a permission is held.
    #[must_use]
    pub fn may(&self, permission: &str) -> bool {
        self.permissions.contains_key(permission)
    }

    /// The codes alone.
    #[must_use]
    pub fn codes(&self) -> BTreeSet<String> {
        self.permissions.keys().cloned().collect()
    }
}
