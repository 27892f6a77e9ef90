//! `search`: what the search box finds, and its index.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use db::Fault;

use super::{Ended, Outcome, office};
use crate::config::Settings;
use crate::office::Office;
use crate::output::{self, Bar};

/// Words to look for, or what to do with the index.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct SearchArgs {
    #[command(subcommand)]
    command: Option<SearchCommand>,
    /// Words of a name or address, or a number of an account, bill, meter or telephone
    #[arg(required = true)]
    words: Vec<String>,
    /// How many are shown at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=200))]
    most: u16,
}

/// What to do with the index.
#[derive(Subcommand)]
pub enum SearchCommand {
    /// Make the index of names and addresses, or bring it up to date
    Index {
        /// Look at every account again, and not only at those known to have changed
        #[arg(long)]
        all: bool,
    },
}

/// Searches, or keeps the index.
pub async fn run(settings: &Settings, args: SearchArgs) -> Outcome {
    let office = office(settings).await?;
    if let Some(SearchCommand::Index { all }) = args.command {
        if all {
            office.search_keeper().look_at_all().await?;
        }
        catch_up(&office).await?;
        output::data("the index is up to date");
        return Ok(Ended::Done);
    }
    find(&office, &args.words.join(" "), (settings.today, usize::from(args.most))).await
}

async fn find(office: &Office, words: &str, (today, most): (NaiveDate, usize)) -> Outcome {
    let found = search::found(&mut office.db().read().await?, words, (today, most)).await?;
    for one in &found {
        let state = one.state.as_ref().map(|(_, words)| format!(" ({words})")).unwrap_or_default();
        output::data(&format!("{}: {}{state}, {}", one.what, one.name, one.note));
    }
    if found.is_empty() {
        return Ok(Ended::Refused(format!("nothing was found for '{words}'")));
    }
    Ok(Ended::Done)
}

/// Takes into the index what is new or has changed, showing how far it is.
pub async fn catch_up(office: &Office) -> Result<(), Fault> {
    let bar = Bar::new("Indexing names");
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    let show = |standing: search::Standing| {
        bar.at(number(standing.done), number(standing.total));
        true
    };
    let caught = office.search_keeper().catch_up(&show).await;
    bar.end();
    caught
}

/// The same after files came in, which change many accounts without saying which.
pub async fn catch_up_with_files(office: &Office) -> Result<(), Fault> {
    office.search_keeper().look_at_all().await?;
    catch_up(office).await
}
