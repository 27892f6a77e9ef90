//! What reading, checking and recording rates have in common.

use std::collections::BTreeMap;

use acts::{Entry, Failure, refuse, refused};
use kernel::RateVersionId;
use ledger::Chart;
use rates::{Rate, Schedule, Version};

use super::RatesRefused;
use crate::books::{Books, ChargeShape};
use crate::{NotPlaced, store};

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
    let books = store::books(entry).await?;
    let chart = finance::chart(entry).await?;
    let placed = schedule.versions.iter().try_for_each(|version| {
        let effective_on = version.effective_on;
        places_of(version, &books, &chart).map_err(|flaw| RatesRefused::NotPlaced { effective_on, flaw })
    });
    placed.map_err(refused)
}

fn places_of(version: &Version, books: &Books, chart: &Chart) -> Result<(), NotPlaced> {
    let position: BTreeMap<&str, usize> =
        version.charges.iter().enumerate().map(|(position, charge)| (charge.name.as_str(), position)).collect();
    let shape = |charge: &'_ rates::Charge| -> (Vec<usize>, bool) {
        let (mut of, mut is_measured) = (Vec::new(), false);
        for case in &charge.cases {
            match &case.rate {
                Rate::PerCent { of: names, .. } => {
                    of.extend(names.iter().filter_map(|name| position.get(name.as_str()).copied()));
                }
                Rate::NotOffered(_) => {}
                Rate::Fixed(_) | Rate::PerUnit(_) | Rate::Tiers(_) => is_measured = true,
            }
        }
        of.sort_unstable();
        of.dedup();
        (of, is_measured)
    };
    let shapes: Vec<ChargeShape<'_>> = version
        .charges
        .iter()
        .map(|charge| {
            let (of, is_measured) = shape(charge);
            let (name, revenue) = (charge.name.as_str(), charge.revenue.as_str());
            let (tax, is_borne) = (charge.tax.as_ref(), charge.is_borne_by_city);
            ChargeShape { name, revenue, tax, is_borne, of, is_measured }
        })
        .collect();
    let places = books.places(&shapes)?;
    Books::check_open(chart, &shapes, &places)
}
