//! Check `floors`: a crate leans on lower floors, and on its own floor only on those listed before it.

use super::Finding;
use super::house::{Arrow, Crate, House};
use super::place::{FLOORS, is_outside, rank};

/// Only tests may lean on this crate.
const FOR_TESTS: &str = "testkit";

/// Finds arrows that point upward or sideways, and crates that are not in the plan.
pub(super) fn find(house: &House) -> Vec<Finding> {
    house.crates.iter().flat_map(findings_of).collect()
}

fn findings_of(one: &Crate) -> Vec<Finding> {
    let path = format!("{}/Cargo.toml", one.folder);
    if is_outside(&path) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let (floor, folder) = one.folder.split_once('/').unwrap_or(("", &one.folder));
    if one.name != folder {
        findings.push(Finding::new(&path, 0, format!("crate {} is not named like its folder {folder}", one.name)));
    }
    if !FLOORS.iter().any(|(listed, crates)| *listed == floor && crates.contains(&folder)) {
        findings.push(Finding::new(&path, 0, format!("{} is not in the plan of the house", one.folder)));
        return findings;
    }
    let wrong = one.arrows.iter().filter_map(|arrow| wrong_arrow(&one.name, arrow));
    findings.extend(wrong.map(|what| Finding::new(&path, 0, what)));
    findings
}

/// What testkit stands on or beside; the tests of these crates use it all the same.
const BELOW_TESTKIT: [&str; 4] = ["db", "acts", "jobs", "imports"];

fn wrong_arrow(from: &str, arrow: &Arrow) -> Option<String> {
    let to = arrow.to.as_str();
    if to == FOR_TESTS && !arrow.is_for_tests {
        return Some(format!("{from} depends on {to}, which is for [dev-dependencies] only"));
    }
    if to == FOR_TESTS && BELOW_TESTKIT.contains(&from) {
        // The test databases are tested where they are made; cargo allows the circle for tests.
        return None;
    }
    match (rank(to), rank(from)) {
        (Some(lower), Some(higher)) if lower < higher => None,
        (Some(_), _) => Some(format!("{from} depends on {to}, which does not stand below it")),
        (None, _) => Some(format!("{from} depends on {to}, which is outside the house")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(folder: &str, name: &str, to: &str, is_for_tests: bool) -> Vec<String> {
        let arrows = vec![Arrow { to: to.to_owned(), is_for_tests }];
        let one = Crate { name: name.to_owned(), folder: folder.to_owned(), arrows };
        find(&House { files: Vec::new(), pictures: Vec::new(), crates: vec![one] })
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    #[test]
    fn arrows_point_down_or_back() {
        assert!(found("domain/billing", "billing", "metering", false).is_empty());
        assert!(found("domain/billing", "billing", "kernel", false).is_empty());
        assert!(found("domain/billing", "billing", "testkit", true).is_empty());
        assert!(found("platform/db", "db", "testkit", true).is_empty());
        assert!(found("app/portreeve", "portreeve", "billing", false).is_empty());
        assert!(found("stories", "stories", "portreeve", false).is_empty());
    }

    #[test]
    fn other_arrows_are_found() {
        let check = |folder: &str, to: &str, is_for_tests, expected: &str| {
            let name = folder.rsplit('/').next().unwrap();
            assert_eq!(found(folder, name, to, is_for_tests), [expected]);
        };
        check("libs/ledger", "db", false, "ledger depends on db, which does not stand below it");
        check("domain/metering", "billing", true, "metering depends on billing, which does not stand below it");
        check("domain/metering", "stories", false, "metering depends on stories, which is outside the house");
        check("domain/metering", "testkit", false, "metering depends on testkit, which is for [dev-dependencies] only");
        check("libs/ledger", "testkit", true, "ledger depends on testkit, which does not stand below it");
    }

    #[test]
    fn names_and_places_are_checked() {
        assert_eq!(
            found("domain/billing", "bills", "kernel", false)[0],
            "crate bills is not named like its folder billing"
        );
        assert_eq!(
            found("domain/parking", "parking", "kernel", false),
            ["domain/parking is not in the plan of the house"]
        );
    }
}
