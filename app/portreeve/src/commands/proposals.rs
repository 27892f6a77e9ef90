//! `proposal`: changes that wait for a second person.

use acts::{By, Decision, Proposal};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use kernel::ProposalId;
use serde_json::json;

use super::{Ended, Outcome, office, office_and_who};
use crate::config::Settings;
use crate::office::{Office, Who};
use crate::output;
use crate::registry::registry;

/// Changes that wait for a second person.
#[derive(Subcommand)]
pub enum ProposalCommand {
    /// List what waits, oldest first, one JSON object a line
    List {
        /// Also what was decided, newest first, at most this many
        #[arg(long, value_name = "COUNT")]
        all: Option<i64>,
    },
    /// Show one with what it changes
    Show {
        /// Its number
        number: i64,
    },
    /// Approve one: it is done at once, in the name of who proposed it
    Approve(Decided),
    /// Refuse one
    Refuse(Decided),
    /// Send one back to who proposed it, for more
    SendBack(Decided),
    /// Hand one to another person, who alone may then decide
    HandOn {
        /// Its number
        number: i64,
        /// The code of the person
        to: String,
    },
    /// Take back what one proposed oneself
    Withdraw(Decided),
    /// Put forward again what was sent back
    Again {
        /// Its number
        number: i64,
        /// What speaks for it
        #[arg(long, value_name = "WORDS")]
        evidence: String,
    },
}

/// Which proposal; the words of the decision come with `--reason`.
#[derive(Args)]
pub struct Decided {
    /// Its number
    number: i64,
}

/// Lists, shows and decides.
pub async fn run(settings: &Settings, command: ProposalCommand) -> Outcome {
    match command {
        ProposalCommand::List { all } => list(settings, all).await?,
        ProposalCommand::Show { number } => show(settings, ProposalId(number)).await?,
        ProposalCommand::Approve(Decided { number }) => {
            let (office, by, id) = deciding(settings, "approve", number).await?;
            let done = office.door.approve(&by, id, &registry()).await?;
            output::talk(&format!("approved and done, as entry {} of the log", done.act.0));
        }
        ProposalCommand::Refuse(Decided { number }) => decide(settings, number, &Decision::Refuse, "refused").await?,
        ProposalCommand::SendBack(Decided { number }) => {
            decide(settings, number, &Decision::SendBack, "sent back").await?;
        }
        ProposalCommand::Withdraw(Decided { number }) => {
            decide(settings, number, &Decision::Withdraw, "taken back").await?;
        }
        ProposalCommand::Again { number, evidence } => {
            decide(settings, number, &Decision::ProposeAgain { evidence }, "put forward again").await?;
        }
        ProposalCommand::HandOn { number, to } => {
            let office = office(settings).await?;
            let other = office.who(&to, "").await?;
            let other = other.ok_or_else(|| Ended::Refused(format!("nobody on the staff has the code '{to}'")))?;
            decide(settings, number, &Decision::HandTo(other.actor.id), "handed on").await?;
        }
    }
    Ok(Ended::Done)
}

async fn list(settings: &Settings, all: Option<i64>) -> Result<(), Ended> {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let found = match all {
        None => acts::waiting_proposals(&mut read).await?,
        Some(count) => acts::proposals_before(&mut read, ProposalId(i64::MAX), count).await?,
    };
    let names = staff::names(&mut read).await?;
    for proposal in &found {
        let who = names.get(&proposal.actor).map_or("", String::as_str);
        let line = json!({
            "proposal": proposal.proposal.0,
            "state": proposal.state_on(settings.today).code(),
            "what": registry().title(&proposal.kind),
            "proposed_by": who,
            "why": proposal.why,
            "expires_on": proposal.expires_on,
        });
        output::data(&line.to_string());
    }
    output::talk(&format!("{} proposals", found.len()));
    Ok(())
}

async fn show(settings: &Settings, id: ProposalId) -> Result<(), Ended> {
    let office = office(settings).await?;
    let found: Option<Proposal> = acts::proposal(&mut office.db().read().await?, id).await?;
    let found = found.ok_or_else(|| Ended::Refused(format!("there is no proposal {}", id.0)))?;
    let text = serde_json::to_string_pretty(&found).map_err(|error| Ended::Fault(error.to_string()))?;
    output::data(&text);
    Ok(())
}

async fn decide(settings: &Settings, number: i64, decision: &Decision, words: &str) -> Result<(), Ended> {
    let (office, by, id) = deciding(settings, decision.kind(), number).await?;
    office.door.decide(&by, id, decision).await?;
    output::talk(&format!("proposal {number} was {words}"));
    Ok(())
}

/// Who decides on what; a decision is told to others, so its reason is somebody's own words.
async fn deciding(settings: &Settings, what: &str, number: i64) -> Result<(Office, By, ProposalId), Ended> {
    settings.check_reason().map_err(Ended::WrongUse)?;
    let (office, who) = office_and_who(settings).await?;
    let key = format!("{what} {number}: {}", stamp(&office, &who, settings.today));
    let by = who.under(key);
    Ok((office, by, ProposalId(number)))
}

/// A decision given again later is another one.
fn stamp(office: &Office, who: &Who, today: NaiveDate) -> String {
    format!("{} on {today} at {}", who.actor.code, office.door.now().timestamp_micros())
}
