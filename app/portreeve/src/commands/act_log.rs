//! `acts`: the act log, and the seals that protect it.

use std::io::Write;
use std::path::{Path, PathBuf};

use acts::{SealHead, SealProof};
use chrono::{DateTime, Utc};
use clap::Subcommand;
use kernel::{ActId, Digest};
use serde::{Deserialize, Serialize};

use super::{Ended, Outcome, office};
use crate::config::Settings;
use crate::office::Office;
use crate::output;

/// The act log.
#[derive(Subcommand)]
pub enum ActsCommand {
    /// Print the log, oldest first, one JSON object a line
    Log {
        /// Leave out everything up to this entry
        #[arg(long, default_value_t = 0)]
        after: i64,
        /// At most this many entries
        #[arg(long, default_value_t = i64::MAX)]
        limit: i64,
    },
    /// Seal what was done since the last seal
    Seal {
        /// Add the last seal to this file, which is kept where the database is not
        #[arg(long)]
        heads: Option<PathBuf>,
    },
    /// Prove that neither the log nor what it wrote into the books was changed since it was sealed
    Verify {
        /// Compare with the seals in this file, which was kept where the database is not
        #[arg(long)]
        heads: Option<PathBuf>,
    },
}

/// The last seal at some time, as a line of the file that is kept outside.
#[derive(Serialize, Deserialize)]
struct HeadLine {
    position: i64,
    digest: String,
    sealed_at: DateTime<Utc>,
}

/// What `acts verify` prints.
#[derive(Serialize)]
pub struct Verified {
    /// Whether nothing is wrong.
    pub is_sound: bool,
    /// How many acts are sealed and unchanged, from the first on.
    sealed: i64,
    /// Acts since the last seal: nothing protects them yet.
    unsealed: i64,
    /// The last sound seal.
    head: Option<String>,
    /// How many seals of the file were compared.
    heads_compared: usize,
    /// The first link of the chain that is broken.
    broken: Option<acts::BrokenSeal>,
    /// The first thing in the books that is not as it was written.
    changed_books: Option<finance::ChangedBooks>,
}

/// Prints, seals or verifies the log.
pub async fn run(settings: &Settings, command: ActsCommand) -> Outcome {
    match command {
        ActsCommand::Log { after, limit } => log(settings, after, limit).await,
        ActsCommand::Seal { heads } => {
            let office = office(settings).await?;
            let kept = heads.as_deref().filter(|path| path.exists()).map_or(Ok(Vec::new()), kept)?;
            if let Some(last) = kept.last()
                && !acts::is_in_chain(&mut office.db().read().await?, last).await?
            {
                let words =
                    "the last seal in the file is not in this log: verify it, and after a restore begin a new file";
                return Err(Ended::Refused(words.into()));
            }
            let (count, head) = acts::seal(office.db(), office.door.now()).await?;
            output::talk(&format!("{count} acts are sealed now"));
            let Some(head) = head else { return Ok(Ended::Done) };
            if let Some(path) = heads.filter(|_| kept.last() != Some(&head)) {
                keep(&path, &head)?;
            }
            output::data(&format!("{} {}", head.position, head.digest));
            Ok(Ended::Done)
        }
        ActsCommand::Verify { heads } => {
            let office = office(settings).await?;
            let heads = match &heads {
                Some(path) => kept(path)?,
                None => Vec::new(),
            };
            let verified = verified(&office, &heads).await?;
            let text = serde_json::to_string_pretty(&verified).map_err(|error| Ended::Fault(error.to_string()))?;
            output::data(&text);
            if verified.is_sound {
                return Ok(Ended::Done);
            }
            Err(Ended::Refused("the log, its seals or the books were changed; see what is broken".into()))
        }
    }
}

/// Verifies the log, its seals, and the books against the log.
pub async fn verified(office: &Office, heads: &[SealHead]) -> Result<Verified, Ended> {
    let mut read = office.db().read().await?;
    let SealProof { sound, head, unsealed, broken } = acts::verify_seals(&mut read, heads).await?;
    let changed_books = finance::verify_journals(&mut read).await?;
    Ok(Verified {
        is_sound: broken.is_none() && changed_books.is_none(),
        sealed: sound,
        unsealed,
        head: head.map(|head| head.digest.to_string()),
        heads_compared: heads.iter().filter(|head| head.position <= sound).count(),
        broken,
        changed_books,
    })
}

/// Adds a seal to the file of seals.
pub fn keep(path: &Path, head: &SealHead) -> Result<(), Ended> {
    let failed = |error: std::io::Error| Ended::Fault(format!("{}: {error}", path.display()));
    let line = HeadLine { position: head.position, digest: head.digest.to_string(), sealed_at: head.sealed_at };
    let text = serde_json::to_string(&line).map_err(|error| Ended::Fault(error.to_string()))?;
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
    writeln!(file, "{text}").and_then(|()| file.sync_all()).map_err(failed)
}

/// The seals of a file, of which there is at least one.
fn kept(path: &Path) -> Result<Vec<SealHead>, Ended> {
    let wrong = |words: String| Ended::WrongUse(format!("{}: {words}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let head = |(number, line): (usize, &str)| {
        let wrong_line = |words: String| wrong(format!("line {}: {words}", number + 1));
        let line: HeadLine = serde_json::from_str(line).map_err(|error| wrong_line(error.to_string()))?;
        let digest: Digest = line.digest.parse().map_err(|()| wrong_line("'digest' is no seal".into()))?;
        Ok(SealHead { position: line.position, digest, sealed_at: line.sealed_at })
    };
    let heads: Vec<SealHead> = text.lines().enumerate().map(head).collect::<Result<_, Ended>>()?;
    if heads.is_empty() { Err(wrong("there is no seal in it".into())) } else { Ok(heads) }
}

/// Prints the log.
async fn log(settings: &Settings, after: i64, limit: i64) -> Outcome {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let names = staff::names(&mut read).await?;
    let (mut after, mut left) = (ActId(after), limit);
    while 0 < left {
        let page = acts::log(&mut read, after, left.min(500)).await?;
        let Some(last) = page.last() else { break };
        after = last.act;
        left -= i64::try_from(page.len()).unwrap_or(left);
        for entry in page {
            let mut value = serde_json::to_value(&entry).map_err(|error| Ended::Fault(error.to_string()))?;
            value["actor"] = names.get(&entry.actor).cloned().unwrap_or_default().into();
            output::data(&value.to_string());
        }
    }
    Ok(Ended::Done)
}
