//! Examples that cities, vendors and newspapers worked out in public, each priced by a schedule of ours.

use chrono::NaiveDate;
use kernel::{Cents, Decimal, Unit};
use serde_json::Value;

use super::santa_monica::reference;
use crate::{Days, Exact, Explanation, Inputs, PeriodKind, Schedule, Share, StepKind, WinterPeriod};

const EXAMPLES: &str = "rates/worked_examples.json";

macro_rules! text {
    ($name:literal) => {
        include_str!(concat!("worked_examples/", $name, ".toml"))
    };
}

/// How an example is priced besides by what it says itself.
struct Way {
    id: &'static str,
    text: &'static str,
    class: &'static str,
    dimensions: &'static [(&'static str, &'static str)],
    /// What the account brings that the example says in words.
    numbers: &'static [(&'static str, &'static str)],
    /// Figures that are the sum of several lines.
    sums: &'static [(&'static str, &'static [&'static str])],
}

const fn plain(id: &'static str, text: &'static str) -> Way {
    Way { id, text, class: "CUSTOMER", dimensions: &[], numbers: &[], sums: &[] }
}

const fn of_class(id: &'static str, text: &'static str, class: &'static str) -> Way {
    Way { class, ..plain(id, text) }
}

const ARDEN_HILLS: &[(&str, &[&str])] =
    &[("water", &["water_base", "standby", "state_test_fee", "water_use"]), ("sewer", &["sewer_base", "sewer_usage"])];

const WAYS: [Way; 34] = [
    Way { sums: ARDEN_HILLS, ..plain("arden-hills-10k", text!("arden_hills")) },
    Way { sums: ARDEN_HILLS, ..plain("arden-hills-50k", text!("arden_hills")) },
    Way { dimensions: &[("season", "winter")], ..plain("bartlesville-sewer-12k", text!("bartlesville")) },
    Way { numbers: &[("usage", "9")], ..plain("santa-rosa-sewer-cap", text!("santa_rosa")) },
    plain("temple-tx-read", text!("temple")),
    plain("ldpcsd-read", text!("lake_don_pedro")),
    plain("winchester-read", text!("winchester")),
    plain("lawrenceville-storm", text!("lawrenceville")),
    plain("berkeley-sc-storm", text!("berkeley")),
    plain("austin-iw-1", text!("austin")),
    plain("austin-iw-2", text!("austin")),
    plain("wildwood-leak", text!("wildwood")),
    plain("proration-19-of-30", text!("proration")),
    plain("wmwd-indoor-55", text!("western_indoor")),
    plain("qhwd-outdoor", text!("quartz_hill")),
    Way {
        dimensions: &[("meter_size", "5/8\"")],
        numbers: &[("sewer", "14.18"), ("ieua", "24.79"), ("stormwater", "1"), ("carts", "1")],
        ..of_class("ontario-ca-sfr", text!("ontario"), "RESIDENTIAL")
    },
    Way {
        dimensions: &[("meter_size", "2\"")],
        numbers: &[
            ("sewer", "211.50"),
            ("ieua", "387.47"),
            ("stormwater", "2.66"),
            ("food_bins_2_yd", "1"),
            ("recycle_bins_3_yd", "1"),
            ("refuse_bins_once", "1"),
            ("refuse_bins_six", "1"),
        ],
        ..of_class("ontario-ca-commercial", text!("ontario"), "COMMERCIAL")
    },
    // Two meters on one account: the first is priced here with everything else, the second by `second_meter`.
    Way {
        dimensions: &[("meter_size", "1\"")],
        numbers: &[
            ("usage", "43"),
            ("sewer", "136.80"),
            ("ieua", "208.20"),
            ("stormwater", "4.17"),
            ("recycle_bins_1_5_yd", "1"),
            ("cans_32_gal", "1"),
            ("refuse_bins_once", "1"),
            ("scouting", "1"),
        ],
        ..of_class("ontario-ca-multifamily", text!("ontario"), "MULTI_FAMILY")
    },
    Way {
        dimensions: &[("meter_size", "3\"")],
        numbers: &[
            ("usage", "15"),
            ("sewer", "21.15"),
            ("ieua", "27.11"),
            ("stormwater", "7.30"),
            ("recycle_bins_1_5_yd", "1"),
            ("cans_32_gal", "1"),
            ("refuse_bins_once", "1"),
            ("refuse_bins_twice", "1"),
        ],
        ..of_class("ontario-ca-industrial", text!("ontario"), "INDUSTRIAL")
    },
    of_class("indio-irrigation-3", text!("indio"), "Irrigation"),
    of_class("indio-irrigation-374", text!("indio"), "Irrigation"),
    of_class("indio-irrigation-tier5", text!("indio"), "Irrigation"),
    of_class("indio-nonres-166", text!("indio"), "Non-Residential"),
    of_class("indio-res-48", text!("indio"), "Residential"),
    of_class("indio-res-118", text!("indio"), "Residential"),
    plain("saws-2015-15129.66", text!("saws_2015")),
    plain("saws-2015-17652.36", text!("saws_2015")),
    plain("saws-2016-2500", text!("saws")),
    plain("saws-2016-5013.23", text!("saws")),
    plain("saws-2016-17652.36", text!("saws")),
    plain("saws-2018-2992", text!("saws")),
    plain("saws-2018-5985", text!("saws")),
    plain("saws-2018-20200", text!("saws")),
    plain("saws-2018-104720", text!("saws")),
];

