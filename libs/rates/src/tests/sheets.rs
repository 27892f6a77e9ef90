//! Sheets of rates: every published bill of ten states, and every way to be refused.

use std::fs::File;
use std::io::Read as _;

use flate2::read::GzDecoder;
use kernel::{Cents, Decimal, Unit};
use proptest::prelude::*;

use super::santa_monica::reference;
use crate::sheet::{self, RateSheet, SetKey, SheetOptions};
use crate::{Inputs, Schedule};

const HEADER: &str = "pwsid,service,category,row,effective_year,bill_frequency,rate_type,meter_size_in,volumetric,\
                      value_from,value_to,vol_base,vol_unit,cost,adjustment\n";

fn read(rows: &str) -> RateSheet {
    sheet::read(format!("{HEADER}{rows}").as_bytes(), &SheetOptions::citing("a sheet")).unwrap()
}

fn key(pwsid: &str, service: &str, category: &str) -> SetKey {
    SetKey { pwsid: pwsid.to_owned(), service: service.to_owned(), category: category.to_owned() }
}

fn total(schedule: &Schedule, gallons: &str) -> Cents {
    let version = &schedule.versions[0];
    let compiled = version.compile().unwrap();
    let usage: Decimal = gallons.parse().unwrap();
    compiled.plan(&version.classes[0], &[]).unwrap().price_for(&Inputs::exact(usage, Unit::Gallon)).unwrap().total
}

#[test]
fn every_published_bill_of_ten_states_is_priced_within_a_cent() {
    let Some(folder) = reference("every_published_bill_of_ten_states_is_priced_within_a_cent") else { return };
    let bytes = std::fs::read(folder.join("rates/nieps_rates.csv")).unwrap();
    let sheet = sheet::read(&bytes, &SheetOptions::citing("Duke University, rates of ten states")).unwrap();
    assert_eq!(sheet.strays, []);
    let refused: Vec<_> = sheet.sets().filter(|(_, set)| set.schedule.is_err()).collect();
    assert!(refused.is_empty(), "{refused:?}");
    let mut text = String::new();
    let file = File::open(folder.join("rates/nieps_expected.csv.gz")).unwrap();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let (mut rows, mut to_the_cent, mut as_recomputed) = (0, 0, 0);
    let mut compiled = None;
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        let key = key(&row[0], &row[1], &row[2]);
        if compiled.as_ref().is_none_or(|(known, _)| *known != key) {
            let schedule = sheet.set(&key).unwrap().schedule.as_ref().unwrap();
            compiled = Some((key.clone(), schedule.versions[0].compile().unwrap()));
        }
        let plan = compiled.as_ref().unwrap().1.plan(&row[2], &[]).unwrap();
        let price = plan.price_for(&Inputs::exact(row[3].parse().unwrap(), Unit::Gallon)).unwrap();
        let [recomputed, published] = [&row[10], &row[11]].map(|text| Cents::parse_dollars(text).unwrap());
        assert!((price.total - published).abs() <= Cents(1), "{row:?} gives {}", price.total);
        rows += 1;
        to_the_cent += usize::from(price.total == published);
        as_recomputed += usize::from(price.total == recomputed);
    }
    assert_eq!((rows, to_the_cent, as_recomputed), (75_820, 75_018, 75_819));
}

#[test]
fn every_schedule_of_a_sheet_reads_back_from_its_text() {
    let Some(folder) = reference("every_schedule_of_a_sheet_reads_back_from_its_text") else { return };
    let bytes = std::fs::read(folder.join("rates/nieps_rates.csv")).unwrap();
    let sheet = sheet::read(&bytes, &SheetOptions::citing("Duke University, rates of ten states")).unwrap();
    for (key, set) in sheet.sets() {
        let schedule = set.schedule.as_ref().unwrap();
        assert_eq!(Schedule::parse(&schedule.to_text()).as_ref(), Ok(schedule), "{key:?}");
    }
    let doubts: usize = sheet.sets().map(|(_, set)| set.doubts.len()).sum();
    assert_eq!(doubts, 43);
}

/// One set, `A water inside`, of rows without their first five columns.
fn set_of(rows: &[&str]) -> RateSheet {
    let rows: Vec<String> =
        rows.iter().enumerate().map(|(at, row)| format!("A,water,inside,{at},2020,{row}\n")).collect();
    read(&rows.concat())
}

