//! `acts`: the act log.

use clap::Subcommand;
use kernel::ActId;

use super::{Ended, Outcome, office};
use crate::config::Settings;
use crate::output;

/// The act log.
#[derive(Subcommand)]
pub enum ActsCommand {
    /// Print the log, oldest first, one JSON object a line
    Log {
        /// Leave out everything up to this entry
        #[arg(long, default_value_t = 0)]
        after: i64,
        /// At most this many entries
        #[arg(long, default_value_t = i64::MAX)]
        limit: i64,
    },
}

/// Prints the log.
pub async fn run(settings: &Settings, ActsCommand::Log { after, limit }: ActsCommand) -> Outcome {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let names = staff::names(&mut read).await?;
    let (mut after, mut left) = (ActId(after), limit);
    while 0 < left {
        let page = acts::log(&mut read, after, left.min(500)).await?;
        let Some(last) = page.last() else { break };
        after = last.act;
        left -= i64::try_from(page.len()).unwrap_or(left);
        for entry in page {
            let mut value = serde_json::to_value(&entry).map_err(|error| Ended::Fault(error.to_string()))?;
            value["actor"] = names.get(&entry.actor).cloned().unwrap_or_default().into();
            output::data(&value.to_string());
        }
    }
    Ok(Ended::Done)
}
