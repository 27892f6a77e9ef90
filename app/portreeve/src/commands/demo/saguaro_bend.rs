//! The town file and the rates of Saguaro Bend hold together, and its bills are what they are by hand.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};
use kernel::{Cents, Decimal, Unit};
use rates::tools::{LintFacts, Severity, lint};
use rates::{Days, Inputs, PeriodKind, Schedule};
use revenue::acts::{AdoptRates, SupersedeRates};
use revenue::{ALL, RateBook};
use serde::Deserialize;
use testkit::{TestDb, actor, engines, open_door};

use crate::office::{Office, Who};
use crate::town::{self, TownFile};

use super::calendar::{CYCLES, READ_DAYS_AFTER, READ_DAYS_BEFORE};
use super::generator::{TownPlan, make};
use super::made::TownEvent;
use super::story::HELD_COUNTS;

macro_rules! rates_file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../../../towns/saguaro-bend/rates/", $name, ".toml")))
    };
}

const TOWN: &str = include_str!("../../../../../towns/saguaro-bend/town.toml");
const RATES: [(&str, &str); 9] = [
    rates_file!("water"),
    rates_file!("sewer"),
    rates_file!("trash"),
    rates_file!("trash-superseded"),
    rates_file!("stormwater"),
    rates_file!("fee-account-setup"),
    rates_file!("fee-water-connect"),
    rates_file!("fee-after-hours"),
    rates_file!("fee-extra-pickup"),
];

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn schedule(name: &str) -> Schedule {
    let (_, text) = RATES.iter().find(|(code, _)| *code == name).unwrap();
    Schedule::parse(text).unwrap_or_else(|refused| panic!("{name}: {refused}"))
}

/// What is billed: by which file and on which day, to whom, and what is measured, of the first days of 30 or of all.
struct Case<'a> {
    file: &'a str,
    on: &'a str,
    class: &'a str,
    dimension: Option<(&'a str, &'a str)>,
    usage: &'a str,
    numbers: &'a [(&'a str, &'a str)],
    days: Option<u32>,
}

