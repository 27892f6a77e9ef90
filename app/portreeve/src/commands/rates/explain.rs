//! `rates explain`: one bill by a rate file, step by step.

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use kernel::{Decimal, Unit};
use rates::tools::meter_unit;
use rates::{Days, Inputs, PeriodKind, Share};

use super::rate_file::{Numbered, RateFile, Valued, numbered, unit, use_amount, valued, version_on};
use crate::commands::{Ended, Outcome};
use crate::output;

/// Whose bill it is.
#[derive(Args)]
pub struct ExplainArgs {
    #[command(flatten)]
    file: RateFile,
    /// The class
    #[arg(long)]
    class: String,
    /// What was used
    #[arg(long, value_parser = use_amount, default_value = "0")]
    usage: Decimal,
    /// The meter's unit, such as ccf; otherwise the one that the rates ask for
    #[arg(long, value_parser = unit)]
    unit: Option<Unit>,
    /// What else the price depends on, such as meter_size=1"
    #[arg(long = "dimension", value_parser = valued, value_name = "NAME=VALUE")]
    dimensions: Vec<Valued>,
    /// A quantity of account or bill, such as dwelling_units=4
    #[arg(long = "quantity", value_parser = numbered, value_name = "NAME=NUMBER")]
    quantities: Vec<Numbered>,
    /// The code of an exemption that the customer has
    #[arg(long = "exemption", value_name = "CODE")]
    exemptions: Vec<String>,
    /// The day that decides version and season; otherwise the first of the last version
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
    /// The days served, of those that amounts are stated for, such as 19/30
    #[arg(long, value_parser = share, requires = "kinds")]
    days: Option<Share>,
    /// What kind of period it is
    #[arg(long = "kind", value_enum, requires = "days")]
    kinds: Vec<Kind>,
    /// The language, such as es
    #[arg(long, default_value = "en")]
    language: String,
}

/// Kinds of period that may change amounts or tiers in proportion to the days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Service began within the period
    First,
    /// Service ended within the period
    Final,
    /// More days than normal
    Long,
    /// Fewer days than normal
    Short,
}

/// Prints the bill with its steps.
pub fn run(args: &ExplainArgs) -> Outcome {
    let refused = |words: String| args.file.refused(&words);
    let schedule = args.file.schedule()?;
    let version = version_on(&schedule, args.on)?;
    let compiled = version.compile().map_err(|error| refused(error.to_string()))?;
    let seasons = version.values_on(args.on.unwrap_or(version.effective_on));
    let given = args.dimensions.iter().map(|given| (given.name.as_str(), given.value.as_str()));
    let seasons = seasons.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let dimensions: Vec<(&str, &str)> = given.chain(seasons).collect();
    let plan = compiled.plan(&args.class, &dimensions).map_err(|error| refused(error.to_string()))?;
    let numbers: Vec<(&str, Decimal)> =
        args.quantities.iter().map(|given| (given.name.as_str(), given.number)).collect();
    let exemptions: Vec<&str> = args.exemptions.iter().map(String::as_str).collect();
    let kinds = args.kinds.iter().map(|kind| match kind {
        Kind::First => PeriodKind::First,
        Kind::Final => PeriodKind::Final,
        Kind::Long => PeriodKind::Long,
        Kind::Short => PeriodKind::Short,
    });
    let days = Days { service: args.days, kinds: kinds.collect(), segment: None };
    let unit = args.unit.or_else(|| meter_unit(version)).unwrap_or(Unit::Each);
    let inputs = Inputs { usage: args.usage.into(), unit, numbers: &numbers, exemptions: &exemptions, days };
    let explanation = plan.explain(&inputs).map_err(|error| refused(error.to_string()))?;
    output::data(explanation.to_text_in(&args.language).trim_end());
    Ok(Ended::Done)
}

/// Reads `19/30`.
fn share(text: &str) -> Result<Share, String> {
    let parts = text.split_once('/').and_then(|(days, of)| Some((days.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((days, of)) if of != 0 => Ok(Share { days, of }),
        _ => Err(format!("'{text}' is not a share of days, such as 19/30")),
    }
}
