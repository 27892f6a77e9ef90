//! What tests drive a browser with: Chromium, its driver, and parts from npm in a folder under the target folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::machine::Need;
use super::postgres::sweep;
use super::runner::Program;
use crate::environment;
use crate::say;
use crate::stop::Stop;

/// Programs, each with the Debian package that brings it.
pub(super) const NEEDS: [Need; 4] = [
    Need { package: "chromium", is_met: || environment::program("chromium").is_some() },
    Need { package: "chromium-driver", is_met: || environment::program("chromedriver").is_some() },
    Need { package: "nodejs", is_met: || environment::program("node").is_some() },
    Need { package: "npm", is_met: || environment::program("npm").is_some() },
];

/// Rules for pages, and a provider to sign in through: tools of tests, in no release.
const PARTS: [Part; 2] =
    [Part { name: "axe-core", version: "4.14.1" }, Part { name: "oidc-provider", version: "9.13.3" }];

/// How the folders of programs beside a test begin; those of tests that were killed are swept.
const FOLDER_PREFIX: &str = "portreeve-beside-";

/// A package of npm, pinned.
struct Part {
    name: &'static str,
    version: &'static str,
}

/// Where the tests find what they drive a browser with.
#[derive(Debug)]
pub(crate) struct BrowserParts {
    chromium: PathBuf,
    chromedriver: PathBuf,
    npm: PathBuf,
}

impl BrowserParts {
    /// Finds the programs, which are there by now, and installs the parts that are missing.
    pub(super) fn prepare(root: &Path) -> Result<Self, Stop> {
        sweep(&std::env::temp_dir(), FOLDER_PREFIX);
        let found = |name| environment::program(name).ok_or_else(|| Stop::Fault(format!("{name} is not on the PATH")));
        let parts = Self { chromium: found("chromium")?, chromedriver: found("chromedriver")?, npm: npm_folder(root) };
        if !PARTS.iter().all(|part| part.is_in(&parts.npm)) {
            install(&parts.npm)?;
        }
        Ok(parts)
    }

    /// The variables that tell the tests; `None` takes them away, and the tests count as skipped.
    pub(super) fn variables(parts: Option<&Self>) -> Vec<(&'static str, Option<OsString>)> {
        let place = |of: fn(&Self) -> &PathBuf| parts.map(|parts| of(parts).clone().into_os_string());
        vec![
            (environment::CHROMIUM, place(|parts| &parts.chromium)),
            (environment::CHROMEDRIVER, place(|parts| &parts.chromedriver)),
            (environment::NPM, place(|parts| &parts.npm)),
        ]
    }
}

impl Part {
    fn is_in(&self, folder: &Path) -> bool {
        #[derive(Deserialize)]
        struct Manifest {
            version: String,
        }

        let file = folder.join("node_modules").join(self.name).join("package.json");
        let manifest = std::fs::read(file).ok().and_then(|text| serde_json::from_slice::<Manifest>(&text).ok());
        manifest.is_some_and(|manifest| manifest.version == self.version)
    }
}

/// Beside what cargo builds, wherever that is, and so never in the repository.
fn npm_folder(root: &Path) -> PathBuf {
    environment::target_folder(root).join("npm")
}

fn install(folder: &Path) -> Result<(), Stop> {
    let wanted: Vec<String> = PARTS.iter().map(|part| format!("{}@{}", part.name, part.version)).collect();
    say::talk(&format!("installing from npm: {}", wanted.join(" ")));
    std::fs::create_dir_all(folder).map_err(Stop::fault(format!("making {}", folder.display())))?;
    // None of them needs a script of its own to be installed, so none gets to run one.
    let words = ["npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", "."];
    let words: Vec<&str> = words.into_iter().chain(wanted.iter().map(String::as_str)).collect();
    let is_content = Program { folder, words: &words, variables: &[] }.run()?;
    if is_content && PARTS.iter().all(|part| part.is_in(folder)) {
        return Ok(());
    }
    let without = "or leave out the tests that need them: cargo xtask test --no-browser";
    Err(Stop::Fault(format!("npm could not install {}; see above, {without}", wanted.join(" "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_there_in_its_very_version() {
        let folder = tempfile::tempdir().unwrap();
        let part = Part { name: "axe-core", version: "4.14.1" };
        assert!(!part.is_in(folder.path()));
        let place = folder.path().join("node_modules/axe-core");
        std::fs::create_dir_all(&place).unwrap();
        for (text, expected) in [("{\"version\": \"4.14.1\"}", true), ("{\"version\": \"4.0.0\"}", false), ("{", false)]
        {
            std::fs::write(place.join("package.json"), text).unwrap();
            assert_eq!(part.is_in(folder.path()), expected, "{text}");
        }
    }

    #[test]
    fn without_a_browser_the_variables_are_taken_away() {
        let taken = BrowserParts::variables(None);
        assert!(taken.iter().all(|(_, place)| place.is_none()), "{taken:?}");
        let place = |name: &str| PathBuf::from(name);
        let parts = BrowserParts { chromium: place("a"), chromedriver: place("b"), npm: place("c") };
        let told: Vec<_> = BrowserParts::variables(Some(&parts)).into_iter().filter_map(|(_, place)| place).collect();
        assert_eq!(told, ["a", "b", "c"]);
    }

    #[test]
    fn parts_from_npm_lie_under_the_target_folder() {
        let folder = npm_folder(Path::new("house"));
        assert!(folder.ends_with("npm"), "{}", folder.display());
        assert_ne!(folder.parent(), Some(Path::new("house")));
    }
}
