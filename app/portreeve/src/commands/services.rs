//! `service`: starts, stops, hands over and corrects services when people move or records were wrong.

use std::collections::BTreeMap;

use billing::acts::{
    ChangeStop, CorrectService, MovePeople, MoveRead, Moved, StartService, StopService, TransferService,
};
use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::{Ended, Outcome, office_and_who};
use crate::config::Settings;
use crate::output;

/// Services.
#[derive(Subcommand)]
pub enum ServiceCommand {
    /// Start a service for an account
    Start(StartArgs),
    /// Stop the services of an account, or those at one service point
    Stop {
        /// The number of the account
        account: String,
        /// The day after the last day of service
        #[arg(long, value_name = "DATE")]
        on: NaiveDate,
        /// Only what is served at this service point
        #[arg(long)]
        service_point: Option<String>,
    },
    /// Put a stop off to a later day, or take it back, while its days are unbilled and nobody else has the place
    ChangeStop {
        /// The number of the account
        account: String,
        /// The day after the last day of service as it stands
        #[arg(long, value_name = "DATE")]
        stopped_on: NaiveDate,
        /// The day after the last day as it should be; the services go on without an end when none is said
        #[arg(long, value_name = "DATE")]
        on: Option<NaiveDate>,
        /// Only what is served at this service point
        #[arg(long)]
        service_point: Option<String>,
    },
    /// Hand the services of an account over to another, such as tenant to tenant or tenant to owner
    Transfer {
        /// The number of the account that was liable
        from: String,
        /// The number of the account that is from now on
        to: String,
        /// The first day of the new one
        #[arg(long, value_name = "DATE")]
        on: NaiveDate,
        /// Only what is served at this service point
        #[arg(long)]
        service_point: Option<String>,
    },
    /// Move people in one piece: who leaves, who comes, and what the meter showed; all of it or nothing
    Move {
        /// The number of the account that leaves; nobody where the places are vacant
        #[arg(long = "from", value_name = "ACCOUNT", required_unless_present = "to")]
        from: Option<String>,
        /// The number of the account that comes
        #[arg(long, value_name = "ACCOUNT")]
        to: Option<String>,
        /// The first day of the one who comes
        #[arg(long, value_name = "DATE")]
        on: NaiveDate,
        /// Only these service points; may be repeated
        #[arg(long = "service-point", required_unless_present = "from")]
        service_points: Vec<String>,
        /// What the meter showed on that day, REFERENCE=COUNT; may be repeated
        #[arg(long = "read", value_name = "REFERENCE=COUNT", value_parser = count)]
        reads: Vec<(String, i64)>,
        /// The counts are right, though they look odd
        #[arg(long)]
        right: bool,
    },
    /// Correct the class, dimension values or schedule of a service from its first day
    Correct(CorrectArgs),
}

/// A service to start.
#[derive(Args)]
pub struct StartArgs {
    /// The number of the account
    account: String,
    /// The reference of the service point
    #[arg(long)]
    service_point: String,
    /// The service, such as water
    #[arg(long)]
    service: String,
    /// The code of the rate schedule
    #[arg(long)]
    schedule: String,
    /// The code of the cycle
    #[arg(long)]
    cycle: String,
    /// The customer class
    #[arg(long)]
    class: String,
    /// What else the rates ask, such as meter_size=1"; may be repeated
    #[arg(long = "dimension", value_name = "NAME=VALUE", value_parser = dimension)]
    dimensions: Vec<(String, String)>,
    /// The first day
    #[arg(long, value_name = "DATE")]
    on: NaiveDate,
}

/// What a service should be.
#[derive(Args)]
pub struct CorrectArgs {
    /// The number of the account
    account: String,
    /// The reference of the service point
    #[arg(long)]
    service_point: String,
    /// The service
    #[arg(long)]
    service: String,
    /// A day on which the service is active
    #[arg(long, value_name = "DATE")]
    on: NaiveDate,
    /// The class it should have
    #[arg(long)]
    class: String,
    /// The dimension values it should have; may be repeated
    #[arg(long = "dimension", value_name = "NAME=VALUE", value_parser = dimension)]
    dimensions: Vec<(String, String)>,
    /// The rate schedule it should have
    #[arg(long)]
    schedule: String,
}

fn count(text: &str) -> Result<(String, i64), String> {
    let parts = text.rsplit_once('=').and_then(|(point, count)| Some((point.to_owned(), count.parse().ok()?)));
    parts.ok_or_else(|| format!("'{text}' is not of the form reference=count"))
}

fn dimension(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty());
    let (name, value) = parts.ok_or_else(|| format!("'{text}' is not of the form name=value"))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Moves or corrects; the reason is the one given with the command.
pub async fn run(settings: &Settings, command: ServiceCommand) -> Outcome {
    let (office, who) = office_and_who(settings).await?;
    let reason = who.reason.clone();
    let moved = match command {
        ServiceCommand::Start(args) => {
            let dimensions: BTreeMap<String, String> = args.dimensions.into_iter().collect();
            let StartArgs { account, service_point, service, schedule, cycle, class, on: starts_on, .. } = args;
            let act =
                StartService { account, service_point, service, schedule, cycle, class, dimensions, starts_on, reason };
            office.act_now(&who, &act).await?.outcome
        }
        ServiceCommand::Stop { account, on, service_point } => {
            office.act_now(&who, &StopService { account, service_point, stops_on: on, reason }).await?.outcome
        }
        ServiceCommand::ChangeStop { account, stopped_on, on, service_point } => {
            let act = ChangeStop { account, service_point, stopped_on, stops_on: on, reason };
            let count = office.act_now(&who, &act).await?.outcome;
            output::data(&format!("{count} services go on"));
            return Ok(Ended::Done);
        }
        ServiceCommand::Transfer { from, to, on, service_point } => {
            let act = TransferService { from_account: from, to_account: to, service_point, on, reason };
            office.act_now(&who, &act).await?.outcome
        }
        ServiceCommand::Move { from, to, on, service_points, reads, right } => {
            let (read_on, kind, is_right) = (on, metering::ReadKind::Actual, right.then_some(true));
            let read = |(service_point, count)| MoveRead { service_point, read_on, count, kind, is_right };
            let act = MovePeople {
                from_account: from,
                to_account: to,
                opens: None,
                service_points,
                on,
                reads: reads.into_iter().map(read).collect(),
                forwarding: None,
                asked_by: None,
                reason,
            };
            let moved = office.act_now(&who, &act).await?.outcome;
            Moved { stopped: moved.stopped, started: moved.started }
        }
        ServiceCommand::Correct(args) => {
            let dimensions: BTreeMap<String, String> = args.dimensions.into_iter().collect();
            let CorrectArgs { account, service_point, service, on, class, schedule, .. } = args;
            let act = CorrectService { account, service_point, service, on, class, dimensions, schedule, reason };
            office.act_now(&who, &act).await?;
            output::talk("the service is corrected; make its bills again");
            return Ok(Ended::Done);
        }
    };
    let Moved { stopped, started } = moved;
    output::data(&format!("{stopped} services stopped, {started} started"));
    Ok(Ended::Done)
}
