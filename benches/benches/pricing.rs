//! Four-tier prices a second on one core, beside the same sums by hand in whole cents.
//!
//! The baseline knows everything in advance: whole units only, four tiers written into the code,
//! no rounding, no refusals, one line. The ratio says what exactness and generality cost.

use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use kernel::{Cents, Quantity, Unit};
use rates::{Plan, Schedule};

/// The aim of the house, in prices a second on one core.
const AIM: u128 = 2_000_000;
const PRICES: usize = 1_000_000;
const ROUNDS: usize = 9;

const FOUR_TIERS: &str = r#"
schedule = "water"
service = "water"
title = { en = "Water" }
[[version]]
effective_on = 2016-03-01
ordinance = "none"
basis = "bill_date"
classes = ["HOUSE"]
[[version.charge]]
name = "consumption"
title = { en = "Water use" }
revenue = "water.consumption"
measured_by = "usage"
unit = "ccf"
rounding = "half_away_from_zero"
[[version.charge.case]]
tiers = [
    { first = 0, price = 2.87 },
    { first = 15, price = 4.29 },
    { first = 41, price = 6.44 },
    { first = 149, price = 10.07 },
]
"#;

fn main() -> std::io::Result<()> {
    let compiled = Schedule::parse(FOUR_TIERS).expect("the schedule above is in order").versions[0].compile();
    let compiled = compiled.expect("a schedule that was read compiles");
    let plan = compiled.plan("HOUSE", &[]).expect("the schedule above knows HOUSE");
    // Usages spread over all four tiers, in an order no branch predictor learns by heart.
    let units: Vec<i64> = (0..PRICES as i64).map(|number| number * 7_919 % 251).collect();
    let usages: Vec<Quantity> =
        units.iter().map(|units| Quantity { steps: units * 100_000, unit: Unit::Ccf }).collect();
    let mut rates_times = Vec::new();
    let mut hand_times = Vec::new();
    for _ in 0..ROUNDS {
        let (by_rates, took) = timed(|| by_rates(plan, &usages));
        rates_times.push(took);
        let (by_hand, took) = timed(|| by_hand(&units));
        hand_times.push(took);
        assert_eq!(by_rates.0, by_hand, "both ways come to the same cents");
    }
    let (rates, hand) = (a_second(&mut rates_times), a_second(&mut hand_times));
    let mut out = std::io::stdout().lock();
    writeln!(out, "four-tier prices a second on one core, median of {ROUNDS} rounds of {PRICES}")?;
    writeln!(out, "  rates (Plan::price)             {rates:>12}")?;
    writeln!(out, "  baseline (i64 cents by hand)    {hand:>12}")?;
    writeln!(out, "  ratio baseline / rates          {:>9}.{:02}", hand / rates, hand * 100 / rates % 100)?;
    let word = if AIM <= rates { "reached" } else { "MISSED" };
    writeln!(out, "  aim of {AIM} a second: {word}")
}

fn by_rates(plan: &Plan, usages: &[Quantity]) -> Cents {
    usages.iter().map(|usage| plan.price(black_box(*usage)).expect("every usage here has a price").total).sum()
}

fn by_hand(units: &[i64]) -> i64 {
    let price = |units: i64| {
        let (first, second) = (units.min(14), units.clamp(14, 40) - 14);
        let (third, fourth) = (units.clamp(40, 148) - 40, units.max(148) - 148);
        first * 287 + second * 429 + third * 644 + fourth * 1007
    };
    units.iter().map(|units| price(black_box(*units))).sum()
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let result = black_box(work());
    (result, started.elapsed())
}

fn a_second(times: &mut [Duration]) -> u128 {
    times.sort();
    PRICES as u128 * 1_000_000_000 / times[times.len() / 2].as_nanos().max(1)
}
