//! The program under test, as a process that can be killed.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A command under way.
pub(crate) struct Program(Child);

/// What became of a command.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// It was alive and was killed.
    Killed,
    /// It ended by itself.
    Ended { code: Option<i32>, out: String, talk: String },
}

impl Attempt {
    pub(crate) fn is_done(&self) -> bool {
        matches!(self, Attempt::Ended { code: Some(0), .. })
    }
}

impl Program {
    /// Gives a command to a town.
    pub(crate) fn start(url: &str, who: &str, command: &[&str]) -> Program {
        let child = Command::new(path())
            .args(["--db", url, "--as", who, "--reason", "crash story", "--business-date", "2026-07-01"])
            .args(command)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Program(child.expect("the program starts"))
    }

    /// Waits until it has ended.
    pub(crate) fn wait(self) -> Attempt {
        let ended = self.0.wait_with_output().expect("a process can be waited for");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Attempt::Ended { code: ended.status.code(), out: text(&ended.stdout), talk: text(&ended.stderr) }
    }

    /// Lets it run for a while and kills it, unless it has ended by then.
    pub(crate) fn kill_after(mut self, delay: Duration) -> Attempt {
        // The moment of the kill is what this story is about; nothing is awaited by it.
        std::thread::sleep(delay);
        if self.0.try_wait().expect("a process can be asked").is_some() {
            return self.wait();
        }
        self.0.kill().expect("a process can be killed");
        let status = self.0.wait().expect("a killed process ends");
        match status.code() {
            None => Attempt::Killed,
            // It ended in the moment between the question and the kill.
            Some(code) => Attempt::Ended { code: Some(code), out: String::new(), talk: rest(&mut self.0) },
        }
    }
}

fn rest(child: &mut Child) -> String {
    let mut talk = String::new();
    if let Some(stderr) = &mut child.stderr {
        stderr.read_to_string(&mut talk).expect("stderr is text");
    }
    talk
}

/// The binary beside this test: `target/<profile>/portreeve`, from `target/<profile>/deps/crash-…`.
fn path() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let profile = test.parent().and_then(|deps| deps.parent()).expect("tests lie in target/<profile>/deps");
    let program = profile.join("portreeve");
    assert!(program.exists(), "{} is missing: cargo build -p portreeve", program.display());
    program
}
