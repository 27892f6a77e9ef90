//! `migrate`, `staff` and `town`: what comes before the first bill.

use std::path::PathBuf;

use clap::Subcommand;
use secrets::{Keys, Random};

use super::people::{self, PeopleCommand};
use super::{Ended, Outcome, office_and_who, read_text};
use crate::config::Settings;
use crate::office::Office;
use crate::output;
use crate::town::{self, TownFile};

/// Staff.
#[derive(Subcommand)]
pub enum StaffCommand {
    /// Add a staff member with permissions
    Add {
        /// The code they are known by
        code: String,
        /// Their name
        #[arg(long)]
        name: String,
        /// A permission, such as billing.prepare; may be repeated
        #[arg(long = "grant", value_name = "PERMISSION")]
        grants: Vec<String>,
    },
    /// List the permissions there are
    Permissions,
    /// Make a one-time link with which somebody chooses a password: the first administrator's, or of who has none to ask
    Link {
        /// Their code
        code: String,
        /// The address people type, beginning with https://
        #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
        public_url: String,
    },
    /// People and their roles.
    #[command(flatten)]
    People(PeopleCommand),
}

/// The town.
#[derive(Subcommand)]
pub enum TownCommand {
    /// Apply a town file; adds what is new and refuses to change what is there
    Apply {
        /// The file (TOML)
        file: PathBuf,
    },
}

/// Brings the database up to date.
pub async fn migrate(settings: &Settings) -> Outcome {
    let url = settings.db_url().map_err(Ended::WrongUse)?;
    let report = Office::open(url, settings.today).await?.migrate().await?;
    for name in &report.applied {
        output::data(name);
    }
    output::talk(&format!("{} migrations applied, {} were there", report.applied.len(), report.present));
    Ok(Ended::Done)
}

/// Adds staff.
pub async fn staff(settings: &Settings, command: StaffCommand) -> Outcome {
    match command {
        StaffCommand::People(command) => return people::run(settings, command).await,
        StaffCommand::Link { code, public_url } => return link(settings, code, &public_url).await,
        StaffCommand::Permissions => {
            for permission in all_permissions() {
                output::data(&format!("{:<24}{}", permission.code, permission.sentence));
            }
        }
        StaffCommand::Add { code, name, grants } => {
            let known = all_permissions();
            if let Some(unknown) = grants.iter().find(|grant| known.iter().all(|permission| permission.code != *grant))
            {
                return Err(Ended::WrongUse(format!(
                    "there is no permission '{unknown}'; see `portreeve staff permissions`"
                )));
            }
            let (office, who) = office_and_who(settings).await?;
            let add = staff::AddActor {
                code: code.clone(),
                name,
                kind: staff::ActorKind::Person,
                permissions: grants.into_iter().collect(),
            };
            office.act_now(&who, &add).await?;
            output::talk(&format!("{code} was added"));
        }
    }
    Ok(Ended::Done)
}

/// The decision stands in the log, the link itself nowhere: it is printed once.
async fn link(settings: &Settings, code: String, public_url: &str) -> Outcome {
    let (office, who) = office_and_who(settings).await?;
    office.act_now(&who, &staff::MakeSignInLink { actor: code.clone() }).await?;
    let random = Random::of_the_machine();
    let sign_in = office.sign_in(Keys::in_memory(&random), random);
    let made = sign_in.first_link(&code, office.door.now()).await?;
    let token = made.map_err(|refused| Ended::Refused(refused.to_string()))?;
    output::data(&format!("{}/welcome/{}", public_url.trim_end_matches('/'), token.text()));
    output::talk("good once, for 24 hours: hand it to them and nobody else");
    Ok(Ended::Done)
}

/// Applies a town file.
pub async fn town(settings: &Settings, TownCommand::Apply { file }: TownCommand) -> Outcome {
    let text = read_text(&file)?;
    let parsed: TownFile =
        toml::from_str(&text).map_err(|error| Ended::Refused(format!("{}: {error}", file.display())))?;
    let (office, who) = office_and_who(settings).await?;
    town::apply(&office, &who, parsed).await?;
    output::talk("the town file is applied");
    Ok(Ended::Done)
}

/// Every permission of every room, by code.
pub fn all_permissions() -> Vec<acts::Permission> {
    let rooms = [
        acts::permissions::PERMISSIONS,
        staff::PERMISSIONS,
        customers::permissions::PERMISSIONS,
        premises::permissions::PERMISSIONS,
        metering::permissions::PERMISSIONS,
        finance::PERMISSIONS,
        revenue::permissions::PERMISSIONS,
        billing::permissions::PERMISSIONS,
        identity::permissions::PERMISSIONS,
        attachments::permissions::PERMISSIONS,
        webhooks::permissions::PERMISSIONS,
    ];
    let mut all: Vec<acts::Permission> = rooms.concat();
    all.sort_unstable();
    all
}

/// Permissions of parts that are still to be built. Roles have them already, so people are shown what they are for; nobody
/// else can be granted one.
pub const PERMISSIONS_TO_COME: [acts::Permission; 6] = [
    to_come(
        "customers.approve",
        "approves changes of customers that others propose (a part that is still to be built)",
    ),
    to_come("customers.bank_details", "keeps bank details of customers (a part that is still to be built)"),
    to_come("payments.deposit", "brings what tills took in to the bank (a part that is still to be built)"),
    to_come("payments.receive", "receives payments at a till (a part that is still to be built)"),
    to_come("payments.refund", "pays money back to customers (a part that is still to be built)"),
    to_come("treasury.reconcile", "compares the bank's statement with the books (a part that is still to be built)"),
];

const fn to_come(code: &'static str, sentence: &'static str) -> acts::Permission {
    acts::Permission { code, sentence }
}
