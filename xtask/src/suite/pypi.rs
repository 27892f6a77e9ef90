//! Checkers from PyPI, in a folder of their own under the target folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::machine::Need;
use super::runner::{Program, answers};
use crate::environment;
use crate::say;
use crate::stop::Stop;

/// What makes such a folder, with the Debian package that brings it.
pub(super) const NEEDS: [Need; 1] =
    [Need { package: "python3-venv", is_met: || answers(&["python3", "-c", "import ensurepip, venv"]) }];

/// Sends whatever an OpenAPI file allows, and more, and looks at the answers; a tool of tests, in no release.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// Where the tests find the checkers.
#[derive(Debug)]
pub(crate) struct PypiParts {
    schemathesis: PathBuf,
}

impl PypiParts {
    /// Installs what is missing. The name of the folder holds the version, so another version is another folder.
    pub(super) fn prepare(root: &Path) -> Result<Self, Stop> {
        let folder = folder(root);
        let schemathesis = folder.join("bin/schemathesis");
        if !schemathesis.is_file() {
            install(&folder)?;
        }
        Ok(Self { schemathesis })
    }

    /// The variables that tell the tests; `None` takes them away, and the tests count as skipped.
    pub(super) fn variables(parts: Option<&Self>) -> Vec<(&'static str, Option<OsString>)> {
        vec![(environment::SCHEMATHESIS, parts.map(|parts| parts.schemathesis.clone().into_os_string()))]
    }
}

/// Beside what cargo builds, wherever that is, and so never in the repository.
fn folder(root: &Path) -> PathBuf {
    environment::target_folder(root).join("pypi").join(SCHEMATHESIS.replace("==", "-"))
}

fn install(folder: &Path) -> Result<(), Stop> {
    say::talk(&format!("installing from PyPI: {SCHEMATHESIS}"));
    std::fs::create_dir_all(folder).map_err(Stop::fault(format!("making {}", folder.display())))?;
    let run = |words: &[&str]| Program { folder, words, variables: &[] }.run();
    let install = ["bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", SCHEMATHESIS];
    if run(&["python3", "-m", "venv", "."])? && run(&install)? && folder.join("bin/schemathesis").is_file() {
        return Ok(());
    }
    let without = "or leave out the tests that need it: cargo xtask test --no-pypi";
    Err(Stop::Fault(format!("{SCHEMATHESIS} could not be installed; see above, {without}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkers_lie_under_the_target_folder_by_version() {
        let folder = folder(Path::new("house"));
        assert!(folder.ends_with("pypi/schemathesis-4.32.5"), "{}", folder.display());
    }

    #[test]
    fn without_checkers_the_variables_are_taken_away() {
        assert!(PypiParts::variables(None).iter().all(|(_, place)| place.is_none()));
        let parts = PypiParts { schemathesis: PathBuf::from("a") };
        assert_eq!(PypiParts::variables(Some(&parts)), [(environment::SCHEMATHESIS, Some(OsString::from("a")))]);
    }
}
