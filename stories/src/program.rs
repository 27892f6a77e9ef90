//! The built program, run as a clerk runs it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program with the database it works on.
#[derive(Clone, Debug)]
pub struct Program {
    /// The address of the database.
    pub url: String,
    /// The office's business date.
    pub business_date: String,
}

/// What a command said, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    /// Its data.
    pub out: String,
    /// Its talk, without log lines.
    pub err: String,
}

impl Said {
    /// The number of the proposal under which what was wanted waits for a second person.
    ///
    /// # Panics
    /// When nothing waits.
    #[must_use]
    pub fn waits_as(&self) -> String {
        let number = self.err.split("as proposal ").nth(1).and_then(|rest| rest.split(',').next());
        number.unwrap_or_else(|| panic!("nothing waits: {} {}", self.out, self.err)).to_owned()
    }
}

impl Program {
    /// The program on a database, on 1 July 2026.
    #[must_use]
    pub fn on(url: &str) -> Program {
        Program { url: url.to_owned(), business_date: "2026-07-01".to_owned() }
    }

    /// Runs a command as a member of staff.
    ///
    /// # Panics
    /// When the program was not built.
    #[must_use]
    pub fn run(&self, actor: &str, words: &[&str]) -> Said {
        let mut command = bare();
        command.args(["--db", &self.url, "--as", actor, "--business-date", &self.business_date]).args(words);
        said(command)
    }

    /// Runs a command that must end well, and gives its data.
    ///
    /// # Panics
    /// When it ends otherwise.
    pub fn done(&self, actor: &str, words: &[&str]) -> String {
        let said = self.run(actor, words);
        assert_eq!(said.code, 0, "portreeve {} said:\n{}{}", words.join(" "), said.out, said.err);
        said.out
    }

    /// Runs a command that must end with a code, and gives its talk.
    ///
    /// # Panics
    /// When it ends otherwise.
    pub fn ends(&self, actor: &str, words: &[&str], code: i32) -> String {
        let said = self.run(actor, words);
        assert_eq!(said.code, code, "portreeve {} said:\n{}{}", words.join(" "), said.out, said.err);
        said.err.trim_end().to_owned()
    }

    /// Runs the program without naming a database.
    ///
    /// # Panics
    /// When the program was not built.
    #[must_use]
    pub fn without_database(words: &[&str]) -> Said {
        let mut command = bare();
        command.args(words);
        said(command)
    }
}

/// Runs a tool from outside; `None` when it is not installed here.
///
/// # Panics
/// When it is there and cannot be started.
#[must_use]
pub fn try_tool(name: &str, words: &[&str]) -> Option<Said> {
    let mut command = Command::new(name);
    command.args(words);
    match command.output() {
        Ok(output) => Some(said_by(&output)),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => panic!("{name} cannot be started: {error}"),
    }
}

/// The program in a folder without settings, told nothing by the environment.
fn bare() -> Command {
    let mut command = Command::new(built());
    command.current_dir(std::env::temp_dir()).env_remove("PORTREEVE_DB").env("PORTREEVE_LOG", "off");
    command
}

/// The program lies beside the folder of the test that runs.
fn built() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it lies");
    let folder = test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps");
    let program = folder.join(format!("portreeve{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is missing; build it first: cargo build", program.display());
    program
}

fn said(mut command: Command) -> Said {
    said_by(&command.output().expect("the program starts"))
}

fn said_by(output: &std::process::Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
