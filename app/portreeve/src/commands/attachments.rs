//! `attachments`: files that support accounts, bills and changes.

use std::path::{Path, PathBuf};

use ::attachments::acts::{Attach, Destroy, HandOut, KEPT_DAYS, RecordScan, Withdraw};
use ::attachments::{
    Attachment, Cabinet, CabinetParts, Found, NotFetched, Scan, SubjectKind, Supported, attachment, attachments_of,
    newest, size_words, sweep, to_destroy, to_scan, verify,
};
use chrono::TimeDelta;
use clap::{Args, Subcommand};
use objects::{Objects, Scanner, Verdict};
use secrets::{Keys, Random};
use web::shown::counted;

use super::{Ended, Outcome, office, office_and_who};
use crate::config::{FileSettings, Settings};
use crate::office::{Office, Who};
use crate::output;

/// Files.
#[derive(Subcommand)]
pub enum AttachmentsCommand {
    /// Attach a file to an account, a bill, a proposal or an entry of the log
    Add {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        to: To,
        /// The key file
        #[arg(long)]
        key_file: PathBuf,
    },
    /// List the files of something, or the newest of the town
    List {
        #[command(flatten)]
        of: Of,
        /// How many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Write a file to the disk; recorded as given to who acts
    Get {
        /// The number of the file
        attachment: i64,
        /// Where to write it; its own name in the current folder when it is not given. Nothing is replaced
        #[arg(long)]
        to: Option<PathBuf>,
        /// The key file
        #[arg(long)]
        key_file: PathBuf,
    },
    /// Withdraw a file that was attached wrongly; say why with --reason
    Withdraw {
        /// The number of the file
        attachment: i64,
    },
    /// Scan files that could not be scanned; with --all also those from before the town scanned files
    Scan {
        /// Also files that were never scanned
        #[arg(long)]
        all: bool,
        /// The key file
        #[arg(long)]
        key_file: PathBuf,
    },
    /// Open every file on record and compare it with its SHA-256; ends with 1 when one is missing or was changed
    Verify {
        /// The key file
        #[arg(long)]
        key_file: PathBuf,
    },
    /// List files that no row of the database names, and withdrawn ones whose time is over; remove them with --remove
    Sweep {
        /// Remove what is listed
        #[arg(long)]
        remove: bool,
        /// Leave younger files alone: they may be on their way into the database
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(i64).range(0..=8_760))]
        older_than_hours: i64,
        /// So long after it was withdrawn, a file is destroyed; 90 days at least
        #[arg(long, default_value_t = KEPT_DAYS, value_parser = clap::value_parser!(i64).range(KEPT_DAYS..=36_500))]
        withdrawn_days: i64,
    },
}

/// What a file supports.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct To {
    /// The number of an account
    #[arg(long)]
    account: Option<String>,
    /// The number of a bill
    #[arg(long)]
    bill: Option<String>,
    /// The number of a proposal
    #[arg(long)]
    proposal: Option<String>,
    /// The number of an entry of the log
    #[arg(long)]
    entry: Option<String>,
}

/// The same, where it need not be said.
#[derive(Args)]
#[group(multiple = false)]
pub struct Of {
    /// The number of an account
    #[arg(long = "account")]
    of_account: Option<String>,
    /// The number of a bill
    #[arg(long = "bill")]
    of_bill: Option<String>,
    /// The number of a proposal
    #[arg(long = "proposal")]
    of_proposal: Option<String>,
    /// The number of an entry of the log
    #[arg(long = "entry")]
    of_entry: Option<String>,
}

/// The cabinet that the settings describe.
pub fn cabinet(files: &FileSettings, keys: Keys) -> Result<Cabinet, Ended> {
    let objects = files.place.as_deref().map(|place| Objects::open(place, &files.bucket)).transpose();
    Ok(Cabinet::new(CabinetParts {
        objects: objects.map_err(|refused| Ended::Refused(refused.to_string()))?,
        keys,
        random: Random::of_the_machine(),
        scanner: files.scan_with.as_deref().and_then(Scanner::of),
        largest: files.largest,
    }))
}

fn opened(settings: &Settings, key_file: &Path) -> Result<Cabinet, Ended> {
    let keys = Keys::read(key_file).map_err(|fault| Ended::Refused(fault.to_string()))?;
    cabinet(&settings.files, keys)
}

