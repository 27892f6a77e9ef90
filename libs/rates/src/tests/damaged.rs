//! Nothing panics: arbitrary bytes, real texts with damage, and texts put together from their own pieces.
//!
//! The same readers are driven by the targets in `fuzz/`, which need a nightly compiler.

use kernel::{Decimal, Quantity, Unit};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};
use proptest::sample::{Index, select};

use super::every_construct::EVERYTHING;
use super::pricing::WATER;
use crate::formula::Formula;
use crate::owrs::{self, OwrsHead, OwrsOptions, TierStarts};
use crate::sheet::{self, SheetOptions};
use crate::{Inputs, Schedule};

const OWRS: &str = "\
metadata:
  effective_date: 03/01/2016
  bill_unit: ccf
  bill_frequency: bimonthly
rate_structure:
  RESIDENTIAL_SINGLE:
    service_charge:
      depends_on:
        - meter_size
        - city_limits
      values:
        5/8\"|inside_city: 12.5
        1\"|inside_city: 20
        5/8\"|outside_city: service_base*1.5
        1\"|outside_city: 30
    service_base: 12.5
    gpcd: 55
    indoor: gpcd*hhsize*days_in_period*(1/748)
    outdoor: 0.7*irr_area
    tier_starts:
      - 0
      - indoor
      - indoor+outdoor
      - 120%
    tier_prices:
      depends_on: season
      values:
        summer: [2.87, 4.29, 6.44, 10.07]
        winter: [2, 3, 4, 5]
    budget: indoor+outdoor
    commodity_charge: Budget
    bill: service_charge+commodity_charge
  COMMERCIAL:
    service_charge: 20
    tier_starts: [0, 15, 41]
    tier_prices: [2.87, 4.29, 6.44]
    commodity_charge: Tiered
    surcharge: (service_charge + commodity_charge)*0.05
    bill: service_charge + commodity_charge + surcharge
";
const SHEET: &str = "\
pwsid,service,category,row,effective_year,bill_frequency,rate_type,meter_size_in,volumetric,value_from,value_to,vol_base,vol_unit,cost,adjustment
CA1,water,inside,0,2020,monthly,service_charge,0.625,no,NA,NA,NA,NA,21.44,NA
CA1,water,inside,1,2020,monthly,commodity_charge_tier,NA,yes,0,2000,1000,gallons,2.5,1
CA1,water,inside,2,2020,monthly,commodity_charge_tier,NA,yes,2001,100000000,1000,gallons,3.75,1
CA1,sewer,inside,0,2020,bimonthly,service_charge,NA,no,NA,NA,NA,NA,30,NA
CA1,sewer,inside,1,2020,bimonthly,commodity_charge,NA,yes,0,10000,100,cubic feet,4.1,0.9
";
/// Plans priced of one version.
const PLANS_MAX: usize = 30;

/// A schedule that was read reads back, compiles, and prices or says why not.
fn price(schedule: &Schedule) {
    assert_eq!(Schedule::parse(&schedule.to_text()).as_ref(), Ok(schedule));
    for version in &schedule.versions {
        let compiled = version.compile().unwrap();
        for plan in compiled.plans().take(PLANS_MAX) {
            let numbers: Vec<(&str, Decimal)> =
                plan.needs().quantities.iter().map(|name| (name.as_str(), Decimal::ONE)).collect();
            let unit = plan.charges().iter().find_map(|charge| charge.unit()).unwrap_or(Unit::Ccf);
            for steps in [0, 1, 1_234_567, i64::MAX] {
                let usage = Quantity { steps, unit };
                let inputs = Inputs { numbers: &numbers, ..Inputs::of(usage) };
                let (price, explained) = (plan.price_for(&inputs), plan.explain(&inputs));
                assert_eq!(price.map(|price| price.total), explained.map(|explained| explained.total));
                let _ = plan.price(usage);
            }
        }
    }
}

fn read_schedule(bytes: &[u8]) {
    if let Ok(schedule) = Schedule::parse_bytes(bytes) {
        price(&schedule);
    }
}

fn read_owrs(bytes: &[u8]) {
    let columns = [("usage_ccf", "12.4"), ("meter_size", "5/8\""), ("hhsize", "4"), ("season", "winter")];
    for tier_starts in [TierStarts::FirstUnit, TierStarts::Boundary] {
        let options = OwrsOptions { tier_starts, ..OwrsOptions::water("water", "none") };
        if let Ok(schedule) = owrs::read(bytes, &options) {
            price(&schedule);
            let head = OwrsHead { utility_name: "City".to_owned(), bill_frequency: "monthly".to_owned() };
            let _ = owrs::write(&schedule.versions[0], &head);
        }
        let Ok(file) = owrs::read_classes(bytes, &OwrsOptions::evaluation(tier_starts)) else { continue };
        for class in file.classes.iter().filter_map(|(_, class)| class.as_ref().ok()) {
            let _ = class.price(&columns);
        }
    }
    let _ = owrs::compare_tier_starts(bytes, &OwrsOptions::water("water", "none"));
}

fn read_sheet(bytes: &[u8]) {
    if let Ok(sheet) = sheet::read(bytes, &SheetOptions::citing("a sheet")) {
        sheet.sets().filter_map(|(_, set)| set.schedule.as_ref().ok()).for_each(price);
    }
}

fn read_formula(text: &str) {
    if let Ok(formula) = Formula::parse(text) {
        assert_eq!(Formula::parse(&formula.to_string()), Ok(formula));
    }
}

