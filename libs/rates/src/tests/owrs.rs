//! Rate files by example, and files that are refused with line and key.

use kernel::{Quantity, Unit};

use crate::Schedule;
use crate::owrs::{OwrsOptions, read};

const FILE: &str = "\
metadata:
  effective_date: 1/7/2018
  utility_name: A Town
  bill_unit: kgal
rate_structure:
  HOUSE:
    service_charge:
      depends_on:
        - meter_size
      values:
        5/8\": 10
        1\": 15.5
    flat_rate_commodity:
      depends_on: pressure_zone
      values:
        1: 2.00
        2: 2.25
    commodity_charge: flat_rate_commodity*usage_ccf
    fixed_drought_surcharge: 0
    bill: service_charge + commodity_charge
  SHOP:
    service_charge: 30
    tier_starts:
      depends_on: meter_size
      values:
        5/8\": [0, 11]
        1\": [1, 21]
        2\": [1, 31]
    tier_prices_commodity: [1, 2]
    commodity_charge: Tiered
    bill: service_charge+commodity_charge
";

fn options() -> OwrsOptions {
    OwrsOptions::water("water", "Resolution 1")
}

/// The findings on a file, one per line.
fn refused(file: &str) -> String {
    read(file.as_bytes(), &options()).unwrap_err().to_string()
}

#[test]
fn a_file_prices_as_its_author_means() {
    let schedule = read(FILE.as_bytes(), &options()).unwrap();
    let version = &schedule.versions[0];
    assert_eq!(version.effective_on.to_string(), "2018-01-07");
    let compiled = version.compile().unwrap();
    #[rustfmt::skip]
    let rows = [
        // class   meter   zone  kgal   total by hand
        ("HOUSE", "5/8\"", "1",  "0",   "10.00"),
        ("HOUSE", "5/8\"", "1",  "12",  "34.00"), // 10.00 + 12 at 2.00
        ("HOUSE", "1\"",   "2",  "12",  "42.50"), // 15.50 + 12 at 2.25
        ("SHOP",  "5/8\"", "-",  "12",  "44.00"), // 30.00 + 10 at 1 + 2 at 2
        ("SHOP",  "1\"",   "-",  "12",  "42.00"), // 30.00 + 12 at 1
        ("SHOP",  "1\"",   "-",  "21",  "52.00"), // 30.00 + 20 at 1 + 1 at 2
    ];
    for (class, meter_size, zone, usage, expected) in rows {
        let plan = compiled.plan(class, &[("meter_size", meter_size), ("pressure_zone", zone)]).unwrap();
        let price = plan.price(Quantity::parse(usage, Unit::Kgal).unwrap()).unwrap();
        assert_eq!(price.total.to_string(), expected, "{class} {meter_size} {zone} {usage}");
    }
}

#[test]
fn what_the_file_leaves_out_is_not_offered() {
    let schedule = read(FILE.as_bytes(), &options()).unwrap();
    let compiled = schedule.versions[0].compile().unwrap();
    assert!(compiled.plan("SHOP", &[("meter_size", "2\"")]).is_ok());
    let refused = compiled.plan("HOUSE", &[("meter_size", "2\""), ("pressure_zone", "1")]).unwrap_err().to_string();
    let expected = "service_charge is not offered to class HOUSE, meter_size 2\", pressure_zone 1: \
                    the rate file has no value for it";
    assert_eq!(refused, expected);
    assert_eq!(Schedule::parse(&schedule.to_text()).unwrap(), schedule);
}