#[test]
fn each_kind_of_row_is_paid_as_a_clerk_adds_it_up() {
    #[rustfmt::skip]
    let rows: [(&str, &str, &str); 22] = [
        // the row                                                                          gallons    paid
        ("monthly,service_charge,0.625,no,NA,NA,NA,NA,23.345,1",                            "0",       "23.34"),
        ("bi-monthly,service_charge,NA,no,NA,NA,NA,NA,16.97,1",                             "0",       "8.48"),
        ("annually,tax_surcharge,NA,no,NA,NA,NA,NA,100,1",                                  "9000",    "8.33"),
        ("monthly,commodity_charge_flat,NA,yes,0,1000000000,1000,gallons,4.5,1",            "2500",    "11.25"),
        ("monthly,commodity_charge_flat,NA,yes,0,1e+09,1000,gallons,4.5,1",                 "2500",    "11.25"),
        // 2001 to 5000 is 2,999 gallons: 2.999 times 2.00 is 5.998
        ("monthly,commodity_charge_tier,NA,yes,2001,5000,1000,gallons,2,1",                 "2001",    "0.00"),
        ("monthly,commodity_charge_tier,NA,yes,2001,5000,1000,gallons,2,1",                 "3001",    "2.00"),
        ("monthly,commodity_charge_tier,NA,yes,2001,5000,1000,gallons,2,1",                 "90000",   "6.00"),
        // a quarter's 30,000 gallons are 10,000 a month
        ("quarterly,commodity_charge_tier,NA,yes,0,30000,1000,gallons,3,1",                 "12000",   "30.00"),
        // 1,000 gallons are 133.68 cubic feet: 1.3368 times 2.72 is 3.636
        ("bi-monthly,commodity_charge_tier,NA,yes,0,1200,100,cubic feet,2.72,1",            "1000",    "3.64"),
        // 600 cubic feet a month at most
        ("bi-monthly,commodity_charge_tier,NA,yes,0,1200,100,cubic feet,2.72,1",            "16000",   "16.32"),
        // nine tenths return to the sewer; 12,000 gallons count as 10,800
        ("monthly,commodity_charge_tier,NA,yes,1000,1000000000,1000,gallons,5,0.9",         "12000",   "49.00"),
        ("monthly,commodity_charge_flat,NA,yes,0,1000000000,1000,gallons,5,1.5",            "2000",    "15.00"),
        ("monthly,return_flow_credit_surcharge,NA,yes,0,1000000000,1000,gallons,-0.174,1",  "1000",    "-0.17"),
        ("monthly,service_charge,NA,no,NA,NA,NA,NA,3.9650000000000003,1",                   "0",       "3.97"),
        ("monthly,service_charge,NA,zone,0,2000,NA,gallons,7.1,1",                          "2000",    "7.10"),
        ("monthly,service_charge,NA,zone,0,2000,NA,gallons,7.1,1",                          "2001",    "0.00"),
        ("monthly,service_charge,NA,zone,500,NA,NA,gallons,7.1,1",                          "499",     "0.00"),
        ("monthly,service_charge,NA,zone,500,NA,NA,gallons,7.1,1",                          "500",     "7.10"),
        ("quarterly,capital_surcharge,NA,zone,0,3000,NA,gallons,7.2,1",                     "1000",    "2.40"),
        ("quarterly,capital_surcharge,NA,zone,0,3000,NA,gallons,7.2,1",                     "1001",    "0.00"),
        // it ends before it begins
        ("monthly,commodity_charge_tier,NA,yes,5000,2001,1000,gallons,2,1",                 "90000",   "0.00"),
    ];
    for (row, gallons, paid) in rows {
        let sheet = set_of(&[row]);
        let schedule = sheet.set(&key("A", "water", "inside")).unwrap().schedule.clone().unwrap();
        assert_eq!(total(&schedule, gallons).to_string(), paid, "{row} {gallons}");
        assert_eq!(Schedule::parse(&schedule.to_text()), Ok(schedule), "{row}");
    }
}

