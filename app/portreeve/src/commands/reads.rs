//! `read`: what meters showed, entered and corrected by hand.

use std::collections::BTreeMap;

use acts::Failure;
use billing::acts::MeasureAgain;
use chrono::NaiveDate;
use clap::{Subcommand, ValueEnum};
use kernel::{MeterId, ServicePointId};
use metering::acts::{CorrectRead, EnterRead};
use metering::{Meter, ReadKind, ReadRecord};

use super::{Ended, Outcome, office, office_and_who};
use crate::config::Settings;
use crate::office::{Office, Who};
use crate::output;

/// Reads of meters.
#[derive(Subcommand)]
pub enum ReadCommand {
    /// Enter what the meter at a service point showed on a day
    Enter {
        /// The reference of the service point
        service_point: String,
        /// The day
        read_on: NaiveDate,
        /// What the meter showed
        count: i64,
        /// Who read it
        #[arg(long, value_enum, default_value = "actual")]
        kind: ReaderKind,
        /// The reader's code, such as locked
        #[arg(long, default_value = "")]
        code: String,
        /// The count is right, though it looks odd
        #[arg(long)]
        right: bool,
    },
    /// Correct the read of a day; the reason is the one given with the command
    Correct {
        /// The reference of the service point
        service_point: String,
        /// The day
        read_on: NaiveDate,
        /// What the meter showed
        #[arg(required_unless_present = "withdraw")]
        count: Option<i64>,
        /// There was no such read
        #[arg(long, conflicts_with = "count")]
        withdraw: bool,
    },
    /// Show everything that was read at a service point, corrections included
    History {
        /// The reference of the service point
        service_point: String,
    },
}

/// Who read a meter.
#[derive(Clone, Copy, ValueEnum)]
pub enum ReaderKind {
    /// The city
    Actual,
    /// The customer
    Customer,
}

/// Enters, corrects or shows reads.
pub async fn run(settings: &Settings, command: ReadCommand) -> Outcome {
    match command {
        ReadCommand::Enter { service_point, read_on, count, kind, code, right } => {
            let kind = match kind {
                ReaderKind::Actual => ReadKind::Actual,
                ReaderKind::Customer => ReadKind::Customer,
            };
            let (office, who) = office_and_who(settings).await?;
            let words = format!("{service_point} was read on {read_on}: {count}");
            let is_right = right.then_some(true);
            let enter = EnterRead { service_point, read_on, count, kind, code, is_right };
            let points = office.act_now(&who, &enter).await?.outcome;
            output::talk(&words);
            measure_again(&office, &who, points).await?;
        }
        ReadCommand::Correct { service_point, read_on, count, withdraw: _ } => {
            let (office, who) = office_and_who(settings).await?;
            let words = match count {
                Some(count) => {
                    format!("{service_point} was read on {read_on}: {count}; the read before stays on record")
                }
                None => format!("the read of {service_point} on {read_on} is withdrawn; it stays on record"),
            };
            let reason = who.reason.clone();
            let correct = CorrectRead { service_point, read_on, count, reason };
            let points = office.act_now(&who, &correct).await?.outcome;
            output::talk(&words);
            measure_again(&office, &who, points).await?;
        }
        ReadCommand::History { service_point } => history(settings, &service_point).await?,
    }
    Ok(Ended::Done)
}

/// Works out again what was used where reads or meters changed; bills follow when they are made again.
pub(super) async fn measure_again(
    office: &Office,
    who: &Who,
    service_points: Vec<ServicePointId>,
) -> Result<(), Ended> {
    match office.act_now(who, &MeasureAgain { service_points }).await {
        Ok(done) if done.outcome == 0 => {}
        Ok(done) => output::talk(&format!("{} periods have another figure now", done.outcome)),
        // Who exchanges meters need not be allowed to enter reads: the next closing of reads does the same.
        Err(Failure::Refused(_)) => output::talk("what was used is worked out when the reads are closed next"),
        Err(fault) => return Err(fault.into()),
    }
    Ok(())
}

async fn history(settings: &Settings, service_point: &str) -> Result<(), Ended> {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let point = premises::service_points_by_reference(&mut read, &[service_point]).await?.into_values().next();
    let point = point.ok_or_else(|| Ended::Refused(format!("there is no service point '{service_point}'")))?;
    let records = metering::read_history(&mut read, point).await?;
    let meters: Vec<MeterId> = records.iter().map(|record| record.meter).collect();
    let meters = metering::meters_by_id(&mut read, &meters).await?;
    for record in &records {
        output::data(&line(record, &meters));
    }
    output::talk(&format!("{} entries; of a day the last one counts", records.len()));
    Ok(())
}

/// Day, revision, meter, count and reader, then the code and what a correction was made for.
fn line(record: &ReadRecord, meters: &BTreeMap<MeterId, Meter>) -> String {
    let meter = meters.get(&record.meter).map_or("", |meter| meter.serial_number.as_str());
    let seen = match record.seen {
        Some(seen) => format!("{:>12} {:<8}", seen.count, seen.kind.code()),
        None => format!("{:>12} {:<8}", "-", "withdrawn"),
    };
    let reason = record.reason.as_ref().map(|reason| format!("  {reason}")).unwrap_or_default();
    let code = if record.code.is_empty() { String::new() } else { format!("  [{}]", record.code) };
    format!("{} {:>2}  {meter:<14} {seen}{code}{reason}", record.read_on, record.revision)
}
