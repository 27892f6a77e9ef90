//! `AssignRole` and `EndRole`: somebody has a role from a day on, and to a day.

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::checks::{Before, check_days, check_not_past, check_roles, other_staff_named};
use super::{PeopleRefused, staff};
use crate::MANAGE;
use crate::people::{self, AssignmentChange, Days};

/// Gives somebody a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignRole {
    /// The code of who gets it.
    pub actor: String,
    /// The code of the role.
    pub role: String,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day, if it is known.
    pub through_on: Option<NaiveDate>,
}

/// Ends a role of somebody. An assignment that has not begun by then never begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndRole {
    /// The code of whose role it is.
    pub actor: String,
    /// The code of the role.
    pub role: String,
    /// The last day; yesterday ends it at once.
    pub through_on: NaiveDate,
}

impl Act for AssignRole {
    const KIND: &'static str = "staff.assign_role";
    type Outcome = ();

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let days = Days { from_on: self.from_on, through_on: self.through_on };
        check_days(days, entry.today).map_err(refused)?;
        check_not_past(self.from_on, entry.today).map_err(refused)?;
        let before = Before::of(entry).await?;
        let person = other_staff_named(entry, &self.actor).await?;
        check_roles(&before.book, [&self.role]).map_err(refused)?;
        let is_same = |one: &&people::Assignment| one.role == self.role && one.days.shared(days).is_some();
        if let Some(held) = person.roles.iter().find(is_same) {
            let (actor, role, from_on) = (self.actor.clone(), self.role.clone(), held.days.from_on);
            return refuse(PeopleRefused::RoleHeld { actor, role, from_on });
        }
        let change = AssignmentChange { actor: person.actor, role: &self.role, days };
        people::begin_roles(entry, &[change]).await?;
        let had = person.roles_on(self.from_on).join(", ");
        let has = if had.is_empty() { self.role.clone() } else { format!("{had}, {}", self.role) };
        entry.changes(format!("roles of {} from {}", self.actor, self.from_on), had, has);
        before.gained(entry, person.actor).await
    }
}

impl Act for EndRole {
    const KIND: &'static str = "staff.end_role";
    type Outcome = ();

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let yesterday = entry.today.pred_opt().unwrap_or(entry.today);
        check_not_past(self.through_on, yesterday).map_err(refused)?;
        let before = Before::of(entry).await?;
        let person = other_staff_named(entry, &self.actor).await?;
        let reaches = |one: &&people::Assignment| {
            one.role == self.role && one.days.through_on.is_none_or(|through_on| self.through_on < through_on)
        };
        let held: Vec<_> = person.roles.iter().filter(reaches).collect();
        if held.is_empty() {
            let EndRole { actor, role, through_on } = self.clone();
            return refuse(PeopleRefused::RoleNotHeld { actor, role, through_on });
        }
        for one in held {
            let key = (person.actor, self.role.as_str());
            if one.days.from_on <= self.through_on {
                people::end_role(entry, key, one.days.from_on, self.through_on).await?;
            } else {
                people::delete_role_row(entry, key, one.days.from_on).await?;
            }
        }
        before.lost(entry, &self.actor).await
    }
}
