//! What reading, checking and recording rates have in common.

use acts::{Entry, Failure, refuse, refused};
use kernel::RateVersionId;
use rates::{Schedule, Version};

use super::RatesRefused;
use crate::{not_placed, store};

/// Reads a schedule; every version of it is sound, and prices the service it did before.
pub(super) async fn read_schedule(entry: &mut Entry, text: &str) -> Result<Schedule, Failure> {
    let schedule = Schedule::parse(text).map_err(|error| refused(RatesRefused::Text(error)))?;
    for version in &schedule.versions {
        let effective_on = version.effective_on;
        version.compile().map_err(|flaw| refused(RatesRefused::Version { effective_on, flaw }))?;
    }
    let code = schedule.code.clone();
    match store::schedule_codes(entry).await?.remove(&code) {
        Some(there) if there != schedule.service => {
            refuse(RatesRefused::OtherService { code, there, given: schedule.service })
        }
        Some(_) | None => Ok(schedule),
    }
}

/// Each version alone, as it is recorded.
pub(super) fn each_alone(schedule: &Schedule) -> impl Iterator<Item = (&Version, Schedule)> {
    let alone = |version: &Version| Schedule { versions: vec![version.clone()], ..schedule.clone() };
    schedule.versions.iter().map(move |version| (version, alone(version)))
}

/// Records the version of a schedule that has exactly one, unless the same stands already.
pub(super) async fn record(
    entry: &mut Entry,
    version: &Version,
    alone: &Schedule,
    proposal: Option<i64>,
) -> Result<Option<RateVersionId>, Failure> {
    let (code, effective_on) = (alone.code.clone(), version.effective_on);
    store::lock_schedule(entry, &code).await?;
    match store::standing_version(entry, &code, effective_on).await? {
        Some(there) if there.text == alone.to_text() => return Ok(None),
        Some(store::Standing { used_by: Some(run), .. }) => {
            return refuse(RatesRefused::Used { code, effective_on, run });
        }
        Some(_) => return refuse(RatesRefused::OtherRates { code, effective_on }),
        None => {}
    }
    let act = entry.act;
    Ok(Some(store::insert_version(entry, act, alone, proposal).await?))
}

/// Refuses versions with a charge that has no place in the books.
pub(super) async fn check_places(entry: &mut Entry, schedule: &Schedule) -> Result<(), Failure> {
    match not_placed(entry, schedule).await?.into_iter().next() {
        Some((effective_on, flaw)) => refuse(RatesRefused::NotPlaced { effective_on, flaw }),
        None => Ok(()),
    }
}
