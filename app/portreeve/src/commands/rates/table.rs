//! `rates table`: the rates as council reads them.

use chrono::NaiveDate;
use clap::Args;
use rates::tools::RateTable;

use super::rate_file::{RateFile, version_on};
use crate::commands::{Ended, Outcome};
use crate::output;

/// Which rates, and how they are written.
#[derive(Args)]
pub struct TableArgs {
    #[command(flatten)]
    file: RateFile,
    /// A day of the version; otherwise the last
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
    /// The language, such as es
    #[arg(long, default_value = "en")]
    language: String,
    /// Write it as CSV, one line a price
    #[arg(long)]
    csv: bool,
}

/// Prints the table.
pub fn run(args: &TableArgs) -> Outcome {
    let schedule = args.file.schedule()?;
    let table = RateTable::of(&schedule, version_on(&schedule, args.on)?, &args.language);
    output::data(if args.csv { table.to_csv() } else { table.to_text() }.trim_end());
    Ok(Ended::Done)
}
