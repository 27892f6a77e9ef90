//! `LeaveStaff`: somebody does not work here any more, and can do nothing from this moment on.

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::checks::{Before, other_staff_named};
use super::{PeopleRefused, staff};
use crate::MANAGE;
use crate::people::{self, Days};

/// Ends roles, acting authority, sessions and tokens of somebody who left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaveStaff {
    /// The code of who left.
    pub actor: String,
    /// Their last day: today, or a day that is past.
    pub left_on: NaiveDate,
}

impl Act for LeaveStaff {
    const KIND: &'static str = "staff.leave";
    type Outcome = ();

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let before = Before::of(entry).await?;
        let person = other_staff_named(entry, &self.actor).await?;
        self.check_day(person.joined_on, entry.today).map_err(refused)?;
        let reports = people::reports_to(entry, person.actor).await?;
        if !reports.is_empty() {
            let (actor, reports) = (self.actor.clone(), reports.join(", "));
            return refuse(PeopleRefused::StillReportedTo { actor, reports });
        }
        people::leave(entry, person.actor, self.left_on).await?;
        let now = entry.now;
        people::end_access(entry, person.actor, now).await?;
        before.lost(entry, &self.actor).await
    }
}

impl LeaveStaff {
    fn check_day(&self, joined_on: NaiveDate, today: NaiveDate) -> Result<(), PeopleRefused> {
        if today < self.left_on {
            return Err(PeopleRefused::DayTooFar { day: self.left_on, latest: today });
        }
        let worked = Days { from_on: joined_on, through_on: Some(self.left_on) };
        match worked.is_forward() {
            true => Ok(()),
            false => Err(PeopleRefused::DaysBackwards { from_on: joined_on, through_on: self.left_on }),
        }
    }
}
