//! Every file of the public collection: each is read and priced exactly as expected, or refused for its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use kernel::Decimal;

use super::santa_monica::reference;
use crate::owrs::{OwrsClass, OwrsFile, OwrsHead, OwrsOptions, TierStarts, read, read_classes, write};
use crate::{Exact, Schedule, TextRefused};

const FOLDER: &str = "rates/data/Open-Water-Rate-Specification";
const EXPECTED: &str = "rates/expected.csv.gz";
const UNEVALUABLE: &str = "rates/unevaluable.csv";

/// The files of the collection by their names, templates aside.
fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let root = folder.join(FOLDER);
    let mut open = vec![root.join("full_utility_rates")];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "owrs") {
                files.push((path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(), path));
            }
        }
    }
    files.sort();
    files
}

/// The classes of a file that can be priced.
type Classes = BTreeMap<String, OwrsClass>;

fn classes(path: &Path, tier_starts: TierStarts) -> Classes {
    let file = read_classes(&std::fs::read(path).unwrap(), &OwrsOptions::evaluation(tier_starts));
    let of_file = |file: OwrsFile| file.classes.into_iter().filter_map(|(name, class)| Some((name, class.ok()?)));
    file.map(|file| of_file(file).collect()).unwrap_or_default()
}

fn exact(text: &str) -> Exact {
    Exact::from(text.parse::<Decimal>().unwrap())
}

/// The boundary reading and the other components are given to eight places, ties to either side.
fn is_to_eight_places(found: &Exact, expected: &Exact) -> bool {
    let difference = found.minus(expected);
    let half = exact("0.000000005");
    half.negated() <= difference && difference <= half
}

fn gzip(path: &Path) -> String {
    let mut text = String::new();
    GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

/// The columns of a customer's record.
fn columns(inputs: &str) -> Vec<(String, String)> {
    let inputs: serde_json::Value = serde_json::from_str(inputs).unwrap();
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    inputs.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// What is not as expected in one row, by the two meanings of a tier start.
fn differences(row: &dyn Fn(&str) -> String, by: &[Option<&OwrsClass>; 2]) -> Vec<String> {
    let [Some(by_first), Some(by_boundary)] = by else { return vec!["refused".to_owned()] };
    let columns = columns(&row("inputs_json"));
    let columns: Vec<(&str, &str)> = columns.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (found, other) = match (by_first.price(&columns), by_boundary.price(&columns)) {
        (Ok(found), Ok(other)) => (found, other),
        (found, other) => return vec![format!("{:?} {:?}", found.err(), other.err())],
    };
    let mut differences = Vec::new();
    let mut compare = |what: &str, found: Option<Exact>, is_equal: bool| {
        if !is_equal {
            differences.push(format!("{what} is {}", found.map_or("none".to_owned(), |found| found.to_string())));
        }
    };
    compare("total", Some(found.total.clone()), found.total == exact(&row("total")));
    let boundary = exact(&row("total_if_starts_are_boundaries"));
    compare("by boundaries", Some(other.total.clone()), is_to_eight_places(&other.total, &boundary));
    for key in ["service_charge", "commodity_charge"] {
        let component = by_first.component(&found, key);
        let is_equal = row(key).is_empty() || component == Some(exact(&row(key)));
        compare(key, component, is_equal);
    }
    let others: serde_json::Value = serde_json::from_str(&row("other_components_json")).unwrap();
    for (name, expected) in others.as_object().unwrap() {
        if let Some((_, line)) = found.lines.iter().find(|(line, _)| *line == name.to_lowercase()) {
            compare(name, Some(line.clone()), is_to_eight_places(line, &exact(&expected.to_string())));
        }
    }
    differences
}

fn head() -> OwrsHead {
    OwrsHead { utility_name: "A Town".to_owned(), bill_frequency: "monthly".to_owned() }
}

/// The rows of `expected.csv.gz`, each as a question by the name of a column.
fn for_each_row(folder: &Path, mut each: impl FnMut(&dyn Fn(&str) -> String)) {
    let text = gzip(&folder.join(EXPECTED));
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let headers = rows.headers().unwrap().clone();
    for row in rows.records() {
        let row = row.unwrap();
        each(&|name: &str| row[headers.iter().position(|header| header == name).unwrap()].to_owned());
    }
}

#[test]
fn the_collection_is_priced_exactly() {
    let Some(folder) = reference("the_collection_is_priced_exactly") else { return };
    let paths: BTreeMap<String, PathBuf> = files(&folder).into_iter().collect();
    let mut known: BTreeMap<String, [Classes; 2]> = BTreeMap::new();
    let (mut equal, mut different) = (0, Vec::new());
    for_each_row(&folder, |cell| {
        let by = known.entry(cell("file")).or_insert_with(|| {
            [TierStarts::FirstUnit, TierStarts::Boundary].map(|meaning| classes(&paths[&cell("file")], meaning))
        });
        let by = by.each_ref().map(|classes| classes.get(&cell("class")));
        match differences(cell, &by) {
            found if found.is_empty() => equal += 1,
            found => different.push(format!("{} {} {}: {found:?}", cell("case_id"), cell("file"), cell("class"))),
        }
    });
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different[..different.len().min(20)].join("\n"));
    assert_eq!(equal, 73_907);
}

#[test]
fn what_cannot_be_evaluated_is_refused_and_nothing_else() {
    let Some(folder) = reference("what_cannot_be_evaluated_is_refused_and_nothing_else") else { return };
    let mut expected: BTreeSet<(String, String)> = BTreeSet::new();
    for row in csv::Reader::from_path(folder.join(UNEVALUABLE)).unwrap().records() {
        let row = row.unwrap();
        expected.insert((row[0].to_owned(), row[1].to_owned()));
    }
    let options = OwrsOptions::evaluation(TierStarts::FirstUnit);
    let (mut refused, mut reasons, mut priced) = (BTreeSet::new(), BTreeMap::new(), 0);
    let mut refuse = |file: &str, class: &str, why: &TextRefused| {
        let finding = &why.findings[0];
        assert!(0 < finding.line, "{file} {class}: {finding}");
        *reasons.entry(kind(&finding.to_string())).or_insert(0) += 1;
        refused.insert((file.to_owned(), class.to_owned()));
    };
    for (name, path) in files(&folder) {
        match read_classes(&std::fs::read(path).unwrap(), &options) {
            Err(why) => refuse(&name, "", &why),
            Ok(file) => {
                for (class, read) in &file.classes {
                    match read {
                        Ok(_) => priced += 1,
                        Err(why) => refuse(&name, class, why),
                    }
                }
            }
        }
    }
    assert_eq!(refused, expected);
    assert_eq!(priced, 1_634);
    let reasons: Vec<(&str, i32)> = reasons.into_iter().collect();
    let expected = [
        ("a formula that cannot be read", 4),
        ("a key of the file that cannot be read", 11),
        ("a key that is not there", 15),
        ("a list where columns must be", 1),
        ("a map with more than columns and values", 12),
        ("a table of tiers that is not there", 4),
        ("words used as a number", 1),
    ];
    assert_eq!(reasons, expected);
}

/// In a few words, why a file or class of the collection is refused.
fn kind(finding: &str) -> &'static str {
    let kinds = [
        ("this cannot be read", "a key of the file that cannot be read"),
        ("is not a key of this class", "a key that is not there"),
        ("the formula '", "a formula that cannot be read"),
        ("beside depends_on and values", "a map with more than columns and values"),
        ("this key is missing", "a table of tiers that is not there"),
        ("must be columns", "a list where columns must be"),
        ("is a word of the customer's record", "words used as a number"),
    ];
    kinds.iter().find(|(part, _)| finding.contains(part)).map_or("something new", |(_, kind)| kind)
}

