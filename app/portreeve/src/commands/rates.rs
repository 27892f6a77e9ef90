//! `rates`: recording what council adopted, pricing by files as they are, and tools for whoever writes rates.

mod diff;
mod evaluate;
mod explain;
mod lint;
mod rate_file;
mod table;
mod tier_starts;
mod to_owrs;
mod versions;
mod what_if;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Subcommand, ValueEnum};
use rates::owrs::{self, OwrsOptions};
use revenue::acts::AdoptRates;

use super::{Ended, Outcome, office_and_who};
use crate::config::Settings;
use crate::output;

/// Rate schedules.
#[derive(Subcommand)]
pub enum RatesCommand {
    /// Record the versions of a rate schedule
    Adopt {
        /// The file
        file: PathBuf,
        /// How it is written
        #[arg(long, value_enum, default_value = "schedule")]
        format: Format,
        /// OWRS only: the code of the schedule
        #[arg(long, required_if_eq("format", "owrs"))]
        code: Option<String>,
        /// OWRS only: the ordinance the rates come from
        #[arg(long, required_if_eq("format", "owrs"))]
        ordinance: Option<String>,
        /// OWRS only: the first day, where it differs from the file
        #[arg(long)]
        effective_on: Option<NaiveDate>,
    },
    /// Propose the versions of a rate schedule: they are checked and kept, and price nothing yet
    Propose(versions::ProposeArgs),
    /// Make a proposal hold from its date
    Schedule(versions::ScheduleArgs),
    /// Take back a proposal that was not scheduled: it can never be
    Withdraw(versions::WithdrawArgs),
    /// Take back scheduled rates that no bill run has used; they are never billed
    Supersede(versions::SupersedeArgs),
    /// List all rates: proposed, scheduled, superseded, or locked by the first run that used them
    List,
    /// Price the cases of a file by OWRS files or a rate sheet, as they are
    Evaluate(evaluate::EvaluateArgs),
    /// Look for what is odd about a rate file: exit 1 when a bill could not be made
    Lint(lint::LintArgs),
    /// Bills before and after a change of rates, and what the texts say differently
    Diff(diff::DiffArgs),
    /// Print the rates as council reads them
    Table(table::TableArgs),
    /// One bill by a rate file, step by step
    Explain(explain::ExplainArgs),
    /// OWRS only: what the choice between the two meanings of a tier start changes
    TierStarts(tier_starts::TierStartsArgs),
    /// Write a version as an OWRS file, where OWRS has words for it
    ToOwrs(to_owrs::ToOwrsArgs),
    /// What recorded use would have cost under the rates of a file: by class, winners and losers, revenue
    WhatIf(what_if::WhatIfArgs),
}

/// How rates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Portreeve's own language
    Schedule,
    /// Open Water Rate Specification
    Owrs,
}

/// Records rates, prices by them, or looks at them.
pub async fn run(settings: &Settings, command: RatesCommand) -> Outcome {
    let (file, format, code, ordinance, effective_on) = match command {
        RatesCommand::Adopt { file, format, code, ordinance, effective_on } => {
            (file, format, code, ordinance, effective_on)
        }
        RatesCommand::Propose(args) => return versions::propose(settings, args).await,
        RatesCommand::Schedule(args) => return versions::schedule(settings, args).await,
        RatesCommand::Withdraw(args) => return versions::withdraw(settings, args).await,
        RatesCommand::Supersede(args) => return versions::supersede(settings, args).await,
        RatesCommand::List => return versions::list(settings).await,
        RatesCommand::Evaluate(args) => return evaluate::run(&args),
        RatesCommand::Lint(args) => return lint::run(settings, args).await,
        RatesCommand::Diff(args) => return diff::run(settings, args).await,
        RatesCommand::Table(args) => return table::run(&args),
        RatesCommand::Explain(args) => return explain::run(&args),
        RatesCommand::TierStarts(args) => return tier_starts::run(&args),
        RatesCommand::ToOwrs(args) => return to_owrs::run(&args),
        RatesCommand::WhatIf(args) => return what_if::run(settings, args).await,
    };
    let named = |words: String| Ended::Refused(format!("{}: {words}", file.display()));
    let bytes = std::fs::read(&file).map_err(|error| named(error.to_string()))?;
    let text = match format {
        Format::Schedule => String::from_utf8(bytes).map_err(|_| named("the file is not UTF-8 text".into()))?,
        Format::Owrs => {
            let mut options = OwrsOptions::water(&code.unwrap_or_default(), &ordinance.unwrap_or_default());
            options.effective_on = effective_on;
            owrs::read(&bytes, &options).map_err(|error| named(error.to_string()))?.to_text()
        }
    };
    let (office, who) = office_and_who(settings).await?;
    // Given again, it records nothing new; after rates were superseded, it may record them anew.
    let done = office.act_now(&who, &AdoptRates { text }).await?;
    output::talk(&format!("{} versions recorded", done.outcome.len()));
    Ok(Ended::Done)
}

/// The versions of a schedule that hold or will hold, by date.
async fn versions_in_force(read: &mut db::Read, schedule: &str) -> Result<Vec<rates::Version>, Ended> {
    Ok(revenue::RateBook::load(read).await?.standing_versions(schedule).cloned().collect())
}
