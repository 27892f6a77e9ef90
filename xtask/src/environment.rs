//! The environment variables that tasks read, and the ones they hand to tests.

use std::path::{Path, PathBuf};

/// Folder with reference data from outside the repository.
pub(crate) const REFERENCE: &str = "PORTREEVE_REFERENCE";
/// URL of the PostgreSQL cluster in which tests make their private databases.
pub(crate) const POSTGRES: &str = "PORTREEVE_TEST_POSTGRES";
/// The browser that tests drive.
pub(crate) const CHROMIUM: &str = "PORTREEVE_TEST_CHROMIUM";
/// The program that drives it.
pub(crate) const CHROMEDRIVER: &str = "PORTREEVE_TEST_CHROMEDRIVER";
/// Folder whose `node_modules` holds the parts from npm.
pub(crate) const NPM: &str = "PORTREEVE_TEST_NPM";
/// The checker of APIs that sends whatever their description allows.
pub(crate) const SCHEMATHESIS: &str = "PORTREEVE_TEST_SCHEMATHESIS";
/// File to which a test that cannot run appends one line.
pub(crate) const SKIPS: &str = "PORTREEVE_SKIPS";
/// Where programs put temporary files.
pub(crate) const TEMPORARY: &str = "TMPDIR";

/// Whether a build server runs us, where no test may be skipped.
pub(crate) fn is_ci() -> bool {
    read("CI").is_some_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// The value of a variable, if it is set and is text.
#[expect(clippy::disallowed_methods, reason = "a task has no settings file: its environment is all it is told")]
pub(crate) fn read(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder(root: &Path) -> PathBuf {
    root.join(read("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from))
}

/// The first program of that name on the PATH.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = read("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
