//! What rate files say, construct by construct, with bills that can be checked by hand.

use std::collections::BTreeMap;

use kernel::Decimal;

use crate::owrs::{
    BudgetRounding, CannotSay, OwrsHead, OwrsOptions, Quirks, TierStarts, compare_tier_starts, read, read_classes,
    write,
};
use crate::{Exact, Schedule};

const FILE: &str = "\
metadata:
  effective_date: 2018-07-01
  bill_unit: ccf
rate_structure:
  LOTS:
    service_charge:
      depends_on: [meter_size, city_limits]
      values:
        1\"|inside: 10
        1\"|outside: 12
        1|1/2\"|inside: 20
    tier_starts:
      depends_on: [season, lot]
      values:
        Summer|1: [0, 11]
        Summer|2: [0, 21]
        Winter|1: [0, 6]
    tier_prices: [1, 3]
    commodity_charge: Tiered
    bill: service_charge+commodity_charge
  DWELLINGS:
    service_charge: ((units-1)*20*.5)+20
    tier_starts_commodity:
      - 0
      - (units*5)+3
    tier_prices_commodity: [2, 4]
    commodity_charge: Tiered
    bill: service_charge + commodity_charge
  BUDGETED:
    gpcd_commodity: 50
    indoor_commodity: hhsize*gpcd*days_in_period*(1/748)
    outdoor_commodity: area*0.5
    budget_commodity: indoor+outdoor
    tier_starts_commodity: [0, indoor, 100%, 150%]
    tier_prices_commodity: [1, 2, 4, 8]
    commodity_charge: Budget
    gpcd_drought: 100
    budget_drought: hhsize * 0.93
    tier_starts_drought: [0, 100%]
    tier_prices_drought: [0, 10]
    variable_drought_surcharge: Budget
    bill: commodity_charge+variable_drought_surcharge
  SUBTOTAL:
    service_charge: 10
    flat_rate: 2
    commodity_charge: flat_rate*usage_ccf
    treatment_charge: (commodity_charge+service_charge)*0.5
    bill: 1.02*(service_charge+commodity_charge)+treatment_charge
  CONDITIONAL:
    service_charge: [10]
    flat_rate:
      depends_on: season
      values:
        Summer:
          - 2
        Winter: 1.5
    commodity_charge: usage_ccf*flat_rate
    low_income_credit: 3.5
    factor: 1.1
    bill:
      depends_on: low_income
      values:
        True: (service_charge+commodity_charge)*factor-low_income_credit
        False: (service_charge+commodity_charge)*factor
  PARALLEL:
    tier_starts: [1, 11]
    tier_prices: [1, 2]
    commodity_charge: Tiered
    tier_starts_pumping: [0, 5]
    tier_prices_pumping: [0.5, 0.25]
    pumping_charge: Tiered
    rebate_credit: -1.5
    bill: commodity_charge+pumping_charge+rebate_credit
  TWICE:
    tier_starts: [0, 11, 21]
    tier_prices: [1, 2, 3]
    commodity_charge: Tiered
    bill: commodity_charge*2
  MADE_OF_TIERS:
    tier_starts_base: [0, 11, 21]
    tier_prices_base: [1, 2, 3]
    base: Tiered
    service_charge: base/2
    bill: service_charge
  UNSORTED:
    tier_starts: [0, 30, 50, 13]
    tier_prices: [1, 2, 3, 4]
    commodity_charge: Tiered
    bill: commodity_charge
";

/// What a class costs by its columns, written `name value, name value`.
fn total(file: &str, options: &OwrsOptions, class: &str, columns: &str) -> String {
    let read = read_classes(file.as_bytes(), options).unwrap();
    let columns: Vec<(&str, &str)> = columns.split(", ").map(|column| column.split_once(' ').unwrap()).collect();
    match &read.classes.iter().find(|(name, _)| name == class).unwrap().1 {
        Ok(class) => class.price(&columns).map_or_else(|refused| refused.to_string(), |bill| bill.total.to_string()),
        Err(refused) => refused.to_string(),
    }
}

