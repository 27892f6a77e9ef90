//! `meter`: which meter is where.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use kernel::{ServicePointId, Unit};
use metering::acts::{ExchangeMeter, MeterFacts, SetRemovalCount, SwapMeters};
use metering::{Placement, multiplier};

use super::reads::measure_again;
use super::{Ended, Outcome, office, office_and_who};
use crate::config::Settings;
use crate::output;

/// Meters.
#[derive(Subcommand)]
pub enum MeterCommand {
    /// Exchange the meter at a service point for another
    Exchange(ExchangeArgs),
    /// Say that two meters were recorded at each other's place; the reason is the one given with the command
    Swap {
        /// The reference of one service point
        point_a: String,
        /// The reference of the other
        point_b: String,
        /// The first day on which they were recorded wrongly
        #[arg(long = "from", value_name = "DATE")]
        from_on: NaiveDate,
    },
    /// Say what a meter showed when it was taken out; the reason is the one given with the command
    RemovalCount {
        /// The reference of the service point
        service_point: String,
        /// The day it was taken out
        removed_on: NaiveDate,
        /// What it showed; without it, that it is not known after all
        count: Option<i64>,
    },
    /// Show a meter and where it is and was
    Show {
        /// The number on its case
        serial_number: String,
    },
}

/// What was taken out and what was put in.
#[derive(Args)]
pub struct ExchangeArgs {
    /// The reference of the service point
    service_point: String,
    /// The day of the exchange
    exchanged_on: NaiveDate,
    /// The number on the case of the new meter
    serial_number: String,
    /// The unit the new meter measures in, such as ccf or gallon
    #[arg(long)]
    unit: String,
    /// How many digits it shows
    #[arg(long)]
    dials: i64,
    /// How much of the unit one count is, such as 0.01
    #[arg(long)]
    multiplier: String,
    /// Its size, such as 5/8"
    #[arg(long, default_value = "")]
    size: String,
    /// What it showed when it was put in
    #[arg(long)]
    install_count: i64,
    /// What the old meter showed when it was taken out
    #[arg(long)]
    removal_count: Option<i64>,
    /// What was counted and the size are right, though they look odd
    #[arg(long)]
    right: bool,
}

/// Exchanges, swaps or shows meters.
pub async fn run(settings: &Settings, command: MeterCommand) -> Outcome {
    match command {
        MeterCommand::Exchange(args) => exchange(settings, args).await?,
        MeterCommand::Swap { point_a, point_b, from_on } => {
            let (office, who) = office_and_who(settings).await?;
            let words = format!("the meters of {point_a} and {point_b} trade places from {from_on}");
            let reason = who.reason.clone();
            let swap = SwapMeters { point_a, point_b, from_on, reason };
            let points = office.act_now(&who, &swap).await?.outcome;
            output::talk(&words);
            measure_again(&office, &who, points).await?;
        }
        MeterCommand::RemovalCount { service_point, removed_on, count } => {
            let (office, who) = office_and_who(settings).await?;
            let shown = count.map_or_else(|| "is not known".to_owned(), |count| format!("is {count}"));
            let words = format!("the last count of the meter taken out at {service_point} on {removed_on} {shown}");
            let reason = who.reason.clone();
            office.act_now(&who, &SetRemovalCount { service_point, removed_on, count, reason }).await?;
            output::talk(&words);
        }
        MeterCommand::Show { serial_number } => show(settings, &serial_number).await?,
    }
    Ok(Ended::Done)
}

async fn exchange(settings: &Settings, args: ExchangeArgs) -> Result<(), Ended> {
    let unit = Unit::parse(&args.unit).map_err(|error| Ended::WrongUse(error.to_string()))?;
    let (office, who) = office_and_who(settings).await?;
    let words = format!("{} has meter {} from {}", args.service_point, args.serial_number, args.exchanged_on);
    let exchange = ExchangeMeter {
        service_point: args.service_point,
        exchanged_on: args.exchanged_on,
        removal_count: args.removal_count,
        meter: MeterFacts {
            serial_number: args.serial_number,
            unit,
            dials: args.dials,
            multiplier: args.multiplier,
            size: args.size,
        },
        install_count: args.install_count,
        is_right: args.right.then_some(true),
    };
    let points = office.act_now(&who, &exchange).await?.outcome;
    output::talk(&words);
    measure_again(&office, &who, points).await?;
    Ok(())
}

async fn show(settings: &Settings, serial_number: &str) -> Result<(), Ended> {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let found = metering::meters_by_serial(&mut read, &[serial_number]).await?.into_values().next();
    let meter = found.ok_or_else(|| Ended::Refused(format!("there is no meter '{serial_number}'")))?;
    let each = multiplier(meter.unit, meter.steps_per_count);
    let size = if meter.size.is_empty() { String::new() } else { format!(", size {}", meter.size) };
    output::data(&format!("{serial_number}: {} digits, {each} {} a count{size}", meter.dials, meter.unit.code()));
    let placed = metering::placements_of(&mut read, &[meter.id]).await?.remove(&meter.id).unwrap_or_default();
    let points: Vec<ServicePointId> = placed.iter().map(|placement| placement.service_point).collect();
    let names = premises::references_by_id(&mut read, &points).await?;
    for placement in &placed {
        let name = names.get(&placement.service_point).map_or("", String::as_str);
        output::data(&line(name, placement));
    }
    Ok(())
}

/// Where, since when and by which count, until when and by which count.
fn line(service_point: &str, placement: &Placement) -> String {
    let removed = match (placement.removed_on, placement.removal_count) {
        (Some(removed_on), Some(count)) => format!("through {removed_on} ({count})"),
        (Some(removed_on), None) => format!("through {removed_on} (not read)"),
        (None, _) => "until now".to_owned(),
    };
    format!("{service_point:<14} from {} ({}) {removed}", placement.installed_on, placement.install_count)
}
