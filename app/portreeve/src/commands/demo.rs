//! `demo`: the invented town of Saguaro Bend, made from a seed, and its billing year.

mod calendar;
mod events;
mod files;
mod flow;
mod generator;
mod hall;
mod kind;
mod made;
pub mod names;
mod papers;
pub mod people;
#[cfg(test)]
mod saguaro_bend;
mod set_up;
mod site;
mod story;
mod summary;
#[cfg(test)]
mod tests;
mod year;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{Days, NaiveDate};
use clap::{Args, Subcommand};
use kernel::Month;
use secrets::{Keys, Random};
use serde::{Deserialize, Serialize};
use staff::SecondFactorRule;
use web::{Accent, TownFace};

use super::attachments::cabinet;
use super::serve::{Serving, serve};
use super::{Ended, Outcome, act_log, search};
use crate::config::{self, FileSettings, Settings};
use crate::office::Office;
use crate::output;
use crate::site::SiteSettings;

use generator::TownPlan;
use made::MadeTown;
use papers::{Beside, Papers};
use year::Year;

/// The demo, or its files alone.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DemoArgs {
    #[command(subcommand)]
    command: Option<DemoCommand>,
    /// The folder of the town: its database, files, registers and journals
    #[arg(long, default_value = "demo-town")]
    folder: PathBuf,
    /// How many accounts it has
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(20..=300_000))]
    accounts: u32,
    /// Another number makes another town
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Make the town anew, in place of the one that is in the folder
    #[arg(long)]
    fresh: bool,
    /// Do not serve the town's pages afterwards
    #[arg(long)]
    no_serve: bool,
    /// Where to serve it; another port is taken when this one is in use
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
}

/// What else is done with the made town.
#[derive(Subcommand)]
pub enum DemoCommand {
    /// Write its records, a year of reads and what happens in it as files
    Files {
        /// The folder for them, which is made
        folder: PathBuf,
        /// How many accounts it has
        #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=300_000))]
        accounts: u32,
        /// Another number makes another town
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The month in which the first service periods begin
        #[arg(long, default_value = "2025-01", value_parser = Month::parse, value_name = "YYYY-MM")]
        first: Month,
    },
}

/// The month in which the demo's first service periods begin.
const FIRST: &str = "2025-01";
/// The note in the folder that says what was made there.
const NOTE: &str = "demo.toml";
/// The database in the folder, where no other is named.
const DATABASE: &str = "portreeve.db";
/// The last seal of the town's log, as it would be kept elsewhere.
const SEALS: &str = "seals.jsonl";
/// The files that are attached on its pages, beside its database.
const FILES: &str = "portreeve-attachments";
/// The keys that seal the town's secrets.
const KEYS: &str = "keys.toml";
/// So long before the first service period the office is set up.
const DAYS_TO_SET_UP: u64 = 14;

/// What stands in the note.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    accounts: u32,
    seed: u64,
    /// Whether the town is in a database that was named, not in the folder; its address may hold a password.
    is_elsewhere: bool,
    /// Seconds it took to make; nothing while it is being made.
    seconds: Option<u64>,
}

/// Makes the town, or shows the one that is there.
pub async fn run(settings: &Settings, args: DemoArgs) -> Outcome {
    if let Some(DemoCommand::Files { folder, accounts, seed, first }) = args.command {
        let town = made(accounts, seed, first)?;
        write_files(&town, &folder)?.iter().for_each(|line| output::data(line));
        return Ok(Ended::Done);
    }
    let elsewhere = match &settings.db {
        Some(_) => Some(settings.db_url().map_err(Ended::WrongUse)?),
        None => None,
    };
    if args.fresh && elsewhere.is_some() {
        let words = "--fresh makes the town in its folder anew; a database that you name, empty yourself";
        return Err(Ended::WrongUse(words.into()));
    }
    if args.fresh {
        clear(&args.folder)?;
    }
    match read_note(&args.folder)? {
        None => make(settings, &args, elsewhere).await,
        Some(note) => show(settings, &args, (elsewhere, &note)).await,
    }
}

