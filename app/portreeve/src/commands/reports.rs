//! `report`: reports over all accounts, and the forms in which any report is written.

use std::io::Write;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use reports::Report;

use super::{Ended, Outcome, office};
use crate::config::Settings;
use crate::output;

/// Reports over all accounts.
#[derive(Subcommand)]
pub enum ReportCommand {
    /// What is owed to each tax authority by the bills of some days, beside the books
    Tax {
        /// The first GL date
        #[arg(long)]
        from: NaiveDate,
        /// The last GL date
        #[arg(long)]
        through: NaiveDate,
        #[command(flatten)]
        form: Form,
    },
    /// What customers owe on a day, by service, fund and how long it has been due
    Receivables {
        /// The day
        #[arg(long)]
        as_of: NaiveDate,
        #[command(flatten)]
        form: Form,
    },
}

/// How a report is written, and where to.
#[derive(Args)]
pub struct Form {
    /// The form
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The file to write; stdout when it is not given
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned columns
    Text,
    /// Comma-separated values
    Csv,
    /// A spreadsheet; needs --out
    Xlsx,
}

impl Form {
    /// Writes a report.
    pub fn write(&self, report: &Report) -> Result<(), Ended> {
        let bytes = match (self.format, &self.out) {
            (Format::Text, _) => report.to_text().into_bytes(),
            (Format::Csv, _) => report.to_csv().into_bytes(),
            (Format::Xlsx, None) => {
                return Err(Ended::WrongUse("a spreadsheet is not for a terminal: name a file with --out".into()));
            }
            (Format::Xlsx, Some(_)) => report.to_xlsx().map_err(|error| Ended::Refused(error.to_string()))?,
        };
        match &self.out {
            Some(path) => {
                let failed = |error: std::io::Error| Ended::Fault(format!("{}: {error}", path.display()));
                let mut file = std::fs::File::create(path).map_err(failed)?;
                file.write_all(&bytes).map_err(failed)?;
                output::talk(&format!("{} is written", path.display()));
            }
            None => output::data(String::from_utf8_lossy(&bytes).trim_end()),
        }
        Ok(())
    }
}

/// Prints a report.
pub async fn run(settings: &Settings, command: ReportCommand) -> Outcome {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    match command {
        ReportCommand::Tax { from, through, form } => {
            let report = billing::tax_report(&mut read, from, through).await?;
            form.write(&report.report())?;
            if !report.is_agreed() {
                return Err(Ended::Refused("the bills and the books disagree; see the report".into()));
            }
        }
        ReportCommand::Receivables { as_of, form } => {
            form.write(&billing::receivables_by_age(&mut read, as_of).await?.report())?;
        }
    }
    Ok(Ended::Done)
}
