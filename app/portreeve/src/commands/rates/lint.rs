//! `rates lint`: what is odd about a rate file, on its own or for the accounts of a database.

use clap::Args;
use kernel::{Decimal, Unit};
use rates::Schedule;
use rates::tools::{LintFacts, LintFinding, Severity, Uses, lint};

use super::rate_file::{Numbered, RateFile, numbered, unit, use_amount};
use crate::commands::{Ended, Outcome, office};
use crate::config::Settings;
use crate::output;

/// What is looked at.
#[derive(Args)]
pub struct LintArgs {
    #[command(flatten)]
    file: RateFile,
    /// Hold it against the accounts, meters and rates of the database as well
    #[arg(long)]
    accounts: bool,
    /// The unit meters count in, such as ccf; several separated by commas
    #[arg(long, value_delimiter = ',', value_parser = unit, value_name = "UNIT,…")]
    meters: Vec<Unit>,
    /// Compare bills at these uses with those of the version before
    #[arg(long, value_delimiter = ',', value_parser = use_amount, value_name = "USE,…")]
    uses: Vec<Decimal>,
    /// A quantity of the bills compared, such as dwelling_units=4
    #[arg(long = "quantity", value_parser = numbered, value_name = "NAME=NUMBER")]
    quantities: Vec<Numbered>,
}

/// Prints a line for every finding; an error among them is a refusal.
pub async fn run(settings: &Settings, args: LintArgs) -> Outcome {
    let findings = match args.file.read()? {
        Ok(schedule) => lint(&schedule, &facts(settings, &args, &schedule).await?),
        Err(refused) => refused.findings.into_iter().map(LintFinding::from).collect(),
    };
    findings.iter().for_each(|finding| output::data(&finding.to_string()));
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    let words = format!("{errors} errors, {warnings} warnings, {notes} notes");
    if errors == 0 {
        output::talk(&words);
        return Ok(Ended::Done);
    }
    Err(args.file.refused(&words))
}

async fn facts(settings: &Settings, args: &LintArgs, schedule: &Schedule) -> Result<LintFacts, Ended> {
    let numbers = args.quantities.iter().map(|given| (given.name.clone(), given.number)).collect();
    let uses = Uses { amounts: args.uses.clone(), unit: None, numbers };
    let mut facts = LintFacts { meter_units: args.meters.clone(), uses, ..LintFacts::default() };
    if !args.accounts {
        return Ok(facts);
    }
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let known = billing::lint_facts(&mut read, schedule, settings.today).await?;
    facts.meter_units.extend(known.meter_units);
    Ok(LintFacts { accounts: known.accounts, before: known.before, ..facts })
}
