//! `work`: carries out long work that people order on the pages, beside any number of `serve` and `work`.

use std::path::PathBuf;

use clap::Args;
use secrets::Keys;
use webhooks::{Network, Networks};

use super::{Ended, Outcome, standing_office, told_to_stop};
use crate::config::Settings;
use crate::output;
use crate::standing::Standing;

/// Works.
#[derive(Args)]
pub struct WorkArgs {
    /// The key file that seals secrets in the database; without it, messages to other programs are left to `serve`
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The town's name, as messages to other programs tell it
    #[arg(long, default_value = "Portreeve", value_name = "NAME")]
    town: String,
    /// A network of the city that messages to other programs may go to besides the internet, also without HTTPS, such as 10.20.0.0/16
    #[arg(long = "webhook-network", value_name = "NETWORK", requires = "key_file")]
    networks: Vec<Network>,
}

/// Works until it is told to stop; what is under way is finished first.
pub async fn run(settings: &Settings, args: WorkArgs) -> Outcome {
    let office = standing_office(settings).await?;
    let sender = match &args.key_file {
        None => None,
        Some(file) => {
            let keys = Keys::read(file).map_err(|fault| Ended::Refused(fault.to_string()))?;
            Some(office.sender(&keys, &Networks(args.networks), &args.town)?)
        }
    };
    output::data("Working; stop with Ctrl-C");
    let standing = Standing::begin(&office, sender);
    told_to_stop().await;
    standing.end().await;
    Ok(Ended::Done)
}
