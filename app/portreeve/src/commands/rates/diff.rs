//! `rates diff`: bills before and after, and what the texts say differently.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use kernel::{Decimal, Unit};
use rates::tools::{Diff, Uses};
use rates::{Schedule, Version};

use super::rate_file::{Numbered, RateFile, numbered, unit, use_amount};
use crate::commands::{Ended, Outcome, office};
use crate::config::Settings;
use crate::output;

/// What is compared.
#[derive(Args)]
pub struct DiffArgs {
    #[command(flatten)]
    file: RateFile,
    /// FILE is the code of a schedule in the database: compare two of its recorded versions
    #[arg(long, conflicts_with_all = ["before", "in_force"])]
    recorded: bool,
    /// Compare with the rates of the schedule of the same code in the database
    #[arg(long, conflicts_with = "before")]
    in_force: bool,
    /// Compare with the rates of another file, in Portreeve's own language
    #[arg(long, value_name = "FILE")]
    before: Option<PathBuf>,
    /// A day of the version before; otherwise the one that comes before the other
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// A day of the version after; otherwise the last of the file
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    /// The uses compared, in the meter's unit; otherwise typical ones
    #[arg(long, value_delimiter = ',', value_parser = use_amount, value_name = "USE,…")]
    uses: Vec<Decimal>,
    /// The meter's unit, such as ccf; otherwise the one that the rates ask for
    #[arg(long, value_parser = unit)]
    unit: Option<Unit>,
    /// A quantity of the bills compared, such as dwelling_units=4
    #[arg(long = "quantity", value_parser = numbered, value_name = "NAME=NUMBER")]
    quantities: Vec<Numbered>,
    /// Write the bills as CSV, without the list of changes
    #[arg(long)]
    csv: bool,
}

/// Prints bills before and after.
pub async fn run(settings: &Settings, args: DiffArgs) -> Outcome {
    let (versions, earlier) = if args.recorded {
        let office = office(settings).await?;
        let recorded = super::versions_in_force(&mut office.db().read().await?, &args.file.name()).await?;
        (recorded.clone(), recorded)
    } else {
        let schedule = args.file.schedule()?;
        let earlier = earlier(settings, &args, &schedule).await?;
        (schedule.versions, earlier)
    };
    let is_after = |version: &&Version| args.to.is_none_or(|day| version.effective_on <= day);
    let after = versions.iter().rfind(is_after);
    let after = after.ok_or_else(|| args.file.refused("there is no such version; name a day with --to"))?;
    let before = match args.from {
        Some(day) => earlier.iter().rfind(|version| version.effective_on <= day),
        None => earlier.iter().rfind(|version| version.effective_on < after.effective_on),
    };
    let before = before.ok_or_else(|| {
        let words = "no version comes before; name one with --before, --in-force or --from".to_owned();
        args.file.refused(&words)
    })?;
    let numbers = args.quantities.iter().map(|given| (given.name.clone(), given.number)).collect();
    let uses = Uses { amounts: args.uses.clone(), unit: args.unit, numbers };
    let diff = Diff::between(before, after, &uses).map_err(|error| args.file.refused(&error.to_string()))?;
    output::data(if args.csv { diff.to_csv() } else { diff.to_text() }.trim_end());
    Ok(Ended::Done)
}

/// The versions among which the one before is found, by date.
async fn earlier(settings: &Settings, args: &DiffArgs, schedule: &Schedule) -> Result<Vec<Version>, Ended> {
    if let Some(path) = &args.before {
        let named = |words: String| Ended::Refused(format!("{}: {words}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| named(error.to_string()))?;
        return Ok(Schedule::parse_bytes(&bytes).map_err(|refused| named(refused.to_string()))?.versions);
    }
    if args.in_force {
        let office = office(settings).await?;
        return super::versions_in_force(&mut office.db().read().await?, &schedule.code).await;
    }
    Ok(schedule.versions.clone())
}
