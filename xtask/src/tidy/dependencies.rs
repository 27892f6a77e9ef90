//! Check `dependencies`: every crate from outside has a line that says why it is here.

use toml::Table;

use super::Finding;
use super::house::House;

const LIST: &str = "docs/decisions/0003-chosen-crates.md";
/// Where else such a line may stand: decisions are short.
const LISTS: [&str; 2] = [LIST, "docs/decisions/0010-crates-of-pages.md"];

/// Finds crates of `[workspace.dependencies]` that no list of chosen crates names.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let Some(manifest) = house.file("Cargo.toml") else { return Vec::new() };
    let list: String = LISTS.iter().filter_map(|path| house.file(path)).map(|file| file.text.as_str()).collect();
    let table: Table = match toml::from_str(&manifest.text) {
        Ok(table) => table,
        Err(error) => return vec![Finding::new("Cargo.toml", 0, error.to_string())],
    };
    let chosen = table.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let Some(chosen) = chosen.and_then(|dependencies| dependencies.as_table()) else { return Vec::new() };
    let outside = chosen.iter().filter(|(_, what)| what.get("path").is_none());
    let unnamed = outside.filter(|(name, _)| !list.contains(&format!("`{name}`")));
    unnamed.map(|(name, _)| Finding::new(LIST, 0, format!("does not say why `{name}` was chosen"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn a_crate_from_outside_needs_its_line() {
        let manifest =
            "[workspace.dependencies]\nkernel = { path = \"libs/kernel\" }\nserde = \"1\"\ncsv = { version = \"1\" }\n";
        let missing = found(find, &[("Cargo.toml", manifest), (LIST, "| `serde` | reading |")]);
        assert_eq!(missing, [format!("{LIST}: does not say why `csv` was chosen")]);
    }
}
