//! `ScheduleReport` and `StopReport`: a saved report is made by itself on due days, or is no more.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use serde::{Deserialize, Serialize};

use super::{PeopleRefused, staff};
use crate::{Rhythm, SCHEDULE_REPORTS, SavedReport, store};

/// The most reports of one person that are made by themselves.
const SCHEDULES_MAX: i64 = 20;

/// How often a report is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// On every day city hall is open.
    Day,
    /// Once a week.
    Week,
    /// Once a month.
    Month,
}

/// Lets one's own saved report be made by itself, from today on; what was said before is replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleReport {
    /// The number of the report.
    pub report: i64,
    /// How often.
    pub every: Every,
    /// The day of the week, from 1 for Monday, or of the month; 0 for every day.
    pub on_day: i64,
}

/// Lets a report be made by itself no more; what was made is kept. One's own, or that of somebody who has left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopReport {
    /// The number of the report.
    pub report: i64,
}

impl ScheduleReport {
    fn rhythm(&self) -> Result<Rhythm, PeopleRefused> {
        let (code, stretch, last) = match self.every {
            Every::Day => return Ok(Rhythm::Daily),
            Every::Week => ("week", "week", 7),
            Every::Month => ("month", "month", 31),
        };
        Rhythm::of(code, self.on_day).ok_or(PeopleRefused::NoSuchDay { day: self.on_day, stretch, last })
    }
}

impl Act for ScheduleReport {
    const KIND: &'static str = "staff.schedule_report";
    type Outcome = ();

    fn permission(&self) -> Permission {
        SCHEDULE_REPORTS
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let rhythm = self.rhythm().map_err(acts::refused)?;
        let report = report_of(entry, self.report).await?;
        if report.actor != entry.actor.id {
            return refuse(PeopleRefused::UnknownReport);
        }
        if !report.address.starts_with("/reports/views/") {
            return refuse(PeopleRefused::NotFromAView { title: report.title });
        }
        if SCHEDULES_MAX <= store::count_schedules(entry, report.actor, report.id).await? {
            return refuse(PeopleRefused::TooManySchedules { most: SCHEDULES_MAX });
        }
        store::put_schedule(entry, report.id, rhythm).await?;
        Ok(())
    }
}

impl Act for StopReport {
    const KIND: &'static str = "staff.stop_report";
    type Outcome = ();

    fn permission(&self) -> Permission {
        SCHEDULE_REPORTS
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let report = report_of(entry, self.report).await?;
        let is_theirs = report.actor == entry.actor.id;
        if !is_theirs && (!report.is_shared || store::is_active(entry, report.actor).await?) {
            return refuse(PeopleRefused::UnknownReport);
        }
        match store::delete_schedule(entry, report.id).await? {
            0 => refuse(PeopleRefused::NotScheduled { title: report.title }),
            _ => Ok(()),
        }
    }
}

async fn report_of(entry: &mut Entry, number: i64) -> Result<SavedReport, Failure> {
    match store::saved_report(entry, number).await? {
        Some(report) => Ok(report),
        None => refuse(PeopleRefused::UnknownReport),
    }
}