/// Shows a town that was made before.
async fn show(settings: &Settings, args: &DemoArgs, (elsewhere, note): (Option<&str>, &Note)) -> Outcome {
    let folder = args.folder.display();
    let Some(seconds) = note.seconds else {
        let how = if note.is_elsewhere { "empty its database and the folder" } else { "`demo --fresh` makes it anew" };
        return Err(Ended::Refused(format!("the making of the town in {folder} was interrupted; {how}")));
    };
    if note.is_elsewhere != elsewhere.is_some() {
        let where_it_is = if note.is_elsewhere { "in a database of its own: name it by --db" } else { "in the folder" };
        return Err(Ended::WrongUse(format!("the town of {folder} is {where_it_is}")));
    }
    if (note.accounts, note.seed) != (args.accounts, args.seed) {
        let Note { accounts, seed, .. } = note;
        output::talk(&format!("{folder} holds a town of {accounts} accounts, seed {seed}; --fresh makes another"));
    }
    let database = elsewhere.map_or_else(|| own_database(&args.folder), str::to_owned);
    let office = Office::open(&database, as_of()?).await?;
    let mut papers = Papers::of(office.db(), None);
    for run in billing::all_runs(&mut office.db().read().await?).await? {
        papers.begin(run).await?;
    }
    tell(&summary::summary(office.db(), as_of()?, papers.end().await?).await?, seconds);
    open_doors(settings, args, &office).await
}

async fn make(settings: &Settings, args: &DemoArgs, elsewhere: Option<&str>) -> Outcome {
    let begun = Instant::now();
    let first = first()?;
    let failed = |error: std::io::Error| Ended::Fault(format!("{}: {error}", args.folder.display()));
    std::fs::create_dir_all(&args.folder).map_err(failed)?;
    let database = elsewhere.map_or_else(|| own_database(&args.folder), str::to_owned);
    let office = Office::open_to_make(&database, first.first_on() - Days::new(DAYS_TO_SET_UP)).await?;
    if office.db().is_migrated().await? {
        return Err(Ended::Refused("there is a town already; the demo needs an empty database".into()));
    }
    let mut note = Note { accounts: args.accounts, seed: args.seed, is_elsewhere: elsewhere.is_some(), seconds: None };
    write_note(&args.folder, &note)?;
    let town = made(args.accounts, args.seed, first)?;
    let files = args.folder.join("files");
    write_files(&town, &files)?.iter().for_each(|line| output::talk(line));
    let hall = set_up::set_up(office, &files).await?;
    let papers = Papers::of(hall.office.db(), Some(args.folder.clone()));
    let (office, papers) = Year::of(hall, (files, papers), &town, first).pass().await?;
    office.db().analyze().await?;
    // Whoever signs in afterwards comes on the day up to which the year is billed.
    let office = office.on(as_of()?);
    people::staff_the_hall(&office, &hall::codes()).await?;
    people::leave_work(&office).await?;
    people::find_reads_wrong(&office).await?;
    search::catch_up_with_files(&office).await?;
    let keys = Keys::create(&args.folder.join(KEYS), &Random::of_the_machine());
    people::let_sign_in(&office, keys.map_err(|error| Ended::Fault(error.to_string()))?).await?;
    let journals = Beside::begin(summary::write_journals(office.db().clone(), args.folder.clone()));
    let summary = summary::summary(office.db(), as_of()?, papers.end().await?).await?;
    journals.end().await?;
    let (_, head) = acts::seal(office.db(), office.door.now()).await?;
    if let Some(head) = head {
        act_log::keep(&args.folder.join(SEALS), &head)?;
    }
    office.db().settle().await?;
    let seconds = begun.elapsed().as_secs();
    note.seconds = Some(seconds);
    write_note(&args.folder, &note)?;
    tell(&summary, seconds);
    open_doors(settings, args, &office).await
}

/// Serves the town, and tells with which names one can look around.
async fn open_doors(settings: &Settings, args: &DemoArgs, office: &Office) -> Outcome {
    if args.no_serve {
        office.db().close().await;
        return Ok(Ended::Done);
    }
    output::data(&people::directory());
    let keys = Keys::read(&args.folder.join(KEYS)).map_err(|error| Ended::Refused(error.to_string()))?;
    let own = config::beside(&own_database(&args.folder));
    let files = FileSettings { place: settings.files.place.clone().or(own), ..settings.files.clone() };
    let site = SiteSettings {
        cabinet: cabinet(&files, keys.clone())?,
        networks: webhooks::Networks::default(),
        pace: web::Pace::default(),
        town: TownFace {
            name: people::TOWN_NAME.to_owned(),
            accent: Accent::Cactus,
            zone: chrono_tz::America::Phoenix,
        },
        keys,
        public_url: None,
        is_https: false,
        second_factor: SecondFactorRule::Optional,
        breached: None,
        providers: Vec::new(),
    };
    serve(office, Serving { listen: args.listen, takes_any_port: true, site, works: true }).await
}

/// The address of the database in a folder.
fn own_database(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join(DATABASE).display())
}

fn tell(summary: &str, seconds: u64) {
    output::data(summary.trim_end());
    output::data(&format!("\nMade in {seconds} seconds"));
}

