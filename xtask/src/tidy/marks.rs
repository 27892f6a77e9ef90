//! Check `marks`: no task without an issue number, no test that is ignored or expected to panic.

use super::Finding;
use super::house::{House, TextFile};
use super::rust_text::{RustText, line_of, word_positions};

/// Words that promise work; each needs `#` and a number right behind it.
const PROMISES: [&str; 2] = ["TODO", "FIXME"];
const TESTS: [(&str, &str); 2] = [
    ("#[ignore", "a test is never ignored: assert today's behavior and write an issue"),
    ("#[should_panic", "a test never expects a panic: return the refusal and assert it"),
];

/// Finds promises without an issue, and attributes that switch a test off or turn it around.
pub(super) fn find(house: &House) -> Vec<Finding> {
    house
        .files
        .iter()
        .flat_map(|file| match &file.rust {
            Some(rust) => [promises(file, &rust.comments), attributes(file, rust)].concat(),
            None if has_code(&file.path) => promises(file, &file.text),
            None => Vec::new(),
        })
        .collect()
}

fn has_code(path: &str) -> bool {
    ["sql", "html", "css", "js", "toml", "typ"].iter().any(|ending| path.rsplit('.').next() == Some(ending))
}

fn promises(file: &TextFile, text: &str) -> Vec<Finding> {
    let positions = PROMISES.iter().flat_map(|word| word_positions(text, word).into_iter().map(move |at| (at, word)));
    let empty = positions.filter(|(at, word)| {
        let rest = text[at + word.len()..].trim_start_matches(['(', ' ', ':']);
        !rest.strip_prefix('#').is_some_and(|number| number.starts_with(|letter: char| letter.is_ascii_digit()))
    });
    empty
        .map(|(at, word)| Finding::new(&file.path, line_of(text, at), format!("{word} needs an issue number")))
        .collect()
}

fn attributes(file: &TextFile, rust: &RustText) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (attribute, what) in TESTS {
        let places = rust.code.match_indices(attribute);
        findings.extend(places.map(|(at, _)| Finding::new(&file.path, line_of(&rust.code, at), what)));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn a_promise_needs_an_issue() {
        let check = |path, text, expected: usize| assert_eq!(found(find, &[(path, text)]).len(), expected, "{text}");
        check("a.rs", "// TODO(#12): round by class.", 0);
        check("a.rs", "// TODO #12", 0);
        check("a.rs", "// TODO round by class.", 1);
        check("a.rs", "let word = \"TODO\";", 0);
        check("a.sql", "-- FIXME soon", 1);
        check("a.md", "No TODO without a number.", 0);
    }

    #[test]
    fn tests_are_neither_ignored_nor_panicking() {
        let check = |text, expected: usize| assert_eq!(found(find, &[("a.rs", text)]).len(), expected, "{text}");
        check("#[test]\nfn a() {}", 0);
        check("#[test]\n#[ignore = \"slow\"]\nfn a() {}", 1);
        check("#[test]\n#[should_panic(expected = \"x\")]\nfn a() {}", 1);
    }
}
