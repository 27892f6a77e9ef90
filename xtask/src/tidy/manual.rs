//! Check `manual`: the clerks' manual is whole: every page is in its contents, every picture is taken, named and told.

use std::collections::BTreeSet;

use super::Finding;
use super::house::House;
use super::rust_text::line_of;

const PAGES: &str = "docs/clerks/";
const CONTENTS: &str = "docs/clerks/README.md";
const PICTURES: &str = "docs/clerks/pictures/";
/// The list of the pictures that are taken.
const SHOTS: &str = "stories/examples/manual/shots.rs";

/// A picture as a page names it.
struct Named<'a> {
    words: &'a str,
    picture: &'a str,
    line: usize,
}

/// Finds pages that are in no contents, pictures that are missing or too many, and pictures without words.
pub(super) fn find(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    let taken = taken(house);
    let kept: BTreeSet<&str> = house.pictures.iter().filter_map(|path| path.strip_prefix(PICTURES)).collect();
    let contents = house.file(CONTENTS).map_or("", |file| &file.text);
    let mut named = BTreeSet::new();
    for file in &house.files {
        let Some(page) = file.path.strip_prefix(PAGES).filter(|page| page.ends_with(".md")) else { continue };
        if file.path != CONTENTS && !contents.contains(&format!("]({page})")) {
            findings.push(Finding::new(&file.path, 0, format!("is not in {CONTENTS}")));
        }
        for one in pictures_of(&file.text) {
            if one.words.trim().is_empty() {
                findings.push(Finding::new(&file.path, one.line, format!("{} has no words", one.picture)));
            }
            if !kept.contains(one.picture) {
                findings.push(Finding::new(&file.path, one.line, format!("there is no picture {}", one.picture)));
            }
            named.insert(one.picture);
        }
    }
    for picture in kept {
        let path = format!("{PICTURES}{picture}");
        if !named.contains(picture) {
            findings.push(Finding::new(&path, 0, "no page shows it"));
        }
        if !taken.contains(picture) {
            findings.push(Finding::new(&path, 0, format!("is not in the list of {SHOTS}")));
        }
    }
    let unused = taken.iter().filter(|picture| !named.contains(picture.as_str()));
    findings.extend(unused.map(|picture| Finding::new(SHOTS, 0, format!("no page shows {picture}"))));
    findings
}

/// The pictures a page shows: `![words](pictures/name.png)`.
fn pictures_of(text: &str) -> impl Iterator<Item = Named<'_>> {
    text.match_indices("](pictures/").filter_map(|(at, opening)| {
        let (_, words) = text[..at].rsplit_once("![")?;
        let (picture, _) = text[at + opening.len()..].split_once(')')?;
        Some(Named { words, picture, line: line_of(text, at) })
    })
}

/// The pictures of the list.
fn taken(house: &House) -> BTreeSet<String> {
    let text = house.file(SHOTS).map_or("", |file| &file.text);
    let names = text.match_indices("shot(").filter_map(|(at, opening)| {
        let rest = text[at + opening.len()..].trim_start().strip_prefix('"')?;
        Some(format!("{}.png", rest.split_once('"')?.0))
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    const LIST: (&str, &str) = (SHOTS, "    shot(\"home\", None, \"/\", Screen),\n    shot(\n        \"bill\",");
    const INDEX: (&str, &str) = (CONTENTS, "[Bills](bills.md)\n![The home page](pictures/home.png)\n");
    const BILLS: (&str, &str) = ("docs/clerks/bills.md", "# Bills\n\n![A bill](pictures/bill.png)\n");
    const HOME: (&str, &str) = ("docs/clerks/pictures/home.png", "");
    const BILL: (&str, &str) = ("docs/clerks/pictures/bill.png", "");

    #[test]
    fn a_whole_manual_is_tidy() {
        assert!(found(find, &[LIST, INDEX, BILLS, HOME, BILL]).is_empty());
        assert!(found(find, &[]).is_empty());
    }

    #[test]
    fn what_a_manual_lacks_is_found() {
        let other = ("docs/clerks/other.md", "![](pictures/gone.png)");
        let more = ("docs/clerks/pictures/more.png", "");
        #[rustfmt::skip]
        let rows = [
            (&[LIST, INDEX, BILLS, HOME][..], "docs/clerks/bills.md:3: there is no picture bill.png"),
            (&[LIST, INDEX, BILLS, HOME, BILL, more][..], "docs/clerks/pictures/more.png: is not in the list of stories/examples/manual/shots.rs"),
            (&[LIST, INDEX, BILLS, HOME, BILL, more][..], "docs/clerks/pictures/more.png: no page shows it"),
            (&[LIST, INDEX, HOME][..], "stories/examples/manual/shots.rs: no page shows bill.png"),
            (&[LIST, INDEX, BILLS, HOME, BILL, other][..], "docs/clerks/other.md: is not in docs/clerks/README.md"),
            (&[LIST, INDEX, BILLS, HOME, BILL, other][..], "docs/clerks/other.md:1: gone.png has no words"),
        ];
        for (files, expected) in rows {
            let found = found(find, files);
            assert!(found.iter().any(|one| one == expected), "{expected} is not in {found:?}");
        }
    }
}
