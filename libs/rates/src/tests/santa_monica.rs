//! Santa Monica's rates of 2016 against every bill the city published.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use kernel::{Cents, Quantity, Unit};

use crate::owrs::{OwrsOptions, TierStarts, read};
use crate::{PlanRefused, Schedule};

const RATES: &str = "rates/data/RateParser/examples/smc-2016-03-01.owrs";
const READS: &str = "rates/data/santa-monica-consumption/santamonica_reads_with_expected_bill.csv.gz";

/// The folder of reference files, or nothing after saying so.
pub(super) fn reference(test: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "tests find the reference files by an environment variable")]
    let named = std::env::var("PORTREEVE_REFERENCE");
    let folder = named.unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let folder = PathBuf::from(folder);
    if folder.join("rates").is_dir() {
        return Some(folder);
    }
    // Written past the capture of test output, so that nobody mistakes a skipped test for a passed one.
    let place = folder.display();
    writeln!(std::io::stderr(), "\nSKIPPED: {test}: no reference files at {place} (set PORTREEVE_REFERENCE)").unwrap();
    None
}

fn schedule(folder: &Path, tier_starts: TierStarts) -> Schedule {
    let bytes = std::fs::read(folder.join(RATES)).unwrap();
    let options = OwrsOptions { tier_starts, ..OwrsOptions::water("water", "Santa Monica rates of 2016-03-01") };
    read(&bytes, &options).unwrap()
}

fn total(schedule: &Schedule, class: &str, usage: &str) -> Cents {
    let compiled = schedule.versions[0].compile().unwrap();
    let plan = compiled.plan(class, &[("meter_size", "5/8\""), ("water_type", "POTABLE")]).unwrap();
    plan.price(Quantity::parse(usage, Unit::Ccf).unwrap()).unwrap().total
}

#[test]
fn the_published_examples_price_as_published() {
    let Some(folder) = reference("the_published_examples_price_as_published") else { return };
    let first_unit = schedule(&folder, TierStarts::FirstUnit);
    let boundary = schedule(&folder, TierStarts::Boundary);
    #[rustfmt::skip]
    let rows = [
        // class              usage    by first unit  by boundary
        ("RESIDENTIAL_SINGLE", "0",    "0.00",        "0.00"),
        ("RESIDENTIAL_SINGLE", "16",   "48.76",       "47.34"),
        ("RESIDENTIAL_SINGLE", "40",   "151.72",      "150.30"),
        ("COMMERCIAL",         "388",  "2640.04",     "2634.08"),
    ];
    for (class, usage, by_first, by_boundary) in rows {
        let found = (total(&first_unit, class, usage).to_string(), total(&boundary, class, usage).to_string());
        assert_eq!(found, (by_first.to_owned(), by_boundary.to_owned()), "{class} {usage}");
    }
}

#[test]
fn the_schedule_is_written_shortly_and_reads_back() {
    let Some(folder) = reference("the_schedule_is_written_shortly_and_reads_back") else { return };
    for tier_starts in [TierStarts::FirstUnit, TierStarts::Boundary] {
        let schedule = schedule(&folder, tier_starts);
        assert_eq!(Schedule::parse(&schedule.to_text()).unwrap(), schedule);
        // Two residential cases; six widths by two kinds of water for the four other classes at once.
        assert_eq!(schedule.versions[0].charges[0].cases.len(), 2 + 6 * 2);
    }
}

#[test]
fn every_published_bill_is_priced_to_the_cent() {
    let Some(folder) = reference("every_published_bill_is_priced_to_the_cent") else { return };
    let compiled = schedule(&folder, TierStarts::FirstUnit).versions[0].compile().unwrap();
    let mut text = String::new();
    GzDecoder::new(File::open(folder.join(READS)).unwrap()).read_to_string(&mut text).unwrap();
    let mut bills = 0;
    let mut total = Cents::ZERO;
    let mut refused: BTreeMap<PlanRefused, usize> = BTreeMap::new();
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        match compiled.plan(&row[2], &[("meter_size", "5/8\""), ("water_type", "POTABLE")]) {
            Ok(plan) => {
                let price = plan.price(Quantity::parse(&row[7], Unit::Ccf).unwrap()).unwrap();
                assert_eq!(price.total, Cents::parse_dollars(&row[8]).unwrap(), "row {}", &row[0]);
                bills += 1;
                total += price.total;
            }
            Err(reason) => *refused.entry(reason).or_default() += 1,
        }
    }
    assert_eq!((bills, total), (217_256, Cents(7_659_850_741)));
    assert_eq!(refused, BTreeMap::from([(PlanRefused::NoSchedule { class: "OTHER".to_owned() }, 811)]));
}
