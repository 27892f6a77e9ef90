//! What is asked about people: what somebody may, up to which amounts, who works here, whose account is whose.

use acts::Direction;
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::ActorId;

use super::{Held, Limit, Person, Relation, RoleBook, Source, StandingIn, store};

/// A review that makes up for two permissions in one hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// Who has both.
    pub actor: ActorId,
    /// One permission.
    pub permission: String,
    /// The other.
    pub other: String,
    /// Who looks at what they do.
    pub reviewer: ActorId,
    /// How.
    pub words: String,
    /// The last day it holds.
    pub through_on: NaiveDate,
}

/// Everything an actor is allowed on a day, with its sources: granted directly, by role, for somebody absent.
/// Nothing for an actor who is not active.
pub async fn permissions_on(read: &mut Read, actor: ActorId, day: NaiveDate) -> Result<Held, Fault> {
    let direct = store::direct(read, actor).await?;
    let mut sources: Vec<(String, Source)> = direct.into_iter().map(|code| (code, Source::Direct)).collect();
    sources.extend(store::held(read, actor, day).await?);
    Ok(Held::gather(sources))
}

/// How much an actor decides alone in a class of changes, such as `adjustment`. `None` in a town without roles;
/// where roles are in force, nothing unless a role says so.
pub async fn limit_of(
    read: &mut Read,
    actor: ActorId,
    (class, direction): (&str, Direction),
    day: NaiveDate,
) -> Result<Option<Limit>, Fault> {
    limit_apart_from(read, (actor, None), (class, direction), day).await
}

/// The same, without what somebody lends the actor: whoever approves their change decides by an own limit.
pub(crate) async fn limit_apart_from(
    read: &mut Read,
    (actor, lender): (ActorId, Option<ActorId>),
    class: (&str, Direction),
    day: NaiveDate,
) -> Result<Option<Limit>, Fault> {
    if !store::are_roles_in_force(read).await? {
        return Ok(None);
    }
    let limits = store::limits(read, (actor, lender), class, day).await?;
    Ok(Some(limits.into_iter().fold(Limit::NOTHING, Limit::or)))
}

/// Whether the town has roles. Before, permissions are granted one by one.
pub async fn are_roles_in_force(read: &mut Read) -> Result<bool, Fault> {
    store::are_roles_in_force(read).await
}

/// All roles, permissions that do not go together, and office hours.
pub async fn role_book(read: &mut Read) -> Result<RoleBook, Fault> {
    store::role_book(read).await
}

/// Everybody who works here or did, in the order of codes.
pub async fn people(read: &mut Read) -> Result<Vec<Person>, Fault> {
    store::people(read).await
}

/// Somebody who works here or did.
pub async fn person(read: &mut Read, actor: ActorId) -> Result<Option<Person>, Fault> {
    store::person(read, actor).await
}

/// What accounts are to somebody, ended relations too, in the order of accounts.
pub async fn relations(read: &mut Read, actor: ActorId) -> Result<Vec<Relation>, Fault> {
    store::relations(read, actor).await
}

/// Who stands in for whom, past and to come, in the order of their numbers.
pub async fn stand_ins(read: &mut Read) -> Result<Vec<StandingIn>, Fault> {
    store::stand_ins(read).await
}

/// All reviews that make up for permissions in one hand, in the order of actors.
pub async fn reviews(read: &mut Read) -> Result<Vec<Reviewed>, Fault> {
    store::reviews(read).await
}
