//! Every file of the public collection: what the reader accepts it prices exactly as expected.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use kernel::{Decimal, Quantity, Unit};

use super::santa_monica::reference;
use crate::Compiled;
use crate::owrs::{OwrsOptions, TierStarts, read};

const FOLDER: &str = "rates/data/Open-Water-Rate-Specification";
const EXPECTED: &str = "rates/expected.csv.gz";

/// The file compiled under both meanings of a tier start, or nothing when it is refused.
fn compiled(path: &Path) -> Option<[(Unit, Compiled); 2]> {
    let bytes = std::fs::read(path).unwrap();
    let by = |tier_starts| {
        let options = OwrsOptions { tier_starts, ..OwrsOptions::water("water", "none") };
        let schedule = read(&bytes, &options).ok()?;
        let units = schedule.versions[0].charges.iter().find_map(|charge| charge.measure.as_ref());
        Some((units.map_or(Unit::Ccf, |measure| measure.unit), schedule.versions[0].compile().unwrap()))
    };
    Some([by(TierStarts::FirstUnit)?, by(TierStarts::Boundary)?])
}

/// The unrounded total, or nothing when the row is refused.
fn exact_total((unit, compiled): &(Unit, Compiled), class: &str, inputs: &serde_json::Value) -> Option<Decimal> {
    let texts: Vec<(&str, String)> = inputs
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    let dimensions: Vec<(&str, &str)> = texts.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let usage = &texts.iter().find(|(key, _)| *key == "usage_ccf")?.1;
    let price = compiled.plan(class, &dimensions).ok()?.price(Quantity::parse(usage, *unit).ok()?).ok()?;
    Some(price.lines().map(|line| line.exact).sum())
}

#[test]
fn what_is_read_from_the_collection_is_priced_exactly() {
    let Some(folder) = reference("what_is_read_from_the_collection_is_priced_exactly") else { return };
    let mut text = String::new();
    GzDecoder::new(File::open(folder.join(EXPECTED)).unwrap()).read_to_string(&mut text).unwrap();
    let mut files: BTreeMap<String, Option<[(Unit, Compiled); 2]>> = BTreeMap::new();
    let (mut equal, mut refused, mut different) = (0, 0, Vec::new());
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let headers = rows.headers().unwrap().clone();
    for row in rows.records() {
        let row = row.unwrap();
        let cell = |name: &str| &row[headers.iter().position(|header| header == name).unwrap()];
        let path = folder.join(FOLDER).join(cell("file"));
        let file = files.entry(cell("file").to_owned()).or_insert_with(|| compiled(&path));
        let inputs = serde_json::from_str(cell("inputs_json")).unwrap();
        let found = file.as_ref().and_then(|[by_first, by_boundary]| {
            let total = exact_total(by_first, cell("class"), &inputs)?;
            Some((total, exact_total(by_boundary, cell("class"), &inputs)?))
        });
        let Some((by_first, by_boundary)) = found else {
            refused += 1;
            continue;
        };
        let parse = |name: &str| cell(name).parse::<Decimal>().unwrap();
        let expected = (parse("total"), parse("total_if_starts_are_boundaries"));
        match (by_first, by_boundary) == expected {
            true => equal += 1,
            false => different.push(format!("{}: {:?} not {expected:?}", &row[0], (by_first, by_boundary))),
        }
    }
    // What is refused today waits for the rest of the language; what is priced is priced as expected.
    let read = files.values().filter(|file| file.is_some()).count();
    assert!(different.is_empty(), "{} differ: {:?}", different.len(), &different[..different.len().min(5)]);
    assert_eq!((read, equal, refused), (235, 45_361, 28_546));
}
