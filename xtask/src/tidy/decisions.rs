//! Check `decisions`: files in `docs/decisions` are numbered in order and tell what was given up.

use super::Finding;
use super::house::House;

const FOLDER: &str = "docs/decisions/";
const HEADINGS: [&str; 3] = ["## Context", "## Choice", "## What we gave up"];

/// Finds decision files with a wrong name, a number used twice, or a missing heading.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut last = "0000";
    for file in house.files.iter().filter(|file| file.path.starts_with(FOLDER)) {
        let name = &file.path[FOLDER.len()..];
        let Some(number) = number_of(name) else {
            findings.push(Finding::new(&file.path, 0, "is not named NNNN-what-it-is-about.md"));
            continue;
        };
        if number == last {
            findings.push(Finding::new(&file.path, 0, format!("the number {number} is already taken")));
        }
        last = number;
        let missing = HEADINGS.iter().filter(|heading| !file.text.lines().any(|line| line.trim_end() == **heading));
        findings.extend(missing.map(|heading| Finding::new(&file.path, 0, format!("lacks the heading `{heading}`"))));
    }
    findings
}

fn number_of(name: &str) -> Option<&str> {
    let (number, rest) = name.split_once('-')?;
    let is_number = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && rest.ends_with(".md")).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn a_decision_has_a_number_and_a_price() {
        let good = HEADINGS.join("\n");
        let check = |name: &str, text: &str, expected: usize| {
            let path = format!("{FOLDER}{name}");
            let first = format!("{FOLDER}0001-first.md");
            assert_eq!(found(find, &[(&first, &good), (&path, text)]).len(), expected, "{name}");
        };
        check("0002-engines.md", &good, 0);
        check("0001-engines.md", &good, 1);
        check("engines.md", &good, 1);
        check("0002-engines.md", "## Context\n## Choice\n", 1);
    }
}
