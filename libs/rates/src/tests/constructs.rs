//! Every construct of the language by tables that a clerk can check by hand.

mod amounts;
mod budgets;
mod days;
mod refusals;
mod tiers;
mod winter;

use kernel::{Decimal, Unit};

use crate::exact::Exact;
use crate::{Days, Explanation, Inputs, Schedule, Version};

/// The frame of every version below: what may be named, and nothing that is charged.
const FRAME: &str = r#"
schedule = "water"
service = "water"
title = { en = "Water" }

[[version]]
effective_on = 2026-01-01
ordinance = "Resolution 1"
basis = "bill_date"
normal_days = { full = 30, at_least = 25, at_most = 35 }
classes = ["HOUSE", "SHOP"]

[version.dimensions]
meter_size = ["small", "large"]
zone = ["low", "high"]
water = ["fresh", "recycled"]
season = { summer = [5, 6, 7, 8, 9, 10], winter = [1, 2, 3, 4, 11, 12] }

[[version.quantity]]
name = "dwelling_units"
unit = "dwelling units"
default = 1

[[version.quantity]]
name = "allocation"
unit = "ccf"
"#;

/// Who asks for a price, and with what.
#[derive(Clone, Debug)]
struct Asked<'a> {
    class: &'a str,
    values: &'a [(&'a str, &'a str)],
    usage: &'a str,
    unit: Unit,
    numbers: &'a [(&'a str, &'a str)],
    exemptions: &'a [&'a str],
    days: Days,
}

impl<'a> Asked<'a> {
    /// A house that used so many ccf.
    fn house(usage: &'a str) -> Asked<'a> {
        let (values, numbers, exemptions) = (&[][..], &[][..], &[][..]);
        Asked { class: "HOUSE", values, usage, unit: Unit::Ccf, numbers, exemptions, days: Days::whole() }
    }
}

/// A charge of a version; what follows `rounding` is given.
fn charge(name: &str, rest: &str) -> String {
    let head = "title = { en = \"A line\" }\nrounding = \"half_away_from_zero\"";
    format!("\n[[version.charge]]\nname = \"{name}\"\nrevenue = \"water.{name}\"\n{head}\n{rest}\n")
}

/// A charge by use in ccf, with one case for everybody.
fn by_use(case: &str) -> String {
    charge("use", &format!("measured_by = \"usage\"\nunit = \"ccf\"\n[[version.charge.case]]\n{case}"))
}

fn version(parts: &[&str]) -> Version {
    let text = format!("{FRAME}{}", parts.concat());
    Schedule::parse(&text).unwrap_or_else(|refused| panic!("{refused}\n{text}")).versions.remove(0)
}

/// The bill with its steps, which must come to the same cents as the price, and add up by hand.
fn explained(version: &Version, asked: &Asked<'_>) -> Result<Explanation, String> {
    let compiled = version.compile().map_err(|error| error.to_string())?;
    let plan = compiled.plan(asked.class, asked.values).map_err(|refused| refused.to_string())?;
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    let numbers: Vec<(&str, Decimal)> = asked.numbers.iter().map(|(name, text)| (*name, number(text))).collect();
    let inputs = Inputs {
        usage: number(asked.usage).into(),
        unit: asked.unit,
        numbers: &numbers,
        exemptions: asked.exemptions,
        days: asked.days.clone(),
    };
    let price = plan.price_for(&inputs).map_err(|refused| refused.to_string())?;
    let explanation = plan.explain(&inputs).map_err(|refused| refused.to_string())?;
    adds_up(&explanation);
    assert_eq!(price.total, explanation.total);
    Ok(explanation)
}

/// Each step is quantity × price ÷ per, each line the sum of its steps rounded once, the total the sum of its lines.
fn adds_up(explanation: &Explanation) {
    let mut total = 0;
    for charge in &explanation.charges {
        let mut sum = Exact::zero();
        for step in &charge.steps {
            assert_eq!(step.quantity.times(&step.price), step.amount.times(&step.per), "{}", charge.name);
            sum = sum.plus(&step.amount);
        }
        assert_eq!(sum, charge.exact, "{}", charge.name);
        assert_eq!(charge.exact.cents(charge.rounding), Some(charge.cents), "{}", charge.name);
        total += if charge.is_billed { charge.cents.0 } else { 0 };
    }
    assert_eq!(total, explanation.total.0);
}

/// The lines as exact amounts and the total in cents: `base 10 + use 2.5 = 12.50`.
fn bill(version: &Version, asked: &Asked<'_>) -> String {
    explained(version, asked).map_or_else(
        |refused| refused,
        |explanation| {
            let lines = explanation.charges.iter().map(|charge| format!("{} {}", charge.name, charge.exact));
            format!("{} = {}", lines.collect::<Vec<_>>().join(" + "), explanation.total)
        },
    )
}

/// Rows of a case by use, and what some uses cost.
fn check(rows: &[(&str, &[(&str, &str)])]) {
    for (case, uses) in rows {
        let version = version(&[&by_use(case)]);
        for (usage, expected) in *uses {
            assert_eq!(bill(&version, &Asked::house(usage)), format!("use {expected}"), "{case} {usage}");
        }
    }
}
