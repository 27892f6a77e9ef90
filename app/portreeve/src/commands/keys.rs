//! `keys`: the key file, which lies outside the database and seals what the database must not show.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Subcommand;
use secrets::{KeyFault, Keys, Random};

use super::{Ended, Outcome, office};
use crate::config::Settings;
use crate::office::Office;
use crate::output;

/// The key file.
#[derive(Subcommand)]
pub enum KeysCommand {
    /// Make a key file; one that is there is never replaced
    New {
        /// The file, which only its owner may read
        file: PathBuf,
    },
    /// Add a key to the file and seal again what older keys sealed; stop `serve` before, and start it afterwards
    Rotate {
        /// The key file
        #[arg(long)]
        key_file: PathBuf,
    },
    /// List the keys of the file, and how many fields of the database each opens
    List {
        /// The key file
        #[arg(long)]
        key_file: PathBuf,
    },
}

/// Makes, changes or lists keys.
pub async fn run(settings: &Settings, command: KeysCommand) -> Outcome {
    match command {
        KeysCommand::New { file } => {
            let keys = Keys::create(&file, &Random::of_the_machine()).map_err(ended)?;
            output::data(keys.newest_id());
            output::talk("keep a copy of the file where no backup of the database is");
        }
        KeysCommand::Rotate { key_file } => rotate(settings, &key_file).await?,
        KeysCommand::List { key_file } => {
            let keys = Keys::read(&key_file).map_err(ended)?;
            let mut in_use = in_use(&office(settings).await?, &keys).await?;
            for id in keys.ids() {
                let note = if id == keys.newest_id() { "   seals" } else { "" };
                output::data(&format!("{id}   opens {}{note}", in_use.remove(id).unwrap_or(0)));
            }
            check_known(&in_use)?;
        }
    }
    Ok(Ended::Done)
}

/// Brings everything under one new key. Broken off between file and database, it goes on where it was: it adds no key
/// while an older one than the newest is still in use.
async fn rotate(settings: &Settings, key_file: &std::path::Path) -> Result<(), Ended> {
    let random = Random::of_the_machine();
    let office = office(settings).await?;
    let keys = Keys::read(key_file).map_err(ended)?;
    let mut unknown = in_use(&office, &keys).await?;
    unknown.retain(|id, _| keys.ids().all(|known| known != id));
    check_known(&unknown)?;
    let is_half_done = in_use(&office, &keys).await?.keys().any(|id| id != keys.newest_id());
    let keys = if is_half_done {
        output::talk("an earlier change of keys was broken off; it is finished, and no key is added");
        keys
    } else {
        Keys::add_key(key_file, &random).map_err(ended)?
    };
    let count = office.seal_again(&keys, &random).await?;
    output::data(&format!("{}   sealed again: {count}", keys.newest_id()));
    Ok(())
}

/// How many fields of the database each key opens, in all rooms that seal something.
async fn in_use(office: &Office, keys: &Keys) -> Result<BTreeMap<String, i64>, Ended> {
    let mut all = office.sign_in(keys.clone(), Random::of_the_machine()).keys_in_use().await?;
    for (id, count) in identity::keys_in_use(&mut office.db().read().await?).await? {
        *all.entry(id).or_default() += count;
    }
    for (id, count) in attachments::keys_in_use(&mut office.db().read().await?).await? {
        *all.entry(id).or_default() += count;
    }
    for (id, count) in webhooks::keys_in_use(&mut office.db().read().await?).await? {
        *all.entry(id).or_default() += count;
    }
    Ok(all)
}

/// Refuses to go on when something is sealed with a key that is not in the file.
fn check_known(unknown: &BTreeMap<String, i64>) -> Result<(), Ended> {
    match unknown.iter().next() {
        None => Ok(()),
        Some((id, count)) => {
            let words = format!("{count} fields are sealed with key {id}, which is not in the file: find its copy");
            Err(Ended::Refused(words))
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn ended(fault: KeyFault) -> Ended {
    match fault {
        KeyFault::Disk { .. } => Ended::Fault(fault.to_string()),
        KeyFault::Missing { .. }
        | KeyFault::Exists { .. }
        | KeyFault::Open { .. }
        | KeyFault::BadLine { .. }
        | KeyFault::Twice { .. }
        | KeyFault::TooLong
        | KeyFault::Empty
        | KeyFault::Unknown { .. }
        | KeyFault::Broken { .. } => Ended::Refused(fault.to_string()),
    }
}
