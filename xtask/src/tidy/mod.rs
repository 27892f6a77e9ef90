//! `cargo xtask tidy`: the part of the house style that a program can check.
//!
//! A check is one file here and one line in `CHECKS`. It looks at a [`House`], which is the repository or a
//! small made-up tree, so that every check is tested for being able to fail.

mod decisions;
mod dependencies;
mod floors;
mod house;
mod lengths;
mod manual;
mod marks;
mod migrations;
mod openings;
mod paths;
mod place;
mod queries;
mod ratchet;
mod readmes;
mod rust_text;
mod sql_text;
mod tables;
mod words;

use std::path::Path;

use self::house::House;
use crate::say;
use crate::stop::Stop;

/// One rule of the house and the function that finds where it is broken.
struct Check {
    /// The name STYLE.md knows it by.
    name: &'static str,
    find: fn(&House) -> Vec<Finding>,
}

/// A place where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// Counted from 1; 0 means the file as a whole.
    line: usize,
    what: String,
}

const CHECKS: [Check; 14] = [
    Check { name: "floors", find: floors::find },
    Check { name: "words", find: words::find },
    Check { name: "queries", find: queries::find },
    Check { name: "migrations", find: migrations::find },
    Check { name: "tables", find: tables::find },
    Check { name: "readmes", find: readmes::find },
    Check { name: "openings", find: openings::find },
    Check { name: "lengths", find: lengths::find },
    Check { name: "ratchet", find: ratchet::find },
    Check { name: "marks", find: marks::find },
    Check { name: "decisions", find: decisions::find },
    Check { name: "dependencies", find: dependencies::find },
    Check { name: "paths", find: paths::find },
    Check { name: "manual", find: manual::find },
];

/// Checks the repository, prints what is untidy, and says whether nothing is.
pub(crate) fn run(root: &Path) -> Result<bool, Stop> {
    let house = House::read(root)?;
    let findings = findings(&house);
    for finding in &findings {
        say::talk(finding);
    }
    let verdict = if findings.is_empty() { "tidy".to_owned() } else { format!("{} places to tidy", findings.len()) };
    say::talk(&format!("{verdict}: {} checks, {} files", CHECKS.len(), house.files.len()));
    Ok(findings.is_empty())
}

fn findings(house: &House) -> Vec<String> {
    let mut lines = Vec::new();
    for check in &CHECKS {
        let mut found = (check.find)(house);
        found.sort();
        lines.extend(found.iter().map(|finding| format!("{finding} [{}]", check.name)));
    }
    lines
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// Runs a check on a made-up house and gives its findings as `path:line: what`.
#[cfg(test)]
fn found(find: fn(&House) -> Vec<Finding>, files: &[(&str, &str)]) -> Vec<String> {
    let mut found = find(&House::of(files));
    found.sort();
    found.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let house = House::read(&crate::workspace_root()).unwrap();
        let findings = findings(&house);
        assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    }

    #[test]
    fn the_style_page_names_every_check() {
        let house = House::read(&crate::workspace_root()).unwrap();
        let style = house.file("STYLE.md").unwrap();
        for check in &CHECKS {
            assert!(style.text.contains(&format!("`{}`", check.name)), "STYLE.md does not name {}", check.name);
        }
    }
}