#[test]
fn a_set_of_many_rows_is_the_sum_of_its_rows() {
    let sheet = set_of(&[
        "bi-monthly,service_charge,0.625,no,NA,NA,NA,NA,23.34,1",
        "bi-monthly,commodity_charge_tier,NA,yes,0,1200,100,cubic feet,2.72,1",
        "bi-monthly,commodity_charge_tier,NA,yes,1201,20000,100,cubic feet,2.88,1",
        "monthly,commodity_charge_zone,NA,zone,0,4000,NA,gallons,1,1",
        "monthly,commodity_charge_zone,NA,zone,4001,1000000000,NA,gallons,2,1",
        "\"monthly\",WRAM_surcharge,\"NA \",no,NA,NA,NA,NA,\"0.5\",1",
    ]);
    let schedule = sheet.set(&key("A", "water", "inside")).unwrap().schedule.clone().unwrap();
    let charges: Vec<_> = schedule.versions[0].charges.iter().map(|charge| charge.name.as_str()).collect();
    let tiers = ["commodity_charge_tier_1", "commodity_charge_tier_2"];
    assert_eq!(charges, ["service_charge", tiers[0], tiers[1], "commodity_charge_zone", "wram_surcharge"]);
    assert_eq!((schedule.code.as_str(), schedule.service.as_str()), ("a_water_inside", "water"));
    #[rustfmt::skip]
    let rows = [
        // gallons  base, to 1200 cf, above, zone, other, in cents
        ("1000",    [1167,   364,       0,   100,  50]),
        // 4,000.5 lies between 4000 and 4001: the next zone begins above the one before
        ("4000.5",  [1167,  1455,       0,   200,  50]),
        ("5000",    [1167,  1632,     196,   200,  50]),
    ];
    for (gallons, cents) in rows {
        assert_eq!(total(&schedule, gallons), cents.into_iter().map(Cents).sum(), "{gallons}");
    }
}

#[test]
fn a_row_that_is_not_understood_refuses_its_own_set_and_no_other() {
    let good = "monthly,service_charge,NA,no,NA,NA,NA,NA,5,1";
    #[rustfmt::skip]
    let rows = [
        ("weekly,service_charge,NA,no,NA,NA,NA,NA,5,1",          "bill_frequency: 'weekly' is not one of month"),
        ("NA,service_charge,NA,no,NA,NA,NA,NA,5,1",              "bill_frequency: this key is missing"),
        ("monthly,NA,NA,no,NA,NA,NA,NA,5,1",                     "rate_type: this key is missing"),
        ("monthly,other,NA,maybe,NA,NA,NA,NA,5,1",               "volumetric: 'maybe' is not one of no, yes"),
        ("monthly,other,NA,no,NA,NA,NA,NA,NA,1",                 "cost: this key is missing"),
        ("monthly,other,NA,no,NA,NA,NA,NA,five,1",               "cost: must be a number such as 2.72"),
        ("monthly,other,NA,no,NA,NA,NA,NA,1e999,1",              "cost: must be a number such as 2.72"),
        ("monthly,other,NA,no,NA,NA,NA,NA,\u{664},1",            "cost: must be a number such as 2.72"),
        ("monthly,other,NA,no,0,2000,NA,NA,5,1",                 "volumetric: not understood: a row that is not"),
        ("monthly,other,NA,yes,NA,2000,1000,gallons,5,1",        "value_from: this key is missing"),
        ("monthly,other,NA,yes,-1,2000,1000,gallons,5,1",        "value_from: must be zero or more"),
        ("monthly,other,NA,yes,0,2000,NA,gallons,5,1",           "vol_base: this key is missing"),
        ("monthly,other,NA,yes,0,2000,0,gallons,5,1",            "vol_base: must be above zero"),
        ("monthly,other,NA,yes,0,2000,1000,ERU,5,1",             "vol_unit: 'ERU' is not one of gallons"),
        ("monthly,other,NA,yes,0,2000,1000,gallons,5,NA",        "adjustment: this key is missing"),
        ("monthly,other,NA,yes,0,2000,1000,gallons,5,0",         "adjustment: must be above zero"),
        ("monthly,other,NA,zone,0,0,NA,gallons,5,1",             "value_from: not understood: the zone ends"),
        ("monthly,service_charge,NA,no,NA,NA,NA,NA,6,1",         "rate_type: not understood: each bill pays this"),
        ("monthly,other,NA,no,NA,NA,NA,NA,5,1,more",             "must be a row with a field for every column"),
        ("monthly,other,NA,no,NA,NA,NA,NA,5",                    "must be a row with a field for every column"),
        ("monthly,\"other,NA,no,NA,NA,NA,NA,5,1",                "this cannot be read: a quotation mark is not"),
        ("monthly,\"oth\"er,NA,no,NA,NA,NA,NA,5,1",              "this cannot be read: a closing quotation"),
        ("monthly,ot\u{7}her,NA,no,NA,NA,NA,NA,5,1",             "must be fields of at most 200 plain letters"),
    ];
    for (row, expected) in rows {
        let sheet =
            read(&format!("A,water,inside,0,2020,{good}\nA,water,inside,1,2020,{row}\nB,water,inside,0,2020,{good}\n"));
        let refused = sheet.set(&key("A", "water", "inside")).unwrap().schedule.clone().unwrap_err().to_string();
        assert!(refused.starts_with(&format!("line 3: {expected}")), "{row}: {refused}");
        let other = sheet.set(&key("B", "water", "inside")).unwrap().schedule.clone().unwrap();
        assert_eq!(total(&other, "0"), Cents(5_00), "{row}");
    }
}