/// Carries out a command about files.
pub async fn run(settings: &Settings, command: AttachmentsCommand) -> Outcome {
    match command {
        AttachmentsCommand::Add { file, to, key_file } => {
            settings.check_reason().map_err(Ended::WrongUse)?;
            let (office, who) = office_and_who(settings).await?;
            let to = supported([to.account, to.bill, to.proposal, to.entry]);
            let to = to.ok_or_else(|| Ended::WrongUse("say what the file supports".into()))?;
            add(&office, &who, (&opened(settings, &key_file)?, &file, to)).await?;
        }
        AttachmentsCommand::List { of, limit } => {
            let of = supported([of.of_account, of.of_bill, of.of_proposal, of.of_entry]);
            list(&office(settings).await?, of, limit).await?;
        }
        AttachmentsCommand::Get { attachment, to, key_file } => {
            let (office, who) = office_and_who(settings).await?;
            get(&office, &who, (&opened(settings, &key_file)?, attachment, to)).await?;
        }
        AttachmentsCommand::Withdraw { attachment } => {
            settings.check_reason().map_err(Ended::WrongUse)?;
            let (office, who) = office_and_who(settings).await?;
            office.act_now(&who, &Withdraw { attachment }).await?;
            output::talk(&format!("file {attachment} is withdrawn"));
        }
        AttachmentsCommand::Scan { all, key_file } => {
            let (office, who) = office_and_who(settings).await?;
            scan(&office, &who, (&opened(settings, &key_file)?, all)).await?;
        }
        AttachmentsCommand::Verify { key_file } => {
            return prove(&office(settings).await?, &opened(settings, &key_file)?).await;
        }
        AttachmentsCommand::Sweep { remove, older_than_hours, withdrawn_days } => {
            let (office, who) = office_and_who(settings).await?;
            // A sweep opens nothing.
            let cabinet = cabinet(&settings.files, Keys::in_memory(&Random::of_the_machine()))?;
            let swept = Sweep { remove, older_than_hours, withdrawn_days };
            swept.run(&office, &who, &cabinet).await?;
        }
    }
    Ok(Ended::Done)
}

fn supported(numbers: [Option<String>; 4]) -> Option<Supported> {
    let said = SubjectKind::ALL.into_iter().zip(numbers);
    said.into_iter().find_map(|(kind, number)| Some(Supported::new(kind, number?)))
}

async fn add(office: &Office, who: &Who, (cabinet, file, to): (&Cabinet, &Path, Supported)) -> Result<(), Ended> {
    let failed = |error: std::io::Error| Ended::Refused(format!("{}: {error}", file.display()));
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let size = std::fs::metadata(file).map_err(failed)?.len();
    let most = u64::try_from(cabinet.largest()).unwrap_or(u64::MAX);
    if most < size {
        let words = |bytes: u64| size_words(i64::try_from(bytes).unwrap_or(i64::MAX));
        return Err(Ended::Refused(format!(
            "{} has {}, and at most {} are kept",
            file.display(),
            words(size),
            words(most)
        )));
    }
    let taken = cabinet.take_in(&name, std::fs::read(file).map_err(failed)?).await?;
    let done = office.act_now(who, &Attach::of(to, &taken)).await;
    if done.is_err() {
        cabinet.drop_again(&taken).await;
    }
    output::data(&done?.outcome.to_string());
    if taken.scan == Scan::Unknown {
        output::talk("it could not be scanned: nobody is given it before `attachments scan` has");
    }
    Ok(())
}

async fn list(office: &Office, of: Option<Supported>, limit: i64) -> Result<(), Ended> {
    let mut read = office.db().read().await?;
    let files = match of {
        None => newest(&mut read, (i64::MAX, limit)).await?,
        Some(of) => {
            let found = of.find(&mut read).await?;
            let found = found.ok_or_else(|| Ended::Refused(format!("there is no {} {}", of.kind.code(), of.number)))?;
            attachments_of(&mut read, &found, (i64::MAX, limit)).await?
        }
    };
    let found = Found::of(&mut read, &files).await?;
    for file in &files {
        let of = found.get(&file.id).map(Found::words).unwrap_or_default();
        let state = match (&file.withdrawn, &file.sealed_key) {
            (None, _) => file.scan.words(),
            (Some(_), Some(_)) => "withdrawn",
            (Some(_), None) => "destroyed",
        };
        output::data(&format!("{}  {}  {}  {}  {state}", file.id, file.name, size_words(file.size), of));
    }
    Ok(())
}

async fn on_record(office: &Office, id: i64) -> Result<Attachment, Ended> {
    let found = attachment(&mut office.db().read().await?, id).await?;
    found.ok_or_else(|| Ended::Refused(format!("there is no file {id}")))
}

