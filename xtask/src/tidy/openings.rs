//! Check `openings`: every Rust file opens with one sentence that says what it is for.

use super::Finding;
use super::house::House;

/// Finds Rust files whose first line is not a `//!` comment with words in it.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let silent = house.rust().filter(|(file, _)| {
        let first = file.text.lines().next().unwrap_or_default();
        first.strip_prefix("//!").is_none_or(|words| words.trim().is_empty())
    });
    silent.map(|(file, _)| Finding::new(&file.path, 1, "open with `//!` and what this file is for")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn a_file_says_what_it_is_for() {
        assert!(found(find, &[("a.rs", "//! Bills.\n")]).is_empty());
        for text in ["", "//!\n", "use std::fs;\n//! Late.\n"] {
            assert_eq!(found(find, &[("a.rs", text)]), ["a.rs:1: open with `//!` and what this file is for"]);
        }
    }
}
