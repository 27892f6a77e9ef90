//! Laws: a text reads back, parts sum to the whole, more use never costs less, nothing panics.

use chrono::NaiveDate;
use kernel::{Cents, Decimal, Quantity, Rounding, Unit};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::pricing::WATER;
use crate::owrs::{OwrsOptions, read};
use crate::{
    Basis, Case, Charge, Compiled, Condition, Dimension, FirstTier, Measure, Rate, Schedule, ThroughTier, Tiers,
    Titles, Version,
};

const CLASSES: [&str; 3] = ["HOUSE", "SHOP \"A\"", "It's a farm"];
const SIZES: [&str; 3] = ["5/8\"", "1|1/2\"", "2'\\\""];

fn any_rounding() -> impl Strategy<Value = Rounding> {
    select(vec![Rounding::HalfAwayFromZero, Rounding::HalfEven, Rounding::AwayFromZero, Rounding::TowardZero])
}

/// A price of nothing or more, in up to seven decimal places.
fn any_price() -> impl Strategy<Value = Decimal> {
    (0..50_000_000_i64, 2..8_u32).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
}

fn any_tiers() -> impl Strategy<Value = Tiers> {
    let widths = prop::collection::vec((1..40_000_i64, any_price()), 1..8);
    (widths, any::<bool>(), 0..2_i64).prop_map(|(widths, by_first, start)| {
        let mut below = Decimal::ZERO;
        let mut first = Vec::new();
        let mut through = Vec::new();
        for (index, (width, price)) in widths.iter().enumerate() {
            let starts = if index == 0 { Decimal::from(start) } else { below + Decimal::ONE };
            first.push(FirstTier { first: starts, price: *price });
            below += Decimal::new(*width, 3);
            let bound = (index + 1 != widths.len()).then_some(below);
            through.push(ThroughTier { through: bound, price: *price });
        }
        if by_first { Tiers::First(first) } else { Tiers::Through(through) }
    })
}

fn any_rate() -> BoxedStrategy<Rate> {
    prop_oneof![
        any_price().prop_map(Rate::Fixed),
        any_price().prop_map(Rate::PerUnit),
        any_tiers().prop_map(Rate::Tiers),
    ]
    .boxed()
}

/// Every class by every size, each its own case, in an arbitrary order.
fn any_cases() -> impl Strategy<Value = Vec<Case>> {
    let places: Vec<(usize, usize)> = (0..CLASSES.len()).flat_map(|c| (0..SIZES.len()).map(move |s| (c, s))).collect();
    let rates = prop::collection::vec(any_rate(), places.len());
    (Just(places).prop_shuffle(), rates).prop_map(|(places, rates)| {
        let case = |((class, size), rate): ((usize, usize), Rate)| Case {
            classes: vec![CLASSES[class].to_owned()],
            when: vec![Condition { dimension: "meter_size".to_owned(), values: vec![SIZES[size].to_owned()] }],
            rate,
        };
        places.into_iter().zip(rates).map(case).collect()
    })
}

fn any_charge() -> impl Strategy<Value = Charge> {
    (any_cases(), any_rounding(), "\\PC{1,12}").prop_map(|(cases, rounding, title)| Charge {
        name: String::new(),
        title: Titles::english(&title).and("es", "Línea \t\u{7f}"),
        revenue: "water.consumption".to_owned(),
        measure: Some(Measure { name: "usage".to_owned(), unit: Unit::Ccf }),
        rounding,
        cases,
    })
}

fn any_version() -> impl Strategy<Value = Version> {
    let bases = select(Basis::ALL.map(|(basis, _)| basis).to_vec());
    (prop::collection::vec(any_charge(), 1..7), bases).prop_map(|(mut charges, basis)| {
        for (number, charge) in charges.iter_mut().enumerate() {
            charge.name = format!("charge_{number}");
        }
        Version {
            effective_on: NaiveDate::default(),
            ordinance: "Ordinance \"7\"\nsection 'b' \\ 3".to_owned(),
            basis,
            classes: CLASSES.map(str::to_owned).to_vec(),
            dimensions: vec![Dimension { name: "meter_size".to_owned(), values: SIZES.map(str::to_owned).to_vec() }],
            charges,
        }
    })
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let days = subsequence((0..40_000_i32).step_by(371).collect::<Vec<_>>(), 3);
    (prop::collection::vec(any_version(), 1..3), days, "\\PC{1,9}").prop_map(|(mut versions, days, code)| {
        for (version, day) in versions.iter_mut().zip(days) {
            version.effective_on = NaiveDate::from_num_days_from_ce_opt(700_000 + day).unwrap();
        }
        Schedule { code, title: Titles::english("Water"), service: "water".to_owned(), versions }
    })
}

