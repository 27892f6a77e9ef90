//! `export`: what is on record, in the form in which it is imported.

use std::io::BufWriter;
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{Ended, Outcome, office};
use crate::config::Settings;
use crate::intakes::outlets;
use crate::output;
use crate::whole_file::WholeFile;

/// What to write, and where.
#[derive(Args)]
pub struct ExportArgs {
    /// What is to be in the file
    #[arg(value_parser = PossibleValuesParser::new(outlets().into_iter().map(|outlet| outlet.kind())))]
    kind: String,
    /// The file to write; one that is there is replaced once the new one is whole
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Writes what is on record on the business date, by reference.
pub async fn run(settings: &Settings, args: ExportArgs) -> Outcome {
    let outlet = outlets().into_iter().find(|outlet| outlet.kind() == args.kind);
    let outlet = outlet.ok_or_else(|| Ended::WrongUse(format!("there is no export of {}", args.kind)))?;
    let office = office(settings).await?;
    let whole = WholeFile::begin(&args.out).map_err(Ended::Fault)?;
    let file = whole.file().map_err(Ended::Fault)?;
    let mut read = office.db().read().await?;
    let count = imports::export(&mut read, &*outlet, settings.today, BufWriter::new(file)).await?;
    whole.keep().map_err(Ended::Fault)?;
    output::data(&format!("{count} records exported"));
    Ok(Ended::Done)
}
