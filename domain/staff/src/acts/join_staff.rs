//! `JoinStaff`: somebody begins to work here, with position, supervisor and roles.

use std::collections::BTreeSet;

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::ActorId;
use serde::{Deserialize, Serialize};

use super::checks::{Before, Need, check_circle, check_days, check_not_own, check_roles, check_text, supervisor_named};
use super::{PeopleRefused, person, staff};
use crate::people::{self, AssignmentChange, Contact, Days, NewPerson};
use crate::store::{self, NewActor};
use crate::{ActorKind, MANAGE};

/// Takes somebody in, or in again who left. Roles hold from the first day on, never from a day that is past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinStaff {
    /// The code others will know them by.
    pub code: String,
    /// Their name.
    pub name: String,
    /// What they are employed as.
    pub position: String,
    /// The code of whom they report to.
    pub supervisor: Option<String>,
    /// What they know, separated by commas.
    pub skills: String,
    /// How they are reached.
    pub contact: Contact,
    /// The codes of their roles.
    pub roles: BTreeSet<String>,
    /// Their first day.
    pub joined_on: NaiveDate,
}

impl Act for JoinStaff {
    const KIND: &'static str = "staff.join";
    const PERSONAL: &'static [&'static str] = &["/contact"];
    type Outcome = ActorId;

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<ActorId, Failure> {
        self.check_words().map_err(refused)?;
        check_days(Days::from(self.joined_on), entry.today).map_err(refused)?;
        let before = Before::of(entry).await?;
        check_roles(&before.book, &self.roles).map_err(refused)?;
        let supervisor = supervisor_named(entry, self.supervisor.as_deref()).await?;
        let (actor, was_here) = self.actor(entry).await?;
        let named = supervisor.zip(self.supervisor.as_deref());
        check_circle(entry, (actor, &self.code), named).await?;
        let new = NewPerson {
            actor,
            position: &self.position,
            supervisor,
            skills: &self.skills,
            contact: &self.contact,
            joined_on: self.joined_on,
        };
        people::take_in(entry, new).await?;
        entry.tells_of(person(actor));
        let days = Days::from(self.joined_on.max(entry.today));
        let begun = self.roles.iter().map(|role| AssignmentChange { actor, role, days });
        people::begin_roles(entry, &begun.collect::<Vec<_>>()).await?;
        entry.changes("staff", "", format!("{} ({})", self.name, self.position));
        if !self.roles.is_empty() {
            let roles: Vec<&str> = self.roles.iter().map(String::as_str).collect();
            entry.changes(format!("roles of {}", self.code), "", roles.join(", "));
        }
        // Who was here before may still have what they had: roles of today, permissions, a password.
        if was_here || !self.roles.is_empty() {
            before.gained(entry, actor).await?;
        }
        Ok(actor)
    }
}

impl JoinStaff {
    fn check_words(&self) -> Result<(), PeopleRefused> {
        let is_code = !self.code.is_empty() && self.code.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_code {
            return Err(PeopleRefused::BadCode { code: self.code.chars().take(40).collect() });
        }
        check_text("The code", &self.code, 40, Need::Needed)?;
        check_text("The name", &self.name, 120, Need::Needed)?;
        check_text("The position", &self.position, 120, Need::Needed)?;
        check_text("The list of skills", &self.skills, 500, Need::Optional)?;
        check_text("The mail address", &self.contact.email, 254, Need::Optional)?;
        check_text("The telephone number", &self.contact.phone, 40, Need::Optional)?;
        check_text("The address", &self.contact.address, 200, Need::Optional)
    }

    /// Who they are: somebody new, or of the same name and not working here: a person let in before roles were in
    /// force, or somebody who left.
    /// Answers whether they were known.
    async fn actor(&self, entry: &mut Entry) -> Result<(ActorId, bool), Failure> {
        let Some(known) = store::actor_by_code(entry, &self.code).await? else {
            let id = entry.id("actor").await?;
            let new = NewActor { id, code: &self.code, name: &self.name, kind: ActorKind::Person };
            return match store::insert_actor_once(entry, new).await? {
                0 => refuse(PeopleRefused::CodeTaken { code: self.code.clone() }),
                _ => Ok((id, false)),
            };
        };
        check_not_own(entry, known.id, &self.code)?;
        let works_here = people::person(entry, known.id).await?.is_some_and(|person| person.left_on.is_none());
        let is_same = store::names(entry).await?.get(&known.id) == Some(&self.name);
        if works_here || !is_same || !people::is_person(entry, known.id).await? {
            return refuse(PeopleRefused::CodeTaken { code: self.code.clone() });
        }
        people::rejoin(entry, known.id).await?;
        Ok((known.id, true))
    }
}
