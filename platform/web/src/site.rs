//! `Site`: everything pages stand on, shared by all requests.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::Arc;

use acts::Door;
use chrono_tz::Tz;
use secrets::Random;

use crate::edge::Signer;
use crate::{Accent, Gate};

/// The state of every handler; cloning it is cheap.
#[derive(Clone)]
pub struct Site(Arc<Held>);

/// What a site is made of.
pub struct SiteParts {
    /// The door to the database.
    pub door: Door,
    /// Who tells visitors apart.
    pub gate: Arc<dyn Gate>,
    /// How the town looks.
    pub town: TownFace,
    /// The address people type, such as `https://billing.example.gov`; `None` takes what the request says.
    pub public_url: Option<String>,
    /// Whether visitors come over HTTPS, through a proxy that ends it and tells their address.
    pub is_https: bool,
    /// Where secrets come from.
    pub random: Random,
    /// How many requests an address may make.
    pub pace: Pace,
    /// What pages of rooms need besides, by its type.
    pub parts: Parts,
}

/// How a town appears to those who work in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TownFace {
    /// As in the header, such as `City of Saguaro Bend`.
    pub name: String,
    /// Its color.
    pub accent: Accent,
    /// Where its clocks hang.
    pub zone: Tz,
}

/// How many requests one address may make: so many at once, and so many more each second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// At once. A whole city hall may share one address.
    pub at_once: u32,
    /// More each second.
    pub each_second: u32,
}

/// The largest file that pages and the API take, in bytes: one of the [`Parts`] of a site that takes files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LargestFile(pub usize);

impl Pace {
    /// So many each second, and ten seconds' worth at once.
    #[must_use]
    pub fn of(each_second: u32) -> Pace {
        Pace { at_once: each_second.saturating_mul(10), each_second }
    }
}

impl Default for Pace {
    fn default() -> Pace {
        Pace::of(60)
    }
}

/// Things of other rooms, one of each type.
#[derive(Default)]
pub struct Parts(BTreeMap<TypeId, Box<dyn Any + Send + Sync>>);

impl Parts {
    /// None yet.
    #[must_use]
    pub fn new() -> Parts {
        Parts::default()
    }

    /// These, and one more; a second of the same type takes the place of the first.
    #[must_use]
    pub fn with<T: Any + Send + Sync>(mut self, part: T) -> Parts {
        self.0.insert(TypeId::of::<T>(), Box::new(part));
        self
    }
}

struct Held {
    parts: SiteParts,
    signer: Signer,
}

impl Site {
    /// Puts a site together. The key under which it signs what it keeps in cookies is new each time.
    #[must_use]
    pub fn new(parts: SiteParts) -> Site {
        let signer = Signer::new(parts.random.bytes());
        Site(Arc::new(Held { parts, signer }))
    }

    /// The door to the database.
    #[must_use]
    pub fn door(&self) -> &Door {
        &self.0.parts.door
    }

    /// Who tells visitors apart.
    #[must_use]
    pub fn gate(&self) -> &dyn Gate {
        &*self.0.parts.gate
    }

    /// How the town looks.
    #[must_use]
    pub fn town(&self) -> &TownFace {
        &self.0.parts.town
    }

    /// Whether visitors come over HTTPS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.parts.is_https
    }

    /// The address people type, without a slash at its end, when it is known.
    #[must_use]
    pub fn public_url(&self) -> Option<&str> {
        self.0.parts.public_url.as_deref().map(|url| url.trim_end_matches('/'))
    }

    /// Where secrets come from.
    #[must_use]
    pub fn random(&self) -> &Random {
        &self.0.parts.random
    }

    /// What `app` handed in under this type.
    ///
    /// # Panics
    /// When it was not: a page is then listed whose room was not wired.
    #[must_use]
    pub fn part<T: Any + Send + Sync>(&self) -> &T {
        let part = self.part_if_any();
        let name = std::any::type_name::<T>();
        part.unwrap_or_else(|| panic!("the site was put together without a {name}"))
    }

    /// Something of another room, if the site was put together with it.
    #[must_use]
    pub fn part_if_any<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.0.parts.parts.0.get(&TypeId::of::<T>()).and_then(|part| part.downcast_ref())
    }

    pub(crate) fn pace(&self) -> Pace {
        self.0.parts.pace
    }

    pub(crate) fn signer(&self) -> &Signer {
        &self.0.signer
    }
}
