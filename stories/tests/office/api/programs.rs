//! `Programs`: what people of the hall let work for them, one for each, by role.

use std::collections::BTreeMap;

use crate::hall::{Api, Hall};

/// Programs of a hall; each is there once somebody asks for it.
pub(super) struct Programs<'a> {
    hall: &'a Hall,
    by_role: BTreeMap<&'static str, Api>,
}

impl<'a> Programs<'a> {
    /// None yet.
    pub(super) fn of(hall: &'a Hall) -> Programs<'a> {
        Programs { hall, by_role: BTreeMap::new() }
    }

    /// The one of a role.
    pub(super) async fn by(&mut self, role: &'static str) -> &Api {
        if !self.by_role.contains_key(role) {
            self.by_role.insert(role, self.hall.api(role).await);
        }
        &self.by_role[role]
    }
}
