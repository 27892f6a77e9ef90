//! `make_due_reports`: makes the saved reports that are due, each with what its owner may see at that moment.

use acts::{Authority, Permission};
use chrono::NaiveDate;
use db::{Fault, Read};
use staff::{NewResult, ReportFiles, ReportSchedule, StaffAuthority};

use crate::office::Office;

/// How many reports were made, and of how many was said why not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MadeReports {
    /// Made.
    pub made: usize,
    /// Not made.
    pub refused: usize,
}

/// Makes what is due and was not made. Of days that were missed only the latest counts. What fails is logged, and tried
/// again when this is called again; a result that somebody else kept meanwhile stands.
pub async fn make_due_reports(office: &Office) -> Result<MadeReports, Fault> {
    let today = office.door.today();
    let mut read = office.db().read().await?;
    let schedules = staff::report_schedules(&mut read).await?;
    if schedules.is_empty() {
        return Ok(MadeReports::default());
    }
    let terms = billing::terms(&mut read).await?;
    drop(read);
    let mut all = MadeReports::default();
    for schedule in schedules {
        let latest = schedule.rhythm.latest((schedule.first_on, today), &|day| terms.is_open(day));
        let Some(due_on) = latest.filter(|day| schedule.last_due_on.is_none_or(|last| last < *day)) else { continue };
        let report = schedule.report.id;
        match make(office, &schedule, due_on).await {
            Ok(Some(true)) => all.made += 1,
            Ok(Some(false)) => all.refused += 1,
            Ok(None) => {}
            Err(fault) => tracing::error!(%fault, report, "a report could not be made, and is tried again"),
        }
    }
    Ok(all)
}

/// Makes one; says whether it was made, or nothing when somebody else was faster.
async fn make(office: &Office, schedule: &ReportSchedule, due_on: NaiveDate) -> Result<Option<bool>, Fault> {
    let (report, made_on) = (&schedule.report, office.door.today());
    let outcome = files(office, schedule, made_on).await?;
    let is_made = outcome.is_ok();
    let result =
        NewResult { report: report.id, due_on, made_on, made_at: office.door.now(), address: &report.address, outcome };
    let is_kept = office.keep_report(result).await?;
    Ok(is_kept.then_some(is_made))
}

/// The files, or why there are none.
async fn files(
    office: &Office,
    schedule: &ReportSchedule,
    today: NaiveDate,
) -> Result<Result<ReportFiles, String>, Fault> {
    let mut read = office.db().read().await?;
    if let Some(why) = may_not(&mut read, schedule, today).await? {
        return Ok(Err(why));
    }
    drop(read);
    books::report_files(office.db(), &schedule.report.address, today).await
}

/// Why the owner of a report may not have it made, if they may not.
async fn may_not(read: &mut Read, schedule: &ReportSchedule, today: NaiveDate) -> Result<Option<String>, Fault> {
    let owner = schedule.report.actor;
    let name = staff::names(read).await?.remove(&owner).unwrap_or_default();
    if !staff::is_active(read, owner).await? {
        let stop = "Stop it, and save it under your own name if it is still needed.";
        return Ok(Some(format!("{name}, whose report it is, does not work here any more. {stop}")));
    }
    let actor = staff::actor_by_id(read, owner).await?;
    let seen = books::permission_of_report(&schedule.report.address);
    let needed: Vec<Permission> = [Some(staff::SCHEDULE_REPORTS), seen].into_iter().flatten().collect();
    for permission in needed {
        if !StaffAuthority.allows(read, &actor, permission.code, today).await? {
            let may = permission.sentence.to_lowercase();
            return Ok(Some(format!("{name}, whose report it is, may not do this any more: {may}.")));
        }
    }
    Ok(None)
}