#[test]
fn most_files_can_be_adopted_as_they_are() {
    let Some(folder) = reference("most_files_can_be_adopted_as_they_are") else { return };
    let options = OwrsOptions::water("water", "none");
    let (mut adopted, mut refused) = (0, 0);
    for (name, path) in files(&folder) {
        match read(&std::fs::read(path).unwrap(), &options) {
            Ok(schedule) => {
                let text = schedule.to_text();
                assert_eq!(Schedule::parse(&text).as_ref(), Ok(&schedule), "{name}");
                let written = write(&schedule.versions[0], &head()).unwrap();
                let again = read(written.as_bytes(), &options).unwrap_or_else(|why| panic!("{name}: {why}\n{written}"));
                assert_eq!(again.versions[0].classes, schedule.versions[0].classes, "{name}");
                adopted += 1;
            }
            Err(why) => {
                assert!(why.findings.iter().all(|finding| 0 < finding.line), "{name}: {why}");
                refused += 1;
            }
        }
    }
    // The others leave a surcharge out of the bill, repeat a key, or are refused by any reader.
    assert_eq!((adopted, refused), (290, 56));
}

#[test]
fn what_is_written_again_prices_the_same() {
    let Some(folder) = reference("what_is_written_again_prices_the_same") else { return };
    let paths: BTreeMap<String, PathBuf> = files(&folder).into_iter().collect();
    let options = OwrsOptions::evaluation(TierStarts::FirstUnit);
    let mut known: BTreeMap<(String, String), [OwrsClass; 2]> = BTreeMap::new();
    let mut rows = 0;
    for_each_row(&folder, |cell| {
        let [class, again] = known.entry((cell("file"), cell("class"))).or_insert_with(|| {
            let mut first = classes(&paths[&cell("file")], TierStarts::FirstUnit);
            let class = first.remove(&cell("class")).unwrap();
            let text = write(&class.schedule.versions[0], &head()).unwrap();
            let again = read_classes(text.as_bytes(), &options).unwrap().classes.remove(0).1;
            [class, again.unwrap_or_else(|why| panic!("{why}\n{text}"))]
        });
        let columns = columns(&cell("inputs_json"));
        let columns: Vec<(&str, &str)> = columns.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(class.price(&columns).unwrap().total, again.price(&columns).unwrap().total, "{}", cell("case_id"));
        rows += 1;
    });
    // Every class that can be evaluated can be written.
    assert_eq!((known.len(), rows), (1_634, 73_907));
}
