//! Arbitrary values, charges and their cases.

use kernel::{Decimal, Rounding, Unit};
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop, prop_oneof};
use proptest::sample::{select, subsequence};

use super::amounts::{any_amount, any_formula, any_price};
use super::{CLASSES, EXEMPTION, NUMBERS, Temper, any_customers, any_kinds};
use crate::{
    Amount, Case, Charge, Condition, Measure, Partial, Rate, RoundTo, Step, Tax, Tier, TierBounds, TierScope, Tiers,
    Titles, Value, ValueCase, ValueIs,
};

/// Values that do not depend on use, and values that may; each after what its formulas may name.
const VALUES: [&str; 4] = ["steady_0", "steady_1", "moving_0", "moving_1"];

/// The names that a formula may use.
#[derive(Clone, Debug)]
struct Names {
    temper: Temper,
    /// Those that do not depend on use.
    steady: Vec<&'static str>,
    all: Vec<&'static str>,
}

fn any_rounding() -> impl Strategy<Value = Rounding> {
    select(vec![Rounding::HalfAwayFromZero, Rounding::HalfEven, Rounding::AwayFromZero, Rounding::TowardZero])
}

pub(super) fn any_values(temper: Temper) -> impl Strategy<Value = Vec<Value>> {
    let mut values = Vec::new();
    for (index, name) in VALUES.into_iter().enumerate() {
        let usage = if index < 2 { Vec::new() } else { vec!["usage"] };
        let names = [&NUMBERS[..], &VALUES[..index], &usage[..]].concat();
        values.push(any_value(name, &names, temper));
    }
    values
}

fn any_value(name: &'static str, names: &[&'static str], temper: Temper) -> BoxedStrategy<Value> {
    let number = any_price().prop_map(Amount::Number);
    let amount = prop_oneof![number, any_formula(names, temper).prop_map(Amount::Formula)];
    let is = match temper {
        Temper::Tame => amount.prop_map(ValueIs::Amount).boxed(),
        Temper::Wild => prop_oneof![
            40 => amount.prop_map(ValueIs::Amount),
            1 => "\\PC{1,9}".prop_map(ValueIs::NotOffered),
        ]
        .boxed(),
    };
    let step = (1..2_000_i64, 0..3_u32).prop_map(|(mantissa, places)| Decimal::new(mantissa, places));
    let round_to = prop::option::of((step, any_rounding()).prop_map(|(step, rounding)| RoundTo { step, rounding }));
    let parts = (any_customers(), prop::collection::vec(is, 4), round_to);
    parts
        .prop_map(move |(customers, numbers, round_to)| {
            let case = |((classes, when), is)| ValueCase { classes, when, is };
            let cases = customers.into_iter().zip(numbers.into_iter().cycle()).map(case).collect();
            Value { name: name.to_owned(), round_to, cases }
        })
        .boxed()
}

/// A base charge, a charge for use, and up to three others that may build on these.
pub(super) fn any_charges(temper: Temper) -> impl Strategy<Value = Vec<Charge>> {
    let usage = Measure::usage(Unit::Ccf);
    let base = any_charge("base", None, &[], temper);
    let consumption = any_charge("consumption", Some(usage), &["base"], temper);
    let other =
        any_measure().prop_flat_map(move |measure| any_charge("other", measure, &["base", "consumption"], temper));
    let others = prop::collection::vec((other, any::<bool>()), 0..4);
    (base, consumption, others).prop_map(|(base, consumption, others)| {
        let mut charges = vec![base, consumption];
        for (number, (mut other, is_for_all)) in others.into_iter().enumerate() {
            other.name = format!("other_{number}");
            if !is_for_all {
                leave_out(CLASSES[2], &mut other.cases);
            }
            charges.push(other);
        }
        charges
    })
}

/// Takes a class out of a charge whose cases name classes.
fn leave_out(class: &str, cases: &mut Vec<Case>) {
    if cases.iter().any(|case| case.classes.is_empty()) {
        return;
    }
    cases.iter_mut().for_each(|case| case.classes.retain(|named| named != class));
    cases.retain(|case| !case.classes.is_empty());
}

fn any_measure() -> impl Strategy<Value = Option<Measure>> {
    let usage = |unit, convert: &str| Measure { convert: Some(convert.to_owned()), ..Measure::usage(unit) };
    let named = |name: &str, unit| Measure { name: name.to_owned(), ..Measure::usage(unit) };
    let measures = vec![
        None,
        Some(Measure::usage(Unit::Ccf)),
        Some(usage(Unit::Ccf, "gallon_to_ccf_748")),
        Some(usage(Unit::Gallon, "ccf_to_gallon_exact")),
        Some(named("dwelling_units", Unit::Each)),
        Some(named("steady_1", Unit::Gallon)),
        Some(named("moving_1", Unit::Ccf)),
    ];
    let factor = prop::option::of((1..=100_i64).prop_map(|hundredths| Decimal::new(hundredths, 2)));
    (select(measures), factor).prop_map(|(measure, return_factor)| Some(Measure { return_factor, ..measure? }))
}