fn first() -> Result<Month, Ended> {
    Month::parse(FIRST).map_err(|error| Ended::Fault(error.to_string()))
}

/// The day up to which the year is billed: the last bill date, and whatever was held until then.
fn as_of() -> Result<NaiveDate, Ended> {
    let years = calendar::CYCLES.map(|cycle| first().map(|first| calendar::CycleYear::of(cycle, first)));
    let years: Vec<calendar::CycleYear> = years.into_iter().collect::<Result<_, _>>()?;
    Ok(years.iter().map(|year| year.bill_on(calendar::MONTHS - 1)).max().unwrap_or_default())
}

fn made(accounts: u32, seed: u64, first: Month) -> Result<MadeTown, Ended> {
    let accounts = usize::try_from(accounts).map_err(|error| Ended::WrongUse(error.to_string()))?;
    Ok(generator::make(&TownPlan { seed, accounts, first }))
}

/// Writes the files of a town and says what is in them.
fn write_files(town: &MadeTown, folder: &Path) -> Result<[String; 3], Ended> {
    let files = files::files(town).map_err(|error| Ended::Fault(error.to_string()))?;
    for file in &files {
        write(&folder.join(&file.name), file.text.as_bytes())?;
    }
    let reads: usize = town.months.iter().flat_map(|month| &month.cycles).map(|(_, reads)| reads.len()).sum();
    let accounts = town.customers.iter().filter(|customer| customer.account.is_some()).count();
    Ok([
        format!("{} customers with {accounts} accounts", town.customers.len()),
        format!("{} premises, {} meters, {} agreements", town.premises.len(), town.meters.len(), town.agreements.len()),
        format!("{reads} reads, {} events, in {} files", town.events.len(), files.len()),
    ])
}

fn read_note(folder: &Path) -> Result<Option<Note>, Ended> {
    let path = folder.join(NOTE);
    let wrong = |words: String| Ended::Refused(format!("{}: {words}", path.display()));
    match std::fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).map(Some).map_err(|error| wrong(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(error.to_string())),
    }
}

fn write_note(folder: &Path, note: &Note) -> Result<(), Ended> {
    let text = toml::to_string(note).map_err(|error| Ended::Fault(error.to_string()))?;
    write(&folder.join(NOTE), text.as_bytes())
}

/// Takes away what an earlier demo made in a folder, and nothing else; without its note, nothing is touched.
fn clear(folder: &Path) -> Result<(), Ended> {
    if read_note(folder)?.is_none() {
        return Ok(());
    }
    let gone = |path: PathBuf, done: std::io::Result<()>| match done {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Ended::Fault(format!("{}: {error}", path.display())))
        }
        Ok(()) | Err(_) => Ok(()),
    };
    for name in ["files", "registers", "gl", FILES] {
        let path = folder.join(name);
        gone(path.clone(), std::fs::remove_dir_all(&path))?;
    }
    // The note goes last: whatever is interrupted here is still known as the demo's.
    for name in [DATABASE, "portreeve.db-wal", "portreeve.db-shm", SEALS, KEYS, NOTE] {
        let path = folder.join(name);
        gone(path.clone(), std::fs::remove_file(&path))?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Ended> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let written = made.and_then(|()| std::fs::write(path, bytes));
    written.map_err(|error| Ended::Fault(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod folder_tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn only_what_a_demo_made_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let made = ["files/customers.csv", "registers/run-001.txt", "gl/books.csv", "portreeve.db", "portreeve.db-wal"];
        for name in made.iter().chain(&["notes.txt"]) {
            write(&folder.path().join(name), b"x").unwrap();
        }
        clear(folder.path()).unwrap();
        assert_eq!(names(folder.path()).len(), 6, "without its note, the folder is somebody else's");
        let note = Note { accounts: 60, seed: 1, is_elsewhere: false, seconds: None };
        write_note(folder.path(), &note).unwrap();
        clear(folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["notes.txt"]);
        clear(&folder.path().join("nothing here")).unwrap();
    }

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read_note(folder.path()).unwrap().is_none());
        for seconds in [None, Some(31)] {
            let note = Note { accounts: 5_000, seed: 7, is_elsewhere: true, seconds };
            write_note(folder.path(), &note).unwrap();
            let read = read_note(folder.path()).unwrap().unwrap();
            assert_eq!((read.accounts, read.seed, read.is_elsewhere, read.seconds), (5_000, 7, true, seconds));
        }
        write(&folder.path().join(NOTE), b"accounts = many").unwrap();
        assert!(matches!(read_note(folder.path()), Err(Ended::Refused(_))));
    }
}
