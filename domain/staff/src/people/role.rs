//! `Role`: what a position needs, as data of the town; and the permissions nobody may have together.

use std::collections::{BTreeMap, BTreeSet};

use acts::Direction;

use super::{Limit, OfficeHours};

/// A role: a bundle of permissions with limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The code, such as `cashier`.
    pub code: String,
    /// What people call it.
    pub title: String,
    /// What it is for, in a sentence.
    pub sentence: String,
    /// The codes of what it allows. None: the role was withdrawn.
    pub permissions: BTreeSet<String>,
    /// How much it decides alone, by class of change and direction.
    pub limits: BTreeMap<(String, Direction), Limit>,
}

/// Two permissions that nobody may have together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incompatible {
    /// One; its code comes first in the alphabet.
    pub permission: String,
    /// The other.
    pub other: String,
    /// Why, in a sentence.
    pub sentence: String,
}

/// All roles of the town with what goes with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleBook {
    /// By code.
    pub roles: BTreeMap<String, Role>,
    /// In the order of the codes.
    pub incompatible: Vec<Incompatible>,
    /// When the office is open.
    pub hours: Option<OfficeHours>,
}

impl Incompatible {
    /// Both codes.
    #[must_use]
    pub fn key(&self) -> (&str, &str) {
        (&self.permission, &self.other)
    }
}

/// Rooms in which money, reads or rates are decided.
const MONEY_READS_RATES: [&str; 7] = ["billing", "credit", "finance", "metering", "payments", "revenue", "treasury"];

/// Why administration of the system goes with nothing else.
const SYSTEM_SENTENCE: &str = "Who decides who may do what neither approves that nor touches money, reads or rates";

impl RoleBook {
    /// What a role allows; nothing for one that is not there.
    #[must_use]
    pub fn permissions(&self, role: &str) -> &BTreeSet<String> {
        const NOTHING: &BTreeSet<String> = &BTreeSet::new();
        self.roles.get(role).map_or(NOTHING, |role| &role.permissions)
    }

    /// The roles that allow or decide more than they did.
    pub(crate) fn wider_than(&self, before: &RoleBook) -> BTreeSet<&str> {
        let is_wider = |role: &&Role| {
            let Some(had) = before.roles.get(&role.code) else { return true };
            let has_more = |(of, limit): (&(String, Direction), &Limit)| {
                let had = had.limits.get(of).copied().unwrap_or(Limit::NOTHING);
                had.act_cents < limit.act_cents
                    || had.actor_cents < limit.actor_cents
                    || had.account_cents < limit.account_cents
            };
            !role.permissions.is_subset(&had.permissions) || role.limits.iter().any(has_more)
        };
        self.roles.values().filter(is_wider).map(|role| role.code.as_str()).collect()
    }

    /// Why two permissions do not go together, if they do not.
    #[must_use]
    pub fn clash(&self, one: &str, two: &str) -> Option<&str> {
        let (permission, other) = if one < two { (one, two) } else { (two, one) };
        let listed = self.incompatible.iter().find(|pair| pair.permission == permission && pair.other == other);
        if let Some(pair) = listed {
            return Some(&pair.sentence);
        }
        is_system_clash(one, two).then_some(SYSTEM_SENTENCE)
    }
}

/// Whether one permission administers the system and the other decides money, reads or rates, or approves what the first
/// proposes. No review makes up for that.
pub(crate) fn is_system_clash(one: &str, two: &str) -> bool {
    let is_system = |code: &str| code == crate::MANAGE.code;
    let is_of_money = |code: &str| {
        let is_in_room = code.split_once('.').is_some_and(|(room, _)| MONEY_READS_RATES.contains(&room));
        is_in_room || code == crate::APPROVE.code
    };
    (is_system(one) && is_of_money(two)) || (is_system(two) && is_of_money(one))
}
