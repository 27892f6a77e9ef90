//! Settings: flags, then `PORTREEVE_*`, then `portreeve.toml`. Town rules are never settings.

use std::path::Path;

use chrono::NaiveDate;
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
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFile {
    db: Option<String>,
}

impl Settings {
    /// Puts the settings together; the words say what is wrong with them.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the environment and the machine's date are read"
    )]
    pub fn gather(
        db: Option<String>,
        actor: String,
        reason: String,
        business_date: Option<NaiveDate>,
    ) -> Result<Settings, String> {
        let file = match std::fs::read_to_string(Path::new("portreeve.toml")) {
            Ok(text) => toml::from_str(&text).map_err(|error| format!("portreeve.toml: {error}"))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => SettingsFile::default(),
            Err(error) => return Err(format!("portreeve.toml: {error}")),
        };
        let db = db.or_else(|| std::env::var("PORTREEVE_DB").ok()).or(file.db);
        let today = business_date.unwrap_or_else(|| chrono::Local::now().date_naive());
        Ok(Settings { db, actor, reason, today })
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

/// Logs go to stderr, one line an event; `PORTREEVE_LOG` chooses how much.
pub fn start_log() {
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_env_var("PORTREEVE_LOG")
        .with_default_directive(tracing_subscriber::filter::LevelFilter::WARN.into())
        .from_env_lossy();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).init();
}
