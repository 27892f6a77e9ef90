//! `rates explain`: one bill by a rate file, step by step.

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use kernel::{Decimal, Unit};
use rates::tools::Example;
use rates::{Days, PeriodKind, Share};

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
    let kinds = args.kinds.iter().map(|kind| match kind {
        Kind::First => PeriodKind::First,
        Kind::Final => PeriodKind::Final,
        Kind::Long => PeriodKind::Long,
        Kind::Short => PeriodKind::Short,
    });
    let example = Example {
        class: args.class.clone(),
        dimensions: args.dimensions.iter().map(|given| (given.name.clone(), given.value.clone())).collect(),
        usage: args.usage,
        unit: args.unit,
        numbers: args.quantities.iter().map(|given| (given.name.clone(), given.number)).collect(),
        exemptions: args.exemptions.clone(),
        on: args.on,
        days: Days { service: args.days, kinds: kinds.collect(), segment: None },
    };
    let explanation = example.explain(version).map_err(refused)?;
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
