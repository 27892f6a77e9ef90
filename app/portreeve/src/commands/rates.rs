//! `rates`: recording what council adopted.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Subcommand, ValueEnum};
use kernel::Digest;
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
}

/// How rates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Portreeve's own language
    Schedule,
    /// Open Water Rate Specification
    Owrs,
}

/// Records rates.
pub async fn run(settings: &Settings, command: RatesCommand) -> Outcome {
    let RatesCommand::Adopt { file, format, code, ordinance, effective_on } = command;
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
    let key = format!("adopt rates {}", Digest::of(text.as_bytes()));
    let done = office.act(&who.under(key), &AdoptRates { text }).await?;
    output::talk(&format!("{} versions recorded", done.outcome.len()));
    Ok(Ended::Done)
}
