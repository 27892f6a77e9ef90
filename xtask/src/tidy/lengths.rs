//! Check `lengths`: documents stay short enough to be read.

use super::Finding;
use super::house::House;

/// Finds documents with more lines than their kind may have.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let long = house.files.iter().filter_map(|file| {
        let (limit, lines) = (limit_of(&file.path)?, file.lines());
        (limit < lines).then(|| Finding::new(&file.path, 0, format!("has {lines} lines, {limit} are allowed")))
    });
    long.collect()
}

fn limit_of(path: &str) -> Option<usize> {
    match path {
        "ARCHITECTURE.md" => Some(300),
        "STYLE.md" => Some(200),
        _ if path.starts_with("docs/decisions/") => Some(60),
        _ if path.starts_with("domain/") && path.ends_with("/README.md") => Some(120),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn long_documents_are_found() {
        let check = |path, lines: usize, expected: usize| {
            assert_eq!(found(find, &[(path, "word\n".repeat(lines).as_str())]).len(), expected, "{path} {lines}");
        };
        for (path, limit) in [
            ("ARCHITECTURE.md", 300),
            ("STYLE.md", 200),
            ("docs/decisions/0001-a.md", 60),
            ("domain/billing/README.md", 120),
        ] {
            check(path, limit, 0);
            check(path, limit + 1, 1);
        }
        check("docs/glossary.md", 900, 0);
    }
}
