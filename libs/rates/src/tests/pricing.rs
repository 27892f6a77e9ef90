//! Prices a clerk can check by hand, and what is refused before anything is priced.

use crate::{Inputs, PlanRefused, Schedule};
use kernel::{Quantity, Rounding, Unit};

/// Names and values of dimensions.
type Dimensions<'a> = &'a [(&'a str, &'a str)];

pub(super) const WATER: &str = r#"
schedule = "water"
service = "water"
title = { en = "Water", es = "Agua" }

[[version]]
effective_on = 2016-03-01
ordinance = "Ordinance 2016-07, section 3"
basis = "bill_date"
classes = ["HOUSE", "SHOP", "FARM"]

[version.dimensions]
meter_size = ['5/8"', '1"']
season = ["summer", "winter"]

[[version.charge]]
name = "base"
title = { en = "Base charge", es = "Cargo fijo" }
revenue = "water.base"
rounding = "half_away_from_zero"

[[version.charge.case]]
class = ["HOUSE", "SHOP"]
when = { meter_size = '5/8"' }
fixed = 12.50

[[version.charge.case]]
class = ["HOUSE", "SHOP"]
when = { meter_size = '1"' }
fixed = 20.00

[[version.charge]]
name = "consumption"
title = { en = "Water use", es = "Consumo de agua" }
revenue = "water.consumption"
measured_by = "usage"
unit = "ccf"
rounding = "half_away_from_zero"

[[version.charge.case]]
class = "HOUSE"
tiers = [
    { first = 0, price = 2.87 },
    { first = 15, price = 4.29 },
    { first = 41, price = 6.44 },
    { first = 149, price = 10.07 },
]

[[version.charge.case]]
class = "SHOP"
tiers = [
    { through = 14, price = 2.87 },
    { through = 40, price = 4.29 },
    { price = 6.44 },
]

[[version.charge.case]]
class = "FARM"
when = { season = "summer" }
per_unit = 0.0375

[[version.charge.case]]
class = "FARM"
when = { season = "winter" }
per_unit = 0
"#;

fn ccf(amount: &str) -> Quantity {
    Quantity::parse(amount, Unit::Ccf).unwrap()
}

/// The total, and the exact amount of each line.
fn price(class: &str, dimensions: Dimensions<'_>, usage: &str) -> String {
    let schedule = Schedule::parse(WATER).unwrap();
    let compiled = schedule.versions[0].compile().unwrap();
    let plan = compiled.plan(class, dimensions).unwrap();
    let price = plan.price(ccf(usage)).unwrap();
    let lines = plan.lines(&price).map(|line| format!("{} {}", line.charge.name(), line.exact.normalize()));
    format!("{} = {}", lines.collect::<Vec<_>>().join(" + "), price.total)
}