impl<'a> Case<'a> {
    const fn new(file: &'a str, on: &'a str, class: &'a str) -> Case<'a> {
        Case { file, on, class, dimension: None, usage: "0", numbers: &[], days: None }
    }

    /// Total, and amount by charge.
    fn price(&self) -> (i64, BTreeMap<String, i64>) {
        let schedule = schedule(self.file);
        let version = schedule.versions.iter().rfind(|version| version.effective_on <= on(self.on)).unwrap();
        let compiled = version.compile().unwrap();
        let plan = compiled.plan(self.class, self.dimension.as_slice()).unwrap();
        let numbers: Vec<(&str, Decimal)> =
            self.numbers.iter().map(|(name, number)| (*name, number.parse().unwrap())).collect();
        let mut inputs = Inputs::exact(self.usage.parse().unwrap(), Unit::Kgal);
        inputs.numbers = &numbers;
        if let Some(days) = self.days {
            inputs.days = Days::part(vec![PeriodKind::First], days, 30);
        }
        let price = plan.price_for(&inputs).unwrap();
        let lines = price.lines().map(|line| (plan.charges()[line.charge].name().to_owned(), line.cents.0));
        (price.total.0, lines.collect())
    }
}

fn home<'a>(on: &'a str, usage: &'a str) -> Case<'a> {
    Case { dimension: Some(("meter_size", "5/8\"")), usage, ..Case::new("water", on, "residential") }
}

/// Sewer by a winter average, in thousands of gallons.
fn sewer<'a>(on: &'a str, numbers: &'a [(&'a str, &'a str)]) -> Case<'a> {
    Case { numbers, ..Case::new("sewer", on, "residential") }
}

#[test]
fn bills_before_tax_are_those_worked_out_from_the_published_rates() {
    // 6 thousand gallons of water; a winter average of 7.5, of which 0.8 returns, is 6 thousand gallons of sewer.
    #[rustfmt::skip]
    let rows = [
        // 10.80 + 6 x 3.11 + 10.20 + 6 x 3.94
        ("2019-06-30", None,          6_330),
        // 11.40 + 6 x 3.28 + 10.80 + 6 x 4.15
        ("2020-06-30", None,          6_678),
        // 12.00 + 6 x 3.40 + 11.40 + 6 x 4.37 + 21.80
        ("2021-06-30", Some("trash"), 9_182),
    ];
    for (day, trash, expected) in rows {
        let (_, water) = home(day, "6").price();
        let (sewer, _) = sewer(day, &[("winter_average", "7.5")]).price();
        let trash = trash.map_or(0, |file| Case::new(file, day, "residential").price().0);
        assert_eq!(water["base"] + water["consumption"] + sewer + trash, expected, "{day}");
    }
}

#[test]
fn a_water_bill_with_its_taxes_is_what_it_is_by_hand() {
    // 14.18 + 6 x 4.02 + 9 x 4.72 + 1 x 5.91 = 86.69; 2.9 % = 2.51401, 5.6 % = 4.85464, 0.7 % = 0.60683.
    let (total, lines) = home("2025-10-06", "16").price();
    assert_eq!((lines["base"], lines["consumption"]), (1_418, 7_251));
    assert_eq!((lines["city_tax"], lines["state_tax"], lines["county_tax"]), (251, 485, 61));
    // The city bears 16 x 0.0065 = 0.104, so it is not in the total.
    assert_eq!(lines["municipal_water_tax"], 10);
    assert_eq!(total, 1_418 + 7_251 + 251 + 485 + 61);
}

#[test]
fn a_home_that_leaks_so_much_is_held_even_without_any_sewer_volume() {
    let high = sections().high_cents["residential"];
    for day in ["2022-03-06", "2023-03-06", "2024-03-06", "2025-03-06", "2026-03-06"] {
        let water = home(day, &format!("{}.{:02}", HELD_COUNTS / 100, HELD_COUNTS % 100)).price().0;
        let sewer = sewer(day, &[("winter_average", "0")]).price().0;
        let trash = Case::new("trash", day, "residential").price().0;
        assert!(high <= Cents(water + sewer + trash), "{day}: {water} {sewer} {trash}");
        // A large household in June, with its garden and pool, is not.
        let june = home(day, "25").price().0;
        assert!(Cents(june + sewer + trash) < high, "{day}");
    }
}

#[test]
fn every_service_costs_what_it_costs_by_hand() {
    let shop = |file, on| Case::new(file, on, "commercial");
    #[rustfmt::skip]
    let rows = [
        // 12.52 x 2.5 = 31.30; 20 x 4.07 = 81.40; taxes of 112.70: 3.27, 6.31, 0.79.
        (Case { dimension: Some(("meter_size", "1\"")), usage: "20", ..shop("water", "2024-05-06") }, 12_307),
        // Ten days of thirty: 12.52 / 3 = 4.17; 2 x 3.55 + 1 x 4.17 = 11.27; taxes of 15.44: 0.45, 0.86, 0.11.
        (Case { days: Some(10), ..home("2024-05-06", "3") }, 1_686),
        // Nobody's average yet: 6 x 0.8 x 4.50 = 21.60 and 11.74.
        (sewer("2024-05-06", &[]), 3_334),
        // 12.27 + 20 x 4.70, as the water used.
        (Case { usage: "20", ..shop("sewer", "2025-12-06") }, 10_627),
        // 25.80 and the fuel surcharge of 1.54, one extra container at 11.26.
        (Case { numbers: &[("extra_containers", "1")], ..Case::new("trash", "2023-03-06", "residential") }, 3_860),
        (Case::new("trash", "2025-03-06", "residential"), 2_770),
        // 90 x (1 + 0.85) x 1.08 x 1.07 x 1.05 = 202.0275...; 3 % of it = 6.06.
        (Case { dimension: Some(("container", "3 cubic yards")), numbers: &[("weekly_pickups", "2")], ..shop("trash", "2025-03-06") }, 20_809),
        (Case::new("stormwater", "2025-09-30", "residential"), 0),
        (Case::new("stormwater", "2025-10-01", "residential"), 200),
        (Case { dimension: Some(("meter_size", "2\"")), ..shop("stormwater", "2025-10-01") }, 1_600),
        (Case::new("fee-account-setup", "2025-01-01", "residential"), 1_100),
        (Case::new("fee-water-connect", "2025-01-01", "commercial"), 2_000),
        (Case::new("fee-after-hours", "2025-01-01", "irrigation"), 5_500),
        (Case::new("fee-extra-pickup", "2024-12-31", "residential"), 1_227),
        (Case { numbers: &[("count", "2")], ..Case::new("fee-extra-pickup", "2025-01-01", "residential") }, 2_656),
        // What council had meant to charge from 2023 on.
        (Case::new("trash-superseded", "2023-03-06", "residential"), 2_480),
    ];
    for (case, expected) in rows {
        let (total, lines) = case.price();
        assert_eq!(total, expected, "{} of {} on {}: {lines:?}", case.file, case.class, case.on);
    }
}

#[test]
fn lint_finds_no_error_in_any_schedule() {
    for (name, _) in RATES {
        let findings = lint(&schedule(name), &LintFacts::default());
        let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let is_dated = schedule(name).versions.is_sorted_by_key(|version| version.effective_on);
        assert!(is_dated, "{name}");
    }
}

/// The sections that this test reads by itself, as the town file spells them.
#[derive(Deserialize)]
struct Sections {
    classes: BTreeMap<String, String>,
    property_uses: BTreeMap<String, String>,
    revenue_lines: Vec<toml::Table>,
    taxes: Vec<toml::Table>,
    high_cents: BTreeMap<String, Cents>,
    class_terms: BTreeMap<String, u32>,
    adjustment_reasons: BTreeMap<String, String>,
    read_rules: Vec<ReadRule>,
    holidays: Vec<Holiday>,
    calendars: Vec<Calendar>,
}

#[derive(Deserialize)]
struct ReadRule {
    class: String,
    low_percent: u32,
    high_percent: u32,
    least: Decimal,
    zero_periods: u32,
    estimates_in_a_row: u32,
    estimate_by: String,
}

#[derive(Deserialize)]
struct Holiday {
    on: toml::value::Datetime,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Calendar {
    cycle: String,
    first: String,
    last: String,
    begins_on_day: u32,
    read_days_before: u64,
    read_days_after: u64,
    billed_days_after: u64,
}

fn sections() -> Sections {
    toml::from_str(TOWN).unwrap()
}

/// The town as far as books, rates and cycles go; the sections on calendars, reads and adjustments are read above.
fn town_file() -> TownFile {
    let mut town: toml::Table = toml::from_str(TOWN).unwrap();
    let above =
        ["property_uses", "holidays", "calendars", "class_terms", "read_rules", "adjustment_reasons", "leak_rules"];
    for section in above {
        assert!(town.remove(section).is_some(), "{section}");
    }
    town.try_into().unwrap()
}

#[tokio::test]
async fn town_and_rates_are_recorded_in_the_order_of_history() {
    for engine in engines("recording Saguaro Bend") {
        let test = TestDb::new(engine).await;
        let office = Office { door: open_door(&test.db) };
        let analyst = Who { actor: actor(1), reason: "test".to_owned() };
        town::apply(&office, &analyst, town_file()).await.unwrap();
        // Council's plan of January 2022 was there, and taken back, before the trash rates that hold.
        for (name, text) in RATES.iter().filter(|(name, _)| *name != "trash") {
            let adopt = AdoptRates { text: (*text).to_owned() };
            office.act_now(&analyst, &adopt).await.unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        }
        for version in schedule("trash-superseded").versions {
            let reason = "council replaced the plan".to_owned();
            let act = SupersedeRates { schedule: "trash".to_owned(), effective_on: version.effective_on, reason };
            office.act_now(&analyst, &act).await.unwrap();
        }
        let trash = RATES.iter().find(|(name, _)| *name == "trash").map(|(_, text)| (*text).to_owned()).unwrap();
        office.act_now(&analyst, &AdoptRates { text: trash }).await.unwrap();
        let book = RateBook::load(&mut test.db.read().await.unwrap()).await.unwrap();
        let standing = |schedule: &str| -> Vec<String> {
            book.standing_versions(schedule).map(|version| version.effective_on.to_string()).collect()
        };
        assert_eq!(standing("trash"), ["2021-01-01", "2022-02-01", "2022-09-01", "2024-01-01", "2025-01-01"]);
        assert_eq!(standing("water"), ["2019-01-01", "2020-01-01", "2021-01-01", "2022-01-01", "2025-10-01"]);
        assert_eq!(standing("sewer"), standing("water"));
        assert_eq!(standing("stormwater"), ["2019-01-01", "2025-10-01"]);
        test.remove().await;
    }
}

#[test]
fn every_charge_has_its_place_in_the_books() {
    let sections = sections();
    let text = |table: &toml::Table, key: &str| table[key].as_str().unwrap().to_owned();
    let lines: BTreeSet<String> = sections.revenue_lines.iter().map(|line| text(line, "code")).collect();
    let taxes: BTreeSet<(String, String, String)> =
        sections.taxes.iter().map(|tax| (text(tax, "authority"), text(tax, "code"), text(tax, "revenue"))).collect();
    for code in lines.iter().chain(taxes.iter().map(|(_, _, revenue)| revenue)) {
        assert!(ALL.iter().any(|module| module.codes.contains(&&**code)), "{code}");
    }
    for (name, _) in RATES {
        let schedule = schedule(name);
        assert!(ALL.iter().any(|module| module.service == schedule.service), "{name}");
        for version in &schedule.versions {
            assert!(version.classes.iter().all(|class| sections.classes.contains_key(class)), "{name}");
            for charge in &version.charges {
                let is_placed = match &charge.tax {
                    None => lines.contains(&charge.revenue),
                    Some(tax) => taxes.contains(&(tax.authority.clone(), tax.code.clone(), charge.revenue.clone())),
                };
                assert!(is_placed, "{name}: {}", charge.name);
            }
        }
    }
}

#[test]
fn calendars_terms_and_rules_are_whole() {
    let sections = sections();
    let classes: BTreeSet<&str> = sections.classes.keys().map(String::as_str).collect();
    assert_eq!(sections.class_terms.keys().map(String::as_str).collect::<BTreeSet<_>>(), classes);
    assert_eq!(sections.high_cents.keys().map(String::as_str).collect::<BTreeSet<_>>(), classes);
    assert_eq!(sections.read_rules.iter().map(|rule| &*rule.class).collect::<BTreeSet<_>>(), classes);
    for rule in &sections.read_rules {
        assert!(rule.low_percent < 100 && 100 < rule.high_percent && Decimal::ZERO < rule.least, "{}", rule.class);
        assert!(1 < rule.zero_periods && rule.estimates_in_a_row == 2, "{}", rule.class);
        assert_eq!(rule.estimate_by, "same_month_last_year");
    }
    assert!(sections.high_cents.values().all(|cents| Cents::ZERO < *cents));
    assert!(sections.class_terms.values().all(|days| (1..=365).contains(days)));
    assert!(sections.adjustment_reasons.contains_key("leak"));
    let days: Vec<NaiveDate> = sections.holidays.iter().map(|holiday| on(&holiday.on.to_string())).collect();
    assert!(days.is_sorted());
    assert!(
        days.iter().all(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)),
        "the office is closed anyway"
    );
    assert_eq!(sections.holidays.len(), 33, "eleven federal holidays a year");
    assert!(sections.holidays.iter().all(|holiday| !holiday.name.is_empty()));
    let cycles: Vec<(&str, u32)> =
        sections.calendars.iter().map(|calendar| (&*calendar.cycle, calendar.begins_on_day)).collect();
    assert_eq!(cycles, CYCLES);
    for calendar in &sections.calendars {
        assert_eq!((&*calendar.first, &*calendar.last), ("2023-12", "2026-12"), "{calendar:?}");
        assert_eq!((calendar.read_days_before, calendar.read_days_after), (READ_DAYS_BEFORE, READ_DAYS_AFTER));
        assert_eq!(calendar.billed_days_after, 5);
    }
}

#[test]
fn the_made_town_asks_only_for_what_the_town_file_and_the_rates_have() {
    let sections = sections();
    let town = make(&TownPlan { seed: 5, accounts: 2_500, first: kernel::Month::parse("2025-01").unwrap() });
    assert!(town.premises.iter().all(|premise| sections.property_uses.contains_key(premise.property_use)));
    let started = town
        .events
        .iter()
        .filter_map(|event| if let TownEvent::Start(start) = &event.what { Some(&start.agreements) } else { None });
    let kinds: BTreeSet<(&str, &str, &str)> = town
        .agreements
        .iter()
        .chain(started.flatten())
        .map(|made| (made.service, made.class, &*made.dimensions))
        .collect();
    let corrected = town.events.iter().filter_map(|event| {
        if let TownEvent::ClassCorrection(correction) = &event.what { Some(&correction.changes) } else { None }
    });
    let corrected = corrected.flatten().map(|change| (change.agreement.service, change.class, &*change.dimensions));
    for (service, class, dimensions) in kinds.iter().copied().chain(corrected) {
        let dimension: Vec<(&str, &str)> = dimensions.split_once('=').into_iter().collect();
        for version in &schedule(service).versions {
            let plan = version.compile().unwrap();
            let found = plan.plan(class, &dimension);
            assert!(found.is_ok(), "{service} {class} {dimensions}: {:?}", found.err());
        }
    }
    let charges = town.events.iter().filter_map(|event| {
        if let TownEvent::Charge(charge) | TownEvent::RecurringCharge(charge) = &event.what {
            Some(charge)
        } else {
            None
        }
    });
    for charge in charges {
        let schedule = schedule(charge.schedule);
        assert!(schedule.versions[0].classes.iter().any(|class| class == charge.class), "{}", charge.schedule);
    }
}
