//! Running a program: what it prints is passed on line by line, and read on the way.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;

use crate::say;
use crate::stop::Stop;

/// A program to run in a folder, with variables to set (`Some`) or to remove (`None`).
pub(crate) struct Program<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) words: &'a [&'a str],
    pub(crate) variables: &'a [(&'a str, Option<&'a OsStr>)],
}

impl Program<'_> {
    /// Runs to the end and says whether the program was content; its output goes straight through.
    pub(crate) fn run(&self) -> Result<bool, Stop> {
        let status = self.command().status().map_err(Stop::fault(self.words.join(" ")))?;
        Ok(status.success())
    }

    /// As `run`, showing every line of output to `read` as well.
    pub(crate) fn run_reading(&self, mut read: impl FnMut(&str)) -> Result<bool, Stop> {
        let doing = self.words.join(" ");
        let mut command = self.command();
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(Stop::fault(&doing))?;
        let (sender, lines) = mpsc::channel();
        let out = child.stdout.take().map(|pipe| send_lines(pipe, sender.clone()));
        let err = child.stderr.take().map(|pipe| send_lines(pipe, sender));
        for line in lines {
            say::talk(&line);
            read(&line);
        }
        for reader in [out, err].into_iter().flatten() {
            reader.join().map_err(|_| Stop::Fault(format!("{doing}: its output could not be read")))?;
        }
        Ok(child.wait().map_err(Stop::fault(&doing))?.success())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.words[0]);
        command.args(&self.words[1..]).current_dir(self.folder).stdin(Stdio::null());
        for (name, value) in self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}

/// Whether `words` runs and is content, in silence; used to ask whether a tool is installed.
pub(crate) fn answers(words: &[&str]) -> bool {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn send_lines(pipe: impl Read + Send + 'static, lines: mpsc::Sender<String>) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut bytes = Vec::new();
        // A read error is the end of the output, as a closed pipe is; the exit status tells the rest.
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
            let line = String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned();
            if lines.send(line).is_err() {
                return;
            }
            bytes.clear();
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_outputs_are_read_and_a_failure_is_told() {
        let words = ["sh", "-c", "echo one; echo $TOWN >&2; exit 1"];
        let variables = [("TOWN", Some(OsStr::new("two")))];
        let mut seen = Vec::new();
        let program = Program { folder: Path::new("."), words: &words, variables: &variables };
        let content = program.run_reading(|line| seen.push(line.to_owned()));
        seen.sort();
        assert!(!content.unwrap());
        assert_eq!(seen, ["one", "two"]);
    }
}
