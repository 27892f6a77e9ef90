//! What comes before the first bill: migrations, staff, the town file, rates, and the old system's records.

use std::path::Path;

use chrono::NaiveDate;
use imports::{ImportReport, Scope};
use revenue::acts::{AdoptRates, SupersedeRates};

use super::hall::{Hall, Person};
use crate::commands::Ended;
use crate::intakes::intakes;
use crate::office::Office;
use crate::output;
use crate::town::{self, TownFile};

const TOWN: &str = include_str!("../../../../../towns/saguaro-bend/town.toml");

macro_rules! rates {
    ($($name:literal)*) => {
        [$(include_str!(concat!("../../../../../towns/saguaro-bend/rates/", $name, ".toml"))),*]
    };
}

/// What council adopted, besides trash.
const RATES: [&str; 7] = rates!("fee-account-setup" "fee-water-connect" "fee-after-hours" "fee-extra-pickup" "water"
    "sewer" "stormwater");
/// What council meant to do about trash, and the first days of what came to nothing.
const TRASH_MEANT: [&str; 1] = rates!("trash-superseded");
const TRASH_MEANT_FROM: [(i32, u32, u32); 4] = [(2023, 1, 1), (2024, 1, 1), (2025, 1, 1), (2026, 1, 1)];
/// What it did.
const TRASH: [&str; 1] = rates!("trash");
/// The records that come before all others; meters and agreements follow cycle by cycle.
const RECORDS: [&str; 2] = ["customers", "premises"];

/// Prepares an empty database for a town whose files lie in a folder.
pub async fn set_up(office: Office, files: &Path) -> Result<Hall, Ended> {
    office.migrate().await?;
    let hall = Hall::staffed(office).await?;
    let parsed: TownFile = toml::from_str(TOWN).map_err(|error| Ended::Fault(error.to_string()))?;
    // The town's books are the accountant's, the rest the analyst's: the file is applied in the parts it consists of.
    let reason = "the town is set up";
    town::apply_as(&hall.office, (&hall.who(Person::Accountant, reason), &hall.who(Person::Analyst, reason)), parsed)
        .await?;
    adopt_rates(&hall).await?;
    for kind in RECORDS {
        let report = bring_in(&hall, (Person::Analyst, kind), &files.join(format!("{kind}.csv"))).await?;
        output::talk(&format!("{kind:<12}{report}"));
    }
    Ok(hall)
}

async fn adopt_rates(hall: &Hall) -> Result<(), Ended> {
    let adopted = (Person::Analyst, "council adopted them");
    let adopt = |text: &str| AdoptRates { text: text.to_owned() };
    for text in RATES.iter().chain(&TRASH_MEANT) {
        let name = text.lines().find(|line| line.starts_with("schedule")).unwrap_or_default();
        hall.act(adopted, format!("rates {name}"), &adopt(text)).await?;
    }
    let reason = "council replaced the plan on August 9, 2022, before any of it held";
    for (year, month, day) in TRASH_MEANT_FROM {
        let effective_on = NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar");
        let act = SupersedeRates { schedule: "trash".to_owned(), effective_on, reason: reason.to_owned() };
        hall.act((Person::Analyst, reason), format!("supersede trash {effective_on}"), &act).await?;
    }
    for text in TRASH {
        hall.act(adopted, "rates trash as it is".to_owned(), &adopt(text)).await?;
    }
    Ok(())
}

/// Brings in a file as `import` does. The demo plants nothing that is rejected, so a reject ends it.
pub async fn bring_in(hall: &Hall, (person, kind): (Person, &str), path: &Path) -> Result<ImportReport, Ended> {
    let intake = intakes().into_iter().find(|intake| intake.kind() == kind);
    let intake = intake.ok_or_else(|| Ended::Fault(format!("nothing takes {kind}")))?;
    let surveyed = imports::survey(&intake, path, None, Scope::WhatCan);
    let surveyed = surveyed.map_err(|refused| Ended::Refused(refused.to_string()))?;
    let who = hall.who(person, &format!("file {}", surveyed.name));
    let imported = hall.office.act(&who.under(surveyed.key), &surveyed.act).await?.outcome;
    let ended = hall.office.finish_file(&who, imported.order, &intake, path).await?;
    if let Some(refusal) = ended.refusals.first() {
        return Err(Ended::Refused(refusal.clone()));
    }
    let mut read = hall.read().await?;
    let report = imported.report(&mut read).await?;
    let Some(reject) = imports::rejects(&mut read, imported.order, 0, 1).await?.into_iter().next() else {
        return Ok(report);
    };
    let words = format!("{}, line {}, field {}, rule {}", surveyed.name, reject.line, reject.field, reject.rule);
    Err(Ended::Refused(format!("{words}: {}; {} records were rejected", reject.message, report.rejected)))
}