#[test]
fn each_construct_prices_as_by_hand() {
    #[rustfmt::skip]
    let rows = [
        // class, columns of the record,                                              total by hand
        ("LOTS",      "meter_size 1\", city_limits inside, season Summer, lot 1, usage_ccf 12",     "26"), // 10 + 10 at 1 + 2 at 3
        ("LOTS",      "meter_size 1\", city_limits outside, season Summer, lot 2.0, usage_ccf 12",  "24"), // 12 + 12 at 1; 2.0 is 2
        ("LOTS",      "meter_size 1|1/2\", city_limits inside, season Winter, lot 1, usage_ccf 12", "46"), // 20 + 5 at 1 + 7 at 3
        ("LOTS",      "meter_size 1|1/2\", city_limits outside, season Winter, lot 1, usage_ccf 1",
         "service_charge is not offered to class LOTS, meter_size 1|1/2\", city_limits outside, season Winter, lot 1: \
          the rate file has no value for it"),
        ("LOTS",      "meter_size 2\", city_limits inside, season Winter, lot 1, usage_ccf 1",
         "the rate of class LOTS knows no meter_size 2\""),
        ("LOTS",      "meter_size 1\", city_limits inside, lot 1, usage_ccf 1",
         "the rate of class LOTS depends on season, which is not given"),
        ("DWELLINGS", "units 4, usage_ccf 25",    "106"),   // 20 + 3 halves of 20 = 50; starts 23: 22 at 2, 3 at 4
        ("DWELLINGS", "units 1.5, usage_ccf 9.5", "44"),    // 25; starts 10.5: 9.5 at 2
        ("DWELLINGS", "usage_ccf 9.5",            "the price depends on units, which is not given"),
        ("DWELLINGS", "units two, usage_ccf 9.5", "units is 'two', not a number"),
        ("DWELLINGS", "units 2",                  "usage_ccf is '', not a number"),
        // indoor 3 × 50 × 29.92 ÷ 748 = 6, outdoor 4.5 → 4, budget 10, 150 % of it 15; drought: 3 × round(0.93) = 3
        ("BUDGETED",  "hhsize 3, days_in_period 29.92, area 9, usage_ccf 2",  "2"),    // 2 at 1; drought 2 at 0
        ("BUDGETED",  "hhsize 3, days_in_period 29.92, area 9, usage_ccf 20", "244"),  // 6 at 1, 4 at 2, 5 at 4, 5 at 8 = 74; 17 at 10
        ("SUBTOTAL",  "usage_ccf 5",                                          "30.4"), // 20 + 0.4 + 10
        ("CONDITIONAL", "season Summer, low_income true, usage_ccf 5",        "18.5"), // 20 × 1.1 - 3.5
        ("CONDITIONAL", "season Winter, low_income False, usage_ccf 4",       "17.6"), // 16 × 1.1
        ("PARALLEL",  "usage_ccf 12",                                         "16.5"), // 10 + 2 at 2 = 14; 4 at 0.5 + 8 at 0.25 = 4; - 1.5
        ("TWICE",     "usage_ccf 25",                                         "90"),   // 10 + 20 + 15, twice
        ("MADE_OF_TIERS", "usage_ccf 25",                                     "22.5"), // half of it
        ("MADE_OF_TIERS", "usage_ccf 7",                                      "3.5"),
        ("UNSORTED",  "usage_ccf 60",                                         "113"),  // 29 at 1, 20 at 2, 11 at 4: tier 3 holds nothing
    ];
    for (class, columns, expected) in rows {
        let options = OwrsOptions::evaluation(TierStarts::FirstUnit);
        assert_eq!(total(FILE, &options, class, columns), expected, "{class} {columns}");
    }
}

#[test]
fn the_analyst_chooses_what_starts_and_budgets_mean() {
    let by_first = OwrsOptions::evaluation(TierStarts::FirstUnit);
    let exact = OwrsOptions { budget_rounding: BudgetRounding::Exact, ..by_first.clone() };
    let boundary = OwrsOptions::evaluation(TierStarts::Boundary);
    let budgeted = "hhsize 3, days_in_period 29.92, area 9, usage_ccf 20";
    #[rustfmt::skip]
    let rows = [
        // choice, class, columns,                           total by hand
        (&by_first, "PARALLEL", "usage_ccf 12",              "16.5"),
        (&boundary, "PARALLEL", "usage_ccf 12",              "15.75"), // 11 + 1 at 2 = 13; 5 at 0.5 + 7 at 0.25 = 4.25; - 1.5
        (&by_first, "DWELLINGS", "units 4, usage_ccf 25",    "106"),
        (&boundary, "DWELLINGS", "units 4, usage_ccf 25",    "104"),   // 50 + 23 at 2 + 2 at 4
        // indoor 6, budget 10.5, 150 % of it 15.75; drought 2.79
        (&exact,    "BUDGETED", budgeted,                    "242.1"), // 6 + 9 + 21 + 34 = 70; 17.21 at 10 = 172.1
        (&boundary, "BUDGETED", budgeted,                    "242.1"),
        (&by_first, "BUDGETED", budgeted,                    "244"),
    ];
    for (options, class, columns, expected) in rows {
        assert_eq!(total(FILE, options, class, columns), expected, "{class} {columns} {:?}", options.tier_starts);
    }
}

