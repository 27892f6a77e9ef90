//! `rates what-if`: what recorded use would have cost under the rates of a file.

use std::path::PathBuf;

use billing::WhatIf;
use chrono::NaiveDate;
use clap::Args;
use kernel::Month;

use super::rate_file::{RateFile, version_on};
use crate::commands::{Ended, Outcome, office};
use crate::config::Settings;
use crate::output::{self, Bar};

/// Which rates, and whose use.
#[derive(Args)]
pub struct WhatIfArgs {
    #[command(flatten)]
    file: RateFile,
    /// A day of the version; otherwise the last
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
    /// The first month whose use is priced, such as 2014-01; otherwise the last twelve that were read
    #[arg(long, value_parser = month, requires = "to", value_name = "MONTH")]
    from: Option<Month>,
    /// The last month whose use is priced
    #[arg(long, value_parser = month, requires = "from", value_name = "MONTH")]
    to: Option<Month>,
    /// Print the report as JSON; amounts in cents
    #[arg(long)]
    json: bool,
    /// Also write a row a class as CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).map_err(|error| error.to_string())
}

/// Prices what was used under both rates, and prints what would change.
pub async fn run(settings: &Settings, args: WhatIfArgs) -> Outcome {
    let schedule = args.file.schedule()?;
    let version = version_on(&schedule, args.on)?;
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let asked = WhatIf {
        schedule: &schedule,
        version,
        months: args.from.zip(args.to),
        chunk_accounts: None,
        sample: None,
        before: None,
    };
    let bar = Bar::new("Pricing");
    let answer = billing::what_if(&mut read, &asked, &|progress| bar.show(progress)).await;
    bar.end();
    let report = answer?.map_err(|refused| args.file.refused(&refused.to_string()))?;
    if let Some(path) = &args.csv {
        let csv = report.to_csv().map_err(|error| Ended::Fault(error.to_string()))?;
        std::fs::write(path, csv).map_err(|error| Ended::Refused(format!("{}: {error}", path.display())))?;
    }
    if args.json {
        let text = serde_json::to_string_pretty(&report).map_err(|error| Ended::Fault(error.to_string()))?;
        output::data(&text);
    } else {
        output::data(report.to_text().trim_end());
    }
    Ok(Ended::Done)
}
