//! A command as a process of its own, beside which others run and which can be killed.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use stories::{Said, Seeded};

/// A command under way.
pub(crate) struct Running(Child);

impl Running {
    /// Gives a command, and says how much is logged.
    pub(crate) fn start(url: &str, log: &str, words: &[&str]) -> Running {
        Running::start_into(Stdio::piped(), (url, log), words)
    }

    /// The same, with what is logged and said going elsewhere.
    pub(crate) fn start_into(talk: Stdio, (url, log): (&str, &str), words: &[&str]) -> Running {
        let child = Command::new(program())
            .args(["--db", url, "--business-date", "2026-07-01"])
            .args(words)
            .current_dir(std::env::temp_dir())
            .env_remove("PORTREEVE_DB")
            .env("PORTREEVE_LOG", log)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(talk)
            .spawn();
        Running(child.expect("the program starts"))
    }

    /// Whether it has not ended yet.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.0.try_wait().expect("a process can be asked").is_none()
    }

    /// The next line of its data, once it is there.
    pub(crate) fn line(&mut self) -> String {
        let stdout = self.0.stdout.as_mut().expect("data is taken");
        let (mut line, mut byte) = (Vec::new(), [0]);
        // Byte by byte, so that what follows is still there for whoever reads it.
        while stdout.read(&mut byte).expect("data can be read") == 1 && byte != [b'\n'] {
            line.extend(byte);
        }
        String::from_utf8_lossy(&line).into_owned()
    }

    /// Ends it.
    pub(crate) fn kill(mut self) {
        self.0.kill().expect("a process can be killed");
        self.wait();
    }

    /// Waits until it has ended.
    pub(crate) fn wait(self) -> Said {
        let ended = self.0.wait_with_output().expect("a process can be waited for");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: ended.status.code().unwrap_or(-1), out: text(&ended.stdout), err: text(&ended.stderr) }
    }

    /// Lets it run for a while and kills it; says whether it was alive.
    fn killed_after(mut self, delay: Duration) -> bool {
        // The moment of the kill is what the story is about; nothing is awaited by it.
        std::thread::sleep(delay);
        let is_alive = self.is_alive();
        if is_alive {
            self.0.kill().expect("a process can be killed");
        }
        // A signal leaves no exit code.
        self.wait().code == -1 && is_alive
    }
}

/// Kills that meet a living command: at moments of chance within the time it takes, which is learnt from those that came
/// too late.
pub(crate) struct Kills {
    chance: Seeded,
    micros: u64,
    met: usize,
    given: usize,
}

impl Kills {
    /// So many are wanted of each command; more than ten times as many are never given.
    pub(crate) const WANTED: usize = 10;

    /// Kills of a command that was begun and ended undisturbed.
    pub(crate) fn of_a_command_begun(begun: Instant, seed: u64) -> Kills {
        let micros = u64::try_from(begun.elapsed().as_micros()).expect("a command does not take an age");
        Kills { chance: Seeded::new(seed), micros, met: 0, given: 0 }
    }

    /// Whether more have to meet the command.
    pub(crate) fn go_on(&self) -> bool {
        assert!(self.given < 10 * Kills::WANTED, "of {} kills only {} met a living command", self.given, self.met);
        self.met < Kills::WANTED
    }

    /// Kills a command that has just begun.
    pub(crate) fn kill(&mut self, command: Running) {
        let micros = self.chance.below(self.micros);
        self.given += 1;
        if command.killed_after(Duration::from_micros(micros)) {
            self.met += 1;
        } else {
            self.micros = micros;
        }
    }
}

/// The binary beside this test: `target/<profile>/portreeve`, from `target/<profile>/deps/upkeep-…`.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let profile = test.parent().and_then(|deps| deps.parent()).expect("tests lie in target/<profile>/deps");
    let program = profile.join("portreeve");
    assert!(program.exists(), "{} is missing: cargo build -p portreeve", program.display());
    program
}