fn total(compiled: &Compiled, class: &str, size: &str, steps: i64) -> Cents {
    let plan = compiled.plan(class, &[("meter_size", size)]).unwrap();
    plan.price(Quantity { steps, unit: Unit::Ccf }).unwrap().total
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_schedule_reads_back_from_its_text(schedule in any_schedule()) {
        let text = schedule.to_text();
        let read = Schedule::parse(&text).unwrap();
        prop_assert_eq!(&read, &schedule);
        prop_assert_eq!(read.to_text(), text);
        prop_assert_eq!(read.digest(), schedule.digest());
    }

    #[test]
    fn more_use_never_costs_less(
        version in any_version(), class in select(&CLASSES[..]), size in select(&SIZES[..]),
        steps in 0..30_000_000_i64, more in 0..5_000_000_i64,
    ) {
        let compiled = version.compile().unwrap();
        prop_assert!(total(&compiled, class, size, steps) <= total(&compiled, class, size, steps + more));
    }

    #[test]
    fn parts_sum_to_the_total_and_explain_themselves(
        version in any_version(), class in select(&CLASSES[..]), size in select(&SIZES[..]), steps in 0..30_000_000_i64,
    ) {
        let compiled = version.compile().unwrap();
        let plan = compiled.plan(class, &[("meter_size", size)]).unwrap();
        let usage = Quantity { steps, unit: Unit::Ccf };
        let price = plan.price(usage).unwrap();
        prop_assert_eq!(price.lines().map(|line| line.cents).sum::<Cents>(), price.total);
        prop_assert_eq!(price.lines().count(), version.charges.len());
        let explained = plan.explain(usage).unwrap();
        for (line, charge) in plan.lines(&price).zip(&explained.charges) {
            let amounts: Decimal = charge.steps.iter().map(|step| step.quantity * step.price).sum();
            prop_assert_eq!(charge.steps.iter().map(|step| step.amount).sum::<Decimal>(), amounts);
            prop_assert_eq!((amounts, charge.rounding.cents(amounts)), (line.exact, Some(line.cents)));
        }
        prop_assert_eq!(explained.total, price.total);
    }

    #[test]
    fn the_order_of_cases_changes_no_price(version in any_version(), steps in 0..30_000_000_i64) {
        let mut turned = version.clone();
        turned.charges.iter_mut().for_each(|charge| charge.cases.reverse());
        let (straight, turned) = (version.compile().unwrap(), turned.compile().unwrap());
        for (class, size) in CLASSES.iter().flat_map(|class| SIZES.map(|size| (class, size))) {
            prop_assert_eq!(total(&straight, class, size, steps), total(&turned, class, size, steps));
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Schedule::parse_bytes(&bytes);
        let _ = read(&bytes, &OwrsOptions::water("water", "none"));
    }

    #[test]
    fn no_damaged_text_panics(cut in 0..2000_usize, gone in 0..60_usize, put in "[-\\[\\]{}:\"'=, 0-9a-z\n]{0,8}") {
        for text in [WATER, &damaged_owrs()] {
            let chars: Vec<char> = text.chars().collect();
            let cut = cut % chars.len();
            let rest = chars[(cut + gone).min(chars.len())..].iter();
            let text: String = chars[..cut].iter().copied().chain(put.chars()).chain(rest.copied()).collect();
            if let Ok(schedule) = Schedule::parse(&text) {
                prop_assert!(schedule.versions.iter().all(|version| version.compile().is_ok()));
            }
            let _ = read(text.as_bytes(), &OwrsOptions::water("water", "none"));
        }
    }
}

/// A small rate file to damage.
fn damaged_owrs() -> String {
    let class =
        "\n    tier_starts: [0, 15]\n    tier_prices:\n      depends_on: zone\n      values:\n        1: [1, 2]\n";
    format!(
        "metadata:\n  effective_date: 2016-03-01\nrate_structure:\n  A:{class}    commodity_charge: Tiered\n    bill: commodity_charge\n"
    )
}
