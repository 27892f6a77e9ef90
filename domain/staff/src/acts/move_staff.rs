//! `MoveStaff`: somebody gets another position, another supervisor, other roles.

use std::collections::BTreeSet;

use acts::{Act, Entry, Failure, Permission, Subject, refused};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::checks::{
    Before, Need, check_circle, check_days, check_not_past, check_roles, check_text, other_staff_named,
    supervisor_named,
};
use super::staff;
use crate::MANAGE;
use crate::people::{self, AssignmentChange, Days, Person};

/// Moves somebody. Position and supervisor change when it is entered; roles change on the day: those not named end the
/// day before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveStaff {
    /// The code of who moves.
    pub actor: String,
    /// What they are employed as now.
    pub position: String,
    /// The code of whom they report to now.
    pub supervisor: Option<String>,
    /// The codes of all roles they have from then on.
    pub roles: BTreeSet<String>,
    /// The first day with these roles.
    pub from_on: NaiveDate,
}

impl Act for MoveStaff {
    const KIND: &'static str = "staff.move";
    type Outcome = ();

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        check_text("The position", &self.position, 120, Need::Needed).map_err(refused)?;
        check_days(Days::from(self.from_on), entry.today).map_err(refused)?;
        check_not_past(self.from_on, entry.today).map_err(refused)?;
        let before = Before::of(entry).await?;
        let person = other_staff_named(entry, &self.actor).await?;
        check_roles(&before.book, &self.roles).map_err(refused)?;
        let supervisor = supervisor_named(entry, self.supervisor.as_deref()).await?;
        let named = supervisor.zip(self.supervisor.as_deref());
        check_circle(entry, (person.actor, &self.actor), named).await?;
        people::move_person(entry, person.actor, &self.position, supervisor).await?;
        entry.changes(format!("position of {}", self.actor), person.position.as_str(), self.position.as_str());
        // Supervisors end relations to accounts: nobody makes themself somebody's supervisor alone.
        if supervisor == Some(entry.actor.id) && person.supervisor != supervisor {
            entry.changes(format!("{} reports to", self.actor), "", entry.actor.code.clone());
            before.ask_second(entry);
        }
        if self.change_roles(entry, &person).await? {
            let had = person.roles_on(self.from_on).join(", ");
            let has: Vec<&str> = self.roles.iter().map(String::as_str).collect();
            entry.changes(format!("roles of {} from {}", self.actor, self.from_on), had, has.join(", "));
            before.gained(entry, person.actor).await?;
            before.lost(entry, &self.actor).await?;
        }
        Ok(())
    }
}

impl MoveStaff {
    /// Ends what is not named and begins what is; answers whether anything changed.
    async fn change_roles(&self, entry: &mut Entry, person: &Person) -> Result<bool, Failure> {
        let mut begun: BTreeSet<&str> = self.roles.iter().map(String::as_str).collect();
        let mut is_changed = false;
        for had in person.roles.iter().filter(|one| one.days.reach(self.from_on)) {
            let key = (person.actor, had.role.as_str());
            let stays = had.days.from_on <= self.from_on && had.days.through_on.is_none();
            if stays && begun.remove(had.role.as_str()) {
                continue;
            }
            is_changed = true;
            match self.from_on.pred_opt().filter(|last| had.days.from_on <= *last) {
                Some(last) => people::end_role(entry, key, had.days.from_on, last).await?,
                None => people::delete_role_row(entry, key, had.days.from_on).await?,
            }
        }
        let days = Days::from(self.from_on);
        let actor = person.actor;
        let new: Vec<_> = begun.into_iter().map(|role| AssignmentChange { actor, role, days }).collect();
        people::begin_roles(entry, &new).await?;
        Ok(is_changed || !new.is_empty())
    }
}
