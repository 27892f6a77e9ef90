//! `StaffGate`: who stands behind a session or a token, and what they may do today.

mod store;

use std::collections::BTreeSet;

use acts::Door;
use async_trait::async_trait;
use db::Fault;
use kernel::ActorId;
use web::{Gate, Visitor};

use crate::people::{self, Held, Source};
use crate::sign_in::SignIn;
use crate::{OBSERVE, RELATIONS, REVIEW};

/// Tells pages and the API who visits. Permissions are asked anew for every request.
#[derive(Clone)]
pub struct StaffGate {
    door: Door,
    sign_in: SignIn,
    rule: SecondFactorRule,
}

/// Whether people whose work can do damage need a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecondFactorRule {
    /// They do nothing but set it up until they have one.
    #[default]
    Required,
    /// A password is enough: for towns that are made up.
    Optional,
}

/// What can be done by a password alone. Everything else moves money, or decides what somebody owes, pays or may do.
const HARMLESS: [&str; 5] =
    [RELATIONS.code, REVIEW.code, OBSERVE.code, acts::permissions::READ.code, acts::permissions::SEAL.code];

impl StaffGate {
    /// The gate of a town.
    #[must_use]
    pub fn new(door: Door, sign_in: SignIn, rule: SecondFactorRule) -> StaffGate {
        StaffGate { door, sign_in, rule }
    }

    /// Whether somebody with these permissions still owes a second factor.
    async fn owes_second_factor(&self, actor: ActorId, held: &Held) -> Result<bool, Fault> {
        if !needs_second_factor(self.rule, held) {
            return Ok(false);
        }
        Ok(self.sign_in.factors(actor).await?.totp_since.is_none())
    }
}

/// Whether what somebody holds asks for a second factor.
fn needs_second_factor(rule: SecondFactorRule, held: &Held) -> bool {
    match rule {
        SecondFactorRule::Required => held.permissions.keys().any(|code| !HARMLESS.contains(&code.as_str())),
        SecondFactorRule::Optional => false,
    }
}

#[async_trait]
impl Gate for StaffGate {
    async fn visitor(&self, session_token: &str) -> Result<Option<Visitor>, Fault> {
        let Some(session) = self.sign_in.session(session_token, self.door.now()).await? else { return Ok(None) };
        let mut visitor = Visitor {
            actor: session.actor,
            name: session.name,
            roles: Vec::new(),
            permissions: BTreeSet::new(),
            form_key: session.form_key,
            is_whole: false,
            is_api: false,
        };
        if !session.is_whole {
            return Ok(Some(visitor));
        }
        let mut read = self.door.db().read().await?;
        let held = people::permissions_on(&mut read, visitor.actor.id, self.door.today()).await?;
        if self.owes_second_factor(visitor.actor.id, &held).await? {
            return Ok(Some(visitor));
        }
        let titles = store::role_titles(&mut read).await?;
        visitor.is_whole = true;
        visitor.roles = role_words(&held, |role| titles.get(role).cloned());
        visitor.permissions = held.codes();
        Ok(Some(visitor))
    }

    async fn bearer(&self, token: &str) -> Result<Option<Visitor>, Fault> {
        let bearer = self.sign_in.bearer(token, self.door.now(), self.door.today()).await?;
        let Some(bearer) = bearer else { return Ok(None) };
        let mut read = self.door.db().read().await?;
        let held = people::permissions_on(&mut read, bearer.actor.id, self.door.today()).await?;
        if self.owes_second_factor(bearer.actor.id, &held).await? {
            return Ok(None);
        }
        // A token never opens more than its owner may do today, whatever was written on it.
        let permissions = held.codes().intersection(&bearer.scopes).cloned().collect();
        Ok(Some(Visitor {
            actor: bearer.actor,
            name: bearer.name,
            roles: Vec::new(),
            permissions,
            form_key: String::new(),
            is_whole: true,
            is_api: true,
        }))
    }
}

/// The titles of the roles behind what somebody holds; a role without title keeps its code.
fn role_words(held: &Held, title: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let sources: BTreeSet<&Source> = held.permissions.values().flatten().collect();
    let mut words: Vec<String> = sources
        .into_iter()
        .filter_map(|source| match source {
            Source::Direct => None,
            Source::Role(role) => Some(title(role).unwrap_or_else(|| role.clone())),
            Source::ActingFor(_) => Some("Standing in for somebody absent".to_owned()),
        })
        .collect();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(codes: &[&str]) -> Held {
        Held::gather(codes.iter().map(|code| ((*code).to_owned(), Source::Role("clerk".to_owned()))))
    }

    #[test]
    fn whoever_can_do_damage_needs_a_second_factor() {
        use SecondFactorRule::{Optional, Required};
        #[rustfmt::skip]
        let rows = [
            (Required, &["billing.adjust"][..],                   true),
            (Required, &["staff.manage"],                         true),
            (Required, &["staff.relations", "payments.receive"],  true),
            (Required, &["revenue.propose_rates"],                true),
            (Required, &["something.new"],                        true),
            (Required, &["staff.relations", "acts.read"],         false),
            (Required, &[],                                       false),
            (Optional, &["billing.adjust", "staff.manage"],       false),
        ];
        for (rule, codes, expected) in rows {
            assert_eq!(needs_second_factor(rule, &held(codes)), expected, "{rule:?} {codes:?}");
        }
    }

    #[test]
    fn roles_are_told_once_each_and_by_title() {
        let own = |role: &str| Source::Role(role.to_owned());
        let held = Held::gather([
            ("a.one".to_owned(), own("cashier")),
            ("a.two".to_owned(), own("cashier")),
            ("a.two".to_owned(), own("retired")),
            ("a.two".to_owned(), Source::Direct),
            ("a.two".to_owned(), Source::ActingFor(ActorId(7))),
            ("a.two".to_owned(), Source::ActingFor(ActorId(8))),
        ]);
        let title = |role: &str| (role == "cashier").then(|| "Cashier".to_owned());
        assert_eq!(role_words(&held, title), ["Cashier", "retired", "Standing in for somebody absent"]);
    }
}
