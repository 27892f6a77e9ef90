//! Prices a second on one core: four tiers beside the same sums by hand in whole cents, and the rest of the language.
//!
//! The baseline knows everything in advance: whole units only, four tiers written into the code,
//! no rounding, no refusals, one line. The ratio says what exactness and generality cost. What whole numbers cannot
//! say (formulas over quantities, budgets, shares of a period) is worked out in fractions, and shown apart.

use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use kernel::{Cents, Quantity, Unit};
use rates::{Compiled, Days, Inputs, PeriodKind, Plan, Schedule};

/// The aim of the house, in prices a second on one core.
const AIM: u128 = 2_000_000;
const PRICES: usize = 1_000_000;
/// Of what is worked out in fractions, so many.
const EXACT_PRICES: usize = 50_000;
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

/// A base charge, tiers, a surcharge in per cent of both and a tax on water: whole numbers price all of it.
const FOUR_LINES: &str = r#"
[[version.charge]]
name = "base"
title = { en = "Base charge" }
revenue = "water.base"
rounding = "half_away_from_zero"
[[version.charge.case]]
fixed = 12.50
[[version.charge]]
name = "pumping"
title = { en = "Pumping" }
revenue = "water.pumping"
rounding = "half_even"
[[version.charge.case]]
per_cent = 6.5
of = ["consumption", "base"]
[[version.charge]]
name = "tax"
title = { en = "County tax" }
revenue = "water.tax"
tax = { authority = "county", code = "004" }
rounding = "half_away_from_zero"
[[version.charge.case]]
per_cent = 5
of = ["consumption"]
"#;

/// A water budget by people and garden, with a drought surcharge that divides.
const BUDGET: &str = r#"
schedule = "water"
service = "water"
title = { en = "Water" }
[[version]]
effective_on = 2016-03-01
ordinance = "none"
basis = "bill_date"
classes = ["HOUSE"]
[[version.quantity]]
name = "people"
unit = "people"
default = 4
[[version.quantity]]
name = "garden"
unit = "square feet"
default = 1500
[[version.value]]
name = "indoor"
is = "55 * people * 30 / 748"
[[version.value]]
name = "outdoor"
is = "garden * 0.62 * 4.5 * 0.8 / 748"
[[version.value]]
name = "budget"
round_to = 1
rounding = "half_even"
is = "indoor + outdoor"
[[version.charge]]
name = "consumption"
title = { en = "Water use" }
revenue = "water.consumption"
measured_by = "usage"
unit = "ccf"
rounding = "half_away_from_zero"
prorate_tiers = ["first"]
[[version.charge.case]]
tiers = [
    { through = "indoor", price = 1.75 },
    { through = "budget", price = 2.40 },
    { through = "budget * 1.25", price = 4.10 },
    { price = 9.20 },
]
[[version.charge]]
name = "drought"
title = { en = "Drought surcharge" }
revenue = "water.drought"
rounding = "half_away_from_zero"
prorate = ["first"]
[[version.charge.case]]
fixed = "if(usage > budget, (usage - budget) / budget * 3, 0)"
"#;

fn main() -> std::io::Result<()> {
    let compiled = compiled(FOUR_TIERS);
    let plan = house(&compiled);
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
    writeln!(out, "  aim of {AIM} a second: {word}")?;
    drop(out);
    the_rest(&usages)
}

/// What the rest of the language costs.
fn the_rest(usages: &[Quantity]) -> std::io::Result<()> {
    let (four_lines, budget) = (compiled(&format!("{FOUR_TIERS}{FOUR_LINES}")), compiled(BUDGET));
    let (four_lines, budget) = (house(&four_lines), house(&budget));
    let few = &usages[..EXACT_PRICES];
    let exact = |usage: &Quantity| four_lines.price_for(&Inputs::of(black_box(*usage)));
    let whole = |usage: &Quantity| budget.price(black_box(*usage));
    let part = |usage: &Quantity| {
        let days = Days::part(vec![PeriodKind::First], 19, 30);
        budget.price_for(&Inputs { days, ..Inputs::of(black_box(*usage)) })
    };
    let sum = |prices: &dyn Fn(&Quantity) -> Result<rates::Price, rates::PricingRefused>| -> Cents {
        few.iter().map(|usage| prices(usage).expect("every usage here has a price").total).sum()
    };
    let whole_numbers = median(PRICES, || by_rates(four_lines, usages));
    let rows = [
        ("four lines in whole numbers (Plan::price)", whole_numbers),
        ("the same in fractions (Plan::price_for)", median(EXACT_PRICES, || sum(&exact))),
        ("a water budget by formulas", median(EXACT_PRICES, || sum(&whole))),
        ("the same for 19 of 30 days", median(EXACT_PRICES, || sum(&part))),
    ];
    assert_eq!(by_rates(four_lines, few), sum(&exact), "both ways come to the same cents");
    let mut out = std::io::stdout().lock();
    writeln!(out, "bills a second with the rest of the language")?;
    rows.iter().try_for_each(|(name, rate)| writeln!(out, "  {name:<44}{rate:>12}"))
}

fn compiled(text: &str) -> Compiled {
    let schedule = Schedule::parse(text).expect("the schedules above are in order");
    schedule.versions[0].compile().expect("a schedule that was read compiles")
}

fn house(compiled: &Compiled) -> &Plan {
    compiled.plan("HOUSE", &[]).expect("the schedules above know HOUSE")
}

fn median<T>(count: usize, mut work: impl FnMut() -> T) -> u128 {
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| timed(&mut work).1).collect();
    per_second(count, &mut times)
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
    per_second(PRICES, times)
}

fn per_second(count: usize, times: &mut [Duration]) -> u128 {
    times.sort();
    count as u128 * 1_000_000_000 / times[times.len() / 2].as_nanos().max(1)
}
