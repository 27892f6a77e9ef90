//! What the suite needs from the machine: PostgreSQL, the checkers, a browser; found or, as root, installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Options;
use super::browser::{self, BrowserParts};
use super::pypi::{self, PypiParts};
use super::runner::answers;
use crate::environment;
use crate::say;
use crate::stop::Stop;

/// The machine, known to have what this run of the suite needs.
pub(crate) struct Machine {
    /// The folder of PostgreSQL's own programs; absent when only SQLite is tested.
    pub(crate) postgres: Option<PathBuf>,
    pub(crate) is_root: bool,
    /// What drives a browser; absent when the tests that do are left out.
    pub(crate) browser: Option<BrowserParts>,
    /// Checkers from PyPI; absent when the tests that need them are left out.
    pub(crate) pypi: Option<PypiParts>,
}

/// A Debian package and the question whether the machine has it.
pub(super) struct Need {
    pub(super) package: &'static str,
    pub(super) is_met: fn() -> bool,
}

const POSTGRES: Need = Need { package: "postgresql", is_met: || postgres_folder().is_some() };
const CHECKERS: [Need; 2] = [
    Need { package: "hledger", is_met: || environment::program("hledger").is_some() },
    Need { package: "ledger", is_met: || environment::program("ledger").is_some() },
];

impl Machine {
    /// Looks for everything; as root installs what is missing, otherwise refuses and names the packages.
    pub(crate) fn prepare(root: &Path, options: &Options) -> Result<Self, Stop> {
        let is_root = is_root();
        let missing = missing_packages(options);
        if !missing.is_empty() {
            if !is_root || environment::program("apt-get").is_none() {
                return Err(Stop::WrongUse(advice(&missing)));
            }
            install(&missing)?;
            let still = missing_packages(options);
            if !still.is_empty() {
                return Err(Stop::Fault(format!("installed, and still not found: {}", still.join(" "))));
            }
        }
        let postgres = if options.sqlite_only { None } else { postgres_folder() };
        let browser = if options.no_browser { None } else { Some(BrowserParts::prepare(root)?) };
        let pypi = if options.no_pypi { None } else { Some(PypiParts::prepare(root)?) };
        Ok(Self { postgres, is_root, browser, pypi })
    }
}

/// The newest folder that holds `initdb`, `postgres` and `pg_ctl`.
pub(crate) fn postgres_folder() -> Option<PathBuf> {
    if let Some(folder) = environment::program("initdb").and_then(|file| file.canonicalize().ok()) {
        let folder = folder.parent().map(Path::to_path_buf);
        if folder.as_deref().is_some_and(holds_postgres) {
            return folder;
        }
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| holds_postgres(folder))
        .collect();
    found.sort();
    found.pop().map(|(_, folder)| folder)
}

/// Whether we run as root, which PostgreSQL refuses to be.
pub(crate) fn is_root() -> bool {
    let answer = Command::new("id").arg("-u").output();
    answer.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn holds_postgres(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_ctl"].iter().all(|name| folder.join(name).is_file())
}

fn missing_packages(options: &Options) -> Vec<&'static str> {
    let postgres = if options.sqlite_only { None } else { Some(&POSTGRES) };
    let browser: &[Need] = if options.no_browser { &[] } else { &browser::NEEDS };
    let pypi: &[Need] = if options.no_pypi { &[] } else { &pypi::NEEDS };
    let needs = postgres.into_iter().chain(&CHECKERS).chain(browser).chain(pypi);
    needs.filter(|need| !(need.is_met)()).map(|need| need.package).collect()
}

fn advice(missing: &[&str]) -> String {
    let packages = missing.join(" ");
    let mut advice = format!("missing Debian packages: {packages}\nInstall them: sudo apt-get install {packages}");
    if missing.contains(&POSTGRES.package) {
        advice.push_str("\nOr test on SQLite alone: cargo xtask test --sqlite-only");
    }
    if browser::NEEDS.iter().any(|need| missing.contains(&need.package)) {
        advice.push_str("\nOr leave out tests that drive a browser: cargo xtask test --no-browser");
    }
    if pypi::NEEDS.iter().any(|need| missing.contains(&need.package)) {
        advice.push_str("\nOr leave out tests that need checkers from PyPI: cargo xtask test --no-pypi");
    }
    advice
}

fn install(missing: &[&str]) -> Result<(), Stop> {
    say::talk(&format!("installing Debian packages: {}", missing.join(" ")));
    apt_get(&["update"])?;
    let mut words = vec!["install", "--yes", "--no-install-recommends"];
    words.extend(missing);
    apt_get(&words)
}

fn apt_get(words: &[&str]) -> Result<(), Stop> {
    let doing = format!("apt-get {}", words.join(" "));
    let mut command = Command::new("apt-get");
    command.arg("--quiet").args(words).env("DEBIAN_FRONTEND", "noninteractive");
    let status = command.status().map_err(Stop::fault(&doing))?;
    if status.success() { Ok(()) } else { Err(Stop::Fault(format!("{doing}: {status}"))) }
}

/// Whether a part of cargo (`fmt`, `clippy`, `nextest`) is installed; says so when it is not.
pub(crate) fn has_cargo_part(part: &str) -> bool {
    let installed = answers(&["cargo", part, "--version"]);
    if !installed {
        say::talk(&format!("cargo {part} is not installed"));
    }
    installed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_names_the_packages_and_the_way_without_them() {
        let text = advice(&["postgresql", "ledger"]);
        assert!(text.contains("apt-get install postgresql ledger"), "{text}");
        assert!(text.contains("--sqlite-only"), "{text}");
        assert!(!advice(&["hledger"]).contains("--sqlite-only"));
        assert!(advice(&["chromium-driver"]).contains("--no-browser"));
        assert!(!advice(&["hledger"]).contains("--no-browser"));
    }

    #[test]
    fn an_empty_folder_holds_no_postgres() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!holds_postgres(folder.path()));
    }
}
