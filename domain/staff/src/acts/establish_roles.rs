//! `EstablishRoles`: the town's roles with limits, what nobody may have together, and office hours, as one text.

use std::collections::{BTreeMap, BTreeSet};

use acts::{Act, Direction, Entry, Failure, Permission, Subject, refuse, refused};
use kernel::Cents;
use serde::{Deserialize, Serialize};

use super::checks::{Before, Need, check_held, check_text};
use super::{RolesRefused, check_permission, staff};
use crate::people::{self, Assignment, Incompatible, Limit, OfficeHours, Role, RoleBook, StandingIn};
use crate::{APPROVE, MANAGE, store};

/// Puts roles in force, in the place of all that stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EstablishRoles {
    /// The roles.
    pub roles: Vec<NewRole>,
    /// Permissions nobody may have together.
    pub incompatible: Vec<NewPair>,
    /// When the office is open.
    pub hours: OfficeHours,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    /// The code, such as `cashier`.
    pub code: String,
    /// What people call it.
    pub title: String,
    /// What it is for, in a sentence.
    pub sentence: String,
    /// The codes of what it allows.
    pub permissions: BTreeSet<String>,
    /// How much it decides alone. Where nothing is said it decides nothing alone.
    #[serde(default)]
    pub limits: Vec<NewLimit>,
}

/// A limit of a role, for a class of changes in one direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLimit {
    /// The class, such as `adjustment`.
    pub class: String,
    /// Which way the amounts go.
    pub direction: Direction,
    /// Of one act.
    pub act_cents: Cents,
    /// Of all acts of one person within 30 days.
    pub actor_cents: Cents,
    /// On one account within 30 days.
    pub account_cents: Cents,
}

/// Two permissions nobody may have together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPair {
    /// One.
    pub permission: String,
    /// The other.
    pub other: String,
    /// Why, in a sentence.
    pub sentence: String,
}

/// How many roles there may be, and limits of one: what a person can look through.
const MOST: usize = 200;
/// The largest limit: ten million dollars.
const LARGEST: Cents = Cents(1_000_000_000);

impl Act for EstablishRoles {
    const KIND: &'static str = "staff.establish_roles";
    /// How many roles are in force.
    type Outcome = usize;

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<usize, Failure> {
        let book = self.book().map_err(refused)?;
        let Some(hours) = self.hours.read() else { return refuse(RolesRefused::BadHours) };
        let before = Before::of(entry).await?;
        let today = entry.today;
        let held = people::everybody_with_roles(entry, today).await?;
        for (actor, assignments) in &held {
            if let Some(gone) = assignments.iter().find(|one| !book.roles.contains_key(&one.role)) {
                let (role, actor) = (gone.role.clone(), store::code_of(entry, *actor).await?);
                return refuse(RolesRefused::RoleInUse { role, actor });
            }
        }
        people::replace_roles(entry, &book, hours).await?;
        let mut acting: Vec<StandingIn> = people::stand_ins(entry).await?;
        acting.retain(|one| one.days.reach(today));
        let wider = book.wider_than(&before.book);
        let gains = |assignments: &[Assignment]| assignments.iter().any(|one| wider.contains(one.role.as_str()));
        for actor in held.iter().filter(|(_, assignments)| gains(assignments)).map(|(actor, _)| *actor) {
            entry.favors(actor);
            acting.iter().filter(|one| one.absent == actor).for_each(|one| entry.favors(one.actor));
        }
        let everybody: BTreeSet<_> = held.into_keys().chain(acting.into_iter().map(|one| one.actor)).collect();
        for actor in everybody {
            check_held(entry, &book, actor).await?;
        }
        before.lost_by_roles(entry).await?;
        for (field, had, has) in differences(&before.book, &book) {
            entry.changes(field, had, has);
        }
        before.ask_second(entry);
        Ok(book.roles.len())
    }
}

impl EstablishRoles {
    /// What stands in the text, if it can stand.
    fn book(&self) -> Result<RoleBook, RolesRefused> {
        if self.roles.is_empty() || MOST < self.roles.len().max(self.incompatible.len()) {
            return Err(RolesRefused::HowMany { most: MOST });
        }
        let mut book = RoleBook { hours: Some(self.hours.clone()), ..RoleBook::default() };
        for pair in &self.incompatible {
            let pair = pair.read()?;
            if book.incompatible.iter().any(|other| other.key() == pair.key()) {
                return Err(RolesRefused::PairTwice { permission: pair.permission, other: pair.other });
            }
            book.incompatible.push(pair);
        }
        book.incompatible.sort_by(|one, two| one.key().cmp(&two.key()));
        for new in &self.roles {
            let role = new.read()?;
            new.check_together(&book)?;
            if book.roles.insert(role.code.clone(), role).is_some() {
                return Err(RolesRefused::RoleTwice { role: new.code.clone() });
            }
        }
        for (permission, who) in [(APPROVE, "approves roles and limits"), (MANAGE, "gives roles to people")] {
            if !book.roles.values().any(|role| role.permissions.contains(permission.code)) {
                return Err(RolesRefused::NobodyDoes { permission: permission.code, who });
            }
        }
        Ok(book)
    }
}