#[test]
fn prices_are_what_a_clerk_finds_by_hand() {
    let small = [("meter_size", "5/8\""), ("season", "summer")];
    let large = [("season", "winter"), ("meter_size", "1\"")];
    #[rustfmt::skip]
    let rows: [(&str, Dimensions<'_>, &str, &str); 16] = [
        // class  dimensions usage    lines and total; tier 1 holds 14 ccf, tier 2 holds 26, tier 3 holds 108
        ("HOUSE", &small,    "0",     "base 12.5 + consumption 0 = 12.50"),
        ("HOUSE", &small,    "14",    "base 12.5 + consumption 40.18 = 52.68"),
        ("HOUSE", &small,    "15",    "base 12.5 + consumption 44.47 = 56.97"),
        ("HOUSE", &small,    "16",    "base 12.5 + consumption 48.76 = 61.26"),
        ("HOUSE", &small,    "14.4",  "base 12.5 + consumption 41.896 = 54.40"),
        ("HOUSE", &small,    "14.5",  "base 12.5 + consumption 42.325 = 54.83"),
        ("HOUSE", &small,    "40",    "base 12.5 + consumption 151.72 = 164.22"),
        ("HOUSE", &small,    "41",    "base 12.5 + consumption 158.16 = 170.66"),
        ("HOUSE", &large,    "148",   "base 20 + consumption 847.24 = 867.24"),
        ("HOUSE", &large,    "149",   "base 20 + consumption 857.31 = 877.31"),
        ("SHOP",  &small,    "14.4",  "base 12.5 + consumption 41.896 = 54.40"),
        ("SHOP",  &large,    "41",    "base 20 + consumption 158.16 = 178.16"),
        ("FARM",  &small,    "100",   "consumption 3.75 = 3.75"),
        ("FARM",  &small,    "0.2",   "consumption 0.0075 = 0.01"),
        ("FARM",  &small,    "0.00001", "consumption 0.000000375 = 0.00"),
        ("FARM",  &large,    "100",   "consumption 0 = 0.00"),
    ];
    for (class, dimensions, usage, expected) in rows {
        assert_eq!(price(class, dimensions, usage), expected, "{class} {usage}");
    }
}

#[test]
fn each_line_is_rounded_by_its_own_rule() {
    let rows = [("half_even", 2), ("half_away_from_zero", 3), ("away_from_zero", 3), ("toward_zero", 2)];
    for (rule, cents) in rows {
        // 2 units at 0.0125 are 2.5 cents.
        let text = WATER.replace("half_away_from_zero", rule).replace("0.0375", "0.0125");
        let compiled = Schedule::parse(&text).unwrap().versions[0].compile().unwrap();
        let plan = compiled.plan("FARM", &[("season", "summer")]).unwrap();
        assert_eq!(plan.price(ccf("2")).unwrap().total.0, cents, "{rule}");
        assert_eq!(plan.charges()[0].rounding() == Rounding::HalfEven, rule == "half_even");
    }
}

#[test]
fn a_plan_is_refused_by_the_first_thing_missing() {
    let compiled = Schedule::parse(WATER).unwrap().versions[0].compile().unwrap();
    let text = |refused: PlanRefused| refused.to_string();
    #[rustfmt::skip]
    let rows: [(&str, Dimensions<'_>, &str); 4] = [
        ("OTHER", &[("meter_size", "1\"")], "no rate schedule for class OTHER"),
        ("HOUSE", &[("season", "summer")],  "the rate of class HOUSE depends on meter_size, which is not given"),
        ("HOUSE", &[("meter_size", "9\"")], "the rate of class HOUSE knows no meter_size 9\""),
        ("FARM",  &[("season", "spring")],  "the rate of class FARM knows no season spring"),
    ];
    for (class, dimensions, expected) in rows {
        assert_eq!(compiled.plan(class, dimensions).map_err(text).unwrap_err(), expected);
    }
}

#[test]
fn what_is_not_offered_is_refused_with_its_reason() {
    let text = WATER.replace("fixed = 20.00", "not_offered = \"large meters are not yet installed\"");
    let compiled = Schedule::parse(&text).unwrap().versions[0].compile().unwrap();
    assert!(compiled.plan("SHOP", &[("meter_size", "5/8\"")]).is_ok());
    let refused = compiled.plan("SHOP", &[("meter_size", "1\"")]).unwrap_err().to_string();
    assert_eq!(refused, "base is not offered to class SHOP, meter_size 1\": large meters are not yet installed");
}

#[test]
fn usage_that_cannot_be_priced_is_refused() {
    let compiled = Schedule::parse(WATER).unwrap().versions[0].compile().unwrap();
    let plan = compiled.plan("HOUSE", &[("meter_size", "1\"")]).unwrap();
    #[rustfmt::skip]
    let rows = [
        (Quantity { steps: -1, unit: Unit::Ccf },       "usage -0.00001 is below zero"),
        (Quantity { steps: 1, unit: Unit::Kgal },       "the rate is per ccf, the usage is in kgal"),
    ];
    for (usage, expected) in rows {
        assert_eq!(plan.price(usage).unwrap_err().to_string(), expected);
    }
    // The largest usage of all still has a price at 10.07; at a price of a million it has none.
    let most = Quantity { steps: i64::MAX, unit: Unit::Ccf };
    assert!(plan.price(most).is_ok());
    let dear = WATER.replace("price = 10.07", "price = 10000000.07");
    let compiled = Schedule::parse(&dear).unwrap().versions[0].compile().unwrap();
    let refused = compiled.plan("HOUSE", &[("meter_size", "1\"")]).unwrap().price(most).unwrap_err();
    assert_eq!(refused.to_string(), "the amount for usage 92233720368547.75807 is too large for a bill");
}

#[test]
fn the_version_of_a_day_is_the_last_that_began() {
    let second = WATER[WATER.find("[[version]]").unwrap()..].replace("2016-03-01", "2017-01-01");
    let schedule = Schedule::parse(&format!("{WATER}\n{second}")).unwrap();
    let rows = [("2016-02-29", None), ("2016-03-01", Some(0)), ("2016-12-31", Some(0)), ("2017-01-01", Some(1))];
    for (day, expected) in rows {
        let found = schedule.version_on(day.parse().unwrap());
        assert_eq!(found, expected.map(|index: usize| &schedule.versions[index]), "{day}");
    }
}

#[test]
fn an_explanation_reads_like_a_worked_example() {
    let compiled = Schedule::parse(WATER).unwrap().versions[0].compile().unwrap();
    let plan = compiled.plan("HOUSE", &[("meter_size", "5/8\"")]).unwrap();
    let expected = "\
Ordinance 2016-07, section 3, in force from 2016-03-01
class HOUSE, meter size 5/8\"; usage 42.5 ccf
Base charge
  fixed amount                                               12.50
  12.50 rounded, half a cent away from zero                  12.50
Water use
  tier 1, above 0 through 14: 14 ccf at 2.87                 40.18
  tier 2, above 14 through 40: 26 ccf at 4.29               111.54
  tier 3, above 40 through 148: 2.5 ccf at 6.44              16.10
  167.82 rounded, half a cent away from zero                167.82
Total                                                       180.32
";
    assert_eq!(plan.explain(&Inputs::of(ccf("42.5"))).unwrap().to_text(), expected);
}

#[test]
fn the_example_of_the_readme_prices_as_it_says() {
    let readme = include_str!("../../README.md");
    let text = readme.split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let compiled = Schedule::parse(text).unwrap().versions[0].compile().unwrap();
    let plan = compiled.plan("HOUSE", &[("meter_size", "5/8\"")]).unwrap();
    assert_eq!(plan.price(ccf("16")).unwrap().total.to_string(), "61.26");
}