/// A file of which some classes are good.
const TORN: &str = "\
rate_structure:
  GOOD:
    service_charge: 5
    service_charge: 6
    unused_charge: 7
    bill: service_charge
  REPEATED:
    flat_rate: 9
    commodity_charge: flat_rate*usage_ccf
    flat_rate: 2
    bill: commodity_charge
  NO_BILL:
    service_charge: 5
  UNKNOWN:
    bill: service_charge
  CASE:
    IR_charge: 5
    bill: IR_Charge
  LIST:
    bill:
      depends_on: a
      values:
        - Yes: 1
        - No: 2
  TABLELESS:
    commodity_charge: Tiered
    tier_starts: [0, 5]
    IR_charge: Tiered
    bill: IR_charge
  NEVER:
    a_charge: {depends_on: zone, values: {1: 5}}
    b_charge: {depends_on: zone, values: {2: 5}}
    bill: a_charge+b_charge
  SOME:
    a_charge: {depends_on: zone, values: {1: 5, 2: none of it, 3: }}
    bill: a_charge
  UNEVEN:
    tier_starts: {depends_on: zone, values: {1: [0, 5], 2: [0, 5, 9], 3: 0}}
    tier_prices: {depends_on: zone, values: {1: [1, 2], 2: [1, 2], 3: 4}}
    commodity_charge: Tiered
    bill: commodity_charge
  DIVIDED:
    service_charge: 5/(2-2)
    bill: service_charge
";

#[test]
fn a_class_that_is_refused_spoils_no_other() {
    let not_offered = |charge: &str, class: &str, zone: &str, why: &str| {
        format!("{charge} is not offered to class {class}, zone {zone}: {why}")
    };
    #[rustfmt::skip]
    let rows = [
        ("GOOD",      "usage_ccf 3",         "6".to_owned()), // the last of two holds
        ("REPEATED",  "usage_ccf 3",         "6".to_owned()),
        ("NO_BILL",   "usage_ccf 3",         "line 12: rate_structure.NO_BILL.bill: this key is missing".to_owned()),
        ("UNKNOWN",   "usage_ccf 3",
         "line 15: rate_structure.UNKNOWN.bill: not understood: the bill adds 'service_charge', which is not a key of this class".to_owned()),
        ("CASE",      "usage_ccf 3",
         "line 18: rate_structure.CASE.bill: not understood: the bill adds 'IR_Charge', which is not a key of this class".to_owned()),
        ("LIST",      "usage_ccf 3, a Yes",  "line 20: rate_structure.LIST.bill: must be columns, and a value for each of their values".to_owned()),
        ("TABLELESS", "usage_ccf 3",         "line 28: rate_structure.TABLELESS.tier_starts_ir: this key is missing".to_owned()),
        ("NEVER",     "usage_ccf 3, zone 1",
         "line 30: rate_structure.NEVER: not understood: no combination of the values listed has all charges of the bill".to_owned()),
        ("SOME",      "usage_ccf 3, zone 1", "5".to_owned()),
        ("SOME",      "usage_ccf 3, zone 2",
         not_offered("a_charge", "SOME", "2", "line 35: rate_structure.SOME.a_charge: not understood: the formula 'none of it' at 'o'")),
        ("SOME",      "usage_ccf 3, zone 3", "the rate of class SOME knows no zone 3".to_owned()),
        ("UNEVEN",    "usage_ccf 6, zone 1", "8".to_owned()),  // 4 at 1, 2 at 2
        ("UNEVEN",    "usage_ccf 6, zone 2",
         not_offered("commodity_charge", "UNEVEN", "2", "line 38: rate_structure.UNEVEN.tier_starts: not understood: 3 tier starts but 2 tier prices")),
        ("UNEVEN",    "usage_ccf 6, zone 3", "24".to_owned()),
        ("DIVIDED",   "usage_ccf 3",
         "line 43: rate_structure.DIVIDED.service_charge: charge 'service_charge': case 1: '5 / (2 - 2)' divides by zero for class DIVIDED".to_owned()),
    ];
    for (class, columns, expected) in rows {
        let options = OwrsOptions::evaluation(TierStarts::FirstUnit);
        assert_eq!(total(TORN, &options, class, columns), expected, "{class} {columns}");
    }
    let options = OwrsOptions { quirks: Quirks::Refused, ..OwrsOptions::evaluation(TierStarts::FirstUnit) };
    let refused = read_classes(TORN.as_bytes(), &options).unwrap_err().to_string();
    assert!(refused.contains("line 4: rate_structure.GOOD.service_charge: this key is there twice"), "{refused}");
}

