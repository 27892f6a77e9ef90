//! `demo`: the invented town of Saguaro Bend, made from a seed.

mod calendar;
mod files;
mod flow;
mod generator;
mod kind;
mod made;
mod names;
#[cfg(test)]
mod saguaro_bend;
mod site;
mod story;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use kernel::Month;

use super::{Ended, Outcome};
use crate::output;

use generator::TownPlan;

/// What is done with the made town.
#[derive(Subcommand)]
pub enum DemoCommand {
    /// Write its records, a year of reads and what happens in it as files
    Files {
        /// The folder for them, which is made
        folder: PathBuf,
        /// How many accounts it has
        #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=300_000))]
        accounts: u32,
        /// Another number makes another town
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The month in which the first service periods begin
        #[arg(long, default_value = "2025-01", value_parser = Month::parse, value_name = "YYYY-MM")]
        first: Month,
    },
}

/// Makes the town and writes it.
pub fn run(command: DemoCommand) -> Outcome {
    let DemoCommand::Files { folder, accounts, seed, first } = command;
    let accounts = usize::try_from(accounts).map_err(|error| Ended::WrongUse(error.to_string()))?;
    let town = generator::make(&TownPlan { seed, accounts, first });
    let files = files::files(&town).map_err(|error| Ended::Fault(error.to_string()))?;
    for file in &files {
        write(&folder.join(&file.name), &file.text)?;
    }
    let reads: usize = town.months.iter().flat_map(|month| &month.cycles).map(|(_, reads)| reads.len()).sum();
    let words = [
        format!("{} customers with {accounts} accounts", town.customers.len()),
        format!("{} premises, {} meters, {} agreements", town.premises.len(), town.meters.len(), town.agreements.len()),
        format!("{reads} reads, {} events, in {} files", town.events.len(), files.len()),
    ];
    words.iter().for_each(|line| output::data(line));
    Ok(Ended::Done)
}

fn write(path: &Path, text: &str) -> Result<(), Ended> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let written = made.and_then(|()| std::fs::write(path, text));
    written.map_err(|error| Ended::Fault(format!("{}: {error}", path.display())))
}
