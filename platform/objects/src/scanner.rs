//! `Scanner`: a command of the administrator's choice looks into a file before it is kept, such as `clamdscan --fdpass`.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use db::Fault;

/// What a scanner says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found: exit code 0.
    Clean,
    /// Something was found: exit code 1.
    Refused,
    /// It could not look: any other exit, no such command, or no answer in time.
    Unknown,
}

/// A command that is called with the name of a file behind its own words.
#[derive(Clone, Debug)]
pub struct Scanner {
    program: String,
    words: Arc<[String]>,
    patience: Duration,
}

/// How long one file may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is asked whether it is done.
const PAUSE: Duration = Duration::from_millis(10);
/// What a scanner has no business with.
const SECRET: [&str; 4] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "PORTREEVE_DB"];

impl Scanner {
    /// The command as words with blanks between them; no shell reads it. `None` when there are no words.
    #[must_use]
    pub fn of(command: &str) -> Option<Scanner> {
        let mut words = command.split_whitespace().map(str::to_owned);
        let program = words.next()?;
        Some(Scanner { program, words: words.collect(), patience: PATIENCE })
    }

    /// Has a file looked into. It lies in a private temporary file meanwhile.
    pub async fn look(&self, bytes: impl AsRef<[u8]> + Send + 'static) -> Result<Verdict, Fault> {
        let scanner = self.clone();
        let looked = tokio::task::spawn_blocking(move || scanner.look_now(bytes.as_ref())).await;
        let looked = looked.map_err(|error| Fault::caused("waiting for the scanner", error))?;
        looked.map_err(|error| Fault::caused("writing a file for the scanner", error))
    }

    fn look_now(&self, bytes: &[u8]) -> std::io::Result<Verdict> {
        let mut file = tempfile::Builder::new().prefix("portreeve-scan-").tempfile()?;
        file.write_all(bytes)?;
        file.flush()?;
        let mut command = Command::new(&self.program);
        command.args(self.words.iter()).arg(file.path());
        SECRET.iter().for_each(|name| {
            command.env_remove(name);
        });
        let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let verdict = match silent.spawn() {
            Ok(mut child) => self.wait(&mut child)?,
            Err(error) => {
                tracing::warn!(%error, "the scanner cannot be started");
                Verdict::Unknown
            }
        };
        Ok(verdict)
    }

    fn wait(&self, child: &mut Child) -> std::io::Result<Verdict> {
        let begun = Instant::now();
        while begun.elapsed() < self.patience {
            if let Some(status) = child.try_wait()? {
                return Ok(match status.code() {
                    Some(0) => Verdict::Clean,
                    Some(1) => Verdict::Refused,
                    code => {
                        tracing::warn!(code, "the scanner could not look into a file");
                        Verdict::Unknown
                    }
                });
            }
            std::thread::sleep(PAUSE);
        }
        tracing::warn!("the scanner gave no answer in time");
        child.kill()?;
        child.wait()?;
        Ok(Verdict::Unknown)
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn script(folder: &tempfile::TempDir, text: &str) -> String {
        let path = folder.path().join(format!("scan-{}", text.len()));
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        path.display().to_string()
    }

    #[tokio::test]
    async fn what_a_command_says_by_its_exit_is_the_verdict() {
        let folder = tempfile::tempdir().unwrap();
        // Refuses what holds the word.
        let by_word = script(&folder, "test \"$1\" = --quiet || exit 9\ngrep -q virus \"$2\" && exit 1\nexit 0");
        let slow = script(&folder, "sleep 5");
        #[rustfmt::skip]
        let rows = [
            (format!("{by_word} --quiet"),       "harmless",  Verdict::Clean),
            (format!("{by_word} --quiet"),       "a virus",   Verdict::Refused),
            (by_word,                            "harmless",  Verdict::Unknown),
            ("/nowhere/scan".to_owned(),         "harmless",  Verdict::Unknown),
            (slow,                               "harmless",  Verdict::Unknown),
        ];
        for (command, text, verdict) in rows {
            let patience = if command.ends_with("scan-7") { Duration::from_millis(50) } else { PATIENCE };
            let scanner = Scanner { patience, ..Scanner::of(&command).unwrap() };
            assert_eq!(scanner.look(text).await.unwrap(), verdict, "{command}");
        }
        assert!(Scanner::of("  ").is_none());
    }
}