#[test]
fn many_starts_by_many_prices_are_named_values() {
    let starts: String = (0..12).map(|at| format!("        s{at}: [0, {}]\n", at + 2)).collect();
    let prices: String = (0..12).map(|at| format!("        z{at}: [1, {}]\n", at + 2)).collect();
    let file = format!(
        "metadata: {{effective_date: 2018-01-01}}\nrate_structure:\n  A:\n    tier_starts:\n      depends_on: size\n      values:\n\
         {starts}    tier_prices:\n      depends_on: zone\n      values:\n{prices}    commodity_charge: Tiered\n    bill: commodity_charge\n"
    );
    let schedule = read(file.as_bytes(), &OwrsOptions::water("water", "none")).unwrap();
    let version = &schedule.versions[0];
    let names: Vec<&str> = version.values.iter().map(|value| value.name.as_str()).collect();
    assert_eq!((version.charges[0].cases.len(), &names[..]), (1, &["tier_starts_2", "tier_prices_2"][..]));
    let options = OwrsOptions::evaluation(TierStarts::FirstUnit);
    assert_eq!(total(&file, &options, "A", "size s3, zone z7, usage_ccf 10"), "58"); // 4 at 1, 6 at 9
    assert_eq!(Schedule::parse(&schedule.to_text()).unwrap(), schedule);
}

#[test]
fn the_choice_of_tier_starts_is_shown() {
    let changes = compare_tier_starts(FILE.as_bytes(), &OwrsOptions::evaluation(TierStarts::FirstUnit)).unwrap();
    let width = |width: Option<Decimal>| width.map_or("-".to_owned(), |width| width.to_string());
    let rows: Vec<String> = changes
        .iter()
        .filter(|change| ["PARALLEL", "DWELLINGS"].contains(&change.class.as_str()))
        .map(|change| {
            let tiers = change.tiers.iter().map(|t| format!("{}/{}", width(t.by_first_unit), width(t.by_boundary)));
            let prices = change.prices.iter().map(|p| format!("{}: {}/{}", p.usage, p.by_first_unit, p.by_boundary));
            let (tiers, prices): (Vec<String>, Vec<String>) = (tiers.collect(), prices.collect());
            format!("{} {}: {} at {}", change.class, change.charge, tiers.join(" "), prices.join(", "))
        })
        .collect();
    let expected = [
        "PARALLEL commodity_charge: 10/11 -/- at 5: 5/5, 10: 10/10, 15: 20/19, 25: 40/39, 50: 90/89, 100: 190/189",
        "PARALLEL pumping_charge: 4/5 -/- at 5: 2.25/2.5, 10: 3.5/3.75, 15: 4.75/5, 25: 7.25/7.5, 50: 13.5/13.75, 100: 26/26.25",
    ];
    assert_eq!(rows, expected);
}

fn head() -> OwrsHead {
    OwrsHead { utility_name: "Town: the #1".to_owned(), bill_frequency: "monthly".to_owned() }
}

#[test]
fn what_was_written_prices_the_same() {
    let options = OwrsOptions::evaluation(TierStarts::FirstUnit);
    let read = read_classes(FILE.as_bytes(), &options).unwrap();
    let mut files = BTreeMap::new();
    for (name, class) in &read.classes {
        let written =
            write(&class.as_ref().unwrap().schedule.versions[0], &head()).unwrap_or_else(|why| why.to_string());
        files.insert(name.as_str(), written);
    }
    let refused = "value 'base': a rate file cannot say min, max or rounding";
    assert_eq!(files["MADE_OF_TIERS"], refused);
    #[rustfmt::skip]
    let rows = [
        ("LOTS",        "meter_size 1|1/2\", city_limits inside, season Winter, lot 1, usage_ccf 12"),
        ("DWELLINGS",   "units 4, usage_ccf 25"),
        ("BUDGETED",    "hhsize 3, days_in_period 29.92, area 9, usage_ccf 20"),
        ("SUBTOTAL",    "usage_ccf 5"),
        ("CONDITIONAL", "season Summer, low_income true, usage_ccf 5"),
        ("PARALLEL",    "usage_ccf 12"),
        ("TWICE",       "usage_ccf 25"),
        ("UNSORTED",    "usage_ccf 60"),
    ];
    for (class, columns) in rows {
        let again = total(&files[class], &options, class, columns);
        assert_eq!(again, total(FILE, &options, class, columns), "{}", files[class]);
    }
}