fn any_charge(
    name: &'static str,
    measure: Option<Measure>,
    earlier: &[&'static str],
    temper: Temper,
) -> BoxedStrategy<Charge> {
    let steady = [&NUMBERS[..], &VALUES[..2]].concat();
    let names = Names { temper, all: [&steady[..], &VALUES[2..], &["usage"], earlier].concat(), steady };
    let cases = prop::collection::vec(any_case(measure.as_ref(), &names, earlier), 4);
    let tax = prop::option::weighted(0.3, Just(Tax { authority: "county".to_owned(), code: "00'4".to_owned() }));
    let exempt_by = prop::option::weighted(0.3, Just(EXEMPTION.to_owned()));
    let said = (any::<bool>(), any_rounding(), "\\PC{1,12}", tax, exempt_by);
    let parts = (any_customers(), cases, any_kinds(), any_kinds(), said);
    parts
        .prop_map(move |(customers, cases, prorate, prorate_tiers, said)| {
            let (is_borne_by_city, rounding, title, tax, exempt_by) = said;
            let case = |((classes, when), case): ((Vec<String>, Vec<Condition>), Case)| Case { classes, when, ..case };
            let cases = customers.into_iter().zip(cases.into_iter().cycle()).map(case).collect();
            let title = Titles::english(&title).and("es", "Línea \t\u{7f}");
            Charge {
                tax,
                is_borne_by_city,
                exempt_by,
                measure: measure.clone(),
                prorate,
                prorate_tiers,
                ..Charge::plain(name, title, "water.consumption", rounding, cases)
            }
        })
        .boxed()
}

/// A case for everybody.
fn any_case(measure: Option<&Measure>, names: &Names, earlier: &[&'static str]) -> BoxedStrategy<Case> {
    let amount = any_amount(&names.all, names.temper);
    let mut rates = vec![(20, amount.clone().prop_map(Rate::Fixed).boxed())];
    if !earlier.is_empty() {
        let of = subsequence(earlier.to_vec(), 1..=earlier.len());
        let per_cent = (amount.clone(), of)
            .prop_map(|(per_cent, of)| Rate::PerCent { per_cent, of: of.into_iter().map(str::to_owned).collect() });
        rates.push((10, per_cent.boxed()));
    }
    if names.temper == Temper::Wild {
        rates.push((1, "\\PC{1,9}".prop_map(Rate::NotOffered).boxed()));
    }
    if let Some(measure) = measure {
        rates.push((30, amount.clone().prop_map(Rate::PerUnit).boxed()));
        rates.push((60, any_tiers(measure.unit, names).prop_map(Rate::Tiers).boxed()));
    }
    let rate = proptest::strategy::Union::new_weighted(rates);
    let limit = || prop::option::weighted(0.2, amount.clone());
    let size = (1..5_000_i64, 0..3_u32).prop_map(|(mantissa, places)| Decimal::new(mantissa, places));
    let partial = select(Partial::ALL.map(|(partial, _)| partial).to_vec());
    let step = (size.clone(), partial).prop_map(|(size, partial)| Step { size, partial });
    let (per, step) = (prop::option::weighted(0.2, size), prop::option::weighted(0.2, step));
    let included = prop::option::weighted(0.2, any_amount(&names.steady, names.temper));
    (rate, limit(), limit(), per, step, included)
        .prop_map(|(rate, at_least, at_most, per, step, included)| {
            let plain = Case::plain(Vec::new(), Vec::new(), rate);
            match &plain.rate {
                Rate::PerUnit(_) | Rate::Tiers(_) => Case { at_least, at_most, per, step, included, ..plain },
                Rate::Fixed(_) | Rate::PerCent { .. } => Case { at_least, at_most, ..plain },
                Rate::NotOffered(_) => plain,
            }
        })
        .boxed()
}

fn any_tiers(unit: Unit, names: &Names) -> BoxedStrategy<Tiers> {
    let places = unit.places().min(3);
    let by_formula = prop::option::weighted(0.2, any_formula(&names.steady, names.temper));
    let flat = prop::option::weighted(0.2, any_amount(&names.all, names.temper));
    let tier = (1..40_000_i64, any_amount(&names.all, names.temper), flat, by_formula);
    let shape = (select(vec![TierBounds::First, TierBounds::Through]), any::<bool>(), 0..2_i64);
    let temper = names.temper;
    (prop::collection::vec(tier, 1..6), shape)
        .prop_map(move |(tiers, (bounds, is_whole_use, start))| {
            let scope = if is_whole_use { TierScope::WholeUse } else { TierScope::Within };
            let (mut below, last) = (Decimal::ZERO, tiers.len() - 1);
            let mut built = Vec::with_capacity(tiers.len());
            for (index, (width, price, flat, by_formula)) in tiers.into_iter().enumerate() {
                let first = if index == 0 { Decimal::from(start) } else { below + Decimal::ONE };
                below += Decimal::new(width, places);
                let bound = match bounds {
                    TierBounds::First => Some(first),
                    TierBounds::Through => (index != last).then_some(below),
                };
                let is_free = index != 0 || bounds == TierBounds::Through;
                let by_formula = by_formula.filter(|_| is_free).map(Amount::Formula);
                let bound = bound.map(|bound| by_formula.unwrap_or(Amount::Number(bound)));
                built.push(Tier { bound, price, flat });
            }
            if scope == TierScope::WholeUse && temper == Temper::Tame {
                rise(&mut built);
            }
            Tiers { scope, bounds, tiers: built }
        })
        .boxed()
}

/// Where all use is paid at one price, more use costs less unless prices rise.
fn rise(tiers: &mut [Tier]) {
    let mut price = Decimal::ZERO;
    for tier in tiers {
        price += Decimal::ONE;
        (tier.price, tier.flat) = (Amount::Number(price), None);
    }
}
