//! Bills that the California Data Collaborative published in its own survey of rates of 2017.

use std::collections::BTreeMap;
use std::path::Path;

use kernel::{Decimal, Rounding, Unit};
use serde_json::Value;

use super::santa_monica::reference;
use crate::Exact;
use crate::owrs::{OwrsClass, OwrsOptions, TierStarts, read_classes};

const BILLS: &str = "rates/published_cadc_2017.csv";
const FILES: &str = "rates/data/Open-Water-Rate-Specification";

/// Months of a bill by the words of the files.
const FREQUENCIES: [(&str, i64); 4] = [("monthly", 1), ("bi-monthly", 2), ("bimonthly", 2), ("annually", 12)];

/// What a month costs: total, base and consumption.
struct Month([Exact; 3]);

#[test]
fn every_published_bill_of_exact_usage_is_met_within_a_cent() {
    let test = "every_published_bill_of_exact_usage_is_met_within_a_cent";
    let Some(folder) = reference(test) else { return };
    let (mut exact, mut bracketed) = (0, 0);
    let mut files = BTreeMap::new();
    for row in csv::Reader::from_path(folder.join(BILLS)).unwrap().deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let class = files.entry((row["file"].clone(), row["class"].clone())).or_insert_with(|| class(&folder, &row));
        let published = ["bill_per_month", "service_charge_per_month", "commodity_charge_per_month"]
            .map(|name| Exact::from(row[name].parse::<Decimal>().unwrap()));
        let usage: Decimal = row["usage_ccf_per_month"].parse().unwrap();
        let cent = Exact::from(Decimal::new(1, 2));
        if row["usage_kind"] == "exact" {
            let Month(found) = month(class, &row, usage);
            for (found, published) in found.iter().zip(&published) {
                let rounded = found.round_to(&cent, Rounding::HalfAwayFromZero);
                let difference = rounded.minus(published);
                assert!(difference <= cent && cent.negated() <= difference, "{row:?}: {found}");
            }
            exact += 1;
        } else {
            // The usage was rounded to whole hundreds of cubic feet before it was published.
            let half = Decimal::new(5, 1);
            let [Month([least, ..]), Month([most, ..])] =
                [usage - half, usage + half].map(|usage| month(class, &row, usage.max(Decimal::ZERO)));
            let (least, most) = (least.minus(&cent), most.plus(&cent));
            assert!(least <= published[0] && published[0] <= most, "{row:?}: {least} to {most}");
            bracketed += 1;
        }
    }
    assert_eq!((exact, bracketed), (201, 91));
}

/// A class of a file, as its calculators read it.
fn class(folder: &Path, row: &BTreeMap<String, String>) -> OwrsClass {
    let bytes = std::fs::read(folder.join(FILES).join(&row["file"])).unwrap();
    let file = read_classes(&bytes, &OwrsOptions::evaluation(TierStarts::FirstUnit)).unwrap();
    let class = file.classes.into_iter().find(|(name, _)| *name == row["class"]).unwrap().1;
    class.unwrap_or_else(|refused| panic!("{}: {refused}", row["file"]))
}

/// A month's share of the bill for the months of a bill.
fn month(class: &OwrsClass, row: &BTreeMap<String, String>, ccf: Decimal) -> Month {
    let frequency = row["bill_frequency"].to_lowercase();
    let months = FREQUENCIES.iter().find(|(word, _)| *word == frequency).unwrap().1;
    // These files count a hundred cubic feet as 748 gallons.
    let per_ccf = if class.unit == Unit::Kgal { Decimal::new(748, 3) } else { Decimal::ONE };
    let usage = (ccf * Decimal::from(months) * per_ccf).to_string();
    let inputs: BTreeMap<String, Value> = serde_json::from_str(&row["inputs_json"]).unwrap();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let inputs: Vec<(String, String)> = inputs.into_iter().map(|(name, value)| (name, text(&value))).collect();
    let mut columns: Vec<(&str, &str)> = inputs.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    columns.push(("usage_ccf", &usage));
    let bill = class.price(&columns).unwrap_or_else(|refused| panic!("{row:?}: {refused}"));
    let component = |key| class.component(&bill, key).unwrap_or_else(Exact::zero);
    let parts = [bill.total.clone(), component("service_charge"), component("commodity_charge")];
    Month(parts.map(|part| part.checked_div(&Exact::from(months)).unwrap()))
}
