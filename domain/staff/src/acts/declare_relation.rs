//! `DeclareRelation` and `EndRelation`: which accounts are somebody's own or their household's.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use kernel::{AccountId, ActorId};
use serde::{Deserialize, Serialize};

use super::checks::{check_not_own, staff_named};
use super::{PeopleRefused, staff};
use crate::RELATIONS;
use crate::people::{self, Relation, RelationKind};

/// Declares that an account is one's own or one's household's. A supervisor can declare it for who reports to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclareRelation {
    /// The code of whose account it is.
    pub actor: String,
    /// The account.
    pub account: AccountId,
    /// What it is to them.
    pub kind: RelationKind,
}

/// Records that it is theirs no more. Only a supervisor can: nobody opens the way to their own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndRelation {
    /// The code of whose account it was.
    pub actor: String,
    /// The account.
    pub account: AccountId,
}

impl Act for DeclareRelation {
    const KIND: &'static str = "staff.declare_relation";
    type Outcome = ();

    fn permission(&self) -> Permission {
        RELATIONS
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let actor = theirs(entry, &self.actor).await?;
        if self.account.0 < 1 {
            return refuse(PeopleRefused::UnknownAccount);
        }
        let (account, kind) = (self.account, self.kind);
        let relation = Relation { account, kind, declared_on: entry.today, ended_on: None };
        match people::insert_relation_once(entry, actor, relation).await? {
            0 => refuse(PeopleRefused::RelationStands { actor: self.actor.clone() }),
            _ => Ok(()),
        }
    }
}

impl Act for EndRelation {
    const KIND: &'static str = "staff.end_relation";
    type Outcome = ();

    fn permission(&self) -> Permission {
        RELATIONS
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let actor = theirs(entry, &self.actor).await?;
        check_not_own(entry, actor, &self.actor)?;
        let today = entry.today;
        match people::end_relation(entry, actor, self.account, today).await? {
            0 => refuse(PeopleRefused::NoRelation { actor: self.actor.clone() }),
            _ => Ok(()),
        }
    }
}

/// The person with that code, who must be who asks or report to who asks.
async fn theirs(entry: &mut Entry, code: &str) -> Result<ActorId, Failure> {
    let person = staff_named(entry, code).await?;
    match entry.actor.id == person.actor || person.supervisor == Some(entry.actor.id) {
        true => Ok(person.actor),
        false => refuse(PeopleRefused::NotTheirSupervisor { actor: code.to_owned() }),
    }
}
