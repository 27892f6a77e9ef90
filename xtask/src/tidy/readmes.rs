//! Check `readmes`: every room tells what it owns, under the same headings as its neighbors.

use super::Finding;
use super::house::House;

/// In this order.
const HEADINGS: [&str; 5] = ["## Owns", "## Does not own", "## Words", "## Invariants", "## Happenings"];

/// Finds rooms without a README, and READMEs that lack a heading or have them in another order.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in house.rust() {
        let Some(room) = file.path.strip_suffix("/src/lib.rs").filter(|room| room.starts_with("domain/")) else {
            continue;
        };
        let path = format!("{room}/README.md");
        match house.file(&path) {
            Some(readme) => findings.extend(wrong_headings(&path, &readme.text)),
            // A room that has no code yet has nothing to tell.
            None if rust.code.trim().is_empty() => {}
            None => findings.push(Finding::new(&path, 0, "every room has a README")),
        }
    }
    findings
}

fn wrong_headings(path: &str, text: &str) -> Option<Finding> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    if let Some(missing) = HEADINGS.iter().find(|heading| !lines.contains(heading)) {
        return Some(Finding::new(path, 0, format!("lacks the heading `{missing}`")));
    }
    let ours: Vec<&str> = lines.into_iter().filter(|line| HEADINGS.contains(line)).collect();
    (ours != HEADINGS).then(|| Finding::new(path, 0, format!("has its headings in another order than {HEADINGS:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    const ROOM: (&str, &str) = ("domain/desk/src/lib.rs", "//! Desk.\nmod cases;\n");
    const PATH: &str = "domain/desk/README.md";

    #[test]
    fn a_room_with_code_has_a_readme() {
        assert!(found(find, &[("domain/desk/src/lib.rs", "//! Nothing yet.\n")]).is_empty());
        assert_eq!(found(find, &[ROOM]), ["domain/desk/README.md: every room has a README"]);
    }

    #[test]
    fn the_headings_are_all_there_and_in_order() {
        let good = HEADINGS.join("\n\n");
        assert!(found(find, &[ROOM, (PATH, good.as_str())]).is_empty());
        let without = good.replace("## Words", "## Terms");
        assert_eq!(
            found(find, &[ROOM, (PATH, without.as_str())]),
            ["domain/desk/README.md: lacks the heading `## Words`"]
        );
        let mut turned = HEADINGS;
        turned.swap(0, 4);
        assert_eq!(found(find, &[ROOM, (PATH, turned.join("\n").as_str())]).len(), 1);
    }
}