/// Figures that the source prints otherwise, with ours; `docs/rate-exceptions.md` says why.
const EXCEPTIONS: [(&str, &str, &str); 2] =
    [("arden-hills-10k", "total", "147.72"), ("arden-hills-50k", "total", "500.27")];

#[test]
fn every_figure_of_every_worked_example_is_met() {
    let Some(folder) = reference("every_figure_of_every_worked_example_is_met") else { return };
    let examples: Vec<Value> = serde_json::from_slice(&std::fs::read(folder.join(EXAMPLES)).unwrap()).unwrap();
    let mut figures = 0;
    for example in examples.iter().filter(|example| example["kind"] != "rule only") {
        let id = example["id"].as_str().unwrap();
        let way = WAYS.iter().find(|way| way.id == id).unwrap_or_else(|| panic!("{id} is not priced"));
        let explanation = price(way, &example["inputs"]);
        for (name, expected) in example["expected"].as_object().unwrap() {
            let mut expected = decimal(expected);
            if let Some((_, _, ours)) = EXCEPTIONS.iter().find(|(of, figure, _)| *of == id && figure == name) {
                assert_ne!(expected, ours.parse().unwrap(), "{id} {name} is no exception any more");
                expected = ours.parse().unwrap();
            }
            let found = figure(way, &explanation, name).unwrap_or_else(|| panic!("{id} has no {name}: {explanation}"));
            assert_eq!(found, Exact::from(expected), "{id} {name}: {explanation}");
            figures += 1;
        }
    }
    assert_eq!(figures, 55);
}

#[test]
fn every_exception_has_its_row_in_the_table() {
    let table = include_str!("../../../../docs/rate-exceptions.md");
    for (id, _, ours) in EXCEPTIONS {
        let row = table.lines().find(|line| line.contains(id) && line.contains(ours));
        assert!(row.is_some(), "docs/rate-exceptions.md has no row for {id} with {ours}");
    }
}

#[test]
fn every_schedule_of_an_example_is_written_as_it_reads() {
    for way in &WAYS {
        let schedule = Schedule::parse(way.text).unwrap_or_else(|refused| panic!("{}: {refused}", way.id));
        assert_eq!(Schedule::parse(&schedule.to_text()), Ok(schedule), "{}", way.id);
    }
}

/// Prices what the example says: its inputs are quantities by their names, in small letters.
fn price(way: &Way, inputs: &Value) -> Explanation {
    let schedule = Schedule::parse(way.text).unwrap();
    let year = way.id.split('-').find_map(|part| part.parse().ok().filter(|year| (2015..2019).contains(year)));
    let day = NaiveDate::from_ymd_opt(year.unwrap_or(2026), 12, 31).unwrap();
    let version = schedule.version_on(day).unwrap();
    let mut numbers: Vec<(String, Decimal)> =
        way.numbers.iter().map(|(name, number)| ((*name).to_owned(), number.parse().unwrap())).collect();
    for (name, value) in inputs.as_object().into_iter().flatten() {
        let number = value.as_str().map_or_else(|| value.to_string(), str::to_owned).parse();
        numbers.extend(number.ok().map(|number| (name.to_lowercase(), number)));
    }
    for quantity in version.quantities.iter().filter(|quantity| quantity.winter_average.is_some()) {
        numbers.extend(winter(quantity, inputs).map(|average| (quantity.name.clone(), average)));
    }
    let usage = ["usage", "usage_gal", "usage_hcf"].iter().find_map(|name| {
        let found = numbers.iter().find(|(number, _)| number == name);
        found.map(|(_, usage)| *usage)
    });
    let unit = version.charges.iter().filter_map(|charge| charge.measure.as_ref()).find(|m| m.name == "usage");
    let declared = version.quantities.iter().find(|quantity| quantity.name == "usage");
    let unit = declared.map(|usage| Unit::parse(&usage.unit).unwrap()).or(unit.map(|measure| measure.unit));
    let numbers: Vec<(&str, Decimal)> = numbers.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    let inputs = Inputs {
        usage: usage.unwrap_or_default().into(),
        unit: unit.unwrap_or(Unit::Each),
        numbers: &numbers,
        exemptions: &[],
        days: days(inputs),
    };
    let plans = version.compile().unwrap();
    plans.plan(way.class, way.dimensions).unwrap().explain(&inputs).unwrap()
}

