//! `PermissionBook`: what every permission of the program is called, told by `app`, which alone knows all rooms.

use std::collections::BTreeMap;

use acts::Permission;

/// All permissions, by their codes; handed to the site as one of its parts.
#[derive(Clone, Debug, Default)]
pub struct PermissionBook(BTreeMap<&'static str, Permission>);

impl PermissionBook {
    /// The permissions of all rooms.
    #[must_use]
    pub fn new(rooms: &[&[Permission]]) -> PermissionBook {
        let all = rooms.iter().flat_map(|room| room.iter());
        PermissionBook(all.map(|permission| (permission.code, *permission)).collect())
    }

    /// What a permission allows, in words; its own code when no room has it any more.
    #[must_use]
    pub fn words<'a>(&'a self, code: &'a str) -> &'a str {
        self.0.get(code).map_or(code, |permission| permission.sentence)
    }

    /// All of them, in the order of their codes.
    pub fn all(&self) -> impl Iterator<Item = Permission> + '_ {
        self.0.values().copied()
    }
}
