//! Skipped tests: each appends one line to the file named by `PORTREEVE_SKIPS`, because the test runners hide
//! what a passing test prints.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::postgres::sweep;
use crate::stop::Stop;

const FOLDER_PREFIX: &str = "portreeve-skips-";

/// The file in which the tests of one run record that they could not run.
pub(crate) struct Skips {
    folder: TempDir,
}

impl Skips {
    /// Makes an empty record.
    pub(crate) fn create() -> Result<Self, Stop> {
        let doing = "making the record of skipped tests";
        sweep(&std::env::temp_dir(), FOLDER_PREFIX);
        let folder = tempfile::Builder::new().prefix(FOLDER_PREFIX).tempdir().map_err(Stop::fault(doing))?;
        let skips = Self { folder };
        fs::write(skips.file(), "").map_err(Stop::fault(doing))?;
        Ok(skips)
    }

    /// The file that `PORTREEVE_SKIPS` names.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("skips")
    }

    /// What was recorded, one line per skipped test.
    pub(crate) fn lines(&self) -> Result<Vec<String>, Stop> {
        read_lines(&self.file())
    }
}

fn read_lines(file: &Path) -> Result<Vec<String>, Stop> {
    let bytes = fs::read(file).map_err(Stop::fault("reading the record of skipped tests"))?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(|line| line.strip_prefix("SKIPPED: ").unwrap_or(line).to_owned()).collect())
}

/// Records that a test of this crate cannot run; other crates do it through `testkit`.
#[cfg(test)]
pub(crate) fn record(line: &str) {
    use std::io::Write;

    crate::say::talk(&format!("SKIPPED: {line}"));
    let Some(file) = crate::environment::read(crate::environment::SKIPS) else { return };
    let mut record = fs::OpenOptions::new().append(true).create(true).open(file).unwrap();
    writeln!(record, "{line}").unwrap();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_one_skipped_test() {
        let skips = Skips::create().unwrap();
        assert!(skips.lines().unwrap().is_empty());
        fs::write(skips.file(), "bills::match: no reference data\nSKIPPED: hledger is missing\n\n").unwrap();
        assert_eq!(skips.lines().unwrap(), ["bills::match: no reference data", "hledger is missing"]);
    }
}
