//! `restore`: a new database from a backup, and the proof that it is the town.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::act_log::{self, Verified};
use super::backup::{self, Contents};
use super::{Ended, Outcome};
use crate::config::Settings;
use crate::office::Office;
use crate::output::{self, Bar};

/// Where the town comes from.
#[derive(Args)]
pub struct RestoreArgs {
    /// The backup
    file: PathBuf,
    /// Only read the file to its end and tell what is in it; no database is touched
    #[arg(long)]
    check: bool,
}

/// What `restore` prints.
#[derive(Serialize)]
struct Restored {
    /// Whether the books are proved and the log is sound.
    is_proved: bool,
    backup: Contents,
    books: finance::LedgerProof,
    log: Verified,
}

/// Reads a backup, fills a new database from it, and proves what came of it.
pub async fn run(settings: &Settings, RestoreArgs { file, check }: RestoreArgs) -> Outcome {
    let failed = |failure| backup::ended(&file, failure);
    // A wrong file is refused before there is a database.
    let bar = Bar::new("Checking the backup");
    let checked = db::check_backup(&file, &|done, of| bar.at(done, of)).map_err(failed);
    bar.end();
    let checked = checked?;
    if check {
        print(&Contents::of(checked, &file)?)?;
        return Ok(Ended::Done);
    }
    let url = settings.db_url().map_err(Ended::WrongUse)?;
    let office = Office::open(url, settings.today).await?;
    let bar = Bar::new("Restoring");
    let restored = office.restore(&file, &|done, of| bar.at(done, of)).await.map_err(failed);
    bar.end();
    let summary = restored?;
    office.db().analyze().await?;
    office.db().settle().await?;
    output::talk("the town is restored; now it is proved");
    let books = finance::prove(&mut office.db().read().await?).await?;
    let log = act_log::verified(&office, &[]).await?;
    let is_proved = books.is_proved && log.is_sound;
    print(&Restored { is_proved, backup: Contents::of(summary, &file)?, books, log })?;
    if is_proved {
        return Ok(Ended::Done);
    }
    Err(Ended::Refused("the town is restored as it was in the backup, and is not proved; see the findings".into()))
}

fn print(what: &impl Serialize) -> Result<(), Ended> {
    let text = serde_json::to_string_pretty(what).map_err(|error| Ended::Fault(error.to_string()))?;
    output::data(&text);
    Ok(())
}
