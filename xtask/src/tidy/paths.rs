//! Check `paths`: no file names a folder of somebody's machine.

use super::Finding;
use super::house::House;
use super::rust_text::line_of;

/// Written in two halves, so that this file does not find itself.
const FOREIGN: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// Finds absolute paths into home and work folders.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &house.files {
        for foreign in FOREIGN {
            let places = file.text.match_indices(foreign).filter(|(at, _)| begins_a_path(&file.text[..*at]));
            findings.extend(places.map(|(at, _)| {
                Finding::new(&file.path, line_of(&file.text, at), format!("{foreign} is a folder of one machine"))
            }));
        }
    }
    findings
}

/// Behind a letter, a dot or the like the slash is inside a longer path, such as that of a web page.
fn begins_a_path(before: &str) -> bool {
    !before.ends_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | '}' | ')'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn folders_of_a_machine_are_found() {
        for foreign in FOREIGN {
            let text = format!("first\nsee {foreign}a.csv and https://city.example{foreign}a.csv\n");
            assert_eq!(found(find, &[("a.md", &text)]), [format!("a.md:2: {foreign} is a folder of one machine")]);
        }
    }
}