#[test]
fn a_zone_within_another_a_bad_year_and_bad_bytes_are_refused() {
    let zones = ["monthly,z,NA,zone,0,2000,NA,gallons,5,1", "monthly,z,NA,zone,1999,3000,NA,gallons,6,1"];
    let year = "A,water,inside,0,nineteen,monthly,service_charge,NA,no,NA,NA,NA,NA,5,1\n";
    let bytes = [HEADER.as_bytes(), b"A,water,inside,0,2020,monthly,\xff,NA,no,NA,NA,NA,NA,5,1\r\n"].concat();
    let bytes = sheet::read(&bytes, &SheetOptions::citing("a sheet")).unwrap();
    let rows = [
        (set_of(&zones), "line 3: value_from: not understood: the zone begins below the end of the zone before it"),
        (read(year), "line 2: effective_year: must be a year such as 2019"),
        (bytes, "line 2: the file is not UTF-8 text"),
    ];
    for (sheet, expected) in rows {
        let set = sheet.set(&key("A", "water", "inside")).unwrap();
        assert_eq!(set.schedule.clone().unwrap_err().to_string(), expected);
    }
}

#[test]
fn rows_of_nobody_are_reported_and_headers_must_be_whole() {
    let sheet = read("\nA,,inside,0,2020,monthly,service_charge,NA,no,NA,NA,NA,NA,5,1\n,,,,,,,,,,,,,,\nA\n");
    let strays: Vec<String> = sheet.strays.iter().map(ToString::to_string).collect();
    assert_eq!(strays, [3, 4, 5].map(|line| format!("line {line}: pwsid: this key is missing")));
    let without_cost = HEADER.replace("cost,", "");
    let twice = HEADER.replace("row,", "cost,");
    let rows = [
        ("", "line 1: must be a sheet with a line of column names"),
        (without_cost.as_str(), "line 1: cost: this key is missing"),
        (twice.as_str(), "line 1: cost: this key is there twice; it was first given on line 1"),
        ("\"pwsid", "line 1: this cannot be read: a quotation mark is not closed on its line"),
    ];
    for (text, expected) in rows {
        let refused = sheet::read(text.as_bytes(), &SheetOptions::citing("a sheet")).unwrap_err();
        assert_eq!(refused.to_string(), expected);
    }
}

#[test]
fn a_set_without_end_is_refused_shortly() {
    let row = "A,water,inside,0,2020,monthly,commodity_charge_tier,NA,yes,0,9,1,gallons,1,1\n";
    let sheet = read(&row.repeat(1_000));
    let refused = sheet.set(&key("A", "water", "inside")).unwrap().schedule.clone().unwrap_err();
    assert_eq!(refused.findings.len(), 100);
    assert_eq!(
        refused.findings[0].to_string(),
        "line 202: rate_type: the rate set is too long; at most 200 rows are read"
    );
}

proptest! {
    #[test]
    fn any_bytes_end_in_a_sheet_or_a_refusal(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let options = SheetOptions::citing("a sheet");
        let _ = sheet::read(&bytes, &options);
        let _ = sheet::read(&[HEADER.as_bytes(), &bytes].concat(), &options);
    }

    #[test]
    fn any_row_becomes_a_schedule_that_prices_or_a_refusal(
        frequency in "monthly|quarterly|annually|x",
        rate_type in "service_charge|commodity_charge_tier|usage|if|2nd|\\PC{0,9}",
        volumetric in "no|yes|zone",
        numbers in prop::array::uniform5("NA|0|-?[0-9]{1,13}|[0-9]{1,3}\\.[0-9]{1,17}|[0-9]e[+-]?[0-9]{1,2}"),
        unit in "gallons|cubic feet|NA",
        gallons in 0..100_000_u32,
    ) {
        let [from, to, base, cost, adjustment] = numbers;
        let kind = format!("{frequency},{rate_type},NA,{volumetric}");
        let row = format!("A,water,inside,0,2020,{kind},{from},{to},{base},{unit},{cost},{adjustment}\n");
        let sheet = read(&row.repeat(2));
        if let Some(Ok(schedule)) = sheet.set(&key("A", "water", "inside")).map(|set| set.schedule.clone()) {
            let version = &schedule.versions[0];
            let compiled = version.compile().unwrap();
            let _ = compiled.plan("inside", &[]).unwrap().price_for(&Inputs::exact(gallons.into(), Unit::Gallon));
            prop_assert_eq!(Schedule::parse(&schedule.to_text()), Ok(schedule));
        }
    }
}
