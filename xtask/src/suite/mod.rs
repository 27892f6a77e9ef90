//! `cargo xtask test`: everything CI runs, in order, ending with one line of counts.

mod browser;
mod machine;
mod postgres;
mod pypi;
pub(crate) mod runner;
mod scratch;
mod skips;
mod tally;

use std::ffi::{OsStr, OsString};
use std::num::NonZero;
use std::path::Path;
use std::time::Instant;

use clap::Args;

use self::browser::BrowserParts;
use self::machine::{Machine, has_cargo_part};
use self::postgres::Cluster;
use self::pypi::PypiParts;
use self::runner::Program;
use self::scratch::Scratch;
use self::skips::Skips;
use self::tally::Tally;
use crate::environment;
use crate::say;
use crate::stop::Stop;
use crate::tidy;

/// What may be left out on a machine that lacks a part.
#[derive(Args)]
pub(crate) struct Options {
    /// Test on SQLite alone; tests that need PostgreSQL are counted as skipped
    #[arg(long)]
    pub(crate) sqlite_only: bool,
    /// Leave out tests that drive a browser or need npm; they are counted as skipped
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// Leave out tests that need checkers from PyPI; they are counted as skipped
    #[arg(long)]
    pub(crate) no_pypi: bool,
}

/// Runs every step and says whether all went well; the last line on stdout is the tally.
pub(crate) fn run(root: &Path, options: &Options) -> Result<bool, Stop> {
    let machine = Machine::prepare(root, options)?;
    let mut suite = Suite { root, tally: Tally::default(), variables: reference_folder(root) };
    suite.check_sources();
    if suite.step("build", |suite| suite.cargo(&["build", "--workspace", "--all-targets"])) {
        suite.run_tests(&machine);
    }
    suite.step("documentation", Suite::document);
    let Tally { failed, skipped, .. } = suite.tally;
    let is_complete = skipped == 0 || !environment::is_ci();
    if !is_complete {
        say::talk("in CI no test may be skipped");
    }
    say::data(&suite.tally.to_string());
    Ok(failed == 0 && is_complete)
}

/// One run of all steps.
struct Suite<'a> {
    root: &'a Path,
    tally: Tally,
    /// Set (`Some`) or removed (`None`) for every program that is run.
    variables: Vec<(&'static str, Option<OsString>)>,
}

