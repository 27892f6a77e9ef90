//! `rates propose`, `schedule`, `supersede` and `list`: how rates come into force, or do not.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use revenue::RatesState;
use revenue::acts::{ProposeRates, ScheduleRates, SupersedeRates, WithdrawRates};

use crate::commands::{Ended, Outcome, office, office_and_who, read_text};
use crate::config::Settings;
use crate::output;

/// Rates to propose.
#[derive(Args)]
pub struct ProposeArgs {
    /// The file, in Portreeve's own language
    file: PathBuf,
}

/// A proposal to schedule.
#[derive(Args)]
pub struct ScheduleArgs {
    /// The code of the rate schedule
    schedule: String,
    /// The first day of the rates
    #[arg(value_name = "DATE")]
    effective_on: NaiveDate,
    /// Which of the proposals for that day, as `rates propose` printed it
    #[arg(long, default_value_t = 1)]
    proposal: i64,
}

/// A proposal to take back.
#[derive(Args)]
pub struct WithdrawArgs {
    /// The code of the rate schedule
    schedule: String,
    /// The first day of the rates
    #[arg(value_name = "DATE")]
    effective_on: NaiveDate,
    /// Which of the proposals for that day
    #[arg(long, default_value_t = 1)]
    proposal: i64,
}

/// Scheduled rates to supersede.
#[derive(Args)]
pub struct SupersedeArgs {
    /// The code of the rate schedule
    schedule: String,
    /// The first day of the rates
    #[arg(value_name = "DATE")]
    effective_on: NaiveDate,
}

/// Proposes the versions of a schedule; prints schedule, date and number of each.
pub async fn propose(settings: &Settings, args: ProposeArgs) -> Outcome {
    let text = read_text(&args.file)?;
    let (office, who) = office_and_who(settings).await?;
    for proposed in office.act_now(&who, &ProposeRates { text }).await?.outcome {
        output::data(&format!("{} {} proposal {}", proposed.schedule, proposed.effective_on, proposed.proposal));
    }
    Ok(Ended::Done)
}

/// Makes a proposal hold from its date.
pub async fn schedule(settings: &Settings, args: ScheduleArgs) -> Outcome {
    let ScheduleArgs { schedule, effective_on, proposal } = args;
    let (office, who) = office_and_who(settings).await?;
    let words = format!("{schedule} {effective_on}");
    let done = office.act_now(&who, &ScheduleRates { schedule, effective_on, proposal }).await?;
    let is_new = if done.outcome.is_some() { "is scheduled" } else { "was scheduled before" };
    output::talk(&format!("{words} {is_new}"));
    Ok(Ended::Done)
}

/// Takes back a proposal; the reason is the one given with the command.
pub async fn withdraw(settings: &Settings, args: WithdrawArgs) -> Outcome {
    let WithdrawArgs { schedule, effective_on, proposal } = args;
    let (office, who) = office_and_who(settings).await?;
    let words = format!("{schedule} {effective_on} proposal {proposal} is withdrawn");
    let reason = who.reason.clone();
    office.act_now(&who, &WithdrawRates { schedule, effective_on, proposal, reason }).await?;
    output::talk(&words);
    Ok(Ended::Done)
}

/// Takes back rates that no run has used; the reason is the one given with the command.
pub async fn supersede(settings: &Settings, args: SupersedeArgs) -> Outcome {
    let SupersedeArgs { schedule, effective_on } = args;
    let (office, who) = office_and_who(settings).await?;
    let words = format!("{schedule} {effective_on} is superseded");
    let reason = who.reason.clone();
    office.act_now(&who, &SupersedeRates { schedule, effective_on, reason }).await?;
    output::talk(&words);
    Ok(Ended::Done)
}

/// Lists all rates there are, with how far each is.
pub async fn list(settings: &Settings) -> Outcome {
    let office = office(settings).await?;
    for rates in revenue::listed_rates(&mut office.db().read().await?).await? {
        let proposal = rates.proposal.map_or_else(String::new, |number| format!("proposal {number}"));
        let words = match &rates.state {
            RatesState::Proposed | RatesState::Scheduled => String::new(),
            RatesState::Locked { run } => format!("first used by run {run}"),
            RatesState::Superseded { reason } | RatesState::Withdrawn { reason } => reason.clone(),
        };
        let line =
            format!("{:<24}{}  {:<12}{proposal:<14}{words}", rates.schedule, rates.effective_on, rates.state.word());
        output::data(line.trim_end());
    }
    Ok(Ended::Done)
}