#[test]
fn what_is_not_understood_is_refused_with_line_and_key() {
    #[rustfmt::skip]
    let rows = [
        // what the file says,                   what it says instead,                    the finding
        ("effective_date: 1/7/2018",             "effective_date: soon",
         "line 2: metadata.effective_date: must be a date such as 2016-03-01 or 3/1/2016"),
        ("  bill_unit: kgal",                    "  bill_unit: buckets",
         "line 4: metadata.bill_unit: 'buckets' is not one of ccf, hcf, kgal, kilolitre, kiloliter"),
        ("  utility_name: A Town",               "  bill_unit: ccf",
         "line 4: metadata.bill_unit: this key is there twice; it was first given on line 3"),
        ("fixed_drought_surcharge: 0",           "fixed_drought_surcharge: 1",
         "line 19: rate_structure.HOUSE.fixed_drought_surcharge: not understood: the bill does not use this key"),
        ("fixed_drought_surcharge: 0",           "commodity_charge: 0",
         "line 19: rate_structure.HOUSE.commodity_charge: this key is there twice; it was first given on line 18"),
        ("flat_rate_commodity*usage_ccf",        "2*usage_ccf",
         "line 13: rate_structure.HOUSE.flat_rate_commodity: not understood: the bill does not use this key"),
        ("flat_rate_commodity*usage_ccf",        "flat_rate_drought*usage_ccf",
         "line 18: rate_structure.HOUSE.commodity_charge: not understood: 'flat_rate_drought' is not a key of this class"),
        ("flat_rate_commodity*usage_ccf",        "flat_rate_commodity*usage_ccf^2",
         "line 18: rate_structure.HOUSE.commodity_charge: not understood: the formula 'flat_rate_commodity*usage_ccf^2' at '^'"),
        ("flat_rate_commodity*usage_ccf",        "flat_rate_commodity*meter_size",
         "line 18: rate_structure.HOUSE.commodity_charge: not understood: 'meter_size' is a word of the customer's record, not a number"),
        ("flat_rate_commodity*usage_ccf",        "Budget",
         "line 18: rate_structure.HOUSE.tier_starts: this key is missing"),
        ("commodity_charge: Tiered",             "commodity_charge: Tiered\n    service_charge: 31",
         "line 31: rate_structure.SHOP.service_charge: this key is there twice; it was first given on line 22"),
        ("[1, 2]",                               "[1, 2, 3]",
         "line 23: rate_structure.SHOP.tier_starts: not understood: 2 tier starts but 3 tier prices"),
        ("[0, 11]",                              "[5, 11]",
         "line 30: rate_structure.SHOP.commodity_charge: charge 'commodity_charge': case 1: tier 1 starts at 5; it must start at 0 or 1"),
        ("        2: 2.25",                      "        2: two hundred",
         "line 17: rate_structure.HOUSE.flat_rate_commodity: not understood: the formula 'two hundred' at 'h'"),
        ("        2: 2.25",                      "        1.0: 2.25",
         "line 17: rate_structure.HOUSE.flat_rate_commodity: this key is there twice; it was first given on line 16"),
        ("        2: 2.25",                      "        2: commodity_charge",
         "line 13: rate_structure.HOUSE.flat_rate_commodity: value 'flat_rate_commodity': case 2: commodity_charge → flat_rate_commodity → commodity_charge are defined by each other, for class HOUSE, meter_size 5/8\", pressure_zone 2"),
        ("service_charge + commodity_charge",    "service_charge + sewer_charge",
         "line 20: rate_structure.HOUSE.bill: not understood: the bill adds 'sewer_charge', which is not a key of this class"),
        ("service_charge + commodity_charge",    "service_charge",
         "line 13: rate_structure.HOUSE.flat_rate_commodity: not understood: the bill does not use this key\n\
          line 18: rate_structure.HOUSE.commodity_charge: not understood: the bill does not use this key"),
        ("        - meter_size",                 "        - meter_size\n        - season",
         "line 12: rate_structure.HOUSE.service_charge: not understood: '5/8\"' does not name a value for each of meter_size, season\n\
          line 13: rate_structure.HOUSE.service_charge: not understood: '1\"' does not name a value for each of meter_size, season"),
        ("        - meter_size",                 "        - meter_size\n      area_starts: [1]",
         "line 10: rate_structure.HOUSE.service_charge: not understood: 'area_starts' beside depends_on and values"),
        ("  bill_unit: kgal",                    "  bill_unit: kgal\t",
         "line 4: this cannot be read: a tab stands where other readers of these files take only blanks"),
        ("rate_structure:",                      "capacity_charge: 5\nrate_structure:",
         "line 5: capacity_charge: not understood: no such part of a rate file"),
        ("  HOUSE:",                             "  HOUSE: &h\n  COPY: *h",
         "line 7: this cannot be read: references with * are not used in rate files"),
    ];
    for (said, instead, expected) in rows {
        assert!(FILE.contains(said), "{said}");
        let found = refused(&FILE.replacen(said, instead, 1));
        let is_found = expected.lines().all(|line| found.contains(line.trim_start()));
        assert!(is_found, "{instead}:\n{found}");
    }
}

#[test]
fn what_is_not_a_rate_file_is_refused() {
    #[rustfmt::skip]
    let rows: [(&[u8], &str); 6] = [
        (b"",                  "line 1: this cannot be read: the file is empty"),
        (b"a: 1\nb: \xff",     "line 2: the file is not UTF-8 text"),
        (b"- 1",               "line 1: must be metadata and rate_structure"),
        (b"rate_structure:",   "line 1: metadata: this key is missing"),
        (b"? [a]\n: 1",        "line 1: this cannot be read: a key must be a plain word"),
        (b"metadata: {effective_date: 2018-01-01}", "line 1: rate_structure: this key is missing"),
    ];
    for (bytes, expected) in rows {
        let found = read(bytes, &options()).unwrap_err().to_string();
        assert!(found.contains(expected), "{found}");
    }
    for open in ["[", "{a: ", "- "] {
        assert!(refused(&open.repeat(20_000)).contains("line 1: this cannot be read"), "{open}");
    }
}
