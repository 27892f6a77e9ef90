//! `winter-average`: working out a winter's averages for all agreements of a schedule.

use acts::ChunkWork;
use billing::acts::{AveragedChunk, SetWinterAverages, WinterWork};
use clap::Subcommand;
use kernel::OrderId;

use super::{Ended, Outcome, office_and_who};
use crate::config::Settings;
use crate::office::{Office, Who};
use crate::output;

/// Winter averages.
#[derive(Subcommand)]
pub enum WinterAverageCommand {
    /// Work out the averages that the bills of a year are the first to use
    Set {
        /// The code of the rate schedule
        schedule: String,
        /// The year of those bills
        #[arg(long)]
        year: i32,
    },
}

/// Works out averages, after what an earlier command left undone.
pub async fn run(settings: &Settings, WinterAverageCommand::Set { schedule, year }: WinterAverageCommand) -> Outcome {
    let (office, who) = office_and_who(settings).await?;
    let open = jobs::open_jobs(&mut office.db().read().await?).await?;
    for job in open.into_iter().filter(|job| job.kind == WinterWork::KIND) {
        finish(&office, &who, job.order).await?;
    }
    let order = office.act_now(&who, &SetWinterAverages { schedule, year }).await?.outcome;
    finish(&office, &who, order).await?;
    let done = AveragedChunk::of_order(&mut office.db().read().await?, order).await?;
    output::data(&format!(
        "{} by use, {} by the cap, {} by the default; {} kept as a person set them, {} as before",
        done.means, done.capped, done.defaults, done.kept, done.unchanged
    ));
    Ok(Ended::Done)
}

async fn finish(office: &Office, who: &Who, order: OrderId) -> Result<(), Ended> {
    let report = office.finish(who, order, "Averaging").await?;
    if report.refusals.is_empty() {
        return Ok(());
    }
    Err(Ended::Refused(report.refusals.join("\nportreeve: ")))
}