impl NewPair {
    fn read(&self) -> Result<Incompatible, RolesRefused> {
        for code in [&self.permission, &self.other] {
            check_permission(code).map_err(|_| RolesRefused::BadPermission { permission: short(code) })?;
        }
        check_text("The sentence of incompatible permissions", &self.sentence, 300, Need::Needed)?;
        let (one, two) = (self.permission.clone(), self.other.clone());
        if one == two {
            return Err(RolesRefused::PairOfOne { permission: one });
        }
        let (permission, other) = if one < two { (one, two) } else { (two, one) };
        Ok(Incompatible { permission, other, sentence: self.sentence.clone() })
    }
}

impl NewRole {
    fn read(&self) -> Result<Role, RolesRefused> {
        if !is_word(&self.code) {
            return Err(RolesRefused::BadRoleCode { role: short(&self.code) });
        }
        check_text("The title of a role", &self.title, 80, Need::Needed)?;
        check_text("The sentence of a role", &self.sentence, 300, Need::Needed)?;
        if self.permissions.is_empty() {
            return Err(RolesRefused::NoPermissions { role: self.code.clone() });
        }
        for code in &self.permissions {
            check_permission(code).map_err(|_| RolesRefused::BadPermission { permission: short(code) })?;
        }
        let mut limits = BTreeMap::new();
        for new in &self.limits {
            let (class, limit) = new.read(&self.code)?;
            if limits.insert((class, new.direction), limit).is_some() {
                return Err(RolesRefused::LimitTwice { role: self.code.clone(), class: new.class.clone() });
            }
        }
        Ok(Role {
            code: self.code.clone(),
            title: self.title.clone(),
            sentence: self.sentence.clone(),
            permissions: self.permissions.clone(),
            limits,
        })
    }

    /// Refuses a role that has in itself what nobody may have together.
    fn check_together(&self, book: &RoleBook) -> Result<(), RolesRefused> {
        for one in &self.permissions {
            for other in self.permissions.range(one.clone()..).skip(1) {
                if let Some(sentence) = book.clash(one, other) {
                    return Err(RolesRefused::IncompatibleRole {
                        role: self.code.clone(),
                        permission: one.clone(),
                        other: other.clone(),
                        sentence: sentence.to_owned(),
                    });
                }
            }
        }
        Ok(())
    }
}

impl NewLimit {
    fn read(&self, role: &str) -> Result<(String, Limit), RolesRefused> {
        let role = || role.to_owned();
        if !is_word(&self.class) {
            return Err(RolesRefused::BadClass { role: role(), class: short(&self.class) });
        }
        let NewLimit { act_cents, actor_cents, account_cents, .. } = *self;
        let is_amount = |cents: Cents| Cents::ZERO <= cents && cents <= LARGEST;
        let is_good = [act_cents, actor_cents, account_cents].into_iter().all(is_amount);
        if !is_good || actor_cents < act_cents || account_cents < act_cents {
            return Err(RolesRefused::BadLimit { role: role(), class: self.class.clone() });
        }
        Ok((self.class.clone(), Limit { act_cents, actor_cents, account_cents }))
    }
}

/// Whether a text is a code such as `senior_csr`.
fn is_word(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// As much of a text as belongs in a sentence.
fn short(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(40).collect()
}

/// What is other than before, for whoever approves: field, before, after.
fn differences(before: &RoleBook, after: &RoleBook) -> Vec<(String, String, String)> {
    let codes: BTreeSet<&String> = before.roles.keys().chain(after.roles.keys()).collect();
    let mut rows = Vec::new();
    for code in codes {
        let (had, has) = (before.roles.get(code), after.roles.get(code));
        let permissions = |role: Option<&Role>| {
            role.map(|role| role.permissions.iter().cloned().collect::<Vec<_>>().join(", ")).unwrap_or_default()
        };
        rows.push((format!("role {code}: permissions"), permissions(had), permissions(has)));
        rows.push((format!("role {code}: limits"), limits(had), limits(has)));
    }
    let pairs = |book: &RoleBook| {
        let pair = |pair: &Incompatible| format!("{} and {}", pair.permission, pair.other);
        book.incompatible.iter().map(pair).collect::<Vec<_>>().join(", ")
    };
    rows.push(("not together".to_owned(), pairs(before), pairs(after)));
    let hours = |book: &RoleBook| {
        let words = |hours: &OfficeHours| format!("{} to {}, {}", hours.opens, hours.closes, hours.time_zone);
        book.hours.as_ref().map(words).unwrap_or_default()
    };
    rows.push(("office hours".to_owned(), hours(before), hours(after)));
    rows.retain(|(_, had, has)| had != has);
    rows
}

/// The limits of a role in words.
fn limits(role: Option<&Role>) -> String {
    let words = |((class, direction), limit): (&(String, Direction), &Limit)| {
        let [act, actor, account] = [limit.act_cents, limit.actor_cents, limit.account_cents].map(Cents::dollars);
        format!("{class} ({}) {act} at a time, {actor} a person, {account} an account", direction.code())
    };
    role.map(|role| role.limits.iter().map(words).collect::<Vec<_>>().join("; ")).unwrap_or_default()
}
