//! `rates to-owrs`: a version as a file of the Open Water Rate Specification, where it has words for it.

use chrono::NaiveDate;
use clap::Args;
use rates::owrs::{OwrsHead, write};

use super::rate_file::{RateFile, version_on};
use crate::commands::{Ended, Outcome};
use crate::output;

/// Which rates, and what the file says of itself.
#[derive(Args)]
pub struct ToOwrsArgs {
    #[command(flatten)]
    file: RateFile,
    /// A day of the version; otherwise the last
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
    /// The name of the utility
    #[arg(long, value_name = "NAME")]
    utility: String,
    /// How often it bills
    #[arg(long, value_name = "WORD", default_value = "monthly")]
    bill_frequency: String,
}

/// Prints the file.
pub fn run(args: &ToOwrsArgs) -> Outcome {
    let schedule = args.file.schedule()?;
    let head = OwrsHead { utility_name: args.utility.clone(), bill_frequency: args.bill_frequency.clone() };
    let written = write(version_on(&schedule, args.on)?, &head);
    output::data(written.map_err(|cannot| args.file.refused(&cannot.to_string()))?.trim_end());
    Ok(Ended::Done)
}
