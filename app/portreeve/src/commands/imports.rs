//! `import`: bringing in files.

use std::path::{Path, PathBuf};

use billing::import::{ImportReport, Mapping, survey};
use clap::Subcommand;

use super::{Ended, Outcome, office_and_who, read_text};
use crate::config::Settings;
use crate::office::{Office, Who};
use crate::output;

/// Files that can be brought in.
#[derive(Subcommand)]
pub enum ImportCommand {
    /// Consumption as CSV, plain or gzip
    Consumption {
        /// The file
        file: PathBuf,
        /// The mapping (TOML): which column means what
        #[arg(long)]
        mapping: PathBuf,
    },
}

/// Brings in a file and lists what it had to reject.
pub async fn run(settings: &Settings, ImportCommand::Consumption { file, mapping }: ImportCommand) -> Outcome {
    let text = read_text(&mapping)?;
    let mapping = Mapping::parse(&text).map_err(|error| Ended::Refused(format!("{}: {error}", mapping.display())))?;
    let (office, who) = office_and_who(settings).await?;
    let report = consumption(&office, &who, &file, &mapping).await?;
    output::data(&format!(
        "{} rows imported, {} rejected, {} services opened",
        report.rows, report.rejected, report.opened
    ));
    Ok(Ended::Done)
}

/// Imports consumption, going on where an earlier try ended; rejects are listed on stderr.
pub async fn consumption(office: &Office, who: &Who, file: &Path, mapping: &Mapping) -> Result<ImportReport, Ended> {
    let surveyed = survey(file, mapping).map_err(|refused| Ended::Refused(refused.to_string()))?;
    let done = office.act(&who.under(surveyed.key), &surveyed.act).await?;
    let order = done.outcome.order;
    if done.was_repeated {
        output::talk("this file was given before; nothing is brought in twice");
    }
    let ended = office.finish_import(who, order, file.to_owned()).await?;
    if let Some(refusal) = ended.refusals.first() {
        return Err(Ended::Refused(refusal.clone()));
    }
    let mut read = office.db().read().await?;
    for (line, field, rule, message) in billing::rejects(&mut read, order).await? {
        output::talk(&format!("{}, line {line}, field {field}, rule {rule}: {message}", surveyed.act.name));
    }
    Ok(ImportReport::of(&mut read, order).await?)
}