/// The text without some letters, and with others in their place.
fn damaged(text: &str, (cut, gone, put): (Index, usize, &str)) -> String {
    let letters: Vec<char> = text.chars().collect();
    let cut = cut.index(letters.len());
    let rest = letters[(cut + gone).min(letters.len())..].iter();
    letters[..cut].iter().copied().chain(put.chars()).chain(rest.copied()).collect()
}

/// The text with lines taken out, moved and repeated.
fn turned(text: &str, moves: &[(Index, Index, u8)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (from, to, how) in moves {
        let (from, to) = (from.index(lines.len()), to.index(lines.len()));
        let value = |line: &str| line.split_once(['=', ':']).map_or_else(String::new, |(_, value)| value.to_owned());
        match how % 4 {
            0 if 1 < lines.len() => drop(lines.remove(from)),
            1 => lines.insert(to, lines[from].clone()),
            2 => lines.swap(from, to),
            _ => {
                let key = lines[to].split_inclusive(['=', ':']).next().unwrap_or_default().to_owned();
                lines[to] = key + &value(&lines[from]);
            }
        }
    }
    lines.join("\n")
}

/// The text with arbitrary formulas where it has some.
fn with_formulas(text: &str, formulas: &[String]) -> String {
    let mut formulas = formulas.iter().cycle();
    let is_formula =
        |line: &&str| ["is = ", "fixed = ", "per_unit = ", "included = "].iter().any(|key| line.starts_with(key));
    let line = |line: &str| match (is_formula(&line), formulas.next()) {
        (true, Some(formula)) if !formula.is_empty() => {
            format!("{}= \"{formula}\"\n", line.split('=').next().unwrap_or_default())
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn any_tokens(tokens: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(select(tokens), 0..most).prop_map(|tokens| tokens.concat())
}

const FORMULA_TOKENS: &[&str] = &[
    "usage",
    "dwelling_units",
    "base_price",
    "budget",
    "indoor",
    "consumption",
    "base",
    "unknown",
    "0",
    "1",
    "7.5",
    "1000000000000",
    "0.0000001",
    " + ",
    " - ",
    "*",
    "/",
    "(",
    ")",
    "min(",
    "max(",
    "round(",
    "floor(",
    "if(",
    " < ",
    " >= ",
    ", ",
    "-",
    "99999999999999999999999999999",
];
const TOML_TOKENS: &[&str] = &[
    "[[version]]\n",
    "[version.dimensions]\n",
    "[[version.value]]\n",
    "[[version.value.case]]\n",
    "[[version.charge]]\n",
    "[[version.charge.case]]\n",
    "[[version.quantity]]\n",
    "schedule = ",
    "service = ",
    "title = ",
    "effective_on = ",
    "ordinance = ",
    "basis = ",
    "classes = ",
    "name = ",
    "unit = ",
    "by = ",
    "rows = ",
    "is = ",
    "tiers = ",
    "fixed = ",
    "2026-01-01",
    "\"water\"",
    "\"bill_date\"",
    "\"ccf\"",
    "\"usage / 2\"",
    "[",
    "]",
    "{ en = \"a\" }",
    "{",
    "}",
    ", ",
    "\n",
    "1",
    "-2.5",
    "\"\"",
    "[[\"1\"]]",
    "\"\"\"",
    "'",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_schedule(&bytes);
        read_owrs(&bytes);
        read_sheet(&bytes);
        read_formula(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_damaged_text_panics(at in any::<Index>(), gone in 0..60_usize, put in "[-+*/()\\[\\]{}:\"'=,.%| 0-9a-z\n]{0,8}") {
        let damage = (at, gone, put.as_str());
        read_schedule(damaged(WATER, damage).as_bytes());
        read_schedule(damaged(EVERYTHING, damage).as_bytes());
        read_owrs(damaged(OWRS, damage).as_bytes());
        read_sheet(damaged(SHEET, damage).as_bytes());
    }

    #[test]
    fn no_text_of_its_own_pieces_panics(moves in prop::collection::vec((any::<Index>(), any::<Index>(), any::<u8>()), 1..6)) {
        read_schedule(turned(WATER, &moves).as_bytes());
        read_schedule(turned(EVERYTHING, &moves).as_bytes());
        read_owrs(turned(OWRS, &moves).as_bytes());
        read_sheet(turned(SHEET, &moves).as_bytes());
    }

    #[test]
    fn no_tokens_panic(text in any_tokens(TOML_TOKENS, 60), formula in any_tokens(FORMULA_TOKENS, 30)) {
        read_schedule(text.as_bytes());
        read_formula(&formula);
    }

    #[test]
    fn no_formula_panics_where_it_stands(formulas in prop::collection::vec(any_tokens(FORMULA_TOKENS, 6), 1..9)) {
        read_schedule(with_formulas(EVERYTHING, &formulas).as_bytes());
    }
}

#[test]
fn the_texts_that_are_damaged_are_whole() {
    for text in [WATER, EVERYTHING] {
        price(&Schedule::parse(text).unwrap());
    }
    let read = owrs::read(OWRS.as_bytes(), &OwrsOptions::water("water", "none")).map_err(|refused| refused.to_string());
    price(&read.unwrap());
    let sheet = sheet::read(SHEET.as_bytes(), &SheetOptions::citing("a sheet")).unwrap();
    assert!(sheet.sets().all(|(_, set)| set.schedule.is_ok()) && sheet.strays.is_empty());
    assert_eq!(sheet.sets().count(), 2);
}
