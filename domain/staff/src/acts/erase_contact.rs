//! `EraseContact`: how somebody who left was reached is erased, from their record and from the log.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use serde::{Deserialize, Serialize};

use super::checks::{Before, actor_named, check_not_own};
use super::{PeopleRefused, person, staff};
use crate::MANAGE;
use crate::people::{self, Contact};
use crate::sign_in::for_others;

/// Erases mail address, telephone number and address of somebody who left, and what they are known by at providers of
/// single sign-on. What they did stays under their name, and the seals over it hold. It cannot be undone, so a second
/// person has to agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseContact {
    /// The code of who left.
    pub actor: String,
}

impl Act for EraseContact {
    const KIND: &'static str = "staff.erase_contact";
    /// From how many entries of the log something was erased.
    type Outcome = u64;

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<u64, Failure> {
        let before = Before::of(entry).await?;
        let actor = actor_named(entry, &self.actor).await?;
        check_not_own(entry, actor, &self.actor)?;
        match people::person(entry, actor).await? {
            None => return refuse(PeopleRefused::NotOnStaff { actor: self.actor.clone() }),
            Some(person) if person.left_on.is_none() => {
                return refuse(PeopleRefused::WorksHere { actor: self.actor.clone() });
            }
            Some(_) => people::put_contact(entry, actor, &Contact::default()).await?,
        }
        for_others::forget_identities(entry, actor).await?;
        let entries = acts::erase_personal(entry, &person(actor)).await?;
        entry.changes(format!("mail address, telephone and address of {}", self.actor), "on record", "erased");
        before.ask_second(entry);
        Ok(entries)
    }
}
