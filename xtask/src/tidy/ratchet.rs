//! Check `ratchet`: a file has at most 500 lines and a function at most 70; older offenders only shrink.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Finding;
use super::house::House;

const LIST: &str = "xtask/ratchet.toml";
const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;

/// The older offenders with the lines each may have.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Offenders {
    #[serde(default)]
    files: BTreeMap<String, usize>,
    #[serde(default)]
    functions: BTreeMap<String, usize>,
}

/// Finds what grew past its limit, and numbers in the list that can be made smaller.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let list = house.file(LIST).map_or("", |file| file.text.as_str());
    let offenders: Offenders = match toml::from_str(list) {
        Ok(offenders) => offenders,
        Err(error) => return vec![Finding::new(LIST, 0, error.to_string())],
    };
    let mut files = BTreeMap::new();
    let mut functions: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (file, rust) in house.rust() {
        files.insert(file.path.clone(), (0, file.lines()));
        for function in rust.functions() {
            // Of several functions with one name in a file the longest speaks for all.
            let longest = functions.entry(format!("{}::{}", file.path, function.name)).or_default();
            if longest.1 < function.lines {
                *longest = (function.line, function.lines);
            }
        }
    }
    let mut findings = compare(&files, FILE_LINES_MAX, &offenders.files, "this file");
    findings.extend(compare(&functions, FUNCTION_LINES_MAX, &offenders.functions, "this function"));
    findings
}

/// Compares what was measured (the line where it stands, its number of lines) with what is allowed.
fn compare(
    measured: &BTreeMap<String, (usize, usize)>,
    limit: usize,
    offenders: &BTreeMap<String, usize>,
    noun: &str,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, (line, lines)) in measured {
        let allowed = offenders.get(name).copied().unwrap_or(limit);
        if allowed < *lines {
            let path = name.split("::").next().unwrap_or(name);
            findings.push(Finding::new(path, *line, format!("{noun} has {lines} lines, {allowed} are allowed")));
        }
    }
    for (name, allowed) in offenders {
        let lines = measured.get(name).map_or(0, |(_, lines)| *lines);
        if lines <= limit {
            findings.push(Finding::new(LIST, 0, format!("{name} is within its limit: remove its line")));
        } else if lines < *allowed {
            findings.push(Finding::new(LIST, 0, format!("{name} shrank to {lines}: write that number")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn long_files_are_found() {
        let (fits, long) = ("\n".repeat(500), "\n".repeat(501));
        assert!(found(find, &[("a.rs", fits.as_str())]).is_empty());
        assert_eq!(found(find, &[("a.rs", long.as_str())]), ["a.rs: this file has 501 lines, 500 are allowed"]);
    }

    #[test]
    fn long_functions_are_found() {
        let fits = format!("fn a() {{{}}}", "\n".repeat(69));
        let long = format!("\nfn a() {{{}}}", "\n".repeat(70));
        assert!(found(find, &[("a.rs", fits.as_str())]).is_empty());
        assert_eq!(found(find, &[("a.rs", long.as_str())]), ["a.rs:2: this function has 71 lines, 70 are allowed"]);
    }

    #[test]
    fn the_list_only_shrinks() {
        let long = "\n".repeat(501);
        let check = |list: &str, expected: &[&str]| {
            assert_eq!(found(find, &[("a.rs", long.as_str()), (LIST, list)]), expected);
        };
        check("[files]\n\"a.rs\" = 501\n", &[]);
        check("[files]\n\"a.rs\" = 600\n", &["xtask/ratchet.toml: a.rs shrank to 501: write that number"]);
        check(
            "[files]\n\"a.rs\" = 501\n\"b.rs\" = 9\n",
            &["xtask/ratchet.toml: b.rs is within its limit: remove its line"],
        );
    }
}