async fn get(office: &Office, who: &Who, (cabinet, id, to): (&Cabinet, i64, Option<PathBuf>)) -> Result<(), Ended> {
    let file = on_record(office, id).await?;
    let bytes = if file.is_available() { cabinet.fetch(&file).await.map_err(not_fetched)? } else { Vec::new() };
    office.act_now(who, &HandOut { attachment: id }).await?;
    let path = to.unwrap_or_else(|| PathBuf::from(&file.name));
    let failed = |error: std::io::Error| Ended::Refused(format!("{}: {error}", path.display()));
    let mut written = std::fs::OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?;
    std::io::Write::write_all(&mut written, &bytes).map_err(failed)?;
    output::data(&path.display().to_string());
    Ok(())
}

fn not_fetched(wrong: NotFetched) -> Ended {
    match wrong {
        NotFetched::Fault(fault) => Ended::from(fault),
        NotFetched::NoPlace | NotFetched::Destroyed | NotFetched::Missing | NotFetched::Changed(_) => {
            Ended::Refused(wrong.to_string())
        }
    }
}

async fn scan(office: &Office, who: &Who, (cabinet, all): (&Cabinet, bool)) -> Result<(), Ended> {
    if !cabinet.has_scanner() {
        return Err(Ended::WrongUse("say what scans files: --scan-with COMMAND".into()));
    }
    let (mut looked, mut waits) = (0, 0);
    let kinds: &[Scan] = if all { &[Scan::Unknown, Scan::None] } else { &[Scan::Unknown] };
    for kind in kinds {
        let mut after = 0;
        loop {
            let piece = to_scan(&mut office.db().read().await?, *kind, after).await?;
            let Some(last) = piece.last() else { break };
            after = last.id;
            for file in &piece {
                looked += 1;
                match cabinet.scan(file).await.map_err(not_fetched)? {
                    None | Some(Verdict::Unknown) => waits += 1,
                    Some(verdict) => {
                        office.act_now(who, &RecordScan::of(file.id, verdict)).await?;
                        if verdict == Verdict::Refused {
                            output::data(&format!("{}  {}  harmful", file.id, file.name));
                        }
                    }
                }
            }
        }
    }
    output::talk(&format!("{} scanned, {waits} of them without an answer", counted(looked, "file", "files")));
    Ok(())
}

async fn prove(office: &Office, cabinet: &Cabinet) -> Outcome {
    let kept = verify(office.db(), cabinet).await?;
    for damage in &kept.damages {
        output::data(&format!("{}  {}", damage.attachment, damage.words));
    }
    let whole = counted(kept.whole, "file is", "files are");
    output::talk(&format!("{whole} whole, {} destroyed after they were withdrawn", kept.destroyed));
    match i64::try_from(kept.damages.len()).unwrap_or(i64::MAX) {
        0 => Ok(Ended::Done),
        count => Err(Ended::Refused(format!("{} damaged", counted(count, "file is", "files are")))),
    }
}

/// What a sweep takes, and whether it does.
struct Sweep {
    remove: bool,
    older_than_hours: i64,
    withdrawn_days: i64,
}

impl Sweep {
    async fn run(&self, office: &Office, who: &Who, cabinet: &Cabinet) -> Result<(), Ended> {
        let objects = cabinet.objects().map_err(|refused| Ended::Refused(refused.to_string()))?;
        let now = office.door.now();
        let withdrawn_before = now - TimeDelta::days(self.withdrawn_days);
        let (mut after, mut destroyed) = (0, 0);
        loop {
            let piece = to_destroy(&mut office.db().read().await?, withdrawn_before, after).await?;
            let Some(last) = piece.last() else { break };
            after = last.id;
            for file in &piece {
                destroyed += 1;
                output::data(&format!("{}  {}  withdrawn", file.id, file.name));
                if self.remove {
                    office.act_now(who, &Destroy { attachment: file.id }).await?;
                    objects.remove(&file.storage_key).await?;
                }
            }
        }
        let swept = sweep(office.db(), cabinet, now - TimeDelta::hours(self.older_than_hours)).await?;
        for key in &swept.unnamed {
            output::data(&format!("{key}  named by no row"));
            if self.remove {
                objects.remove(key).await?;
            }
        }
        let unnamed = counted(i64::try_from(swept.unnamed.len()).unwrap_or(i64::MAX), "file", "files");
        let done = if self.remove { "removed" } else { "found; nothing was removed, say --remove" };
        output::talk(&format!("{unnamed} that no row names and {destroyed} withdrawn {done}"));
        Ok(())
    }
}
