//! `backup`: the whole town in one file, while everybody works on.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use chrono::SecondsFormat;
use clap::Args;
use db::{BackupFailure, BackupSummary};
use serde::Serialize;

use super::{Ended, Outcome, office};
use crate::config::Settings;
use crate::output::{self, Bar};

/// Tables of a backup without their rows: who is signed in, who was about to, and who may not try again yet. A restored
/// database must not let anybody back in whose session has ended since.
pub const LEFT_EMPTY: [&str; 3] = ["session", "sign_in_throttle", "single_sign_on_try"];

/// Where the backup goes.
#[derive(Args)]
pub struct BackupArgs {
    /// The file to write; one that is there is never replaced
    file: PathBuf,
}

/// What is in a backup, as JSON.
#[derive(Serialize)]
pub struct Contents {
    /// When it was begun.
    made_at: String,
    /// The engine it was made from.
    engine: String,
    /// How many bytes the file has.
    bytes: u64,
    /// How many rows there are in all tables.
    rows: u64,
    /// Over all tables: the same town has the same one on both engines.
    digest: String,
    /// Tables whose rows were left out.
    left_empty: Vec<String>,
    tables: Vec<TableLine>,
}

#[derive(Serialize)]
struct TableLine {
    table: String,
    rows: u64,
    digest: String,
}

impl Contents {
    /// What a summary says of the file at a path.
    pub fn of(summary: BackupSummary, path: &Path) -> Result<Contents, Ended> {
        let bytes = std::fs::metadata(path).map_err(|error| fault(path, &error))?.len();
        let (rows, digest) = (summary.rows(), summary.digest().to_string());
        let BackupSummary { engine, made_at, tables, left_empty } = summary;
        let line = |table: db::TableSummary| TableLine {
            table: table.table,
            rows: table.rows,
            digest: table.digest.to_string(),
        };
        let (made_at, tables) =
            (made_at.to_rfc3339_opts(SecondsFormat::Micros, true), tables.into_iter().map(line).collect());
        Ok(Contents { made_at, engine, bytes, rows, digest, left_empty, tables })
    }
}

/// A file on its way: it has its name once it is whole and on the disk.
struct PartFile {
    file: File,
    part: PathBuf,
    path: PathBuf,
}

impl PartFile {
    /// Begins `FILE.part`, or begins it again after a crash. Only its owner may read it: it holds the whole town.
    fn begin(path: &Path) -> Result<PartFile, Ended> {
        let refused = |words: &str| Ended::Refused(format!("{}: {words}", path.display()));
        if path.exists() {
            return Err(refused("there is a file of that name, and a backup never replaces another"));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&part).map_err(|error| fault(&part, &error))?;
        if file.try_lock().is_err() {
            return Err(refused("another backup is being written there"));
        }
        file.set_len(0).map_err(|error| fault(&part, &error))?;
        Ok(PartFile { file, part, path: path.to_owned() })
    }

    fn sink(&self) -> Result<Box<File>, Ended> {
        self.file.try_clone().map(Box::new).map_err(|error| fault(&self.part, &error))
    }

    /// Gives it its name, once it is on the disk.
    fn keep(self) -> Result<(), Ended> {
        self.file.sync_all().map_err(|error| fault(&self.part, &error))?;
        std::fs::rename(&self.part, &self.path).map_err(|error| fault(&self.path, &error))?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // The name is on the disk when the folder is.
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| fault(folder, &error))
    }

    fn drop_it(self, why: Ended) -> Ended {
        match std::fs::remove_file(&self.part) {
            Ok(()) => why,
            Err(error) => Ended::Fault(format!("{}: {error}", self.part.display())),
        }
    }
}

/// Makes a backup and prints what is in it.
pub async fn run(settings: &Settings, BackupArgs { file }: BackupArgs) -> Outcome {
    let office = office(settings).await?;
    let part = PartFile::begin(&file)?;
    let bar = Bar::new("Backing up");
    let made = office.db().back_up(part.sink()?, (office.door.now(), &LEFT_EMPTY), &|done, of| bar.at(done, of)).await;
    bar.end();
    let summary = match made {
        Ok(summary) => summary,
        Err(failure) => return Err(part.drop_it(ended(&file, failure))),
    };
    part.keep()?;
    let contents = Contents::of(summary, &file)?;
    let text = serde_json::to_string_pretty(&contents).map_err(|error| Ended::Fault(error.to_string()))?;
    output::data(&text);
    Ok(Ended::Done)
}

/// How a command ends whose backup or restore failed.
pub fn ended(path: &Path, failure: BackupFailure) -> Ended {
    match failure {
        BackupFailure::Refused(refused) => Ended::Refused(format!("{}: {refused}", path.display())),
        BackupFailure::Fault(fault) => Ended::Fault(format!("{}: {fault}", path.display())),
    }
}

fn fault(path: &Path, error: &std::io::Error) -> Ended {
    Ended::Fault(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_has_its_name_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (path, part) = (folder.path().join("town"), folder.path().join("town.part"));
        std::fs::write(&part, "left by a crash").unwrap();
        let half = PartFile::begin(&path).unwrap_or_else(|_| panic!("it begins"));
        half.sink().unwrap_or_else(|_| panic!("it opens")).write_all(b"new").unwrap();
        assert!(matches!(PartFile::begin(&path), Err(Ended::Refused(_))), "two write one file");
        assert!(!path.exists());
        half.keep().unwrap_or_else(|_| panic!("it is kept"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert!(!part.exists());
        assert!(matches!(PartFile::begin(&path), Err(Ended::Refused(_))), "a whole one is replaced");
    }

    #[tokio::test]
    async fn the_tables_that_are_left_empty_are_there() {
        let town = testkit::TestDb::new(db::Engine::Sqlite).await;
        let catalog = town.db.catalog().await.unwrap();
        assert!(LEFT_EMPTY.iter().all(|table| catalog.contains_key(*table)), "{LEFT_EMPTY:?}");
        town.remove().await;
    }
}
