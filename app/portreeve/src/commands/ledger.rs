//! `ledger`: proof and export of the books.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use kernel::Month;

use super::{Ended, Outcome, office, office_and_who};
use crate::config::Settings;
use crate::output;

/// The books.
#[derive(Subcommand)]
pub enum LedgerCommand {
    /// Prove that the books balance; prints the proof as JSON
    Prove,
    /// Write the journals out
    Export {
        /// The form
        #[arg(long, value_enum)]
        format: ExportFormat,
        /// The file to write; stdout when it is not given
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Lock a GL month: nothing is posted into it any more
    Lock {
        /// The month, such as 2014-03
        #[arg(value_parser = month)]
        month: Month,
    },
    /// Open a locked GL month again; a second person has to agree
    Unlock {
        /// The month, such as 2014-03
        #[arg(value_parser = month)]
        month: Month,
    },
}

/// Forms of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// For hledger and ledger
    Hledger,
    /// One line a posting
    Csv,
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).map_err(|error| error.to_string())
}

/// Proves, exports or locks.
pub async fn run(settings: &Settings, command: LedgerCommand) -> Outcome {
    match command {
        LedgerCommand::Prove => {
            let office = office(settings).await?;
            let proof = finance::prove(&mut office.db().read().await?).await?;
            let text = serde_json::to_string_pretty(&proof).map_err(|error| Ended::Fault(error.to_string()))?;
            output::data(&text);
            if !proof.is_proved {
                return Err(Ended::Refused("the books are not proved; see the findings".into()));
            }
        }
        LedgerCommand::Export { format, out } => {
            let office = office(settings).await?;
            let failed = |error: std::io::Error| Ended::Fault(format!("writing the export: {error}"));
            let sink: Box<dyn Write + Send> = match &out {
                Some(path) => Box::new(std::fs::File::create(path).map_err(failed)?),
                None => Box::new(std::io::stdout()),
            };
            let mut sink = BufWriter::with_capacity(256 * 1024, sink);
            let form = match format {
                ExportFormat::Hledger => finance::Form::Hledger,
                ExportFormat::Csv => finance::Form::Csv,
            };
            finance::export(office.db(), &mut [(form, &mut sink)]).await?;
        }
        LedgerCommand::Lock { month } => {
            let (office, who) = office_and_who(settings).await?;
            office.act_now(&who, &finance::LockPeriod { month }).await?;
            output::talk(&format!("{month} is locked"));
        }
        LedgerCommand::Unlock { month } => {
            let (office, who) = office_and_who(settings).await?;
            office.act_now(&who, &finance::UnlockPeriod { month }).await?;
            output::talk(&format!("{month} is open again"));
        }
    }
    Ok(Ended::Done)
}
