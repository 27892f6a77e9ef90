//! Settings: flags, then `PORTREEVE_*`, then `portreeve.toml`. Town rules are never settings.

use std::path::Path;

use chrono::NaiveDate;
use clap::Args;
use serde::Deserialize;

/// Recorded as the reason where nobody gave one.
pub const NO_REASON: &str = "by command";

/// Everything a command is told from outside.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address of the database, when one was given.
    pub db: Option<String>,
    /// The code of who acts.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// The office's business date.
    pub today: NaiveDate,
    /// Whether somebody said so; otherwise a program that runs for days goes on to the next at midnight.
    pub is_today_given: bool,
    /// Where files are kept, and what looks into them.
    pub files: FileSettings,
}

/// What flags say about files that support what is on record.
#[derive(Args)]
pub struct FileFlags {
    /// Where attached files lie: file:///FOLDER or s3://BUCKET/PREFIX; beside a SQLite database when it is not given
    #[arg(long, global = true, value_name = "URL")]
    attachments: Option<String>,
    /// The command that looks into a file before it is kept, such as "clamdscan --fdpass": 0 is clean, 1 is harmful
    #[arg(long, global = true, value_name = "COMMAND")]
    scan_with: Option<String>,
    /// The largest file that is kept, in MB; 20 when it is not given
    #[arg(long, global = true, value_name = "MB", value_parser = clap::value_parser!(u32).range(1..=100))]
    attachment_max_mb: Option<u32>,
}

/// Where files are kept, and what looks into them.
#[derive(Clone, Default)]
pub struct FileSettings {
    /// The place; none for a PostgreSQL database of which nobody said it.
    pub place: Option<String>,
    /// The scanner's command.
    pub scan_with: Option<String>,
    /// The largest file in bytes.
    pub largest: usize,
    /// What a bucket wants to know, such as `AWS_REGION`; keys are among it.
    pub bucket: Vec<(String, String)>,
}

impl std::fmt::Debug for FileSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileSettings")
            .field("place", &self.place)
            .field("largest", &self.largest)
            .finish_non_exhaustive()
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFile {
    db: Option<String>,
    attachments: Option<String>,
    scan_with: Option<String>,
    attachment_max_mb: Option<u32>,
}

/// The largest file, in MB, where nobody says another size.
const LARGEST_MB: u32 = 20;
/// The largest size that can be said.
const LARGEST_MB_MAX: u32 = 100;

impl Settings {
    /// Puts the settings together; the words say what is wrong with them.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the environment and the machine's date are read"
    )]
    pub fn gather(
        (db, files): (Option<String>, FileFlags),
        actor: String,
        reason: String,
        business_date: Option<NaiveDate>,
    ) -> Result<Settings, String> {
        let settings = match std::fs::read_to_string(Path::new("portreeve.toml")) {
            Ok(text) => toml::from_str(&text).map_err(|error| format!("portreeve.toml: {error}"))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => SettingsFile::default(),
            Err(error) => return Err(format!("portreeve.toml: {error}")),
        };
        let db = db.or_else(|| std::env::var("PORTREEVE_DB").ok()).or(settings.db);
        let is_today_given = business_date.is_some();
        let today = business_date.unwrap_or_else(|| chrono::Local::now().date_naive());
        let said = |flag: Option<String>, name: &str, file: Option<String>| {
            flag.or_else(|| std::env::var(name).ok()).or(file).filter(|words| !words.trim().is_empty())
        };
        let place = said(files.attachments, "PORTREEVE_ATTACHMENTS", settings.attachments);
        let largest_mb = files.attachment_max_mb.or(settings.attachment_max_mb).unwrap_or(LARGEST_MB);
        if !(1..=LARGEST_MB_MAX).contains(&largest_mb) {
            return Err(format!("attachment_max_mb is a number from 1 to {LARGEST_MB_MAX}"));
        }
        let bucket = std::env::vars().filter(|(name, _)| name.starts_with("AWS_"));
        let files = FileSettings {
            place: place.or_else(|| db.as_deref().and_then(beside)),
            scan_with: said(files.scan_with, "PORTREEVE_SCAN_WITH", settings.scan_with),
            largest: usize::try_from(largest_mb).unwrap_or_default() * 1_000_000,
            bucket: bucket.collect(),
        };
        Ok(Settings { db, actor, reason, today, is_today_given, files })
    }

    /// Refuses to go on without a reason in somebody's own words: what is corrected for a customer is told with it.
    pub fn check_reason(&self) -> Result<(), String> {
        match self.reason.as_str() {
            NO_REASON => Err("say why, for the customer and the auditor: --reason WORDS".to_owned()),
            _ => Ok(()),
        }
    }

    /// The address of the database, or words that say how to give it.
    pub fn db_url(&self) -> Result<&str, String> {
        let is_known =
            |url: &&str| ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
        self.db.as_deref().filter(is_known).ok_or_else(|| {
            "no database is named: give --db sqlite://town.db?mode=rwc, PORTREEVE_DB, or db in portreeve.toml"
                .to_owned()
        })
    }
}

/// The folder for files beside a SQLite database: `town.db` has `town-attachments`.
pub fn beside(db: &str) -> Option<String> {
    let path = db.strip_prefix("sqlite:")?.split('?').next()?;
    let path = Path::new(path.strip_prefix("//").unwrap_or(path));
    let name = path.file_stem()?.to_str().filter(|name| !name.starts_with(':'))?;
    Some(format!("file://{}", path.with_file_name(format!("{name}-attachments")).display()))
}

/// Logs go to stderr, one line an event; `PORTREEVE_LOG` chooses how much.
pub fn start_log() {
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_env_var("PORTREEVE_LOG")
        .with_default_directive(tracing_subscriber::filter::LevelFilter::WARN.into())
        .from_env_lossy();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn files_lie_beside_a_database_that_is_a_file() {
        let rows = [
            ("sqlite:///var/lib/town.db?mode=rwc", Some("file:///var/lib/town-attachments")),
            ("sqlite://town.db",                   Some("file://town-attachments")),
            ("sqlite:town.db",                     Some("file://town-attachments")),
            ("sqlite::memory:",                    None),
            ("postgres://town@host/town",          None),
        ];
        for (db, place) in rows {
            assert_eq!(beside(db).as_deref(), place, "{db}");
        }
    }
}
