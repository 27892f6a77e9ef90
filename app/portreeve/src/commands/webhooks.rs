//! `webhooks`: which other programs are told of what is done here, and how their messages stand.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use secrets::{Keys, Random};
use web::shown::counted;
use webhooks::acts::{
    AddWebhook, ChangeWebhook, Replay, SendTest, SetAside, SetWebhookSecret, StartWebhook, StopWebhook,
};
use webhooks::{Delivery, DeliveryState, Network, Networks, Webhook, WebhookId, WebhookSecret};

use super::{Ended, Outcome, office, office_and_who};
use crate::config::Settings;
use crate::office::{Office, Who};
use crate::output;

/// So many messages are listed when nothing is said.
const LISTED: i64 = 50;

/// Webhooks.
#[derive(Subcommand)]
pub enum WebhooksCommand {
    /// Tell another program of what is done here; its secret is printed once
    Add {
        /// What and where
        #[command(flatten)]
        what: WhatArgs,
        /// The key file that seals secrets in the database
        #[arg(long, value_name = "FILE")]
        key_file: PathBuf,
    },
    /// Change where messages go, and of what the program is told
    Change {
        /// The number of the webhook
        webhook: i64,
        /// What and where
        #[command(flatten)]
        what: WhatArgs,
    },
    /// List webhooks
    List,
    /// List messages of a webhook, the newest first
    Deliveries {
        /// The number of the webhook
        webhook: i64,
        /// Only those that stand so
        #[arg(long, value_parser = PossibleValuesParser::new(DeliveryState::ALL.map(DeliveryState::code)))]
        state: Option<String>,
        /// How many
        #[arg(long, default_value_t = LISTED, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Send one message again, or what was done since a moment
    Replay {
        /// The number of the webhook
        webhook: i64,
        /// The id of one message
        #[arg(long, required_unless_present = "since", conflicts_with = "since")]
        message: Option<String>,
        /// Since when, such as 2026-07-01T08:00:00-07:00
        #[arg(long, value_name = "INSTANT")]
        since: Option<DateTime<Utc>>,
        /// Those that arrived as well
        #[arg(long, requires = "since")]
        with_delivered: bool,
    },
    /// Send a message that tells of nothing, to see whether it arrives
    Test {
        /// The number of the webhook
        webhook: i64,
    },
    /// Send nothing from now on
    Stop {
        /// The number of the webhook
        webhook: i64,
    },
    /// Send again from now on
    Start {
        /// The number of the webhook
        webhook: i64,
    },
    /// Make another secret, which is printed once
    Rotate {
        /// The number of the webhook
        webhook: i64,
        /// The key file that seals secrets in the database
        #[arg(long, value_name = "FILE")]
        key_file: PathBuf,
        /// For how many hours messages are signed with the secret before as well
        #[arg(long, default_value_t = 24)]
        hours: i64,
    },
    /// Let be what was given up
    SetAside {
        /// The number of the webhook
        webhook: i64,
    },
}

/// What a program is told, and where.
#[derive(Args)]
pub struct WhatArgs {
    /// What people call it
    title: String,
    /// Where messages go, beginning with https://
    url: String,
    /// The kinds of change, separated by commas: such as billing.sign_run, billing.* or *
    #[arg(long, value_delimiter = ',', required = true)]
    kinds: Vec<String>,
    /// A network of the city that messages may go to, as `serve` and `work` are told it, such as 10.20.0.0/16
    #[arg(long = "webhook-network", value_name = "NETWORK")]
    networks: Vec<Network>,
}

/// Carries out one of them.
pub async fn run(settings: &Settings, command: WebhooksCommand) -> Outcome {
    match command {
        WebhooksCommand::List => list(&office(settings).await?).await?,
        WebhooksCommand::Deliveries { webhook, state, limit } => {
            let state = state.and_then(|state| DeliveryState::of_code(&state));
            deliveries(&office(settings).await?, (WebhookId(webhook), state), limit).await?;
        }
        command => {
            let (office, who) = office_and_who(settings).await?;
            act(&office, &who, command).await?;
        }
    }
    Ok(Ended::Done)
}

async fn act(office: &Office, who: &Who, command: WebhooksCommand) -> Result<(), Ended> {
    match command {
        WebhooksCommand::List | WebhooksCommand::Deliveries { .. } => {}
        WebhooksCommand::Add { what, key_file } => {
            let keys = keys(&key_file)?;
            let WhatArgs { title, url, kinds, networks } = what;
            let office = office.reaching(Networks(networks));
            let id = office.act_now(who, &AddWebhook { title, url, kinds }).await?.outcome;
            output::talk(&format!("webhook {} is added; its secret is shown this one time", id.0));
            set_secret(&office, who, (id, &keys, 0)).await?;
        }
        WebhooksCommand::Change { webhook, what } => {
            let WhatArgs { title, url, kinds, networks } = what;
            let office = office.reaching(Networks(networks));
            office.act_now(who, &ChangeWebhook { webhook, title, url, kinds }).await?;
            output::talk(&format!("webhook {webhook} is changed"));
        }
        WebhooksCommand::Replay { webhook, message, since, with_delivered } => {
            let count = office.act_now(who, &Replay { webhook, message, since, with_delivered }).await?.outcome;
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            output::talk(&format!("{} sent again", counted(count, "message is", "messages are")));
        }
        WebhooksCommand::Test { webhook } => {
            let message = office.act_now(who, &SendTest { webhook }).await?.outcome;
            output::data(&message);
        }
        WebhooksCommand::Stop { webhook } => {
            office.act_now(who, &StopWebhook { webhook }).await?;
            output::talk(&format!("webhook {webhook} is stopped"));
        }
        WebhooksCommand::Start { webhook } => {
            office.act_now(who, &StartWebhook { webhook }).await?;
            output::talk(&format!("webhook {webhook} is started"));
        }
        WebhooksCommand::Rotate { webhook, key_file, hours } => {
            set_secret(office, who, (WebhookId(webhook), &keys(&key_file)?, hours)).await?;
        }
        WebhooksCommand::SetAside { webhook } => {
            let count = office.act_now(who, &SetAside { webhook }).await?.outcome;
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            output::talk(&format!("{} set aside", counted(count, "message is", "messages are")));
        }
    }
    Ok(())
}

/// The secret is sealed before it goes anywhere, and printed only when that is done.
async fn set_secret(office: &Office, who: &Who, (id, keys, hours): (WebhookId, &Keys, i64)) -> Result<(), Ended> {
    let random = Random::of_the_machine();
    let secret = WebhookSecret::new(&random);
    let act = SetWebhookSecret::of(id, &secret.seal(id, keys, &random), hours);
    office.act_now(who, &act).await?;
    output::data(&secret.text());
    Ok(())
}

fn keys(file: &Path) -> Result<Keys, Ended> {
    Keys::read(file).map_err(|fault| Ended::Refused(fault.to_string()))
}

async fn list(office: &Office) -> Result<(), Ended> {
    let mut read = office.db().read().await?;
    let counts = webhooks::counts(&mut read).await?;
    for webhook in webhooks::webhooks(&mut read).await? {
        let counts = counts.get(&webhook.id).copied().unwrap_or_default();
        let Webhook { id, title, state, .. } = &webhook;
        let (open, given_up) = (counts.open, counts.given_up);
        let secret = if webhook.secrets.newest.is_none() { ", no secret" } else { "" };
        output::data(&format!(
            "{:>4}  {title}  {}{secret}  waiting {open}, given up {given_up}  {}  {}",
            id.0,
            state.title(),
            webhook.host(),
            webhook.wanted.words(),
        ));
    }
    Ok(())
}

async fn deliveries(office: &Office, what: (WebhookId, Option<DeliveryState>), limit: i64) -> Result<(), Ended> {
    let mut read = office.db().read().await?;
    if webhooks::webhook(&mut read, what.0).await?.is_none() {
        return Err(Ended::Refused(format!("there is no webhook {}", what.0.0)));
    }
    for Delivery { message, kind, act, state, attempts, happened_at, last_refused, .. } in
        webhooks::deliveries(&mut read, what, i64::MAX, limit).await?
    {
        let why = last_refused.map(|refused| format!("  {}", refused.words())).unwrap_or_default();
        let at = happened_at.format("%Y-%m-%dT%H:%M:%SZ");
        output::data(&format!("{message}  {at}  {:<9}  tries {attempts}  entry {}  {kind}{why}", state.title(), act.0));
    }
    Ok(())
}