/// The mean of the winter periods that the example lists, in thousands of gallons.
fn winter(quantity: &crate::NamedQuantity, inputs: &Value) -> Option<Decimal> {
    let period = |(month, gallons): (u32, &Value)| WinterPeriod {
        on: NaiveDate::from_ymd_opt(2026, month, 15).unwrap(),
        usage: decimal(gallons) / Decimal::from(1000),
        is_estimated: false,
        is_vacant: false,
    };
    let months = quantity.winter_average.as_ref()?.months.iter().copied();
    let periods: Vec<_> = months.zip(inputs["winter_gal"].as_array()?).map(period).collect();
    quantity.winter_average.as_ref()?.of(&periods, quantity.default).average
}

/// Service from the day it began, both end days counted, of the days of the period.
fn days(inputs: &Value) -> Days {
    let Some(began) = inputs["service_start"].as_str() else { return Days::whole() };
    let day = |text: &str| NaiveDate::parse_from_str(&format!("2026-{text}"), "%Y-%m-%d").unwrap();
    let (from, to) = inputs["period"].as_str().unwrap().split_once("..").unwrap();
    let count = |from: &str| u32::try_from((day(to) - day(from)).num_days() + 1).unwrap();
    assert_eq!(count(from).to_string(), inputs["period_days"].to_string());
    Days::part(vec![PeriodKind::First], count(began), count(from))
}

/// A total, a line, a tier, a sum of lines, or a named number on the way.
fn figure(way: &Way, explanation: &Explanation, name: &str) -> Option<Exact> {
    let dollars = |cents: Cents| Exact::from(Decimal::new(cents.0, 2));
    let line = |name: &str| explanation.charges.iter().find(|charge| charge.name == name);
    if name == "total" {
        return Some(dollars(explanation.total + second_meter(way)));
    }
    if let (Some(Share { days, .. }), "billable_days") = (explanation.days.service, name) {
        return Some(Exact::from(i64::from(days)));
    }
    if let Some((_, lines)) = way.sums.iter().find(|(sum, _)| *sum == name) {
        return Some(dollars(lines.iter().map(|name| line(name).unwrap().cents).sum()));
    }
    if let Some((of, number)) = name.split_once("_tier") {
        let steps = &line(&format!("{of}_use"))?.steps;
        let is_it = |kind: &StepKind| matches!(kind, StepKind::Tier(tier) if tier.number.to_string() == number);
        return steps.iter().find(|step| is_it(&step.kind)).map(|step| step.amount.clone());
    }
    if let Some(charge) = line(name) {
        return Some(if charge.is_billed { dollars(charge.cents) } else { charge.exact.clone() });
    }
    let names = || explanation.charges.iter().flat_map(|charge| &charge.names);
    let measured = || explanation.charges.iter().filter_map(|charge| charge.measured.as_ref());
    let named = names().find(|named| named.name == name).map(|named| named.amount.clone());
    named.or_else(|| measured().find(|measured| measured.name == name).map(|measured| measured.found.clone()))
}

/// What the second meter of the account adds: its base and its 22 hundred cubic feet.
fn second_meter(way: &Way) -> Cents {
    if way.id != "ontario-ca-multifamily" {
        return Cents::ZERO;
    }
    let numbers = &[("usage", "22")];
    let second = Way { numbers, sums: &[], ..of_class("second-meter", way.text, way.class) };
    price(&Way { dimensions: way.dimensions, ..second }, &Value::Null).total
}

fn decimal(value: &Value) -> Decimal {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap()
}