impl Suite<'_> {
    fn check_sources(&mut self) {
        if has_cargo_part("fmt") {
            self.step("format", |suite| suite.cargo(&["fmt", "--check"]));
        }
        self.step("tidy", |suite| Ok(verdict(tidy::run(suite.root)?)));
        if has_cargo_part("clippy") {
            let words = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
            self.step("lints", |suite| suite.cargo(&words));
        }
    }

    /// Starts the cluster, runs the tests and stops the cluster, also when a step fails on the way.
    fn run_tests(&mut self, machine: &Machine) {
        let mut scratch = None;
        let found = self.step("make room", |_| {
            scratch = Scratch::create()?;
            let place = scratch.as_ref().map_or("on the disk", |_| "in memory");
            say::talk(&format!("databases and temporary files are {place}"));
            Ok(Tally::default())
        });
        if !found {
            return;
        }
        let memory = scratch.as_ref().map(Scratch::path);
        let mut cluster = None;
        if let Some(programs) = &machine.postgres {
            let started = self.step("start PostgreSQL", |_| {
                cluster = Some(Cluster::start(programs, machine.is_root, memory)?);
                Ok(Tally::default())
            });
            if !started {
                return;
            }
        }
        let url = cluster.as_ref().map(|cluster| OsString::from(cluster.url()));
        self.variables.push((environment::POSTGRES, url));
        self.variables.extend(memory.map(|folder| (environment::TEMPORARY, Some(folder.into()))));
        self.variables.extend(BrowserParts::variables(machine.browser.as_ref()));
        self.variables.extend(PypiParts::variables(machine.pypi.as_ref()));
        self.step("tests", Suite::test);
        drop(cluster);
    }

    fn test(&self) -> Result<Tally, Stop> {
        let skips = Skips::create()?;
        let record = [(environment::SKIPS, Some(skips.file().into_os_string()))];
        let mut tally = if has_cargo_part("nextest") {
            // A test waits for a browser, a server or a disk about as often as it works.
            let threads = (std::thread::available_parallelism().map_or(1, NonZero::get) + 1).to_string();
            let words = ["nextest", "run", "--workspace", "--no-fail-fast", "--no-tests=pass", "--color=never"];
            let words = [&words[..], &["--test-threads", &threads]].concat();
            let mut last = Tally::default();
            let content = self.reading(&words, &record, |line| last = Tally::of_nextest(line).unwrap_or(last))?;
            let mut tally = at_least_one_failure(last, content);
            tally += self.harness(&["test", "--doc", "--workspace", "--no-fail-fast", "--color=never"], &record)?;
            tally
        } else {
            self.harness(&["test", "--workspace", "--no-fail-fast", "--color=never"], &record)?
        };
        let lines = skips.lines()?;
        for line in &lines {
            say::talk(&format!("SKIPPED: {line}"));
        }
        tally = tally.with_recorded_skips(lines.len());
        Ok(tally)
    }

    fn harness(&self, words: &[&str], record: &[(&'static str, Option<OsString>)]) -> Result<Tally, Stop> {
        let mut sum = Tally::default();
        let content = self.reading(words, record, |line| sum += Tally::of_harness(line).unwrap_or_default())?;
        Ok(at_least_one_failure(sum, content))
    }

    fn document(&self) -> Result<Tally, Stop> {
        let words = ["cargo", "doc", "--workspace", "--no-deps", "--document-private-items"];
        let variables = [("RUSTDOCFLAGS", Some(OsStr::new("-D warnings")))];
        Ok(verdict(Program { folder: self.root, words: &words, variables: &variables }.run()?))
    }

    fn cargo(&self, words: &[&str]) -> Result<Tally, Stop> {
        let words = [&["cargo"], words].concat();
        let variables = borrowed(&self.variables);
        Ok(verdict(Program { folder: self.root, words: &words, variables: &variables }.run()?))
    }

    fn reading(
        &self,
        words: &[&str],
        more: &[(&'static str, Option<OsString>)],
        read: impl FnMut(&str),
    ) -> Result<bool, Stop> {
        let words = [&["cargo"], words].concat();
        let variables = [borrowed(&self.variables), borrowed(more)].concat();
        Program { folder: self.root, words: &words, variables: &variables }.run_reading(read)
    }

    /// Runs one step, prints its name and time, counts its outcome, and says whether nothing failed.
    fn step(&mut self, name: &str, work: impl FnOnce(&Self) -> Result<Tally, Stop>) -> bool {
        say::talk(&format!("== {name}"));
        let begun = Instant::now();
        let tally = work(self).unwrap_or_else(|stop| {
            say::talk(&format!("{name}: {stop}"));
            Tally::FAILURE
        });
        let word = if tally.failed == 0 { "done" } else { "FAILED" };
        say::talk(&format!("== {name}: {word} in {:.1?}", begun.elapsed()));
        self.tally += tally;
        tally.failed == 0
    }
}

/// A step that is no test counts only when it fails.
fn verdict(is_content: bool) -> Tally {
    if is_content { Tally::default() } else { Tally::FAILURE }
}

/// A runner that ends badly without naming a failed test did not get to run them all.
fn at_least_one_failure(tally: Tally, is_content: bool) -> Tally {
    if is_content || 0 < tally.failed { tally } else { Tally { failed: 1, ..tally } }
}

fn reference_folder(root: &Path) -> Vec<(&'static str, Option<OsString>)> {
    let default = root.join("../shared");
    if environment::read(environment::REFERENCE).is_some() || !default.is_dir() {
        return Vec::new();
    }
    let folder = default.canonicalize().unwrap_or(default);
    vec![(environment::REFERENCE, Some(folder.into_os_string()))]
}

fn borrowed<'a>(variables: &'a [(&'static str, Option<OsString>)]) -> Vec<(&'a str, Option<&'a OsStr>)> {
    variables.iter().map(|(name, value)| (*name, value.as_deref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_that_breaks_off_counts_as_a_failure() {
        let good = Tally { passed: 3, failed: 0, skipped: 0 };
        assert_eq!(at_least_one_failure(good, true), good);
        assert_eq!(at_least_one_failure(good, false).failed, 1);
        assert_eq!(at_least_one_failure(Tally { failed: 2, ..good }, false).failed, 2);
    }

    #[test]
    fn the_reference_folder_is_the_neighbor_if_it_exists() {
        let folder = tempfile::tempdir().unwrap();
        assert!(reference_folder(&folder.path().join("lonely/house")).is_empty());
    }

    #[test]
    fn a_step_that_stops_is_a_failure() {
        let mut suite = Suite { root: Path::new("."), tally: Tally::default(), variables: Vec::new() };
        assert!(!suite.step("stops", |_| Err(Stop::Fault("on purpose".to_owned()))));
        assert!(suite.step("goes well", |_| Ok(Tally::default())));
        assert_eq!(suite.tally, Tally::FAILURE);
    }
}