/// A schedule in the language, with the lines of one charge.
fn schedule(charge: &str) -> Schedule {
    Schedule::parse(&format!(
        "schedule = \"w\"\nservice = \"water\"\ntitle = {{ en = \"W\" }}\n\n[[version]]\neffective_on = 2018-01-01\n\
         ordinance = \"1\"\nbasis = \"bill_date\"\nclasses = [\"A\"]\n\n[[version.charge]]\nname = \"a_charge\"\n\
         title = {{ en = \"A\" }}\nrevenue = \"w.a\"\nrounding = \"half_even\"\n{charge}"
    ))
    .unwrap()
}

#[test]
fn what_a_rate_file_cannot_say_is_named() {
    let measured = "measured_by = \"usage\"\nunit = \"ccf\"\n";
    #[rustfmt::skip]
    let rows = [
        // the charge,                                                                             what cannot be said
        ("exempt_by = \"e\"\n[[version.charge.case]]\nfixed = 1".to_owned(),                       "an exemption"),
        (format!("{measured}[[version.charge.case]]\nper_unit = 1\nper = 1000"),                   "prices for several units"),
        (format!("{measured}[[version.charge.case]]\nper_unit = 1\nincluded = 2"),                 "included use"),
        (format!("{measured}[[version.charge.case]]\nper_unit = 1\nat_least = 2"),                 "a least amount"),
        (format!("{measured}return_factor = 0.9\n[[version.charge.case]]\nper_unit = 1"),          "a return factor"),
        ("prorate = [\"first\"]\n[[version.charge.case]]\nfixed = 1".to_owned(),                   "proration"),
        ("[[version.charge.case]]\nfixed = \"max(1, usage)\"\n[[version.quantity]]\nname = \"usage\"\nunit = \"ccf\"".to_owned(),
         "min, max or rounding"),
        (format!("{measured}[[version.charge.case]]\ntiers = [{{ through = 7.5, price = 1 }}, {{ price = 2 }}]"),
         "a tier that ends within a unit"),
    ];
    for (charge, what) in rows {
        let refused = write(&schedule(&charge).versions[0], &head()).unwrap_err();
        assert_eq!(refused.to_string(), format!("charge 'a_charge': a rate file cannot say {what}"), "{charge}");
    }
    let gallons = schedule("measured_by = \"usage\"\nunit = \"cubic_foot\"\n[[version.charge.case]]\nper_unit = 1");
    let refused = write(&gallons.versions[0], &head()).unwrap_err();
    assert_eq!(refused, CannotSay::Unit(kernel::Unit::CubicFoot));
}

#[test]
fn a_schedule_of_ours_is_written_so_that_everybody_reads_it() {
    let tiers = "measured_by = \"usage\"\nunit = \"ccf\"\n[[version.charge.case]]\n\
                 tiers = [{ through = 7, price = 1 }, { through = \"7 * 3\", price = 1.5 }, { price = 2 }]";
    let written = write(&schedule(tiers).versions[0], &head()).unwrap();
    let expected = "\
---
metadata:
  effective_date: 2018-01-01
  utility_name: 'Town: the #1'
  bill_frequency: monthly
  bill_unit: ccf
rate_structure:
  A:
    a_charge: Tiered
    tier_starts_a:
      - 0
      - 8
      - '(7 * 3)+1'
    tier_prices_a:
      - 1
      - 1.5
      - 2
    bill: a_charge
";
    assert_eq!(written, expected);
    let options = OwrsOptions::evaluation(TierStarts::FirstUnit);
    assert_eq!(total(&written, &options, "A", "usage_ccf 30"), "46"); // 7 + 21 + 18
    let strict = read(written.as_bytes(), &OwrsOptions::water("w", "1")).unwrap();
    let bill = strict.versions[0].compile().unwrap();
    let plan = bill.plan("A", &[]).unwrap().clone();
    let exact =
        plan.explain(&crate::Inputs::exact(Decimal::from(30), kernel::Unit::Ccf)).unwrap().charges[0].exact.clone();
    assert_eq!(exact, Exact::from(46));
}
